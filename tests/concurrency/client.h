#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "tests/concurrency/notebook.h"
#include "tests/concurrency/simulated_server.h"

namespace skerry::concurrency {

// One client: asks one thing after another, of whichever server it likes, and notes what it is told.
//
// An answer of 503, or none, leaves the outcome open: a write may have happened, or may yet. Every other error says
// that nothing happened.
//
// Life: ends before its notebook. Threads: one.
class Client {
 public:
  // Gives a server that is up, or null when none is.
  using PickServer = std::function<std::shared_ptr<SimulatedServer>(SeededRandom&)>;
  Client(PickServer pick, Notebook& notebook, std::uint64_t seed)
      : pick_(std::move(pick)), notebook_(notebook), random_(seed) {}

  Task<> work(int steps);

  // Each one request, or a few that belong together.
  Task<> put(std::string bucket, std::string key);
  Task<> get(std::string bucket, std::string key);
  Task<> remove(std::string bucket, std::string key);
  Task<> remove_several(std::string bucket, std::vector<std::string> keys);
  Task<> copy(std::string from_bucket, std::string from, std::string to_bucket, std::string to);
  Task<> upload(std::string bucket, std::string key);  // in one part
  Task<> tag(std::string bucket, std::string key);
  Task<> list(std::string bucket, std::string prefix);
  Task<> make_bucket(std::string bucket);
  Task<> remove_bucket(std::string bucket);
  Task<> empty_bucket(std::string bucket);
  Task<> set_versioning(std::string bucket, bool enabled);
  Task<> get_version(std::size_t index);  // of notebook.versions
  Task<> remove_version(std::size_t index);

 private:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  struct Demand {
    std::optional<model::Condition> condition;
    Headers headers;
  };

  Task<> step();
  Task<> step_in_churn();
  Task<Reply> ask(std::string operation, Ask ask);
  std::string new_body();
  Demand demand(const std::string& name, bool may_ask_for_absence);
  void end_write(model::History::Id id, const Reply& reply, bool conditional);
  // The value that a read has told; checks its bytes.
  std::optional<std::string> value_of(const Reply& reply, const std::string& what);
  void note_version(const std::string& key, const Reply& reply, std::string etag);
  void wrong(const Reply& reply, std::string_view what);

  const PickServer pick_;
  Notebook& notebook_;
  SeededRandom random_;
  std::map<std::string, std::string> seen_;  // the ETag last seen of a key, for conditions
};

// A key as the history has it.
std::string name_of(std::string_view bucket, std::string_view key);

}  // namespace skerry::concurrency
