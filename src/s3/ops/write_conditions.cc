#include "s3/ops/write_conditions.h"

#include "s3/errors.h"

namespace skerry::s3 {

std::expected<WriteCondition, wire::ApiError> read_write_condition(const net::Headers& headers,
                                                                   const std::optional<std::string>& if_match,
                                                                   const std::optional<std::string>& if_none_match) {
  for (std::string_view date : {"if-modified-since", "if-unmodified-since"}) {
    if (headers.find(date)) {
      return std::unexpected(
          not_implemented_header(date == "if-modified-since" ? "If-Modified-Since" : "If-Unmodified-Since",
                                 "Conditions by date are not supported for this operation"));
    }
  }
  if (if_match && if_none_match) {
    return std::unexpected(not_implemented_header("If-Match,If-None-Match",
                                                  "Multiple conditional request headers present in the request"));
  }
  if (if_none_match && *if_none_match != "*") {
    return std::unexpected(not_implemented_header(
        "If-None-Match", "We don't accept the provided value of If-None-Match header for this API"));
  }
  return WriteCondition{.if_match = if_match.value_or(""), .if_none_match_any = if_none_match.has_value()};
}

}  // namespace skerry::s3
