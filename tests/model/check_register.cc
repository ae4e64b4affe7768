#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "tests/model/check.h"

namespace skerry::model {
namespace {

using Kind = Operation::Kind;
using Outcome = Operation::Outcome;

using Value = std::uint32_t;  // values of the history, numbered
constexpr Value kAbsent = 0;
constexpr std::size_t kAttemptsMax = 1'000'000;  // some 100 MB and seconds; a test that needs more wants fewer clients
constexpr Value kUnseen = 1;                     // any of those that nobody saw: they cannot be told apart

// An operation as the search sees it.
struct Step {
  Moment invoked;
  Moment returned;
  bool writes;                   // leaves `value` behind; otherwise wants to see it
  Value value;                   // a delete's is kAbsent
  std::optional<Value> only_if;  // of a write that was done
  std::optional<Value> refused;  // of a conditional write: the value that was not there
  const Operation* origin;

  bool fits(Value state) const {
    if (refused) return state != *refused;
    if (!writes) return state == value;
    return !only_if || state == *only_if;
  }
  // Whether it leaves the register as it is, so that it can be placed without a thought.
  bool is_free(Value state) const {
    if (!writes) return fits(state);
    return !only_if && value == kUnseen && state == kUnseen;
  }
};

std::string text_of(const Operation& operation) {
  static constexpr const char* kNames[] = {"put", "get", "delete"};
  std::string out = fmt::format("[{},", operation.invoked);
  out += operation.returned == kNever ? "?]" : fmt::format("{}]", operation.returned);
  out += fmt::format(" {} {}", kNames[static_cast<int>(operation.kind)], operation.key);
  if (operation.kind != Kind::Delete) out += fmt::format(" = {}", operation.value.value_or("(absent)"));
  if (operation.only_if) out += fmt::format(" only if {}", operation.only_if->value.value_or("(absent)"));
  if (operation.outcome == Outcome::Refused) out += ": refused";
  return out;
}

// The operations of one key, ready for the search.
struct Problem {
  std::vector<Step> calls;   // must be placed; by `invoked`
  std::vector<Step> maybes;  // writes of unknown outcome; by `invoked`
  std::size_t values = 2;

  // `seen`: which values count as seen.
  enum class Seen { ByLooks, All };

  Problem(const std::vector<Operation>& operations, Seen seen) {
    for (const Operation& operation : operations) {
      if (operation.kind == Kind::Get || seen == Seen::All) number(operation.value);
      if (operation.only_if) number(operation.only_if->value);
    }
    for (const Operation& operation : operations) {
      Step step = step_of(operation);
      bool is_maybe = operation.outcome == Outcome::Unknown;
      // A put that nobody has seen may as well never have happened.
      if (is_maybe && step.value == kUnseen) continue;
      (is_maybe ? maybes : calls).push_back(step);
    }
  }

 private:
  void number(const std::optional<std::string>& value) {
    if (value && numbers_.try_emplace(*value, static_cast<Value>(values)).second) ++values;
  }

  Value number_of(const std::optional<std::string>& value) const {
    if (!value) return kAbsent;
    auto it = numbers_.find(*value);
    return it == numbers_.end() ? kUnseen : it->second;
  }

  Step step_of(const Operation& operation) const {
    Step step{.invoked = operation.invoked,
              .returned = operation.returned,
              .writes = operation.kind != Kind::Get && operation.outcome != Outcome::Refused,
              .value = operation.kind == Kind::Delete ? kAbsent : number_of(operation.value),
              .origin = &operation};
    if (operation.only_if) {
      Value required = number_of(operation.only_if->value);
      (operation.outcome == Outcome::Refused ? step.refused : step.only_if) = required;
    }
    return step;
  }

  std::map<std::string, Value> numbers_;
};

// A depth-first search for an order, without recursion: histories may be long.
class Search {
 public:
  explicit Search(const Problem& problem)
      : calls_(problem.calls),
        maybes_(problem.maybes),
        call_placed_(calls_.size()),
        maybe_placed_(maybes_.size()),
        writers_left_(problem.values),
        lookers_left_(problem.values) {
    for (const Step& step : calls_) count(step, +1);
    for (const Step& step : maybes_) ++writers_left_[step.value];
  }

  bool succeeds() {
    for (;;) {
      place_what_is_free();
      if (placed_ == calls_.size()) return true;
      if (gave_up()) return false;
      if (tried_.insert(configuration()).second) {
        branches_.push_back(choices());
        note_depth();
      } else {
        branches_.emplace_back();
      }
      while (branches_.back().empty()) {
        branches_.pop_back();
        if (branches_.empty()) return false;
        undo();
      }
      place(branches_.back().back());
      branches_.back().pop_back();
    }
  }

  // What stood next when the search had come furthest, and the write placed last by then (null: none).
  const std::vector<const Operation*>& stuck() const { return stuck_; }
  std::size_t furthest() const { return furthest_; }
  bool gave_up() const { return tried_.size() >= kAttemptsMax; }
  const Operation* last_write() const { return stuck_after_; }

 private:
  struct Choice {
    bool maybe;
    std::size_t index;
  };
  // What a placed write has changed, with the calls that came along for free.
  struct Trail {
    Choice write;
    Value state_before;
    std::size_t first_before;
    std::vector<std::size_t> free;
  };

  // Calls that may be next: those that began before any that is not placed has ended. Gives the last moment at which
  // something that is next may have begun.
  template <class Visit>
  Moment each_next(Visit visit) const {
    Moment earliest_end = kNever;
    for (std::size_t i = first_; i < calls_.size() && calls_[i].invoked <= earliest_end; ++i) {
      if (call_placed_[i]) continue;
      earliest_end = std::min(earliest_end, calls_[i].returned);
      visit(i);
    }
    return earliest_end;
  }

  // What changes nothing can be placed at once: that never spoils an order that exists.
  enum class Free { All, OnlyWrites };
  void place_what_is_free(Free which = Free::All) {
    for (bool again = true; again;) {
      again = false;
      std::vector<std::size_t> fitting;
      each_next([&](std::size_t i) {
        bool wanted = which == Free::All || calls_[i].writes;
        if (wanted && calls_[i].is_free(state_)) fitting.push_back(i);
      });
      for (std::size_t i : fitting) {
        mark(i);
        if (!trails_.empty()) trails_.back().free.push_back(i);
        again = true;
      }
    }
  }

  // A value may not go while somebody must still see it, unless it can come again.
  bool may_follow(const Step& write, bool is_maybe) const {
    if (!write.fits(state_)) return false;
    if (write.value == state_ || writers_left_[state_] > 0) return true;
    bool is_looker = write.only_if && !is_maybe;
    return lookers_left_[state_] == (is_looker ? 1 : 0);
  }

  std::vector<Choice> choices() const {
    std::vector<Choice> found;
    bool unseen = false;
    Moment limit = each_next([&](std::size_t i) {
      const Step& step = calls_[i];
      if (!step.writes || !may_follow(step, false)) return;
      if (step.value == kUnseen && !step.only_if && std::exchange(unseen, true)) return;  // one stands for all
      found.push_back({false, i});
    });
    // Of two equal maybes the one that began first will do, and one that changes nothing is for nothing.
    std::unordered_set<std::uint64_t> met;
    for (std::size_t i = 0; i < maybes_.size() && maybes_[i].invoked <= limit; ++i) {
      const Step& step = maybes_[i];
      if (maybe_placed_[i] || step.value == state_ || !may_follow(step, true)) continue;
      std::uint64_t required = step.only_if ? *step.only_if + std::uint64_t{1} : 0;
      if (met.insert(required << 32 | step.value).second) found.push_back({true, i});
    }
    // Tried from the back: what must be placed first, and of that what began first.
    std::ranges::reverse(found);
    std::ranges::stable_partition(found, [](const Choice& choice) { return choice.maybe; });
    return found;
  }

  void place(Choice choice) {
    const Step& step = choice.maybe ? maybes_[choice.index] : calls_[choice.index];
    trails_.push_back({choice, state_, first_, {}});
    // What nobody saw goes unseen just before a write that asks for nothing.
    if (!step.only_if && step.value != kUnseen && writers_left_[kUnseen] > 0) {
      state_ = kUnseen;
      place_what_is_free(Free::OnlyWrites);  // there may be none, and then nobody can look
    }
    if (choice.maybe) {
      maybe_placed_[choice.index] = true;
      --writers_left_[step.value];
    } else {
      mark(choice.index);
    }
    state_ = step.value;
  }

  void mark(std::size_t call) {
    call_placed_[call] = true;
    count(calls_[call], -1);
    ++placed_;
    while (first_ < calls_.size() && call_placed_[first_]) ++first_;
  }

  void unmark(std::size_t call) {
    call_placed_[call] = false;
    count(calls_[call], +1);
    --placed_;
  }

  void count(const Step& step, int change) {
    if (step.writes) writers_left_[step.value] += change;
    if (step.only_if) lookers_left_[*step.only_if] += change;
    if (!step.writes && !step.refused) lookers_left_[step.value] += change;
  }

  void undo() {
    Trail trail = std::move(trails_.back());
    trails_.pop_back();
    for (std::size_t i : trail.free) unmark(i);
    if (trail.write.maybe) {
      maybe_placed_[trail.write.index] = false;
      ++writers_left_[maybes_[trail.write.index].value];
    } else {
      unmark(trail.write.index);
    }
    state_ = trail.state_before;
    first_ = trail.first_before;
  }

  // What is placed and what the register holds: all that the rest of the search depends on.
  std::string configuration() const {
    std::string out;
    auto add = [&](std::size_t n) { out.append(reinterpret_cast<const char*>(&n), sizeof n); };
    add(state_);
    add(first_);
    for (std::size_t i = first_, left = placed_ - first_; left > 0; ++i) {
      if (!call_placed_[i]) continue;
      add(i);
      --left;
    }
    add(calls_.size());
    for (std::size_t i = 0; i < maybes_.size(); ++i)
      if (maybe_placed_[i]) add(i);
    return out;
  }

  void note_depth() {
    if (placed_ < furthest_ || (placed_ == furthest_ && !stuck_.empty())) return;
    furthest_ = placed_;
    stuck_.clear();
    each_next([&](std::size_t i) { stuck_.push_back(calls_[i].origin); });
    // And what still has to see the value that would go.
    for (std::size_t i = first_; i < calls_.size() && stuck_.size() < 8; ++i)
      if (!call_placed_[i] && !calls_[i].writes && calls_[i].fits(state_)) stuck_.push_back(calls_[i].origin);
    stuck_after_ = nullptr;
    if (!trails_.empty()) {
      const Choice& write = trails_.back().write;
      stuck_after_ = (write.maybe ? maybes_ : calls_)[write.index].origin;
    }
  }

  const std::vector<Step>& calls_;
  const std::vector<Step>& maybes_;
  std::vector<bool> call_placed_;
  std::vector<bool> maybe_placed_;
  std::size_t first_ = 0;   // all calls before it are placed
  std::size_t placed_ = 0;  // calls
  Value state_ = kAbsent;
  // By value: what is not placed and puts it there (also maybes), and what is not placed and must see it (only calls).
  std::vector<int> writers_left_;
  std::vector<int> lookers_left_;
  std::vector<Trail> trails_;
  std::vector<std::vector<Choice>> branches_;  // one more than trails_, but in the middle of a step
  std::unordered_set<std::string> tried_;
  std::size_t furthest_ = 0;
  std::vector<const Operation*> stuck_;
  const Operation* stuck_after_ = nullptr;  // the write placed last
};

std::string what_is_wrong(const Search& search, const Problem& problem) {
  std::string out = search.gave_up() ? "no verdict, after too many attempts, on " : "no order explains ";
  out += fmt::format("{}: {} of {} operations can be placed", problem.calls.front().origin->key, search.furthest(),
                     problem.calls.size());
  if (search.last_write()) out += fmt::format(", then, after {},", text_of(*search.last_write()));
  out += " none of";
  for (const Operation* operation : search.stuck()) out += "\n  " + text_of(*operation);
  return out;
}

}  // namespace

std::optional<std::string> check_register(std::vector<Operation> operations) {
  std::ranges::sort(operations, {}, &Operation::invoked);
  // A refusal has seen "something else", which may have been any value. An order that is found without a thought to
  // that is an order; only when there is none it has to be thought of.
  bool refusals = std::ranges::any_of(operations, [](auto& each) { return each.outcome == Outcome::Refused; });
  Problem problem(operations, Problem::Seen::ByLooks);
  Search search(problem);
  if (search.succeeds()) return std::nullopt;
  if (!refusals) return what_is_wrong(search, problem);
  Problem whole(operations, Problem::Seen::All);
  Search again(whole);
  if (again.succeeds()) return std::nullopt;
  return what_is_wrong(again, whole);
}

}  // namespace skerry::model
