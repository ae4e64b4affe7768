#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skerry::model {

// Moments of a history: only their order means anything.
using Moment = std::uint64_t;
inline constexpr Moment kNever = ~Moment{0};

// What a conditional write requires: this value, or (nullopt) that the key is absent.
struct Condition {
  std::optional<std::string> value;
};

// One call on one key, of a client that waited for its end.
struct Operation {
  enum class Kind { Put, Get, Delete };
  enum class Outcome {
    Unknown,  // no answer, or one that does not say: a write may take effect at any later moment, or never
    Done,
    Refused,  // its condition did not hold
  };

  Kind kind = Kind::Get;
  std::string key;
  std::optional<std::string> value;  // what was put; what a get gave (nullopt: absent)
  std::optional<Condition> only_if;
  Outcome outcome = Outcome::Unknown;
  Moment invoked = 0;
  Moment returned = kNever;
};

struct Entry {
  std::string key;
  std::optional<std::string> value;  // nullopt: the listing does not say
};

// One listing of all keys that begin with `prefix`, in as many pages as it took.
struct Listing {
  std::string prefix;
  std::vector<Entry> entries;
  Moment invoked = 0;
  Moment returned = 0;
};

// Records what concurrent clients asked and were told, to be judged afterwards (check.h).
//
// An operation that is never ended stays Unknown. One that is known to have had no effect (the server refused it for a
// reason that has nothing to do with the key) is forgotten.
// Values are what tells two writes apart; a history of unique values is judged more sharply and faster.
// Threads: any.
class History {
 public:
  enum class Id : std::size_t {};

  Id put(std::string key, std::string value, std::optional<Condition> only_if = {});
  Id remove(std::string key, std::optional<Condition> only_if = {});
  Id get(std::string key);
  Id list(std::string prefix);

  void done(Id id);  // of put and remove
  void refused(Id id);
  void got(Id id, std::optional<std::string> value);
  void listed(Id id, std::vector<Entry> entries);
  void forget(Id id);

  // What has been recorded; nobody records any more.
  std::vector<Operation> operations() const;  // a get without an answer says nothing, and is left out
  std::vector<Listing> listings() const;

 private:
  struct Record {
    Operation operation;
    std::optional<Listing> listing;
    bool forgotten = false;
  };

  Id begin(Record record);
  void end(Id id, Operation::Outcome outcome, std::optional<std::string> value = {});

  mutable std::mutex mutex_;
  std::vector<Record> records_;  // protected by mutex_
  Moment now_ = 0;               // protected by mutex_
};

}  // namespace skerry::model
