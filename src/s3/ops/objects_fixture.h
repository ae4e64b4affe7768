#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/auth_test_support.h"
#include "s3/content_store.h"
#include "s3/ops/bind.h"
#include "s3/ops_fixture.h"
#include "storage/epochs.h"
#include "storage/readers.h"

namespace skerry::s3 {

// A bucket over the simulated stores, and all operations on its objects.
class ObjectsTest : public OpsTest {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  explicit ObjectsTest(storage::Faults faults = {})
      : OpsTest(faults),
        epochs_(world_.meta(), world_.random, world_.sim, {}),
        contents_({world_.meta(), world_.client->blobs(), epochs_, readers_, workers_}),
        authenticator_(credentials_, world_.sim) {
    credentials_.add(auth::kTestKeyId, auth::kTestSecret, {}, root_of(std::string(kOwner)));
    CHECK(world_.sim.run(epochs_.start()).has_value(), "no epoch");
    bind_objects(registry_, {.buckets = world_.buckets(),
                             .index = world_.index(),
                             .contents = contents_,
                             .meta = world_.meta(),
                             .authenticator = authenticator_,
                             .clock = world_.sim});
    bucket_ = world_.make_bucket("bucket");
  }
  ~ObjectsTest() override { world_.sim.run(epochs_.stop()); }

  void set_versioning(record::Fence::Versioning state) { world_.set_versioning(bucket_, state); }

  // `target` is a key as the path has it, with a query where one is wanted.
  Reply put(std::string_view target, std::string body, Headers headers = {}) {
    headers.emplace_back("content-length", std::to_string(body.size()));
    return call("PUT /bucket/" + std::string(target), std::move(body), std::move(headers));
  }
  Reply get(std::string_view target, Headers headers = {}) {
    return call("GET /bucket/" + std::string(target), "", std::move(headers));
  }
  Reply head(std::string_view target, Headers headers = {}) {
    return call("HEAD /bucket/" + std::string(target), "", std::move(headers));
  }
  Reply remove(std::string_view target, Headers headers = {}) {
    return call("DELETE /bucket/" + std::string(target), "", std::move(headers));
  }

  storage::Epochs epochs_;
  storage::Readers readers_;
  InlineWorkers workers_;
  ContentStore contents_;
  auth::MapCredentials credentials_;  // its one key is the owner's
  auth::Authenticator authenticator_;
  FoundBucket bucket_;
};

}  // namespace skerry::s3
