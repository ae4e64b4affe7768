// What is stored and removed through the ledger, with power cuts everywhere: afterwards exactly the referenced blobs
// remain, and everything acknowledged can be read.
#include <gtest/gtest.h>

#include <cstdlib>
#include <list>

#include "base/bytes.h"
#include "base/sim_executor.h"
#include "storage/blob_ledger.h"
#include "storage/record_cipher.h"
#include "storage/records.pb.h"
#include "storage/row_class.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"
#include "storage/sweeper.h"

namespace skerry::storage {
namespace {

constexpr microseconds kGrace = seconds(30);

// Cuts a server's power at its nth call: before the call takes effect, or after it and before its answer.
struct Fuse {
  SimulatedClient* client = nullptr;
  std::size_t left = SIZE_MAX;
  bool after = false;

  bool burns() { return left != SIZE_MAX && left-- == 0; }

  template <class T>
  Task<T> guard(Task<T> call) {
    bool cut = burns();
    if (cut && !after) client->power_cut();
    T result = co_await std::move(call);
    if (cut && after) {
      client->power_cut();
      result = lost(result);
    }
    co_return result;
  }
  template <class T>
  static StoreResult<T> lost(const StoreResult<T>&) {
    return std::unexpected(StoreError{StoreErrc::Unavailable, "cut"});
  }
  static std::expected<void, CommitError> lost(const std::expected<void, CommitError>&) {
    return std::unexpected(CommitError{StoreErrc::Unavailable, {}, "cut"});
  }
};

class FusedMeta final : public MetaStore {
 public:
  FusedMeta(MetaStore& under, Fuse& fuse) : under_(under), fuse_(fuse) {}
  Task<StoreResult<std::optional<std::string>>> get(Partition partition, std::string_view key) override {
    return fuse_.guard(under_.get(partition, key));
  }
  Task<StoreResult<std::optional<std::string>>> get_bulk(Partition partition, std::string_view key) override {
    return fuse_.guard(under_.get_bulk(partition, key));
  }
  Task<StoreResult<ScanPage>> scan(ScanRequest request) override {
    return fuse_.guard(under_.scan(std::move(request)));
  }
  Task<std::expected<void, CommitError>> commit(Batch batch) override {
    return fuse_.guard(under_.commit(std::move(batch)));
  }
  Task<StoreResult<void>> erase_partition(Partition partition) override {
    return fuse_.guard(under_.erase_partition(partition));
  }
  std::size_t bulk_limit() const override { return under_.bulk_limit(); }

 private:
  MetaStore& under_;
  Fuse& fuse_;
};

class FusedWriter final : public BlobWriter {
 public:
  FusedWriter(std::unique_ptr<BlobWriter> under, Fuse& fuse) : under_(std::move(under)), fuse_(fuse) {}
  Task<StoreResult<void>> append(std::string_view bytes) override { return fuse_.guard(under_->append(bytes)); }
  Task<StoreResult<void>> seal() override { return fuse_.guard(under_->seal()); }

 private:
  std::unique_ptr<BlobWriter> under_;
  Fuse& fuse_;
};

class FusedBlobs final : public BlobStore {
 public:
  FusedBlobs(BlobStore& under, Fuse& fuse) : under_(under), fuse_(fuse) {}
  Task<StoreResult<std::unique_ptr<BlobWriter>>> create(BlobId id) override {
    auto out = co_await under_.create(id);
    if (!out) co_return std::unexpected(out.error());
    std::unique_ptr<BlobWriter> fused = std::make_unique<FusedWriter>(std::move(*out), fuse_);
    co_return fused;
  }
  Task<StoreResult<std::size_t>> read(BlobId id, std::uint64_t offset, std::span<char> into) override {
    return under_.read(id, offset, into);
  }
  Task<StoreResult<std::uint64_t>> size(BlobId id) override { return under_.size(id); }
  Task<StoreResult<void>> remove(BlobId id) override { return fuse_.guard(under_.remove(id)); }
  Task<StoreResult<std::vector<BlobId>>> list(Epoch epoch, std::optional<BlobId> after, std::size_t limit) override {
    return fuse_.guard(under_.list(epoch, after, limit));
  }
  Task<StoreResult<std::vector<Epoch>>> epochs() override { return under_.epochs(); }

 private:
  BlobStore& under_;
  Fuse& fuse_;
};

// A bucket's service in miniature: rows "o" + name hold the segment; a row "fence" says that the partition lives. The
// registry's rows "b" + partition are the list of buckets.
std::string segment_row(const Segment& segment) {
  std::string out = segment.id.bytes();
  append_be64(out, segment.size);
  out += segment.place == Place::Bulk ? 'B' : 'b';
  return out;
}

Segment parse_segment(const std::string& row) {
  return {*BlobId::from_bytes(row.substr(0, BlobId::kBytes)), load_be64(row.data() + BlobId::kBytes),
          row.back() == 'B' ? Place::Bulk : Place::Blob};
}

std::string bucket_row(Partition partition) {
  std::string key = "b";
  append_be64(key, static_cast<std::uint64_t>(partition));
  return key;
}

enum class Outcome { Done, Refused, Unknown };

Outcome outcome_of(const std::expected<void, CommitError>& done) {
  if (done) return Outcome::Done;
  return done.error().errc == StoreErrc::Unavailable ? Outcome::Unknown : Outcome::Refused;
}

// One start of one server.
class Server final : public SweepHost {
 public:
  Server(SimExecutor& sim, SimulatedCluster& cluster, Random& random, Faults faults, bool exclusive)
      : sim_(sim),
        client(cluster.connect(faults)),
        fuse{.client = client.get()},
        meta(client->meta(), fuse),
        blobs(client->blobs(), fuse),
        random_(random),
        epochs(meta, random, sim, {.exclusive = exclusive, .blobs_max = 5}) {}

  Task<bool> start() {
    ::setenv("SKERRY_CRASH_TEST", std::string(64, '1').c_str(), 1);
    MasterKeyOrigin origin{MasterKeyOrigin::Kind::Environment, "SKERRY_CRASH_TEST"};
    auto opened = co_await Keyring::open(meta, random_, sim_, origin);
    if (!opened) co_return false;
    keyring = std::move(*opened);
    auto started = co_await epochs.start();
    if (!started) co_return false;
    Sweeper::Stores stores{meta, blobs, epochs, *keyring, readers};
    sweeper = std::make_unique<Sweeper>(stores, *this, sim_, Sweeper::Options{.grace = kGrace});
    co_return true;
  }

  Task<StoreResult<std::vector<Partition>>> load_partitions() override {
    ScanRequest request{.partition = Partition::Registry, .begin = "b", .end = "c"};
    auto rows = co_await scan_all(meta, std::move(request));
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<Partition> out;
    for (const Row& row : *rows) out.push_back(Partition{load_be64(row.key.data() + 1)});
    co_return out;
  }

  Task<Outcome> create_bucket(Partition partition) {
    Batch batch{.partition = partition, .puts = {{"fence", "live"}}};
    Outcome outcome = outcome_of(co_await meta.commit(batch));
    if (outcome != Outcome::Done) co_return outcome;
    Batch listed{.partition = Partition::Registry, .puts = {{bucket_row(partition), "listed"}}};
    co_return outcome_of(co_await meta.commit(listed));
  }

  // The real service would make sure that it is empty.
  Task<Outcome> drop_bucket(Partition partition) {
    Batch fenced{.partition = partition, .requirements = {{"fence", "live"}}, .puts = {{"fence", "dead"}}};
    Outcome outcome = outcome_of(co_await meta.commit(fenced));
    if (outcome == Outcome::Unknown) co_return outcome;
    Batch batch{.partition = Partition::Registry};
    batch.requirements.push_back({bucket_row(partition), "listed"});
    batch.erases.push_back(bucket_row(partition));
    drop_partition(batch, partition, KekId::Master, sim_.now());
    co_return outcome_of(co_await meta.commit(batch));
  }

  Task<Outcome> put(Partition partition, std::string name, std::string plain) {
    Epochs::NewBlob made = epochs.new_blob_id(partition);
    Segment segment{made.id, plain.size(), plain.size() < 10 ? Place::Bulk : Place::Blob};
    std::string sealed = seal_bytes(kek, segment.id, plain);
    if (segment.place == Place::Blob) {
      auto out = co_await blobs.create(segment.id);
      if (!out) co_return Outcome::Refused;
      auto appended = co_await (*out)->append(sealed);
      if (!appended) co_return Outcome::Refused;
      auto done = co_await (*out)->seal();
      if (!done) co_return Outcome::Refused;
    }
    const std::string row = "o" + name;
    for (;;) {
      auto old = co_await meta.get(partition, row);
      if (!old) co_return Outcome::Refused;
      Batch batch{.partition = partition};
      batch.requirements.push_back({"fence", "live"});
      batch.requirements.push_back({row, *old});
      batch.puts.push_back({row, segment_row(segment)});
      if (segment.place == Place::Blob) add_reference(batch, segment);
      if (segment.place == Place::Bulk) put_bulk(batch, segment, sealed);
      if (*old) drop_reference(batch, parse_segment(**old), sim_.now());
      auto done = co_await meta.commit(batch);
      if (done) {
        made.in_flight.settle();
        if (*old) sweeper->note(partition);
        co_return Outcome::Done;
      }
      bool raced = done.error().errc == StoreErrc::Conflict && done.error().conflicts.size() == 1 &&
                   done.error().conflicts[0].key == row;
      if (!raced) co_return outcome_of(done);
    }
  }

  Task<Outcome> remove(Partition partition, std::string name) {
    const std::string row = "o" + name;
    auto old = co_await meta.get(partition, row);
    if (!old || !*old) co_return Outcome::Refused;
    Batch batch{.partition = partition};
    batch.requirements.push_back({"fence", "live"});
    batch.requirements.push_back({row, *old});
    batch.erases.push_back(row);
    drop_reference(batch, parse_segment(**old), sim_.now());
    Outcome outcome = outcome_of(co_await meta.commit(batch));
    if (outcome == Outcome::Done) sweeper->note(partition);
    co_return outcome;
  }

  // Lets time pass with the server's background work going on.
  Task<> live_for(microseconds time, microseconds step) {
    for (microseconds begin = sim_.steady(); sim_.steady() - begin < time;) {
      co_await sleep_for(step);
      co_await epochs.maintain();
      auto done = co_await sweeper->pass();
      if (client->link().is_cut()) co_return;
    }
  }

 private:
  SimExecutor& sim_;

 public:
  std::unique_ptr<SimulatedClient> client;
  Fuse fuse;
  FusedMeta meta;
  FusedBlobs blobs;

 private:
  Random& random_;

 public:
  Epochs epochs;
  Readers readers;
  std::unique_ptr<Keyring> keyring;
  std::unique_ptr<Sweeper> sweeper;
  const Kek kek{KekId{5}, Secret(std::string(32, 'k'))};
};

constexpr Partition kFirst{1000}, kSecond{1001};

std::vector<Row> rows_of(SimulatedCluster& cluster, Partition partition) {
  return cluster.disk().scan({.partition = partition, .begin = {}, .end = {}}, 1'000'000).rows;
}

// Exactly what the objects refer to is there, and no trace of anything else.
void expect_tidy(SimulatedCluster& cluster, std::vector<Partition> partitions, const Kek& kek) {
  std::set<BlobId> referenced;
  for (Partition partition : partitions) {
    for (const Row& row : rows_of(cluster, partition)) {
      RowClass row_class{static_cast<unsigned char>(row.key.front())};
      EXPECT_NE(row_class, RowClass::Removal) << "a removal was left";
      if (row_class == RowClass::Reference) {
        records::Reference reference;
        ASSERT_TRUE(reference.ParseFromString(row.value));
        EXPECT_FALSE(reference.condemned());
      }
      if (row.key.front() != 'o') continue;
      Segment segment = parse_segment(row.value);
      std::string sealed;
      if (segment.place == Place::Blob) {
        referenced.insert(segment.id);
        EXPECT_TRUE(cluster.disk().find(partition, reference_key(segment.id))) << "no reference to a blob in use";
        const std::string* bytes = cluster.disk().find_blob(segment.id);
        ASSERT_NE(bytes, nullptr) << "an object's blob is gone: " << segment.id.text();
        sealed = *bytes;
      } else {
        auto bulk = cluster.disk().find_bulk(partition, segment.id.bytes());
        ASSERT_TRUE(bulk) << "an object's bulk value is gone";
        sealed = *bulk;
      }
      EXPECT_TRUE(open_bytes(kek, segment.id, sealed));
    }
  }
  std::set<BlobId> there;
  for (const auto& [id, bytes] : cluster.disk().blobs()) there.insert(id);
  EXPECT_EQ(there, referenced);
}

std::optional<std::string> content(SimulatedCluster& cluster, Partition partition, const std::string& name,
                                   const Kek& kek) {
  auto row = cluster.disk().find(partition, "o" + name);
  if (!row) return std::nullopt;
  Segment segment = parse_segment(*row);
  if (segment.place == Place::Bulk) {
    return *open_bytes(kek, segment.id, cluster.disk().find_bulk(partition, segment.id.bytes()).value());
  }
  return *open_bytes(kek, segment.id, *cluster.disk().find_blob(segment.id));
}

// Everything that is done to a blob in its life, in order; ends early when the power goes. Says what was acknowledged.
Task<> scenario(Server& server, std::map<std::string, std::string>& acknowledged) {
  bool started = co_await server.start();
  if (!started) co_return;
  std::string big(50, 'x'), bigger(60, 'y'), small = "tiny";
  Outcome first = co_await server.create_bucket(kFirst);
  if (first != Outcome::Done) co_return;
  Outcome second = co_await server.create_bucket(kSecond);
  if (second != Outcome::Done) co_return;
  std::string a = "a", b = "b", c = "c";
  Outcome put_a_big = co_await server.put(kFirst, a, big);
  if (put_a_big == Outcome::Done) acknowledged[a] = big;
  Outcome put_b_small = co_await server.put(kFirst, b, small);
  if (put_b_small == Outcome::Done) acknowledged[b] = small;
  Outcome put_c_big = co_await server.put(kFirst, c, big);
  if (put_c_big == Outcome::Done) acknowledged[c] = big;
  co_await server.put(kSecond, a, big);
  co_await server.put(kSecond, b, small);
  if (acknowledged.contains(a)) {
    acknowledged[a] = "";  // either
    Outcome put_a_bigger = co_await server.put(kFirst, a, bigger);
    if (put_a_bigger == Outcome::Done) acknowledged[a] = bigger;
  }
  acknowledged.erase(b);
  co_await server.remove(kFirst, b);
  co_await server.drop_bucket(kSecond);
  for (int i = 0; i < 12 && !server.client->link().is_cut(); ++i) {
    std::string name = "n" + std::to_string(i);
    Outcome put_name_big = co_await server.put(kFirst, name, big);
    if (put_name_big == Outcome::Done) acknowledged[name] = big;
  }
  co_await server.live_for(kGrace * 2, seconds(5));
  co_await server.epochs.stop();
}

// One run with the power cut at call `at`; false: the scenario has fewer calls.
bool run_with_cut(std::size_t at, bool after, bool exclusive) {
  SCOPED_TRACE(fmt::format("cut {} call {}{}", after ? "after" : "before", at, exclusive ? ", exclusive" : ""));
  SimExecutor sim(at);
  SeededRandom random(at + 1);
  SimulatedCluster cluster(sim, 1);
  std::map<std::string, std::string> acknowledged;
  Server first(sim, cluster, random, {}, exclusive);
  first.fuse.left = at;
  first.fuse.after = after;
  sim.run(scenario(first, acknowledged));
  bool was_cut = first.client->link().is_cut();
  if (!was_cut) {
    EXPECT_EQ(acknowledged.size(), 14u) << "the scenario ended early";
  }

  Server second(sim, cluster, random, {}, exclusive);
  EXPECT_TRUE(sim.run(second.start()));
  sim.run(second.live_for(kGrace * 4, seconds(5)));
  sim.run(second.live_for(kCondemnedLife + kGrace * 2, seconds(1800)));
  std::vector<Partition> live = sim.run(second.load_partitions()).value();
  if (std::ranges::find(live, kSecond) == live.end()) {
    for (const Row& row : rows_of(cluster, kSecond)) EXPECT_EQ(row.key, "fence") << "a dropped partition has rows";
  }
  // A bucket whose creation was cut is not listed: its fence is all there is of it.
  expect_tidy(cluster, {kFirst, kSecond}, second.kek);
  for (const auto& [name, plain] : acknowledged) {
    auto found = content(cluster, kFirst, name, second.kek);
    EXPECT_TRUE(found) << name;
    if (!plain.empty()) {
      EXPECT_EQ(found, plain) << name;
    }
  }
  sim.run(second.epochs.stop());
  for (const Row& row : rows_of(cluster, Partition::Registry)) {
    RowClass row_class{static_cast<unsigned char>(row.key.front())};
    EXPECT_NE(row_class, RowClass::OpenEpoch);
    EXPECT_NE(row_class, RowClass::Lease);
    EXPECT_NE(row_class, RowClass::DroppedPartition);
  }
  return was_cut;
}

TEST(Crash, AtEveryCallExactlyTheReferencedBlobsRemain) {
  for (bool exclusive : {true, false}) {
    for (bool after : {false, true}) {
      std::size_t at = 0;
      while (run_with_cut(at, after, exclusive) && !testing::Test::HasFailure()) ++at;
      EXPECT_GT(at, 100u);
    }
  }
}

// Servers that come and go over one store, with everything going wrong; what one acknowledged is never lost, and when
// the storm is over nothing superfluous is left.
class Storm {
 public:
  explicit Storm(std::uint64_t seed) : sim_(seed), random_(seed * 3 + 1), cluster_(sim_, seed) {}

  void run() {
    Server& builder = start_server({});
    EXPECT_EQ(sim_.run(builder.create_bucket(kFirst)), Outcome::Done);
    EXPECT_EQ(sim_.run(builder.create_bucket(kSecond)), Outcome::Done);
    Gate gate;
    sim_.run(weather(gate));
    sim_.run(gate.close());
    calm_down();
  }

 private:
  Server& start_server(Faults faults) {
    for (;;) {
      Server& server = servers_.emplace_back(sim_, cluster_, random_, faults, false);
      if (sim_.run(server.start())) return server;
      server.client->power_cut();
    }
  }

  // Every writer has names of its own, so that what it was told last holds.
  Task<> write(Server& server, int writer) {
    for (int i = 0; i < 30 && !server.client->link().is_cut(); ++i) {
      std::string name = fmt::format("w{}-{}", writer, random_.below(4));
      std::string plain(random_.chance(0.3) ? 4 : 50, static_cast<char>('a' + i % 26));
      bool removes = random_.chance(0.3);
      auto& possible = possible_[name];
      if (possible.empty()) possible.insert(std::nullopt);
      std::optional<std::string> target = removes ? std::nullopt : std::optional(plain);
      Outcome outcome;
      if (removes) {
        outcome = co_await server.remove(kFirst, name);
      } else {
        outcome = co_await server.put(kFirst, name, plain);
      }
      if (outcome == Outcome::Done) possible = {target};
      if (outcome == Outcome::Unknown) possible.insert(target);
      co_await sleep_for(milliseconds(random_.below(3000)));
    }
  }

  // Slow links, outages, power cuts, and a server that stands still for longer than its lease.
  Task<> weather(Gate& gate) {
    for (int round = 0; round < 3; ++round) {
      std::vector<Server*> up;
      while (up.size() < 2) {
        Server& server = servers_.emplace_back(sim_, cluster_, random_, Faults::storm(), false);
        bool started = co_await server.start();
        if (started) up.push_back(&server);
        if (!started) server.client->power_cut();
      }
      for (Server* server : up) {
        gate.spawn(server->live_for(seconds(600), seconds(5)));
        for (int i = 0; i < 2; ++i) gate.spawn(write(*server, next_writer_++));
      }
      co_await sleep_for(seconds(random_.below(20)));
      up[0]->client->link().hold(Link::Way::Request);
      co_await sleep_for(seconds(random_.below(90)));
      up[0]->client->link().release(Link::Way::Request);
      co_await sleep_for(seconds(random_.below(40)));
      for (Server* server : up) server->client->power_cut();
    }
  }

  void calm_down() {
    Server& last = start_server({});
    sim_.run(last.live_for(kGrace * 5, seconds(5)));
    sim_.run(last.live_for(kCondemnedLife + kGrace * 2, seconds(1800)));
    expect_tidy(cluster_, {kFirst, kSecond}, last.kek);
    for (const auto& [name, possible] : possible_) {
      EXPECT_TRUE(possible.contains(content(cluster_, kFirst, name, last.kek))) << name;
    }
    sim_.run_until_idle();
    for (Server& server : servers_) server.client->power_cut();
  }

  SimExecutor sim_;
  SeededRandom random_;
  SimulatedCluster cluster_;
  std::list<Server> servers_;
  int next_writer_ = 0;
  std::map<std::string, std::set<std::optional<std::string>>> possible_;
};

TEST(Crash, NothingAcknowledgedIsLostInAStorm) {
  for (std::uint64_t seed = 1; seed <= 60 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Storm(seed).run();
  }
}

}  // namespace
}  // namespace skerry::storage
