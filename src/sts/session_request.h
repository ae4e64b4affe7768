#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "iam/policy/keys.h"
#include "iam/principal.h"
#include "iam/records.pb.h"
#include "sts/api/types.h"
#include "sts/errors.h"
#include "sts/parts.h"

namespace skerry::sts {

// What a caller asks of a new session: policies that limit it, tags.
struct SessionRequest {
  using Tags = std::vector<std::pair<std::string, std::string>>;

  std::string policy;  // empty: none
  std::vector<std::string> policy_arns;
  Tags tags;
  std::vector<std::string> transitive_tag_keys;
};

std::vector<std::string> arns_of(const std::optional<wire::List<PolicyDescriptorType>>& policies);
SessionRequest::Tags tags_of(const std::optional<wire::List<Tag>>& tags);

// A session as its token will have it, so far as `asked` says, and how much of the room it takes.
struct SessionDraft {
  iam::record::Session session;
  std::optional<std::int32_t> packed_percent;  // nothing: neither policies nor tags
};

// `account_id`: where the managed policies are. `inherited`: the transitive tags of the session that asks, which the
// new one has too. Errors: those of AssumeRole's parameters.
Task<Result<SessionDraft>> draft_session(Parts parts, std::string account_id, SessionRequest asked,
                                         SessionRequest::Tags inherited);

// The condition keys that follow from the request's tags: aws:RequestTag/…, aws:TagKeys, sts:TransitiveTagKeys.
void add_tag_keys(const SessionRequest& asked, iam::policy::KeyList& into);

}  // namespace skerry::sts
