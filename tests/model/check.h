#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/model/history.h"

namespace skerry::model {

// Judges a history. Each gives what is wrong with it, for a person to read; nothing or empty: it can be explained.

// Everything below.
std::vector<std::string> check(const History& history);

// Linearizability of one key: whether the operations, each at one moment between its begin and its end, can have
// happened one after another on a register that is absent at first. `operations` are all of one key.
//
// Wing and Gong's search, made fast enough for a thousand histories in CI: what changes nothing is placed as soon as it
// fits, a configuration is tried once, a value is not overwritten while somebody must still see it, and writes of
// unknown outcome are tried only where they explain something. The time grows with the number of clients that write the
// key at once, hardly with the length of the history. After a million attempts it gives up, and says so: no verdict is
// no pass.
std::optional<std::string> check_register(std::vector<Operation> operations);

// What every listing must keep, although its pages are of different moments:
// - ascending by bytes, each key once, all with the prefix;
// - a key that was there before it began and was not deleted until it ended is in it;
// - a key that was never there, or was deleted before it began and not put again until it ended, is not;
// - a value is one that the key may have had while the listing ran.
// Doubt (a write that runs at the same time, or is of unknown outcome) is for the listing.
std::optional<std::string> check_listing(const Listing& listing, const std::vector<Operation>& operations);

}  // namespace skerry::model
