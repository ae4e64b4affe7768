#pragma once
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "auth/authenticator.h"
#include "base/sim_executor.h"
#include "iam/account_epochs.h"
#include "iam/directory.h"
#include "s3/bucket_registry.h"
#include "s3/content_store.h"
#include "s3/front.h"
#include "s3/janitor.h"
#include "s3/multipart_store.h"
#include "s3/object_index.h"
#include "s3/scrub_host.h"
#include "storage/epochs.h"
#include "storage/keyring.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"
#include "storage/sweeper.h"
#include "wire/registry.h"
#include "wire/router.h"

namespace skerry::concurrency {

// A request as a client means it. `target` is as on the wire: path-style, percent-encoded.
struct Ask {
  std::string method;
  std::string target;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

struct Reply {
  int status = 0;
  std::string code;    // of the error; empty when it went well
  std::string detail;  // what our log would say of it
  net::Headers headers;
  std::string body;
  // How the body broke off, in the client's eyes a connection that ended too early.
  std::optional<ReadError> broken;

  std::string header(std::string_view name) const { return std::string(headers.get(name)); }
  std::string etag() const;  // without quotes
  // The text of all elements of that name, in the order of the document, escaped as it stands there.
  std::vector<std::string> all(std::string_view element) const;
  std::string text(std::string_view element) const;  // of the first; empty without one
};

// A clock that is right but for a while: servers do not agree about the time.
class ServerClock final : public Clock {
 public:
  ServerClock(const Clock& base, microseconds offset) : base_(base), offset_(offset) {}
  Time now() const override { return base_.now() + offset_; }
  microseconds steady() const override { return base_.steady(); }
  void jump(microseconds by) { offset_ += by; }

 private:
  const Clock& base_;
  microseconds offset_;
};

// Nobody signs here.
class NoCredentials final : public auth::CredentialSource {
 public:
  std::optional<auth::CredentialResult> try_find(std::string_view, std::optional<std::string_view>) override {
    return std::unexpected(auth::CredentialErrc::Unknown);
  }
  Task<auth::CredentialResult> find(std::string, std::optional<std::string>) override {
    co_return std::unexpected(auth::CredentialErrc::Unknown);
  }
};

// One server over a shared simulated store: the real operations, from routing to the rows, with everything that runs
// in the background. Only sockets, signatures and threads are left out.
//
// Life: start() until stop(); the object stays until no request of its is left. Threads: one.
class SimulatedServer final : public storage::SweepHost {
 public:
  // The store answers well while it starts; the faults come then.
  static Task<std::shared_ptr<SimulatedServer>> start(SimExecutor& sim, storage::SimulatedCluster& cluster,
                                                      std::uint64_t seed, storage::Faults faults);

  Task<Reply> ask(Ask ask);

  // What was under way gets no answer from the store, now and for ever. stop() it all the same.
  void power_cut() { client_->power_cut(); }
  Task<> stop();

  storage::Link& link() { return client_->link(); }
  ServerClock& clock() { return clock_; }
  storage::Sweeper& sweeper() { return *sweeper_; }
  Task<storage::ScrubReport> scrub();
  // The blobs of all objects and parts, as the buckets' rows tell. The store answers.
  Task<std::set<storage::BlobId>> load_used_blobs();

  Task<storage::StoreResult<std::vector<storage::Partition>>> load_partitions() override;

 private:
  SimulatedServer(SimExecutor& sim, storage::SimulatedCluster& cluster, std::uint64_t seed);
  Task<> open();
  void bind();
  Task<wire::Answer> answer(net::Request& request, net::Headers& trailers);
  storage::Sweeper::Stores stores();

  ServerClock clock_;
  SeededRandom random_;
  const std::unique_ptr<storage::SimulatedClient> client_;
  InlineWorkers workers_;
  storage::Readers readers_;
  Gate tasks_;  // answers that come late
  std::unique_ptr<storage::Keyring> keyring_;
  NoCredentials credentials_;
  auth::Authenticator authenticator_;
  storage::Epochs epochs_;
  std::unique_ptr<storage::Sweeper> sweeper_;
  std::unique_ptr<s3::BucketRegistry> buckets_;
  std::unique_ptr<s3::ObjectIndex> index_;
  std::unique_ptr<s3::MultipartStore> uploads_;
  std::unique_ptr<s3::ContentStore> contents_;
  std::unique_ptr<s3::Janitor> janitor_;
  std::unique_ptr<iam::AccountEpochs> account_epochs_;
  std::unique_ptr<iam::Directory> directory_;
  std::unique_ptr<s3::Front> front_;
  std::unique_ptr<wire::Router> router_;
  wire::Registry registry_;
};

}  // namespace skerry::concurrency
