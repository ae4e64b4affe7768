#pragma once
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/access/access_server.h"

namespace skerry::access {

// Two servers over one store, with an account, a bucket `box` of it, an object `k` in that and a user `ann`. Things are
// made on `here`; `there` has been asked nothing yet.
class Scene {
 public:
  explicit Scene(std::uint64_t seed);
  ~Scene();

  // As the account's root, which has to succeed.
  Reply make(Ask ask) { return make(here, std::move(ask)); }
  Reply make(AccessServer& on, Ask ask);
  Reply ask(AccessServer& server, const Key& who, const Ask& ask) { return sim.run(server.ask(who, ask)); }
  Key make_key(std::string_view user);
  std::string arn(std::string_view what) const;  // "user/ann"
  Key assume(const Key& who, std::string_view role);

  SimExecutor sim;
  storage::SimulatedCluster cluster;
  AccessServer here, there;
  std::string account_id;
  Key root, ann;
};

// A change of who may do what, and how it shows.
struct Change {
  std::vector<Ask> asked;  // of `here`, by root, one after the other
  Key who;
  Ask probe;
  int before = 200, after = 403;  // the status that `who` gets for it
};
struct NamedChange {
  std::string name;
  std::function<Change(Scene&)> prepare;
};
inline void PrintTo(const NamedChange& change, std::ostream* out) { *out << change.name; }

const std::vector<NamedChange>& changes();

}  // namespace skerry::access
