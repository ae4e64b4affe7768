#include "skerry/settings.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace skerry {
namespace {

class SettingsTest : public testing::Test {
 protected:
  std::string write_file(std::string_view content) {
    std::string path = testing::TempDir() + "/skerry_settings_test.toml";
    std::ofstream(path) << content;
    return path;
  }
};

TEST_F(SettingsTest, EachSourceBeatsTheOneBelow) {
  std::string file = write_file("region = \"eu-west-1\"\nmemory = \"1GiB\"\n[s3]\nany_region = true\n");
  auto settings =
      Settings::load({{"region", "eu-west-3"}}, {{"SKERRY_REGION", "eu-west-2"}, {"SKERRY_MEMORY", "64MiB"}}, file);
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->text("region"), "eu-west-3");
  EXPECT_EQ(settings->bytes("memory"), 64 << 20);
  EXPECT_TRUE(settings->flag("s3.any_region"));
  EXPECT_EQ(settings->number("http.connections_max"), 10'000);
  EXPECT_EQ(settings->milliseconds("auth.max_skew"), 15 * 60 * 1000);
  std::map<std::string, std::string> origins;
  for (const auto& shown : settings->show()) origins[shown.name] = shown.origin;
  EXPECT_EQ(origins["region"], "command line");
  EXPECT_EQ(origins["memory"], "environment SKERRY_MEMORY");
  EXPECT_EQ(origins["s3.any_region"], file);
  EXPECT_EQ(origins["domain"], "default");
}

TEST_F(SettingsTest, ErrorsSayWhatAndWhere) {
  auto error = [](auto loaded) { return loaded ? std::string("no error") : loaded.error(); };
  EXPECT_EQ(error(Settings::load({{"memory", "lots"}}, {}, {})),
            "memory (command line) is \"lots\"; it has to be a number of bytes such as 256MiB");
  for (const char* level : {"", "loud", "debug|info", "INFO"}) {
    EXPECT_EQ(error(Settings::load({{"log.level", level}}, {}, {})),
              fmt::format("log.level (command line) is \"{}\"; it has to be one of debug|info|warning|error", level));
  }
  EXPECT_EQ(error(Settings::load({{"log.level", "debug"}, {"log.format", "json"}}, {}, {})), "no error");
  EXPECT_EQ(error(Settings::load({{"colour", "red"}}, {}, {})),
            "there is no setting `colour` (see `skerry config show`)");
  EXPECT_NE(error(Settings::load({}, {}, write_file("[s3]\nany_regoin = true\n"))).find("`s3.any_regoin`"),
            std::string::npos);
  EXPECT_NE(error(Settings::load({}, {}, write_file("a = \n"))).find("line 1"), std::string::npos);
  EXPECT_NE(error(Settings::load({}, {}, "/nowhere/skerry.toml")).find("/nowhere"), std::string::npos);
}

TEST_F(SettingsTest, EveryDefaultIsOfItsKind) {
  auto settings = Settings::load({}, {}, {});
  ASSERT_TRUE(settings);
  for (const Setting& setting : all_settings()) {
    std::map<std::string, std::string> flags{{std::string(setting.name), std::string(setting.default_value)}};
    EXPECT_TRUE(Settings::load(flags, {}, {})) << setting.name;
  }
}

}  // namespace
}  // namespace skerry
