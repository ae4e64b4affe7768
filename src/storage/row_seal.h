#pragma once
#include <string>
#include <string_view>

#include "base/random.h"
#include "storage/kek.h"
#include "storage/store_error.h"

namespace skerry::storage {

// What a sealed value is longer than the plain one, in bytes.
inline constexpr std::size_t kRowSealBytes = 1 + 16 + 16;

// Seals a small value of a row: user metadata, tags, secrets. `associated` says where the value belongs (partition
// and key, or an id), so that it cannot be moved to another row.
//
// Each value has a key of its own, derived from 128 random bits: random 96-bit nonces under one key would run out in
// three days of full load (2^32 values), these do not.
std::string seal_row(const Kek& kek, std::string_view associated, std::string_view plain, Random& random);

// Errors: Corrupt, when these are not the bytes sealed under this key for this place, or of a version not known here.
StoreResult<std::string> open_row(const Kek& kek, std::string_view associated, std::string_view sealed);

}  // namespace skerry::storage
