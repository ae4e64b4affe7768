// Any bytes as a policy document: no crash, and what parses judges a form without one.
#include "auth/auth_test_support.h"
#include "auth/post_policy.h"
#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skerry;
  using namespace skerry::auth;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto policy = PostPolicy::parse(base64(text));
  if (!policy) {
    CHECK(policy.error().errc == AuthErrc::InvalidPolicy, "parsing says what it may say");
    return 0;
  }
  FormFields fields;
  fields.add("key", "a");
  fields.add("Content-Type", "image/a,image/b");
  policy->check(fields, "bucket", *parse_basic_time("20151229T120000Z"));
  policy->check_size(size);
  return 0;
}
