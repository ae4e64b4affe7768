#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace skerry::storage {

// Sees everything that reaches the simulated disk: keeps the trace by which two runs are compared, and the rules of the
// interfaces that callers have broken.
//
// Threads: one.
class Witness {
 public:
  enum class OnViolation { Abort, Record };

  explicit Witness(const Clock& clock) : clock_(clock), begin_(clock.steady()) {}

  // A caller broke a rule of meta_store.h or blob_store.h. Ends the process, unless told to record: a test that
  // forgets to look must not pass.
  void broke(const std::string& rule);
  void on_violation(OnViolation what) { on_violation_ = what; }
  const std::vector<std::string>& violations() const { return violations_; }

  // Something took effect at this moment, or was refused.
  void saw(std::string event);
  // Of all events and their times, in order: two runs of one seed have the same.
  std::uint64_t trace_hash() const { return hash_; }
  // The events themselves, for a person who compares two runs; kept from here on.
  void keep_trace() { keep_ = true; }
  const std::vector<std::string>& trace() const { return trace_; }

 private:
  const Clock& clock_;
  const microseconds begin_;
  OnViolation on_violation_ = OnViolation::Abort;
  std::vector<std::string> violations_;
  std::uint64_t hash_ = 0xcbf29ce484222325;  // FNV-1a
  bool keep_ = false;
  std::vector<std::string> trace_;
};

}  // namespace skerry::storage
