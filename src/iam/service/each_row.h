#pragma once
#include <string>

#include "iam/directory.h"
#include "iam/service/errors.h"

// All rows that begin alike, outside of pages.
namespace skerry::iam {

// visit(const storage::Row&) for each, ascending. Each thousand is of its own moment.
template <class Visit>
Task<Result<void>> each_row(Directory& directory, std::string prefix, Visit visit) {
  constexpr std::size_t kRows = 1000;
  std::string after;
  for (;;) {
    auto rows = co_await directory.scan(prefix, after, kRows);
    if (!rows) co_return std::unexpected(store_error(rows.error()));
    for (const storage::Row& row : *rows) visit(row);
    if (rows->size() < kRows) co_return Result<void>();
    after = std::move(rows->back().key);
  }
}

// Whether there is any. In a change it is beside it, but where it is of the same account: whatever puts one meanwhile
// raises the account's epoch, and the change is lost and begins anew.
inline Task<Result<bool>> any_row(Directory& directory, std::string prefix) {
  std::string first;
  auto rows = co_await directory.scan(std::move(prefix), std::move(first), 1);
  if (!rows) co_return std::unexpected(store_error(rows.error()));
  co_return !rows->empty();
}

}  // namespace skerry::iam
