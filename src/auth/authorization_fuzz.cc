// Any text as Authorization header, as query and as the headers around them: no crash, and nobody is let in who did not
// sign.
#include "auth/auth_test_support.h"
#include "auth/canonical.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skerry;
  using namespace skerry::auth;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto line = [&text] {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string out(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return out;
  };
  net::Request request = make_request("GET", "/" + line(), "host", {}, 1);
  if (std::string header = line(); !header.empty()) request.headers.add("authorization", std::move(header));
  for (const char* name : {"x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "content-encoding"}) {
    if (std::string value = line(); !value.empty()) request.headers.add(name, std::move(value));
  }
  static FixedClock clock("20130524T000000Z");
  static MapCredentials credentials;
  static Authenticator authenticator(credentials, clock);
  for (ErrorFamily family : {ErrorFamily::S3, ErrorFamily::Query}) {
    Expectation expected{.family = family, .services = kS3, .region = "us-east-1"};
    Authenticator::needs_body_hash(request, expected);
    auto who = authenticator.try_authenticate(request, expected);
    CHECK(who.has_value(), "the credential is at hand");
    CHECK(!*who || (*who)->kind == AuthKind::Anonymous, "nobody can guess a signature");
  }
  // A canonical query is a fixed point.
  CanonicalQuery once(request.query());
  std::string first, second;
  once.append(first, CanonicalQuery::Token::Signed);
  CanonicalQuery twice(first);
  twice.append(second, CanonicalQuery::Token::Signed);
  CHECK(first == second, "canonical stays canonical: {} and {}", first, second);
  return 0;
}
