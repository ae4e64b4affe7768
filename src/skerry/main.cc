#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "skerry/commands.h"
#include "skerry/policy_commands.h"
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
  std::string account_id;
  bool json = false;
  bool repair = false;
  std::vector<std::string> aws;
};

std::string_view form(const skerry::Setting& setting) {
  switch (setting.kind) {
    case skerry::SettingKind::Text:
      return "TEXT";
    case skerry::SettingKind::Flag:
      return "true|false";
    case skerry::SettingKind::Number:
      return "NUMBER";
    case skerry::SettingKind::Bytes:
      return "SIZE";
    case skerry::SettingKind::Duration:
      return "TIME";
    case skerry::SettingKind::Choice:
      return setting.choices;
  }
  std::unreachable();
}

// Every command takes every setting, so that one set of flags does for all of them; its help shows those that mean
// something to it. None named: all.
CLI::App* add_settings(CLI::App* command, CommandLine& line, std::initializer_list<std::string_view> shown = {}) {
  command->add_option("--config", line.file, "TOML file with settings")->type_name("FILE");
  for (const skerry::Setting& setting : skerry::all_settings()) {
    std::string name(setting.name);
    std::string_view usual = setting.default_value;
    auto take = [&line, name](const std::string& value) { line.flags[name] = value; };
    std::string help = usual.empty() ? std::string(setting.help) : fmt::format("{} [{}]", setting.help, usual);
    CLI::Option* option = command->add_option_function<std::string>("--" + name, take, std::move(help));
    option->type_name(std::string(form(setting)));
    bool means_something = shown.size() == 0 || std::ranges::find(shown, setting.name) != shown.end();
    option->group(means_something ? "Settings, with what they are by default" : "");
  }
  return command;
}

constexpr std::string_view kBegin =
    "To begin:\n"
    "  skerry serve                         # says where it listens, and what to type next\n"
    "  eval \"$(skerry env)\"                # in another shell: endpoint, keys, region\n"
    "  aws s3 mb s3://my-bucket             # with an AWS CLI that knows AWS_ENDPOINT_URL\n"
    "  skerry aws s3 mb s3://my-bucket      # with any\n"
    "\n"
    "`skerry COMMAND --help` tells more of each.";
constexpr std::string_view kSettings =
    "Each setting is also SKERRY_NAME in the environment (http.idle_timeout is SKERRY_HTTP_IDLE_TIMEOUT) and a line "
    "of\n"
    "the --config file (idle_timeout of [http]); a flag goes before the environment, and that before the file.\n";
constexpr std::string_view kServe =
    "Examples:\n"
    "  skerry serve --data /srv/skerry --listen 127.0.0.1:4566 --threads 2\n"
    "  skerry serve --listen 0.0.0.0:8443 --tls.certificate fullchain.pem --tls.key key.pem\n"
    "\n"
    "The first start makes an account, prints its root access key once and keeps it in the data folder. SIGTERM lets\n"
    "requests end before it exits; SIGHUP reads the certificate again.";
constexpr std::string_view kEnv =
    "Sets AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_DEFAULT_REGION for the first account:\n"
    "  eval \"$(skerry env --data /srv/skerry)\"\n"
    "  aws s3 ls";
constexpr std::string_view kAws =
    "For an AWS CLI that is too old for AWS_ENDPOINT_URL. What follows is passed on as it is:\n"
    "  skerry aws s3 ls\n"
    "  skerry aws --data /srv/skerry s3 cp letter.txt s3://my-bucket/";
constexpr std::string_view kAccount =
    "Works beside a running server and without one. No account can reach another's buckets.\n"
    "  skerry account create --name ann --json    # the secret access key is shown here, and never again\n"
    "  skerry account list --json\n"
    "  skerry account rm 111122223333    # its users and keys too; not while it has buckets";
constexpr std::string_view kVerify =
    "Reads every object, checks every tag and length, and looks for what is lost or left over. Works beside a running\n"
    "server and without one; exits with 0 only when all is in order. --repair takes away garbage and nothing else.";
constexpr std::string_view kPolicy =
    "Looks at documents on this machine alone: no server is asked, nothing is stored.\n"
    "  skerry policy generate --service s3 --effect allow --principal 111122223333 --actions 'Get*' --resource "
    "'box/*'\n"
    "  skerry policy check bucket-policy.json\n"
    "  skerry policy simulate --policy ann.json --principal arn:aws:iam::111122223333:user/ann \\\n"
    "    --action s3:GetObject --resource arn:aws:s3:::box/letter";
constexpr std::string_view kPolicyCheck =
    "Exits with 0 when FILE is a policy, whatever the warnings, and with 2 when it is none.";
constexpr std::string_view kPolicySimulate =
    "Exits with 0 when it would be allowed, with 1 when it would be denied, and with 2 when that cannot be told.";
constexpr std::string_view kDoctor =
    "Looks at the data folder and its space, where the master key lies, where the API listens and whether with TLS, "
    "and\n"
    "the cores. A line that begins with WEAK says what to improve.";

// `skerry policy …`, which needs no settings.
class PolicyCommandLine {
 public:
  explicit PolicyCommandLine(CLI::App& app) {
    CLI::App* policy = app.add_subcommand("policy", "Make, explain and try policies");
    policy->require_subcommand(1);
    policy->footer(std::string(kPolicy));

    generate_ = policy->add_subcommand("generate", "Print a policy");
    generate_->add_option("--service", made_.service, "Of actions that do not name theirs")->default_val("s3");
    generate_->add_option("--effect", made_.effect, "allow or deny")
        ->default_val("allow")
        ->check(CLI::IsMember({"allow", "deny"}));
    generate_->add_option("--principal", made_.principals,
                          "ARNs, account ids, services, or *; none: for users and roles");
    generate_->add_option("--actions", made_.actions, "s3:GetObject, or 'Get*' of the service")->required();
    generate_->add_option("--resource", made_.resources, "ARNs, or of S3 bucket/key")->required();

    check_ = policy->add_subcommand("check", "Explain a policy, and warn of what it may not have meant");
    check_->add_option("FILE", checked_.file, "- reads standard input")->required();
    check_->footer(std::string(kPolicyCheck));

    simulate_ = policy->add_subcommand("simulate", "Say whether a request would be allowed, and why");
    simulate_->add_option("--policy", asked_.identity, "Files with the caller's own policies")->type_name("FILE");
    simulate_->add_option("--resource-policy", asked_.resource_based, "The resource's, a bucket's for one")
        ->type_name("FILE");
    simulate_->add_option("--boundary", asked_.boundary, "The caller's permissions boundary")->type_name("FILE");
    simulate_->add_option("--session-policy", asked_.session, "What came with AssumeRole")->type_name("FILE");
    simulate_->add_option("--principal", asked_.principal, "Who asks: an ARN, an account id, a service, or *")
        ->required();
    simulate_->add_option("--action", asked_.action, "s3:GetObject")->required();
    simulate_->add_option("--resource", asked_.resource, "An ARN")->default_val("*");
    simulate_->add_option("--owner", asked_.owner, "The resource's account, where it is not the caller's");
    simulate_->add_option("--context", asked_.context, "Condition keys: aws:SourceIp=192.0.2.1")
        ->type_name("KEY=VALUE");
    simulate_->footer(std::string(kPolicySimulate));
  }

  // The exit status, if one of them was asked for.
  std::optional<int> run() const {
    if (*generate_) return skerry::generate_policy(made_);
    if (*check_) return skerry::check_policy(checked_);
    if (*simulate_) return skerry::simulate_policy(asked_);
    return std::nullopt;
  }

 private:
  CLI::App* generate_ = nullptr;
  CLI::App* check_ = nullptr;
  CLI::App* simulate_ = nullptr;
  skerry::PolicyGenerate made_;
  skerry::PolicyCheck checked_;
  skerry::PolicySimulate asked_;
};

skerry::AdminRequest account_request(std::string command, const CommandLine& line) {
  skerry::AdminRequest request{.command = std::move(command), .arguments = {}};
  if (line.json) request.arguments["json"] = "true";
  if (!line.account_id.empty()) request.arguments["id"] = line.account_id;
  if (!line.account_name.empty()) request.arguments["name"] = line.account_name;
  return request;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  CLI::App app{"Skerry: S3 and functions on your own machines, as AWS speaks them."};
  app.require_subcommand(1);
  app.footer(std::string(kBegin));
  app.set_version_flag("--version", "skerry " SKERRY_VERSION, "Print the version");
  auto command = [&line](CLI::App& parent, const char* name, const char* does, std::string_view teaches,
                         std::initializer_list<std::string_view> shown = {}) {
    CLI::App* added = add_settings(parent.add_subcommand(name, does), line, shown);
    added->footer(std::string(teaches));
    return added;
  };
  CLI::App* serve = command(app, "serve", "Serve the API until told to stop", fmt::format("{}\n{}", kSettings, kServe));
  CLI::App* env = command(app, "env", "Print export lines for AWS tools: eval \"$(skerry env)\"", kEnv,
                          {"data", "listen", "region", "tls.certificate"});
  CLI::App* aws = command(app, "aws", "Run the installed AWS CLI against this server", kAws,
                          {"data", "listen", "region", "tls.certificate"});
  aws->prefix_command();
  CLI::App* account = app.add_subcommand("account", "Accounts, each with its own buckets");
  account->require_subcommand(1);
  account->footer(std::string(kAccount));
  CLI::App* create =
      command(*account, "create", "Make an account and its root access key", kAccount, {"data", "master_key"});
  create->add_option("--name", line.account_name, "What to call it");
  create->add_flag("--json", line.json, "Print JSON");
  CLI::App* list =
      command(*account, "list", "List the accounts and their root access keys", kAccount, {"data", "master_key"});
  list->add_flag("--json", line.json, "Print JSON");
  CLI::App* remove = command(*account, "rm", "Remove an account that has no buckets", kAccount, {"data", "master_key"});
  remove->add_option("id", line.account_id, "Its twelve digits")->required();
  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);
  config->footer("  skerry config show --config /etc/skerry/skerry.toml\n" + std::string(kSettings));
  CLI::App* show = command(*config, "show", "Every setting, its value and where it came from", kSettings);
  CLI::App* verify =
      command(app, "verify", "Read everything that is stored and check it", kVerify, {"data", "master_key"});
  verify->add_flag("--repair", line.repair, "Remove what is provably garbage");
  CLI::App* doctor = command(app, "doctor", "Say what this machine offers and what is weak", kDoctor,
                             {"data", "listen", "master_key", "tls.certificate"});
  CLI::App* version = app.add_subcommand("version", "Print the version");
  PolicyCommandLine policy(app);
  if (argc == 1) {
    fmt::print(stderr, "{}", app.help());
    return 1;
  }
  CLI11_PARSE(app, argc, argv);

  if (*version) {
    fmt::print("skerry {}\n", SKERRY_VERSION);
    return 0;
  }
  if (auto done = policy.run()) return *done;
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
  if (*remove) return skerry::run_admin(*settings, account_request("account.rm", line));
  if (*show) return skerry::show_configuration(*settings);
  if (*doctor) return skerry::doctor(*settings);
  if (*verify) {
    skerry::AdminRequest request{.command = "verify", .arguments = {}};
    if (line.repair) request.arguments["repair"] = "true";
    return skerry::run_admin(*settings, request);
  }
  return 0;
}
