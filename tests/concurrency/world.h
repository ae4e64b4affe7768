#pragma once
#include <memory>
#include <string>
#include <vector>

#include "tests/concurrency/client.h"

namespace skerry::concurrency {

// Two servers over one simulated store, clients of both, and every misfortune: storms on the way to the store, late
// commits, a server that loses power and comes back, one that cannot reach the store until the other takes it for dead,
// clocks that jump. Afterwards everything heals, what is left of it is swept, and the world is judged.
//
// One seed is one run: it repeats to the last microsecond.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();

  // Everything that is wrong, in words; empty: all is well.
  std::vector<std::string> run();

  const Notebook& notebook() const { return notebook_; }
  std::uint64_t trace_hash() { return cluster_.witness().trace_hash(); }
  storage::Witness& witness() { return cluster_.witness(); }

 private:
  static constexpr std::size_t kServers = 2;
  static constexpr std::size_t kClients = 6;
  static constexpr int kSteps = 60;

  Task<> live();
  Task<> start(std::size_t which, storage::Faults faults);
  Task<> prepare();
  Task<> let_clients_work();
  Task<> client(std::uint64_t seed);
  Task<> misfortunes();
  Task<> power_cut(std::size_t which);
  Task<> cut_off(std::size_t which);
  Task<> heal();
  Task<> look_at_everything();
  Task<> settle();
  Task<> stop_all();
  storage::Faults draw_faults();
  Client::PickServer anybody();

  SimExecutor sim_;
  SeededRandom random_;
  storage::SimulatedCluster cluster_;
  Notebook notebook_;
  std::vector<std::string> wrong_;
  std::shared_ptr<SimulatedServer> servers_[kServers];  // null: it is down
  std::vector<std::shared_ptr<SimulatedServer>> dead_;
  std::size_t clients_left_ = 0;
  Gate tasks_;
};

}  // namespace skerry::concurrency
