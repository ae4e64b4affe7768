#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "skerry/endpoint_file.h"
#include "skerry/root_key_file.h"
#include "skerry/serve.h"
#include "skerry/settings.h"

extern char** environ;

namespace {

using skerry::Settings;

constexpr const char* kVersion = SKERRY_VERSION;

Settings::Environment environment() {
  Settings::Environment out;
  for (char** entry = environ; *entry; ++entry) {
    std::string_view text = *entry;
    auto equals = text.find('=');
    if (equals != text.npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

int fail(const std::string& sentence) {
  fmt::print(stderr, "skerry: {}\n", sentence);
  return 1;
}

int print_environment(const Settings& settings) {
  auto key = skerry::read_root_key(settings.text("data"));
  if (!key) return fail(key.error());
  if (!*key) {
    return fail("there is no account in " + settings.text("data") + " yet; `skerry serve --data " +
                settings.text("data") + "` makes one at its first start");
  }
  bool tls = !settings.text("tls.certificate").empty();
  std::string configured = fmt::format("{}://{}", tls ? "https" : "http", settings.text("listen"));
  fmt::print("export AWS_ENDPOINT_URL={}\n", skerry::EndpointFile::read(settings.text("data")).value_or(configured));
  fmt::print("export AWS_ACCESS_KEY_ID={}\n", (*key)->access_key_id);
  fmt::print("export AWS_SECRET_ACCESS_KEY={}\n", (*key)->secret_access_key);
  fmt::print("export AWS_DEFAULT_REGION={}\n", settings.text("region"));
  return 0;
}

int show_configuration(const Settings& settings) {
  for (const Settings::Shown& shown : settings.show()) {
    fmt::print("{:<24} {:<28} {}\n", shown.name, shown.value.empty() ? "-" : shown.value, shown.origin);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Skerry: S3 and functions on your own machines, as AWS speaks them."};
  app.require_subcommand(1);
  std::map<std::string, std::string> flags;
  std::optional<std::string> file;
  auto add_settings = [&](CLI::App* command) {
    command->add_option("--config", file, "TOML file with settings (see `skerry config show`)");
    for (const skerry::Setting& setting : skerry::all_settings()) {
      std::string name(setting.name);
      command->add_option_function<std::string>(
          "--" + name, [&flags, name](const std::string& value) { flags[name] = value; }, std::string(setting.help));
    }
    return command;
  };
  CLI::App* serve = add_settings(app.add_subcommand("serve", "Serve the API until told to stop"));
  CLI::App* env = add_settings(app.add_subcommand("env", "Print export lines for AWS tools: eval \"$(skerry env)\""));
  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);
  CLI::App* show = add_settings(config->add_subcommand("show", "Every setting, its value and where it came from"));
  CLI::App* version = app.add_subcommand("version", "Print the version");
  CLI11_PARSE(app, argc, argv);

  if (*version) {
    fmt::print("skerry {}\n", kVersion);
    return 0;
  }
  auto settings = Settings::load(flags, environment(), file);
  if (!settings) return fail(settings.error());
  if (*serve) return skerry::serve(*settings);
  if (*env) return print_environment(*settings);
  if (*show) return show_configuration(*settings);
  return 0;
}
