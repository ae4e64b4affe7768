#include "skerry/wire_up_metrics.h"

#include <sys/statvfs.h>

namespace skerry {
namespace {

using Kind = api::Metrics::Kind;

// A field of a struct of numbers, as a metric.
template <class Stats>
struct Field {
  Kind kind;
  const char* name;
  const char* help;
  double (*read)(const Stats&);
};

constexpr Field<net::Counters> kConnections[] = {
    {Kind::Gauge, "skerry_connections", "Connections now", [](auto& c) { return double(c.open); }},
    {Kind::Counter, "skerry_connections_total", "Connections, those refused included",
     [](auto& c) { return double(c.accepted); }},
    {Kind::Counter, "skerry_connections_refused_total", "Connections past the limit",
     [](auto& c) { return double(c.refused); }},
    {Kind::Counter, "skerry_bad_requests_total", "Requests that were no HTTP",
     [](auto& c) { return double(c.bad_requests); }},
    {Kind::Counter, "skerry_timeouts_total", "Connections that were too slow",
     [](auto& c) { return double(c.timeouts); }},
    {Kind::Counter, "skerry_aborted_answers_total", "Answers that ended half-way",
     [](auto& c) { return double(c.aborted); }},
    {Kind::Counter, "skerry_received_bytes_total", "Bytes of HTTP received",
     [](auto& c) { return double(c.bytes_in); }},
    {Kind::Counter, "skerry_sent_bytes_total", "Bytes of HTTP sent", [](auto& c) { return double(c.bytes_out); }},
};

constexpr Field<storage::local::LocalStore::Stats> kStore[] = {
    {Kind::Counter, "skerry_commits_total", "Synced writes of the log; batches over commits is the size of a group",
     [](auto& s) { return double(s.commit_groups); }},
    {Kind::Counter, "skerry_commit_batches_total", "Batches committed",
     [](auto& s) { return double(s.commit_batches); }},
    {Kind::Gauge, "skerry_commit_queue", "Batches that wait for the log",
     [](auto& s) { return double(s.commit_queue); }},
    {Kind::Counter, "skerry_log_reopenings_total", "Times the log was opened again after an error",
     [](auto& s) { return double(s.reopenings); }},
    {Kind::Gauge, "skerry_storage_healthy", "0: nothing is acknowledged until the log is opened again",
     [](auto& s) { return double(s.healthy); }},
    {Kind::Gauge, "skerry_storage_accepting", "0: the disk is full but for its reserve",
     [](auto& s) { return double(s.accepting); }},
    {Kind::Gauge, "skerry_open_blobs", "Files kept open for reading", [](auto& s) { return double(s.open_blobs); }},
    {Kind::Gauge, "skerry_cache_bytes", "Of RocksDB's cache and memtables",
     [](auto& s) { return double(s.cache_bytes); }},
    {Kind::Gauge, "skerry_row_cache_bytes", "Of rows read lately", [](auto& s) { return double(s.row_cache_bytes); }},
    {Kind::Counter, "skerry_row_cache_hits_total", "Rows found there",
     [](auto& s) { return double(s.row_cache_hits); }},
    {Kind::Counter, "skerry_row_cache_misses_total", "Rows not found there",
     [](auto& s) { return double(s.row_cache_misses); }},
    {Kind::Gauge, "skerry_storage_jobs", "RocksDB's flushes and compactions now",
     [](auto& s) { return double(s.background_jobs); }},
};

constexpr Field<storage::SweepStats> kSweeper[] = {
    {Kind::Counter, "skerry_swept_blobs_total", "Files of removed objects deleted",
     [](auto& s) { return double(s.blobs_removed); }},
    {Kind::Counter, "skerry_swept_small_bodies_total", "Small bodies of removed objects deleted",
     [](auto& s) { return double(s.bulk_removed); }},
    {Kind::Counter, "skerry_swept_bytes_total", "Bytes of both, as stored",
     [](auto& s) { return double(s.bytes_removed); }},
    {Kind::Counter, "skerry_orphans_total", "Files found that nothing referred to",
     [](auto& s) { return double(s.orphans_found); }},
    {Kind::Gauge, "skerry_sweep_queue", "Buckets in which something waits to be deleted",
     [](auto& s) { return double(s.partitions_waiting); }},
    {Kind::Counter, "skerry_sweep_failures_total", "Steps put off because the store did not answer",
     [](auto& s) { return double(s.failures); }},
    {Kind::Counter, "skerry_sweep_unreadable_total", "Rows left alone; `skerry verify` names them",
     [](auto& s) { return double(s.rows_unreadable); }},
};

constexpr Field<struct statvfs> kDisk[] = {
    {Kind::Gauge, "skerry_disk_bytes", "Of the file system under the data folder",
     [](auto& d) { return double(d.f_blocks) * double(d.f_frsize); }},
    {Kind::Gauge, "skerry_disk_free_bytes", "Of them free for the server, its reserve not counted",
     [](auto& d) { return double(d.f_bavail) * double(d.f_frsize); }},
};

template <class Fields, class Load>
void add(api::Metrics& metrics, const Fields& fields, Load load) {
  for (const auto& field : fields) {
    metrics.add_reading(field.kind, field.name, field.help, [load, read = field.read] { return read(load()); });
  }
}

}  // namespace

void wire_up_metrics(api::Metrics& metrics, const net::Server& server, const api::MemoryBudget& memory,
                     StorageStack& stack, const S3& s3, std::string data_folder) {
  add(metrics, kConnections, [&server] { return server.counters(); });
  add(metrics, kStore, [&stack] { return stack.local().stats(); });
  add(metrics, kSweeper, [&s3]() -> const storage::SweepStats& { return s3.sweep_stats(); });
  add(metrics, kDisk, [folder = std::move(data_folder)] {
    struct statvfs status{};
    ::statvfs(folder.c_str(), &status);
    return status;
  });
  metrics.add_reading(Kind::Gauge, "skerry_request_memory_bytes", "Set aside for requests under way",
                      [&memory] { return double(memory.used()); });
  metrics.add_reading(Kind::Gauge, "skerry_request_memory_limit_bytes", "Requests beyond it are told to come back",
                      [&memory] { return double(memory.limit()); });
}

}  // namespace skerry
