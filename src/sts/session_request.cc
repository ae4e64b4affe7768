#include "sts/session_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "iam/policy/parse.h"
#include "model/arn.h"
#include "wire/text.h"

namespace skerry::sts {
namespace {

// Of a policy and the ARNs beside it, in characters; AWS's.
constexpr std::size_t kPolicyTextMax = 2048;
constexpr std::size_t kPolicyArnsMax = 10;
constexpr std::size_t kTagsMax = 50;
// Of policies and tags in a token, ours: with the rest of a session they stay under iam::kSessionBytesMax.
constexpr std::size_t kPackedBytesMax = 6144;

std::size_t percent_of(std::size_t size, std::size_t most) { return (size * 100 + most - 1) / most; }

bool has_name(const SessionRequest::Tags& tags, std::string_view key) {
  return std::ranges::any_of(
      tags, [lowered = iam::policy::lower(key)](const auto& tag) { return iam::policy::lower(tag.first) == lowered; });
}

std::optional<wire::ApiError> check_tags(const SessionRequest& asked, const SessionRequest::Tags& inherited) {
  std::set<std::string> names;
  for (const auto& [key, value] : asked.tags) {
    if (!names.insert(iam::policy::lower(key)).second) {
      return invalid_parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (has_name(inherited, key)) {
      return invalid_parameter(
          "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
          "the calling session.");
    }
  }
  for (const std::string& key : asked.transitive_tag_keys) {
    if (!has_name(asked.tags, key)) {
      return invalid_parameter("The specified transitive tag key must be included in the requested tags.");
    }
  }
  if (asked.tags.size() + inherited.size() > kTagsMax) {
    return validation_error(fmt::format("A session has at most {} tags.", kTagsMax));
  }
  return std::nullopt;
}

std::optional<wire::ApiError> check_policy(const std::string& text) {
  auto document = iam::policy::parse(text, iam::policy::Kind::Session);
  if (!document) return error(Errc::MalformedPolicyDocumentException, document.error().message);
  return std::nullopt;
}

wire::ApiError too_large(bool by_tags, std::size_t percent) {
  std::string message =
      by_tags ? fmt::format("Packed size of session tags consumes {}% of allotted space.", percent)
              : fmt::format("Packed policy consumes {}% of allotted space, please use smaller policy.", percent);
  return error(Errc::PackedPolicyTooLargeException, std::move(message));
}

void add_tags(const SessionRequest::Tags& tags, iam::record::Session& into) {
  for (const auto& [key, value] : tags) {
    auto* tag = into.add_tags();
    tag->set_key(key);
    tag->set_value(value);
  }
}

}  // namespace

std::vector<std::string> arns_of(const std::optional<wire::List<PolicyDescriptorType>>& policies) {
  std::vector<std::string> out;
  if (!policies) return out;
  for (const PolicyDescriptorType& policy : *policies) out.push_back(policy.arn.value_or(""));
  return out;
}

SessionRequest::Tags tags_of(const std::optional<wire::List<Tag>>& tags) {
  SessionRequest::Tags out;
  if (!tags) return out;
  for (const Tag& tag : *tags) out.emplace_back(tag.key, tag.value);
  return out;
}

void add_tag_keys(const SessionRequest& asked, iam::policy::KeyList& into) {
  for (const auto& [key, value] : asked.tags) {
    into.add("aws:RequestTag/" + key, value);
    into.add("aws:TagKeys", key);
  }
  for (const std::string& key : asked.transitive_tag_keys) into.add("sts:TransitiveTagKeys", key);
}

Task<Result<SessionDraft>> draft_session(Parts parts, std::string account_id, SessionRequest asked,
                                         SessionRequest::Tags inherited) {
  if (auto wrong = check_tags(asked, inherited)) co_return std::unexpected(std::move(*wrong));
  std::size_t text = wire::utf8_length(asked.policy);
  if (!asked.policy.empty()) {
    if (auto wrong = check_policy(asked.policy)) co_return std::unexpected(std::move(*wrong));
  }
  if (asked.policy_arns.size() > kPolicyArnsMax) {
    co_return std::unexpected(
        validation_error(fmt::format("A session has at most {} managed policies.", kPolicyArnsMax)));
  }
  for (const std::string& arn : asked.policy_arns) {
    text += arn.size();
    auto parsed = Arn::parse(arn);
    bool reachable = parsed && parsed->service == "iam" && (parsed->account == account_id || parsed->account == "aws");
    if (!reachable) co_return std::unexpected(validation_error(fmt::format("Policy ARN {} is not valid.", arn)));
    auto found = co_await parts.loader.managed(arn);
    if (found) continue;
    if (found.error().errc != storage::StoreErrc::NotFound) co_return std::unexpected(store_error(found.error()));
    co_return std::unexpected(validation_error(fmt::format("Policy {} does not exist or is not attachable.", arn)));
  }
  if (text > kPolicyTextMax) co_return std::unexpected(too_large(false, percent_of(text, kPolicyTextMax)));

  SessionDraft out;
  out.session.set_policy(asked.policy);
  for (std::string& arn : asked.policy_arns) out.session.add_policy_arns(std::move(arn));
  std::size_t policies = out.session.ByteSizeLong();
  add_tags(inherited, out.session);
  add_tags(asked.tags, out.session);
  for (const auto& tag : inherited) out.session.add_transitive_tag_keys(tag.first);
  for (std::string& key : asked.transitive_tag_keys) out.session.add_transitive_tag_keys(std::move(key));
  std::size_t packed = out.session.ByteSizeLong();
  if (packed == 0) co_return out;
  std::size_t percent = percent_of(packed, kPackedBytesMax);
  if (percent > 100) co_return std::unexpected(too_large(packed > 2 * policies, percent));
  out.packed_percent = static_cast<std::int32_t>(percent);
  co_return out;
}

}  // namespace skerry::sts
