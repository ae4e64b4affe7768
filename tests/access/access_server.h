#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/api_server.h"
#include "auth/authenticator.h"
#include "auth/sign_request.h"
#include "base/sim_executor.h"
#include "iam/authorization_messages.h"
#include "iam/identities.h"
#include "iam/service/front.h"
#include "s3/content_store.h"
#include "s3/control_front.h"
#include "s3/front.h"
#include "s3/object_index.h"
#include "storage/epochs.h"
#include "storage/keyring.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"
#include "sts/front.h"
#include "sts/oidc/provider_keys.h"
#include "wire/test_spool.h"

namespace skerry::access {

// Who asks. Without an id: nobody.
struct Key {
  std::string id{};
  std::string secret{};
  std::optional<std::string> token{};
};

struct Ask {
  std::string method;
  std::string target;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string service = "s3";  // that it is signed for
};

struct Reply {
  int status = 0;
  std::string body;

  // The text of the first element of that name; empty without one.
  std::string text(std::string_view element) const;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;
Ask iam_call(std::string_view action, const Parameters& parameters);
Ask sts_call(std::string_view action, const Parameters& parameters = {});

// One server over a shared simulated store: every request takes the way that ApiServer has for it, signature and all.
//
// Life: stop() before the end, also of one that has lost power. Threads: one.
class AccessServer {
 public:
  AccessServer(SimExecutor& sim, storage::SimulatedCluster& cluster, std::uint64_t seed);

  Task<Reply> ask(Key who, Ask ask);

  iam::Accounts& accounts() { return *accounts_; }
  storage::Link& link() { return client_->link(); }
  void power_cut() { client_->power_cut(); }
  void stop();

 private:
  void bind();

  SimExecutor& sim_;
  SeededRandom random_;
  const std::unique_ptr<storage::SimulatedClient> client_;
  InlineWorkers workers_;
  storage::Readers readers_;
  Gate tasks_;  // answers that come late
  std::unique_ptr<storage::Keyring> keyring_;
  storage::Epochs epochs_;
  std::unique_ptr<iam::Accounts> accounts_;
  std::unique_ptr<iam::Identities> identities_;
  std::unique_ptr<iam::AuthorizationMessages> denials_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<s3::BucketRegistry> buckets_;
  std::unique_ptr<s3::ObjectIndex> index_;
  std::unique_ptr<s3::ContentStore> contents_;
  std::unique_ptr<s3::Front> s3_front_;
  s3::ControlFront control_front_;
  std::unique_ptr<iam::Front> iam_front_;
  sts::Front sts_front_;
  sts::oidc::SystemFetcher fetcher_;
  sts::oidc::ProviderKeys provider_keys_;
  wire::Registry registry_;
  std::unique_ptr<wire::Router> router_;
  api::MemoryBudget memory_{64 << 20};
  wire::MemorySpool spool_;
  api::Metrics metrics_;
  Log log_{LogLevel::Error, LogFormat::Json};
  std::unique_ptr<api::ApiServer> api_;
};

}  // namespace skerry::access
