#include "skerry/commands.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/loop_executor.h"
#include "iam/access_key_id.h"
#include "skerry/admin_handler.h"
#include "skerry/endpoint_file.h"
#include "skerry/root_key_file.h"
#include "skerry/shell.h"
#include "skerry/storage_stack.h"
#include "skerry/wire_up_s3.h"

namespace skerry {
namespace {

struct ClientSettings {
  std::string endpoint;
  RootKey key;
  std::string region;
};

int fail(const std::string& sentence) {
  fmt::print(stderr, "skerry: {}\n", sentence);
  return 1;
}

std::expected<ClientSettings, std::string> client_settings(const Settings& settings) {
  std::string data = settings.text("data");
  auto key = read_root_key(data);
  if (!key) return std::unexpected(key.error());
  if (!*key) {
    return std::unexpected(fmt::format(
        "there is no account in {} yet; `skerry serve --data {}` makes one at its first start", data, data));
  }
  bool tls = !settings.text("tls.certificate").empty();
  auto endpoint = EndpointFile::read(data);
  if (!endpoint) {
    auto listen = net::Endpoint::parse(settings.text("listen"));
    if (!listen) return std::unexpected("listen is \"" + settings.text("listen") + "\"; it has to be ADDRESS:PORT");
    endpoint = client_url(*listen, tls);
  }
  return ClientSettings{std::move(*endpoint), **key, settings.text("region")};
}

// What AWS's tools go by. Some know one name of the region, some the other.
std::array<std::pair<const char*, std::string>, 5> environment_of(const ClientSettings& client) {
  return {{{"AWS_ENDPOINT_URL", client.endpoint},
           {"AWS_ACCESS_KEY_ID", client.key.access_key_id},
           {"AWS_SECRET_ACCESS_KEY", client.key.secret_access_key},
           {"AWS_DEFAULT_REGION", client.region},
           {"AWS_REGION", client.region}}};
}

// What an earlier use of AWS may have left, and would be taken for this server's.
constexpr const char* kInTheWay[] = {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL_S3"};

// Whether the environment has a key of the same account already: a user's, whom the command is to be done as.
bool has_keys_of_account(const ClientSettings& client) {
  const char* id = std::getenv("AWS_ACCESS_KEY_ID");
  return id && std::getenv("AWS_SECRET_ACCESS_KEY") && iam::account_of(id) == iam::account_of(client.key.access_key_id);
}

AdminResult run_on_store(const Settings& settings, const AdminRequest& request) {
  std::error_code why;
  if (!std::filesystem::exists(settings.text("data") + "/format", why)) {
    return std::unexpected("there is no store in " + settings.text("data") + (why ? ": " + why.message() : ""));
  }
  Log log(LogLevel::Warning, LogFormat::Human);
  LoopExecutor executor;
  auto stack = executor.run(StorageStack::open(settings, log));
  if (!stack) return std::unexpected(stack.error());
  InlineWorkers workers;
  S3 s3(**stack, workers, settings);
  Admin admin(**stack, s3.scrubbed());
  AdminResult result = executor.run(admin.run(request));
  executor.run((*stack)->stop());
  return result;
}

void report(bool good, const std::string& line) { fmt::print("{}  {}\n", good ? "ok  " : "WEAK", line); }

bool check_folder(const Settings& settings) {
  std::string data = settings.text("data");
  std::error_code error;
  std::string existing = data;
  while (!existing.empty() && !std::filesystem::exists(existing, error)) {
    existing = std::filesystem::path(existing).parent_path();
  }
  if (existing.empty()) existing = ".";
  if (::access(existing.c_str(), W_OK) != 0) {
    fmt::print("FAIL  {} cannot be written to\n", existing);
    return false;
  }
  struct statvfs space{};
  if (::statvfs(existing.c_str(), &space) == 0) {
    std::uint64_t free_mib = space.f_bavail * (space.f_frsize >> 10) >> 10;
    report(free_mib > 1024, fmt::format("{} MiB are free under {}", free_mib, existing));
  }
  return true;
}

void check_master_key(const Settings& settings) {
  auto origin = master_key_origin(settings);
  if (!origin) {
    report(false, origin.error());
    return;
  }
  bool beside_data =
      origin->kind == storage::MasterKeyOrigin::Kind::File && origin->name.starts_with(settings.text("data") + "/");
  if (beside_data) {
    report(false,
           "the master key lies in the data folder: whoever takes the folder can read everything in it. Move "
           "it and set `master_key`, or hand it over as a systemd credential");
  } else {
    report(true, "the master key comes from " + origin->describe());
  }
}

}  // namespace

int print_environment(const Settings& settings) {
  auto client = client_settings(settings);
  if (!client) return fail(client.error());
  for (const auto& [name, value] : environment_of(*client)) fmt::print("export {}={}\n", name, shell_quoted(value));
  for (const char* name : kInTheWay) fmt::print("unset {}\n", name);
  return 0;
}

int show_configuration(const Settings& settings) {
  for (const Settings::Shown& shown : settings.show()) {
    fmt::print("{:<28} {:<28} {}\n", shown.name, shown.value.empty() ? "-" : shown.value, shown.origin);
  }
  return 0;
}

int run_admin(const Settings& settings, const AdminRequest& request) {
  std::optional<AdminResult> asked = ask_server(settings.text("data"), request);
  AdminResult result = asked ? std::move(*asked) : run_on_store(settings, request);
  if (!result) return fail(result.error());
  fmt::print("{}", *result);
  return 0;
}

int doctor(const Settings& settings) {
  bool good = check_folder(settings);
  check_master_key(settings);
  bool loopback = settings.text("listen").starts_with("127.") || settings.text("listen").starts_with("[::1]") ||
                  settings.text("listen").starts_with("localhost");
  bool tls = !settings.text("tls.certificate").empty();
  report(loopback || tls, fmt::format("the API listens on {} {}", settings.text("listen"),
                                      tls        ? "with TLS"
                                      : loopback ? "without TLS, on loopback only"
                                                 : "WITHOUT TLS"));
  auto cores = std::thread::hardware_concurrency();
  report(cores > 1, fmt::format("{} cores: as many reactors", cores));
  return good ? 0 : 1;
}

int run_aws(const Settings& settings, const std::vector<std::string>& arguments) {
  auto client = client_settings(settings);
  if (!client) return fail(client.error());
  const bool keys_stay = has_keys_of_account(*client);
  for (const auto& [name, value] : environment_of(*client)) {
    std::string_view variable = name;
    bool of_key = variable == "AWS_ACCESS_KEY_ID" || variable == "AWS_SECRET_ACCESS_KEY";
    if (!keys_stay || !of_key) ::setenv(name, value.c_str(), 1);
  }
  for (const char* name : kInTheWay) {
    if (!keys_stay || std::string_view(name) != "AWS_SESSION_TOKEN") ::unsetenv(name);
  }
  std::vector<std::string> words{"aws", "--endpoint-url", client->endpoint};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp("aws", argv.data());
  return fail("there is no `aws` on the PATH; install the AWS CLI (Debian: apt install awscli)");
}

}  // namespace skerry
