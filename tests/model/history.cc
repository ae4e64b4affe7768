#include "tests/model/history.h"

#include "base/check.h"

namespace skerry::model {

using Kind = Operation::Kind;
using Outcome = Operation::Outcome;

History::Id History::begin(Record record) {
  std::lock_guard lock(mutex_);
  ++now_;
  record.operation.invoked = now_;
  if (record.listing) record.listing->invoked = now_;
  records_.push_back(std::move(record));
  return Id{records_.size() - 1};
}

void History::end(Id id, Outcome outcome, std::optional<std::string> value) {
  std::lock_guard lock(mutex_);
  Operation& operation = records_.at(static_cast<std::size_t>(id)).operation;
  CHECK(operation.returned == kNever, "an operation on {} ends twice", operation.key);
  operation.outcome = outcome;
  operation.returned = ++now_;
  if (operation.kind == Kind::Get) operation.value = std::move(value);
}

History::Id History::put(std::string key, std::string value, std::optional<Condition> only_if) {
  return begin(
      {.operation = {.kind = Kind::Put, .key = std::move(key), .value = std::move(value), .only_if = only_if}});
}

History::Id History::remove(std::string key, std::optional<Condition> only_if) {
  return begin({.operation = {.kind = Kind::Delete, .key = std::move(key), .only_if = std::move(only_if)}});
}

History::Id History::get(std::string key) { return begin({.operation = {.kind = Kind::Get, .key = std::move(key)}}); }

History::Id History::list(std::string prefix) { return begin({.listing = Listing{.prefix = std::move(prefix)}}); }

void History::done(Id id) { end(id, Outcome::Done); }
void History::refused(Id id) { end(id, Outcome::Refused); }
void History::got(Id id, std::optional<std::string> value) { end(id, Outcome::Done, std::move(value)); }

void History::listed(Id id, std::vector<Entry> entries) {
  end(id, Outcome::Done);
  std::lock_guard lock(mutex_);
  Record& record = records_[static_cast<std::size_t>(id)];
  record.listing->entries = std::move(entries);
  record.listing->returned = record.operation.returned;
}

void History::forget(Id id) {
  std::lock_guard lock(mutex_);
  records_.at(static_cast<std::size_t>(id)).forgotten = true;
}

std::vector<Operation> History::operations() const {
  std::lock_guard lock(mutex_);
  std::vector<Operation> found;
  for (const Record& record : records_) {
    bool says_nothing = record.operation.kind == Kind::Get && record.operation.outcome == Outcome::Unknown;
    if (!record.listing && !record.forgotten && !says_nothing) found.push_back(record.operation);
  }
  return found;
}

std::vector<Listing> History::listings() const {
  std::lock_guard lock(mutex_);
  std::vector<Listing> found;
  for (const Record& record : records_)
    if (record.listing && !record.forgotten && record.operation.outcome == Outcome::Done)
      found.push_back(*record.listing);
  return found;
}

}  // namespace skerry::model
