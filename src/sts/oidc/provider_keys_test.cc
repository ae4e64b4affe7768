#include "sts/oidc/provider_keys.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/sim_executor.h"
#include "sts/oidc/test_tokens.h"

namespace skerry::sts::oidc {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class FakeFetcher final : public Fetcher {
 public:
  std::expected<std::string, FetchError> fetch(const std::string& location) override {
    asked.push_back(location);
    auto found = documents.find(location);
    if (found == documents.end()) return std::unexpected(FetchError{errc, location});
    return found->second;
  }

  std::map<std::string, std::string> documents;
  std::vector<std::string> asked;
  FetchErrc errc = FetchErrc::Unreachable;
};

class ProviderKeysTest : public testing::Test {
 protected:
  ProviderKeysTest() { serve({first_.jwk()}); }

  void serve(std::initializer_list<std::string> jwks) {
    fetcher_.documents["https://keys.example/set"] = key_set(jwks);
  }

  // The key's id, or what is wrong.
  std::string find(std::string key_id, std::string provider = "issuer.example", std::string algorithm = "ES256") {
    auto found = world_.run(keys_.find(std::move(provider), std::move(algorithm), std::move(key_id)));
    if (found) return found->id();
    return found.error().errc == KeysErrc::NoKey ? "no key" : "unreachable";
  }

  SimExecutor world_;
  FakeFetcher fetcher_;
  InlineWorkers workers_;
  TestKey first_{"first", "P-256"}, second_{"second", "P-256"};
  ProviderKeys keys_{fetcher_,
                     workers_,
                     world_,
                     {{"issuer.example", "https://keys.example/set"}, {"local.example", "/etc/keys.json"}}};
};

TEST_F(ProviderKeysTest, AreFetchedOnce) {
  EXPECT_EQ(find("first"), "first");
  EXPECT_EQ(find("first"), "first");
  EXPECT_EQ(fetcher_.asked, std::vector<std::string>{"https://keys.example/set"});
  world_.advance(hours(1));
  EXPECT_EQ(find("first"), "first");
  EXPECT_EQ(fetcher_.asked.size(), 2u);
}

TEST_F(ProviderKeysTest, AnUnknownKeyIsAskedForOnceAMinute) {
  EXPECT_EQ(find("first"), "first");
  serve({first_.jwk(), second_.jwk()});
  EXPECT_EQ(find("second"), "no key");
  world_.advance(minutes(1));
  EXPECT_EQ(find("second"), "second");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(find("third"), "no key");
  EXPECT_EQ(fetcher_.asked.size(), 2u);
}

TEST_F(ProviderKeysTest, OfAFileAreReadAgainAtOnce) {
  fetcher_.documents["/etc/keys.json"] = key_set({first_.jwk()});
  EXPECT_EQ(find("second", "local.example"), "no key");
  fetcher_.documents["/etc/keys.json"] = key_set({second_.jwk()});
  EXPECT_EQ(find("second", "local.example"), "second");
}

TEST_F(ProviderKeysTest, OutliveAProviderThatDoesNotAnswerForADay) {
  EXPECT_EQ(find("first"), "first");
  fetcher_.documents.clear();
  world_.advance(hours(2));
  EXPECT_EQ(find("first"), "first");
  world_.advance(hours(22));
  EXPECT_EQ(find("first"), "unreachable");
}

TEST_F(ProviderKeysTest, AProviderThatDoesNotAnswerIsAskedOnceAMinute) {
  fetcher_.documents.clear();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(find("first"), "unreachable");
  EXPECT_EQ(fetcher_.asked.size(), 1u);
  serve({first_.jwk()});
  world_.advance(minutes(1));
  EXPECT_EQ(find("first"), "first");
}

TEST_F(ProviderKeysTest, ATokenWithoutAKeysNameNeedsTheOnlyOne) {
  EXPECT_EQ(find(""), "first");
  EXPECT_EQ(find("", "issuer.example", "RS256"), "no key");
  world_.advance(minutes(1));
  serve({first_.jwk(), second_.jwk()});
  world_.advance(hours(1));
  EXPECT_EQ(find(""), "no key");
}

TEST_F(ProviderKeysTest, OfOthersAreWhereTheirConfigurationSays) {
  const std::string place = "https://other.example/realm/.well-known/openid-configuration";
  fetcher_.documents[place] = R"({"jwks_uri":"https://keys.example/set"})";
  EXPECT_EQ(find("first", "other.example/realm"), "first");
  EXPECT_EQ(fetcher_.asked, (std::vector<std::string>{place, "https://keys.example/set"}));
  for (const char* configuration :
       {"{}", "[]", "x", R"({"jwks_uri":"http://keys.example/set"})", R"({"jwks_uri":1})"}) {
    std::string name = "bad" + std::to_string(fetcher_.asked.size());
    fetcher_.documents["https://" + name + "/.well-known/openid-configuration"] = configuration;
    EXPECT_EQ(find("first", name), "no key") << configuration;
  }
}

TEST_F(ProviderKeysTest, ADocumentThatIsNoneIsNoKey) {
  fetcher_.documents["https://keys.example/set"] = "<html>";
  EXPECT_EQ(find("first"), "no key");
  fetcher_.errc = FetchErrc::Refused;
  EXPECT_EQ(find("first", "local.example"), "no key");
}

TEST(KeyLocations, AreRead) {
  EXPECT_EQ(parse_key_locations(" https://a.example=/f b.example/r=https://k?x=1 "),
            (KeyLocations{{"a.example", "/f"}, {"b.example/r", "https://k?x=1"}}));
  EXPECT_TRUE(parse_key_locations("")->empty());
  for (const char* text : {"a", "=b", "a=", "a=b https://a=c"}) EXPECT_FALSE(parse_key_locations(text)) << text;
}

TEST(SystemFetcher, ReadsFilesAndSaysWhatItCannot) {
  SystemFetcher fetcher;
  EXPECT_EQ(fetcher.fetch("/nonexistent/keys.json").error().errc, FetchErrc::Unreachable);
  EXPECT_EQ(fetcher.fetch("/dev/zero").error().errc, FetchErrc::Refused);
  EXPECT_EQ(fetcher.fetch("http://127.0.0.1:1/keys.json").error().errc, FetchErrc::Unreachable);
}

}  // namespace
}  // namespace skerry::sts::oidc
