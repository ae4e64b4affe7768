#include "storage/simulated/witness.h"

#include "base/check.h"

namespace skerry::storage {

void Witness::broke(const std::string& rule) {
  CHECK(on_violation_ == OnViolation::Record, "a caller of the store broke its rules: {}", rule);
  violations_.push_back(rule);
}

void Witness::saw(std::string event) {
  std::string line = fmt::format("{} {}", (clock_.steady() - begin_).count(), event);
  for (unsigned char c : line) hash_ = (hash_ ^ c) * 0x100000001b3;
  if (keep_) trace_.push_back(std::move(line));
}

}  // namespace skerry::storage
