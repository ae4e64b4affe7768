#pragma once
#include <map>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "storage/meta_store.h"

namespace skerry::storage {

// Which servers of a shared store are alive. Each changes its lease row at every beat; one whose row has not changed
// for `limit`, by our own steady clock, is taken for dead, so that no two clocks are ever compared. It takes at least
// `limit` after a start to find anyone dead.
//
// A server that was taken for dead may come back at any time: whoever acts on is_dead needs a precondition besides.
//
// Threads: one executor's.
class Leases {
 public:
  Leases(MetaStore& meta, Random& random, const Clock& clock, microseconds limit);

  const std::string& self() const { return self_; }  // 16 random bytes: this start of this server
  Row next_beat();                                   // to be put in a registry batch

  // Reads all leases. Errors: those of scan.
  Task<StoreResult<void>> look();
  // As of the last look. A server without a lease has ended: whatever rows of its are to be judged by this were read
  // before that look.
  bool is_dead(const std::string& server) const;
  // Erases leases of the dead, but those of `kept`. Best effort.
  Task<> erase_dead(std::set<std::string> kept);

 private:
  struct Seen {
    std::string value;
    microseconds since{0};  // steady
  };

  MetaStore& meta_;
  const Clock& clock_;
  const microseconds limit_;
  const std::string self_;
  std::uint64_t beats_ = 0;
  std::map<std::string, Seen> seen_;
};

// All rows of a range, however many: for the small classes of the registry.
Task<StoreResult<std::vector<Row>>> scan_all(MetaStore& meta, ScanRequest request);

}  // namespace skerry::storage
