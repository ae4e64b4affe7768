#include "skerry/serve.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <thread>

#include "api/api_server.h"
#include "auth/authenticator.h"
#include "base/loop_executor.h"
#include "net/server.h"
#include "s3/api/ops.h"
#include "skerry/admin_handler.h"
#include "skerry/endpoint_file.h"
#include "skerry/front_door.h"
#include "skerry/root_key_file.h"
#include "skerry/shell.h"
#include "skerry/startup_pages.h"
#include "skerry/storage_stack.h"
#include "skerry/unserved.h"
#include "skerry/wire_up_iam.h"
#include "skerry/wire_up_metrics.h"
#include "skerry/wire_up_s3.h"
#include "skerry/wire_up_sts.h"
#include "storage/blob_spool.h"

namespace skerry {
namespace {

// Signals are taken by the main thread alone, one after the other; every thread begins with them blocked.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

// A descriptor for each connection and for files beside; the soft limit is often 1,024. Gives how many there are.
std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur;
}

// As many as descriptors allow: the store keeps a thousand open, and some connections need another for what they read
// or upload. Past them nobody would be told why, and reads would fail as well.
std::size_t connections_within(std::size_t descriptors) {
  constexpr std::size_t kOfTheStore = 1024;
  return descriptors > 2 * kOfTheStore ? (descriptors - kOfTheStore) / 4 * 3 : descriptors / 4;
}

std::size_t thread_count(const Settings& settings) {
  auto set = static_cast<std::size_t>(settings.number("threads"));
  return set > 0 ? set : std::max(1u, std::thread::hardware_concurrency());
}

net::Limits limits(const Settings& settings) {
  net::Limits out;
  out.header_bytes = static_cast<std::size_t>(settings.bytes("http.header_bytes_max"));
  // All reactors together a sixteenth; a single head always fits.
  std::size_t shared = static_cast<std::size_t>(settings.bytes("memory")) / 16 / thread_count(settings);
  out.long_heads_bytes = std::max(shared, 2 * out.header_bytes);
  out.target_bytes = static_cast<std::size_t>(settings.bytes("http.request_line_bytes_max"));
  out.body_bytes = static_cast<std::uint64_t>(settings.bytes("http.body_bytes_max"));
  out.rate_min = static_cast<std::uint64_t>(settings.bytes("http.rate_min"));
  out.connections = static_cast<std::size_t>(settings.number("http.connections_max"));
  out.header_time = milliseconds(settings.milliseconds("http.header_timeout"));
  out.idle_time = milliseconds(settings.milliseconds("http.idle_timeout"));
  out.body_idle_time = milliseconds(settings.milliseconds("http.body_timeout"));
  out.write_idle_time = milliseconds(settings.milliseconds("http.write_timeout"));
  return out;
}

// The account of the first start, and its key where the operator finds it.
Task<std::expected<bool, std::string>> ensure_account(StorageStack& stack, std::string data_folder) {
  auto accounts = stack.accounts().list();
  bool first = accounts.empty();
  if (first) {
    std::string name = "root";
    auto made = co_await stack.accounts().create(std::move(name));
    if (!made) co_return std::unexpected(made.error().detail);
    accounts = stack.accounts().list();
  }
  auto kept = read_root_key(data_folder);
  if (!kept) co_return std::unexpected(kept.error());
  if (!*kept) {
    // Also where the first start died between making the account and writing its key.
    RootKey key{accounts.front().root_access_key_id, accounts.front().root_secret};
    if (auto written = write_root_key(data_folder, key); !written) co_return std::unexpected(written.error());
  }
  co_return first;
}

void print_welcome(const Settings& settings, const std::string& url, bool first) {
  fmt::print("Skerry serves {} from {}\n", url, settings.text("data"));
  if (first) {
    auto key = read_root_key(settings.text("data"));
    if (key && *key) {
      fmt::print("A new account was made. Its root access key, kept in {}:\n  {}\n  {}\n",
                 root_key_path(settings.text("data")), (*key)->access_key_id, (*key)->secret_access_key);
    }
  }
  fmt::print("Next:\n  eval \"$(skerry env --data {})\"\n  aws s3 mb s3://my-bucket\n",
             shell_quoted(settings.text("data")));
  std::fflush(stdout);
}

LogLevel log_level(const Settings& settings) {
  std::string level = settings.text("log.level");
  if (level == "debug") return LogLevel::Debug;
  if (level == "warning") return LogLevel::Warning;
  if (level == "error") return LogLevel::Error;
  return LogLevel::Info;
}

LogFormat log_format(const Settings& settings) {
  std::string format = settings.text("log.format");
  if (format == "auto") return isatty(STDERR_FILENO) ? LogFormat::Human : LogFormat::Json;
  return format == "human" ? LogFormat::Human : LogFormat::Json;
}

int fail(const std::string& sentence) {
  fmt::print(stderr, "skerry: {}\n", sentence);
  return 1;
}

void wait_for_end(const sigset_t& signals, net::Server& server, Log& log) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return;
    if (auto reloaded = server.reload_certificates(); !reloaded) {
      log.error("the certificates were not read again", {{"reason", reloaded.error().detail}});
    } else {
      log.info("certificates read again");
    }
  }
}

}  // namespace

int serve(const Settings& settings) {
  sigset_t signals = block_signals();
  std::size_t descriptors = raise_descriptor_limit();
  Log log(log_level(settings), log_format(settings));

  LoopExecutor startup;
  auto opened = startup.run(StorageStack::open(settings, log));
  if (!opened) return fail(opened.error());
  StorageStack& stack = **opened;
  auto first = startup.run(ensure_account(stack, settings.text("data")));
  if (!first) return fail(first.error());

  // For hashes and encryption, beside the reactors: one each is what two lanes of one upload can use.
  WorkerPool workers(std::max<std::size_t>(2, thread_count(settings)), "skerry-work");
  S3 s3(stack, workers, settings);
  Iam iam(stack, workers);
  wire::Registry registry;
  std::vector<std::unique_ptr<UnservedFront>> unserved = unserved_fronts();
  auto key_locations = sts::oidc::parse_key_locations(settings.text("sts.oidc_keys"));
  if (!key_locations) return fail("sts.oidc_keys: " + key_locations.error());
  auto kek = startup.run(stack.accounts().kek());
  if (!kek) return fail(kek.error().detail);
  const iam::AuthorizationMessages denials(std::move(*kek), stack.clock(), stack.random());
  Sts sts(stack, denials, std::move(*key_locations));
  std::vector<api::Front*> fronts = {&s3.front(), &s3.control_front(), &sts.front(), &iam.front()};
  for (const auto& front : unserved) fronts.push_back(front.get());
  std::vector<const wire::Service*> services;
  for (const api::Front* front : fronts) services.push_back(&front->service());
  wire::Router router(std::move(services), {settings.text("domain")});
  auth::AuthOptions auth_options{
      .allow_sigv2 = settings.flag("auth.sigv2"),
      .max_skew = std::chrono::duration_cast<seconds>(milliseconds(settings.milliseconds("auth.max_skew")))};
  auth::Authenticator authenticator(stack.identities().credentials(), stack.clock(), auth_options);
  s3.bind(registry, authenticator);
  sts.bind(registry);
  iam.bind(registry);
  api::MemoryBudget memory(static_cast<std::size_t>(settings.bytes("memory")) / 3);
  storage::BlobSpool spool({stack.meta(), stack.blobs(), stack.epochs(), stack.readers(), workers}, stack.random());
  api::Metrics metrics;
  api::ApiServer api({.router = router,
                      .registry = registry,
                      .authenticator = authenticator,
                      .fronts = std::move(fronts),
                      .memory = memory,
                      .spool = spool,
                      .metrics = metrics,
                      .log = log,
                      .clock = stack.clock(),
                      .random = stack.random(),
                      .denials = settings.flag("auth.encoded_messages") ? &denials : nullptr});
  auto metrics_where =
      settings.flag("metrics.public") ? FrontDoor::Metrics::Everywhere : FrontDoor::Metrics::OnLoopback;
  FrontDoor door(api, metrics, metrics_where, log, stack.random());
  Admin admin(stack, s3.scrubbed());
  AdminHandler admin_handler(admin, door);

  auto endpoint = net::Endpoint::parse(settings.text("listen"));
  if (!endpoint) return fail("listen is \"" + settings.text("listen") + "\"; it has to be ADDRESS:PORT");
  std::unique_ptr<net::TlsContext> tls;
  if (settings.text("tls.certificate").empty() != settings.text("tls.key").empty()) {
    return fail("tls.certificate and tls.key go together: one of them is not set");
  }
  if (!settings.text("tls.certificate").empty()) {
    auto loaded = net::TlsContext::load(settings.text("tls.certificate"), settings.text("tls.key"));
    if (!loaded) return fail("the certificate cannot be used: " + loaded.error().detail);
    tls = std::move(*loaded);
  }
  net::Limits net_limits = limits(settings);
  if (std::size_t room = connections_within(descriptors); room < net_limits.connections) {
    log.warning("fewer connections than http.connections_max: the limit of open files is low",
                {{"connections", std::to_string(room)}, {"open_files", std::to_string(descriptors)}});
    net_limits.connections = room;
  }
  net::Server server({.threads = thread_count(settings), .limits = net_limits}, stack.clock());
  wire_up_metrics(metrics, server, memory, stack, s3, settings.text("data"));
  auto bound = server.listen({.endpoint = *endpoint, .handler = &door, .tls = tls.get()});
  if (!bound) return fail("cannot listen on " + settings.text("listen") + ": " + bound.error().detail);
  net::Endpoint socket{.address = admin_socket(settings.text("data")), .is_unix = true};
  if (auto listening = server.listen({.endpoint = socket, .handler = &admin_handler}); !listening) {
    return fail("cannot listen on " + socket.address + ": " + listening.error().detail);
  }
  server.start();

  std::string url = client_url(*bound, tls != nullptr);
  // What runs in the background belongs to one reactor.
  server.reactor(0).post([&] {
    stack.epochs().run();
    stack.identities().run();
    s3.start();
  });
  EndpointFile endpoint_file(settings.text("data"), url);
  print_welcome(settings, url, *first);
  unmap_startup_pages();
  log.info("serving", {{"endpoint", bound->text()}, {"data", settings.text("data")}});

  wait_for_end(signals, server, log);
  log.info("draining");
  admin.stop();
  startup.run(server.drain(milliseconds(settings.milliseconds("http.drain_timeout"))));
  // The background work ends where it runs; only then do the stores go.
  auto stop_background = [](S3& service, StorageStack& storage) -> Task<> {
    co_await service.stop();
    co_await storage.stop();
  };
  std::promise<void> stopped;
  auto finish = [](Task<> stopping, std::promise<void>& done) -> Task<> {
    co_await std::move(stopping);
    done.set_value();
  };
  spawn(server.reactor(0), finish(stop_background(s3, stack), stopped));
  stopped.get_future().wait();
  log.info("stopped");
  return 0;
}

}  // namespace skerry
