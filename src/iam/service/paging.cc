#include "iam/service/paging.h"

#include <fmt/format.h>

#include "base/bytes.h"

namespace skerry::iam {

wire::ApiError bad_marker() { return validation_error("Invalid Marker."); }

Result<Paging> paging(const std::optional<std::string>& marker, const std::optional<std::int32_t>& max_items) {
  Paging out;
  if (max_items) out.limit = static_cast<std::size_t>(*max_items);
  if (marker) {
    auto name = unbase64(*marker);
    if (!name || name->empty()) return std::unexpected(bad_marker());
    out.after = std::move(*name);
  }
  return out;
}

Result<Start> start_of(const Paging& paging, std::size_t sections) {
  if (paging.after.empty()) return Start{};
  const auto section = static_cast<std::size_t>(paging.after[0] - '0');
  if (paging.after.size() < 2 || paging.after[1] != '/' || section >= sections) {
    return std::unexpected(bad_marker());
  }
  return Start{section, paging.after.substr(2)};
}

std::string in_section(std::size_t section, std::string_view name) { return fmt::format("{}/{}", section, name); }

std::string marker_after(std::string_view name) { return base64(name); }

}  // namespace skerry::iam
