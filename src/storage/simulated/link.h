#pragma once
#include <functional>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/task.h"
#include "storage/simulated/faults.h"

namespace skerry::storage {

// The way between one simulated server and the disk, and everything that can go wrong on it.
//
// A call travels (arrive), takes effect at one moment, and its answer travels back (come_back). Where either is false
// the caller gets Unavailable, and cannot tell which it was.
//
// Life: outlives its calls. Threads: one.
class Link {
 public:
  enum class Way { Request, Answer };

  Link(const Clock& clock, std::uint64_t seed, Faults faults);
  ~Link();  // no call may be under way

  // One call under way.
  class Call {
   public:
    explicit Call(Link& link) : link_(link) { ++link_.calls_; }
    ~Call() { --link_.calls_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    Task<bool> arrive() { return link_.travel(Way::Request); }
    Task<bool> come_back() { return link_.travel(Way::Answer); }

   private:
    Link& link_;
  };

  // Levers.
  void set_faults(Faults faults);
  void set_available(bool available) { available_ = available; }
  void lose_next(Way way) { lose_next_[index(way)] += 1; }  // may be said several times
  void hold(Way way) { holding_[index(way)] = true; }       // what travels this way stops until release
  void release(Way way);
  void cut();  // for ever: no request arrives from now on, no answer comes back

  bool is_cut() const { return cut_; }
  std::size_t calls() const { return calls_; }  // under way
  std::size_t held(Way way) const { return held_[index(way)].size(); }

  // For faults that the stores make themselves.
  const Faults& faults() const { return faults_; }
  SeededRandom& random() { return random_; }
  bool has_delays() const { return faults_.delay_max.count() > 0; }

 private:
  static std::size_t index(Way way) { return static_cast<std::size_t>(way); }
  Task<bool> travel(Way way);
  microseconds draw(microseconds least, microseconds most);
  bool is_out();

  const Clock& clock_;
  SeededRandom random_;
  Faults faults_;
  microseconds outage_begin_{0};
  microseconds outage_end_{0};
  bool available_ = true;
  bool cut_ = false;
  std::size_t calls_ = 0;
  // By way.
  std::size_t lose_next_[2] = {};
  bool holding_[2] = {};
  std::vector<std::move_only_function<void(std::monostate)>> held_[2];
};

}  // namespace skerry::storage
