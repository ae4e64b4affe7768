#pragma once
#include <expected>
#include <string>

namespace skerry::storage {

// What happened to storage, in storage's words. Services map these to their own codes, in one place each.
enum class StoreErrc {
  NotFound,
  Conflict,     // a precondition of the batch did not hold
  Exists,       // what was to be created is there already
  Unavailable,  // the outcome is unknown; the caller may ask or repeat
  NoSpace,      // nothing was written; deletes still work
  Corrupt,      // what was read is not what was written
};

struct StoreError {
  StoreErrc errc;
  std::string detail;  // for our log; may hold paths, never sent to a client
};

template <class T>
using StoreResult = std::expected<T, StoreError>;

}  // namespace skerry::storage
