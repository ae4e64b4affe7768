// A client that asks one kind of question over and over, and says how fast the answers came: `load --help`.
//
// One thread on one core, any number of connections. Prints one line of JSON. The access key is read from
// LOAD_ACCESS_KEY and LOAD_SECRET_KEY, so that it is not seen in a list of processes.
#include <fmt/format.h>
#include <sched.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>

#include "client.h"

namespace {

using namespace bench;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void pin_to(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(core), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fmt::print(stderr, "load: core {} is not to be had\n", core);
}

// The files that a static server needs to give the same answers.
int write_files(const std::string& root, const WorkOptions& options) {
  Pattern pattern(options.size);
  for (std::uint64_t number = 0; number < options.keys; ++number) {
    std::string path = root + "/" + options.bucket + "/" + fmt::format(fmt::runtime(options.key_format), number);
    std::ofstream file(path, std::ios::binary);
    file << pattern.common() << pattern.tail(number);
    if (!file.flush()) {
      fmt::print(stderr, "load: cannot write {}\n", path);
      return 1;
    }
  }
  return 0;
}

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c >= ' ' && c <= '~' ? c : ' ';
  }
  return quoted + '"';
}

void print_result(RunResult& result, const Work& work, std::size_t prepared) {
  std::sort(result.latencies_us.begin(), result.latencies_us.end());
  std::size_t done = result.latencies_us.size();
  auto percentile = [&](double share) {
    return done == 0 ? 0 : result.latencies_us[static_cast<std::size_t>(share * static_cast<double>(done - 1))];
  };
  fmt::print(
      "{{\"requests\": {}, \"failed\": {}, \"seconds\": {:.4f}, \"per_second\": {:.1f}, \"bytes_per_second\": {:.0f}, "
      "\"entries_per_second\": {:.0f}, \"p50_us\": {}, \"p99_us\": {}, \"max_us\": {}, \"server_cpu_s\": {:.2f}, "
      "\"client_cpu_s\": {:.2f}, \"prepared\": {}, \"signed_while_timed\": {}, \"first_failure\": {}}}\n",
      done, result.failed, result.seconds, static_cast<double>(done) / result.seconds,
      static_cast<double>(result.body_bytes) / result.seconds, static_cast<double>(result.entries) / result.seconds,
      percentile(0.5), percentile(0.99), percentile(1), result.server_cpu_s, result.client_cpu_s, prepared,
      work.made_live(), json_text(result.first_failure));
}

}  // namespace

int main(int count, char** values) {
  CLI::App app("Measures an S3 server, or a server of files, from one core.");
  WorkOptions work_options;
  RunOptions run_options;
  std::string files_root;
  std::size_t prepare = 0;
  int core = -1;
  bool payload_unsigned = false;
  app.add_option("--op", work_options.op, "what to ask for")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Op>{
          {"get", Op::Get}, {"put", Op::Put}, {"head", Op::Head}, {"list", Op::List}, {"delete", Op::Delete}}));
  app.add_option("--port", run_options.port, "of the server, on 127.0.0.1");
  app.add_option("--bucket", work_options.bucket)->required();
  app.add_option("--key-format", work_options.key_format, "an object's key by its number, as {fmt} writes it");
  app.add_option("--keys", work_options.keys, "objects in the working set")->check(CLI::PositiveNumber);
  app.add_option("--size", work_options.size, "bytes in an object");
  app.add_option("--connections", run_options.connections)->check(CLI::Range(1, 1024));
  app.add_option("--seconds", run_options.seconds);
  app.add_option("--warm-up", run_options.warm_up_s, "seconds that are not counted");
  app.add_option("--requests", run_options.requests_max, "end after so many");
  app.add_option("--prepare", prepare, "sign so many requests before the timed part");
  app.add_option("--core", core, "run on this core");
  app.add_option("--pids", run_options.server_pids, "the server's processes, for their CPU time")->delimiter(',');
  app.add_flag("--once", work_options.once, "every key once");
  app.add_flag("--anonymous", work_options.anonymous, "without signatures");
  app.add_flag("--unsigned-payload", payload_unsigned);
  app.add_option("--list-prefix", work_options.list_prefix);
  app.add_option("--list-delimiter", work_options.list_delimiter);
  app.add_flag("--list-anywhere", work_options.list_anywhere, "start after a random key");
  app.add_option("--entries", run_options.entries_expected, "in every listing");
  app.add_option("--write-files", files_root, "write the objects as files under this folder, and end");
  CLI11_PARSE(app, count, values);

  if (!files_root.empty()) return write_files(files_root, work_options);
  if (core >= 0) pin_to(core);
  work_options.host = fmt::format("{}:{}", run_options.address, run_options.port);
  work_options.payload_signed = !payload_unsigned;
  if (run_options.entries_expected > 0)
    work_options.list_room = static_cast<std::uint64_t>(run_options.entries_expected) + 1;
  if (work_options.list_anywhere && work_options.keys <= work_options.list_room) {
    fmt::print(stderr, "load: --list-anywhere needs more --keys than --entries\n");
    return 2;
  }
  Work work(work_options, environment("LOAD_ACCESS_KEY"), environment("LOAD_SECRET_KEY"));
  work.prepare(prepare);
  Client client(run_options, work);
  RunResult result = client.run();
  print_result(result, work, prepare);
  return result.failed == 0 ? 0 : 1;
}
