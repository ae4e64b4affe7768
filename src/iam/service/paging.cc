#include "iam/service/paging.h"

#include "base/bytes.h"

namespace skerry::iam {

Result<Paging> paging(const std::optional<std::string>& marker, const std::optional<std::int32_t>& max_items) {
  Paging out;
  if (max_items) out.limit = static_cast<std::size_t>(*max_items);
  if (marker) {
    auto name = unbase64(*marker);
    if (!name || name->empty()) return std::unexpected(validation_error("Invalid Marker."));
    out.after = std::move(*name);
  }
  return out;
}

std::string marker_after(std::string_view name) { return base64(name); }

}  // namespace skerry::iam
