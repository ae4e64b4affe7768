#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "iam/directory.h"
#include "iam/service/errors.h"

// Lists in pages: Marker and MaxItems in, IsTruncated and Marker out. A marker is opaque to clients: it holds the name
// of the last item given, so what is made or deleted meanwhile neither doubles nor hides another.
namespace skerry::iam {

struct Paging {
  std::string after;  // the name of the last item of the page before; empty: from the first
  std::size_t limit = 100;
};

// Errors: ValidationError for a marker that is none of ours.
Result<Paging> paging(const std::optional<std::string>& marker, const std::optional<std::int32_t>& max_items);

std::string marker_after(std::string_view name);
wire::ApiError bad_marker();

// Where a page of a list begins that has one section behind another; what it holds of each is ascending by name. Its
// markers are of `<section>/<name>`.
struct Start {
  std::size_t section = 0;
  std::string after;  // in that section; empty: from the first
};
// Errors: ValidationError for a marker that is none of ours.
Result<Start> start_of(const Paging& paging, std::size_t sections);
std::string in_section(std::size_t section, std::string_view name);

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;  // the marker; nothing: that was all

  // Into the answer's members.
  template <class Response>
  void tell(Response& response) && {
    response.is_truncated = next.has_value();
    response.marker = std::move(next);
  }
};

// A page of what is at hand, ascending by `name_of` an item.
template <class T, class NameOf>
Page<T> page_of(std::vector<T> all, const Paging& paging, NameOf name_of) {
  Page<T> out;
  for (T& item : all) {
    if (!paging.after.empty() && !(name_of(item) > paging.after)) continue;
    if (out.items.size() == paging.limit) {
      out.next = marker_after(name_of(out.items.back()));
      break;
    }
    out.items.push_back(std::move(item));
  }
  return out;
}

// A page of the rows that begin with `prefix`, as records, of those that `wanted` takes. Their names are what follows
// the prefix.
template <class Record, class Wanted>
Task<Result<Page<Record>>> page_of_rows(Directory& directory, std::string prefix, Paging paging, Wanted wanted) {
  constexpr std::size_t kRowsMax = 1000;
  Page<Record> out;
  std::string last;
  std::string after = paging.after.empty() ? std::string() : prefix + paging.after;
  for (;;) {
    // One more than are wanted tells whether there are more.
    std::size_t limit = std::min(kRowsMax, paging.limit + 1);
    auto rows = co_await directory.scan(prefix, after, limit);
    if (!rows) co_return std::unexpected(store_error(rows.error()));
    for (storage::Row& row : *rows) {
      Record record;
      if (!record.ParseFromString(row.value)) {
        co_return std::unexpected(store_error({storage::StoreErrc::Corrupt, "IAM's row " + row.key}));
      }
      if (!wanted(record)) continue;
      if (out.items.size() == paging.limit) {
        out.next = marker_after(last);
        co_return out;
      }
      last = row.key.substr(prefix.size());
      out.items.push_back(std::move(record));
    }
    if (rows->size() < limit) co_return out;
    after = std::move(rows->back().key);
  }
}

}  // namespace skerry::iam
