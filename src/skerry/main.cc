#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "skerry/commands.h"
#include "skerry/serve.h"
#include "skerry/settings.h"

extern char** environ;

namespace {

using skerry::Settings;

Settings::Environment environment() {
  Settings::Environment out;
  for (char** entry = environ; *entry; ++entry) {
    std::string_view text = *entry;
    auto equals = text.find('=');
    if (equals != text.npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

// The command line as it was understood: the command, and the settings that were given with it.
struct CommandLine {
  std::map<std::string, std::string> flags;
  std::optional<std::string> file;
  std::string account_name;
  bool json = false;
  bool repair = false;
  std::vector<std::string> aws;
};

CLI::App* add_settings(CLI::App* command, CommandLine& line) {
  command->add_option("--config", line.file, "TOML file with settings (see `skerry config show`)");
  for (const skerry::Setting& setting : skerry::all_settings()) {
    std::string name(setting.name);
    command->add_option_function<std::string>(
        "--" + name, [&line, name](const std::string& value) { line.flags[name] = value; }, std::string(setting.help));
  }
  return command;
}

skerry::AdminRequest account_request(std::string command, const CommandLine& line) {
  skerry::AdminRequest request{.command = std::move(command), .arguments = {}};
  if (line.json) request.arguments["json"] = "true";
  if (!line.account_name.empty()) request.arguments["name"] = line.account_name;
  return request;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  CLI::App app{
      "Skerry: S3 and functions on your own machines, as AWS speaks them.\n"
      "Begin with `skerry serve`, then in another shell: eval \"$(skerry env)\"; aws s3 mb s3://my-bucket"};
  app.require_subcommand(1);
  CLI::App* serve = add_settings(app.add_subcommand("serve", "Serve the API until told to stop"), line);
  CLI::App* env =
      add_settings(app.add_subcommand("env", "Print export lines for AWS tools: eval \"$(skerry env)\""), line);
  CLI::App* aws = add_settings(app.add_subcommand("aws", "Run the installed AWS CLI against this server"), line);
  aws->prefix_command();
  CLI::App* account = app.add_subcommand("account", "Accounts, each with its own buckets");
  account->require_subcommand(1);
  CLI::App* create = add_settings(account->add_subcommand("create", "Make an account and its root access key"), line);
  create->add_option("--name", line.account_name, "What to call it");
  create->add_flag("--json", line.json, "Print JSON");
  CLI::App* list = add_settings(account->add_subcommand("list", "List the accounts and their root access keys"), line);
  list->add_flag("--json", line.json, "Print JSON");
  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);
  CLI::App* show =
      add_settings(config->add_subcommand("show", "Every setting, its value and where it came from"), line);
  CLI::App* verify = add_settings(app.add_subcommand("verify", "Read everything that is stored and check it"), line);
  verify->add_flag("--repair", line.repair, "Remove what is provably garbage");
  CLI::App* doctor = add_settings(app.add_subcommand("doctor", "Say what this machine offers and what is weak"), line);
  CLI::App* version = app.add_subcommand("version", "Print the version");
  CLI11_PARSE(app, argc, argv);

  if (*version) {
    fmt::print("skerry {}\n", SKERRY_VERSION);
    return 0;
  }
  auto settings = Settings::load(line.flags, environment(), line.file);
  if (!settings) {
    fmt::print(stderr, "skerry: {}\n", settings.error());
    return 1;
  }
  if (*serve) return skerry::serve(*settings);
  if (*env) return skerry::print_environment(*settings);
  if (*aws) return skerry::run_aws(*settings, aws->remaining());
  if (*create) return skerry::run_admin(*settings, account_request("account.create", line));
  if (*list) return skerry::run_admin(*settings, account_request("account.list", line));
  if (*show) return skerry::show_configuration(*settings);
  if (*doctor) return skerry::doctor(*settings);
  if (*verify) {
    skerry::AdminRequest request{.command = "verify", .arguments = {}};
    if (line.repair) request.arguments["repair"] = "true";
    return skerry::run_admin(*settings, request);
  }
  return 0;
}
