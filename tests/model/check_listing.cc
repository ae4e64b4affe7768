#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/model/check.h"

namespace skerry::model {
namespace {

using Kind = Operation::Kind;
using Outcome = Operation::Outcome;

// Whether `write` had ended before `moment`, for certain.
bool over_before(const Operation& write, Moment moment) {
  return write.outcome == Outcome::Done && write.returned < moment;
}

// The writes of one key that may have had an effect, as seen by one listing.
class Key {
 public:
  explicit Key(const Listing& listing) : listing_(listing) {}

  void add(const Operation& operation) {
    if (operation.kind == Kind::Get || operation.outcome == Outcome::Refused) return;
    if (operation.invoked < listing_.returned) writes_.push_back(&operation);
  }

  bool certainly_there() const { return certainly(Kind::Put, Kind::Delete); }
  bool certainly_absent() const {
    return std::ranges::none_of(writes_, [](auto* write) { return write->kind == Kind::Put; }) ||
           certainly(Kind::Delete, Kind::Put);
  }

  // Whether some put of `value` may have been the last write at a moment of the listing.
  bool may_have(const std::string& value) const {
    return std::ranges::any_of(writes_, [&](const Operation* put) {
      return put->kind == Kind::Put && put->value == value && !overwritten_before(*put);
    });
  }

 private:
  // A write of one kind was over before the listing began, and each of the other kind was over before that one.
  bool certainly(Kind kind, Kind other) const {
    return std::ranges::any_of(writes_, [&](const Operation* write) {
      return write->kind == kind && over_before(*write, listing_.invoked) &&
             std::ranges::none_of(writes_, [&](const Operation* later) {
               return later->kind == other && !over_before(*later, write->invoked);
             });
    });
  }

  bool overwritten_before(const Operation& put) const {
    return std::ranges::any_of(writes_, [&](const Operation* later) {
      return over_before(put, later->invoked) && over_before(*later, listing_.invoked);
    });
  }

  const Listing& listing_;
  std::vector<const Operation*> writes_;
};

std::optional<std::string> check_form(const Listing& listing) {
  const std::string* previous = nullptr;
  for (const Entry& entry : listing.entries) {
    if (!entry.key.starts_with(listing.prefix)) return fmt::format("it has {}, without the prefix", entry.key);
    if (previous && entry.key <= *previous) return fmt::format("it has {} after {}", entry.key, *previous);
    previous = &entry.key;
  }
  return std::nullopt;
}

std::optional<std::string> check_content(const Listing& listing, const std::vector<Operation>& operations) {
  std::map<std::string_view, Key> keys;
  for (const Operation& operation : operations)
    if (operation.key.starts_with(listing.prefix))
      keys.try_emplace(operation.key, listing).first->second.add(operation);
  std::map<std::string_view, const Entry*> listed;
  for (const Entry& entry : listing.entries) {
    listed.emplace(entry.key, &entry);
    auto key = keys.find(entry.key);
    if (key == keys.end()) return fmt::format("it has {}, which nobody put", entry.key);
    if (key->second.certainly_absent()) return fmt::format("it has {}, which was not there", entry.key);
    if (entry.value && !key->second.may_have(*entry.value))
      return fmt::format("it has {} with the value {}, which is not of its time", entry.key, *entry.value);
  }
  for (const auto& [name, key] : keys)
    if (!listed.contains(name) && key.certainly_there()) return fmt::format("it lacks {}", name);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_listing(const Listing& listing, const std::vector<Operation>& operations) {
  std::optional<std::string> wrong = check_form(listing);
  if (!wrong) wrong = check_content(listing, operations);
  if (!wrong) return std::nullopt;
  return fmt::format("the listing [{},{}] of \"{}\" is wrong: {}", listing.invoked, listing.returned, listing.prefix,
                     *wrong);
}

}  // namespace skerry::model
