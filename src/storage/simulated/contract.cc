#include "storage/simulated/contract.h"

#include <set>

#include "base/bytes.h"

namespace skerry::storage {
namespace {

using Broken = std::optional<std::string>;

// Looks at the rows of a batch, one keyspace at a time, until a rule is broken.
class BatchCheck {
 public:
  Broken rule() const { return broken_; }

  void begin_keyspace() { changed_.clear(); }

  void put(const Row& row, std::size_t value_max) {
    change(row.key);
    // An omap_cmp cannot tell an empty value from an absent key.
    if (row.value.empty()) fail("the value of {} is empty", row.key);
    if (row.value.size() > value_max) fail("the value of {} is too long", row.key);
    bytes_ += row.value.size();
    if (bytes_ > kBatchBytesMax) fail("the batch is too large at {}", row.key);
  }

  void change(const std::string& key) {
    take_key(key);
    // Within one operation of RADOS a removal and a put of one key would depend on the order of the steps.
    if (!changed_.insert(key).second) fail("{} is changed twice", key);
  }

  void require(const Precondition& requirement) {
    take_key(requirement.key);
    // omap_cmp takes a map: one comparison a key.
    if (!required_.insert(requirement.key).second) fail("{} has two preconditions", requirement.key);
    if (!requirement.value) return;
    if (requirement.value->empty()) fail("{} is required to be empty, as no value is", requirement.key);
    if (requirement.value->size() > kRequiredValueMax) fail("the value required of {} is not small", requirement.key);
    bytes_ += requirement.value->size();
  }

 private:
  void take_key(const std::string& key) {
    if (!broken_) broken_ = broken_rule_of_key(key);
    bytes_ += key.size();
  }
  void fail(fmt::format_string<std::string> format, const std::string& key) {
    if (!broken_) broken_ = fmt::format(format, hex(std::string_view(key).substr(0, 64)));
  }

  std::set<std::string_view> changed_;  // of the keyspace
  std::set<std::string_view> required_;
  std::size_t bytes_ = 0;
  Broken broken_;
};

}  // namespace

Broken broken_rule_of_key(std::string_view key) {
  if (key.empty()) return "a key is empty";
  if (key.size() > kKeyMax) return fmt::format("a key has {} bytes", key.size());
  return std::nullopt;
}

Broken broken_rule_of_scan(const ScanRequest& request) {
  if (request.limit == 0) return "a scan of no rows";
  if (request.begin.size() > kKeyMax + 1) return "a scan begins at more than a key and its successor byte";
  return std::nullopt;
}

Broken broken_rule_of_batch(const Batch& batch, std::size_t bulk_limit) {
  if (batch.requirements.empty() && batch.puts.empty() && batch.erases.empty() && batch.bulk_puts.empty() &&
      batch.bulk_erases.empty())
    return "a batch of nothing";
  BatchCheck check;
  for (const Precondition& requirement : batch.requirements) check.require(requirement);
  for (const Row& row : batch.puts) check.put(row, kValueMax);
  for (const std::string& key : batch.erases) check.change(key);
  check.begin_keyspace();
  for (const Row& row : batch.bulk_puts) check.put(row, bulk_limit);
  for (const std::string& key : batch.bulk_erases) check.change(key);
  return check.rule();
}

}  // namespace skerry::storage
