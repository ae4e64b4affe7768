// Runs the signing cases in ../shared/sigv4-vectors where they are there: both as the client (what would we sign?) and
// as the server (is the signed request let in?).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "auth/auth_test_support.h"
#include "auth/canonical.h"
#include "auth/sign_request.h"

namespace skerry::auth {
namespace {

namespace fs = std::filesystem;

std::string load(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

// The string, number or boolean of `key`; the files are flat enough for that.
std::string json_value(const std::string& text, const std::string& key) {
  std::smatch match;
  std::regex pattern("\"" + key + "\"\\s*:\\s*\"?([^\",\\n}]*)\"?");
  return std::regex_search(text, match, pattern) ? match[1].str() : "";
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(SKERRY_SIGV4_VECTORS, error)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  if (names.empty()) names.push_back("(absent)");
  return names;
}

// A request as the file has it: LF line ends, no blank after a colon, a blank in a path, folded values.
net::Request parse(const std::string& text, std::string& body) {
  net::Request request;
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  std::size_t first = line.find(' '), last = line.rfind(' ');
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  std::string name, value;
  auto flush = [&] {
    if (name == "host") {
      request.host = value;
    } else if (!name.empty()) {
      request.headers.add(name, value);
    }
  };
  while (std::getline(in, line) && !line.empty()) {
    if (line[0] == ' ') {
      value += "\n" + line;
      continue;
    }
    flush();
    std::size_t colon = line.find(':');
    name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    value = line.substr(colon + 1);
    if (auto start = value.find_first_not_of(' '); start != value.npos) value.erase(0, start);
  }
  flush();
  std::getline(in, body, '\0');
  request.length = body.size();
  return request;
}

class Vectors : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "(absent)") GTEST_SKIP() << "no cases in " << SKERRY_SIGV4_VECTORS;
    folder_ = fs::path(SKERRY_SIGV4_VECTORS) / GetParam();
    context_ = load(folder_ / "context.json");
    credentials_.add(json_value(context_, "access_key_id"), json_value(context_, "secret_access_key"),
                     json_value(context_, "token"));
    style_ = json_value(context_, "normalize") == "true" ? PathStyle::Others : PathStyle::S3;
  }
  void expect_accepted(const std::string& file) {
    std::string body;
    net::Request request = parse(load(folder_ / file), body);
    FixedClock clock("20150830T123600Z");
    Authenticator authenticator(credentials_, clock);
    std::string hash = hex_sha256(body);
    // A path that is not normalised is S3's way; everything else about these cases is another service's.
    constexpr std::string_view kService[] = {"service"};
    Expectation expected{
        .family = ErrorFamily::Query, .services = kService, .region = "us-east-1", .body_sha256 = hash};
    if (style_ == PathStyle::S3) return expect_canonical(file, request);
    auto who = authenticator.try_authenticate(request, expected);
    ASSERT_TRUE(who);
    EXPECT_TRUE(*who) << file << ": " << who->error().message;
  }
  void expect_canonical(const std::string& file, const net::Request& request) {
    bool header = file.starts_with("header");
    std::string wanted = load(folder_ / (header ? "header-canonical-request.txt" : "query-canonical-request.txt"));
    std::vector<std::string_view> names{"host"};
    if (header) names.push_back("x-amz-date");
    CanonicalQuery query(request.query());
    std::string canonical = canonical_request(request, query, names, hex_sha256(""), style_);
    EXPECT_EQ(canonical, wanted);
    std::string to_sign = load(folder_ / (header ? "header-string-to-sign.txt" : "query-string-to-sign.txt"));
    EXPECT_TRUE(to_sign.ends_with("\n" + hex_sha256(canonical)));
    HmacKey key = derive_signing_key(json_value(context_, "secret_access_key"), {"20150830", "us-east-1", "service"});
    EXPECT_EQ(view(to_hex(key.sign({to_sign}))),
              load(folder_ / (header ? "header-signature.txt" : "query-signature.txt")));
  }

  fs::path folder_;
  std::string context_;
  PathStyle style_{};
  MapCredentials credentials_;
};

TEST_P(Vectors, HeaderSigned) { expect_accepted("header-signed-request.txt"); }
TEST_P(Vectors, QuerySigned) { expect_accepted("query-signed-request.txt"); }

INSTANTIATE_TEST_SUITE_P(Sigv4, Vectors, testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

}  // namespace
}  // namespace skerry::auth
