#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "storage/meta_store.h"

namespace skerry::storage {

// The rules that meta_store.h gives to its callers, as checks: what keeps them fits every store, Ceph's too. Each gives
// the first rule that is broken, in words, or nothing.

inline constexpr std::size_t kKeyMax = 4096;
inline constexpr std::size_t kValueMax = 64 * 1024;
// meta_store.h says "small" and sets no limit for a whole batch. These are far above what a request needs, and below
// what an OSD takes in one operation (osd_max_write_size is 90 MiB).
inline constexpr std::size_t kRequiredValueMax = 8 * 1024;
inline constexpr std::size_t kBatchBytesMax = 16 * 1024 * 1024;

std::optional<std::string> broken_rule_of_key(std::string_view key);
std::optional<std::string> broken_rule_of_scan(const ScanRequest& request);
std::optional<std::string> broken_rule_of_batch(const Batch& batch, std::size_t bulk_limit);

}  // namespace skerry::storage
