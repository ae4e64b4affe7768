#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy/keys.h"
#include "s3/bucket.h"
#include "s3/request_facts.h"

namespace skerry::s3 {

// What one permission is asked for.
struct Thing {
  const FoundBucket* bucket = nullptr;  // null: one that is not there yet, or all of the caller's
  std::string_view bucket_name{};
  std::string_view key{};         // empty: the bucket itself
  std::string_view version_id{};  // as it was sent; empty: the latest
  // Of the object, where somebody asks for its tags; null: there is no object, or nobody asks.
  const record::VersionDetail* detail = nullptr;

  bool versioned() const { return !version_id.empty(); }
};

// The condition keys that S3 adds to a request (s3:prefix, s3:ExistingObjectTag/team), worked out as policies ask for
// them. A key that the action does not have by AWS's service authorization reference (models/overlay/s3.json) is not
// there, whatever the request says.
//
// Nothing is allocated but for tags and a copy's source, where a policy asks for them.
//
// Life: of one decision. Threads: one.
class PolicyKeys final : public iam::policy::Keys {
 public:
  PolicyKeys(const RequestFacts& facts, const wire::Permission& permission, const Thing& thing,
             std::string_view caller_account)
      : facts_(facts), permission_(permission), thing_(thing), caller_account_(caller_account) {}

  std::span<const std::string_view> find(std::string_view key) const override;

 private:
  using Values = std::span<const std::string_view>;

  Values work_out(std::string_view key) const;
  Values one(std::string_view key, std::string_view value) const;
  Values unless_empty(std::string_view key, std::string_view value) const;
  Values sent(std::string_view key, RequestFacts::Value value) const;
  Values signature_age(std::string_view key) const;
  Values tls_version(std::string_view key) const;
  Values copy_source() const;
  template <class Tags>
  Values tag(std::string_view key, const Tags& tags) const;
  Values tag_keys() const;
  const std::vector<record::Tag>& request_tags() const;

  const RequestFacts& facts_;
  const wire::Permission& permission_;
  const Thing& thing_;
  const std::string_view caller_account_;

  // A view lives as long as the decision, and a key is asked for again and again.
  struct Known {
    std::string_view key, value;
  };
  static constexpr std::size_t kKnownMax = 96;  // an action has some thirty keys; a bucket has fifty tags
  mutable std::array<Known, kKnownMax> known_;
  mutable std::size_t known_count_ = 0;
  mutable std::array<char, 24> digits_;
  mutable std::optional<std::vector<record::Tag>> header_tags_;
  mutable std::vector<std::string_view> tag_keys_;
  mutable std::string source_;
  mutable std::array<std::string_view, 2> sources_;
};

}  // namespace skerry::s3
