#pragma once
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/auth_error.h"
#include "auth/form_fields.h"
#include "base/clock.h"

namespace skerry::auth {

// The policy of a POST form: what its signer allows whoever holds the form to upload.
//
//   {"expiration": "2015-12-30T12:00:00.000Z",
//    "conditions": [{"bucket": "b"}, ["starts-with", "$key", "user/"], ["content-length-range", 1, 1000000]]}
//
// Life: a value. Threads: any, once parsed.
class PostPolicy {
 public:
  // `text` is the form's policy field: base64 of JSON. Strict, but for the escapes \$ and \v that AWS documents.
  // Error: InvalidPolicy.
  static std::expected<PostPolicy, AuthError> parse(std::string_view text);

  // Whether the form may be stored in `bucket` at `now`: not expired, every condition met, every field covered by one
  // (but signature, policy, file and x-ignore-*). A condition on a field that the form lacks is not met. Fields are
  // expanded (${filename}) before.
  // Error: PolicyViolated, with AWS's sentence.
  std::optional<AuthError> check(const FormFields& fields, std::string_view bucket, Time now) const;

  // Whether a file of that size may be stored. Errors: EntityTooSmall, EntityTooLarge.
  std::optional<AuthError> check_size(std::uint64_t size_bytes) const;

  // No file above this passes: a reader may stop there.
  std::uint64_t size_max_bytes() const { return size_max_; }

 private:
  enum class Operator { Equals, StartsWith, SizeRange };
  struct Condition {
    Operator op;
    std::string name;  // without the $
    std::string operand;
    bool meaningful;      // false: well-formed, but nothing can meet it, as a name without its $
    std::string printed;  // as error messages show it
  };
  struct Reader;

  bool is_met(const Condition& condition, const FormFields& fields, std::string_view bucket) const;

  Time expiration_{};
  std::vector<Condition> conditions_;
  std::uint64_t size_min_ = 0;
  std::uint64_t size_max_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace skerry::auth
