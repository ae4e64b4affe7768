#include "s3/ops/range.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace skerry::s3 {
namespace {

constexpr std::string_view kUnit = "bytes=";

// Decimal digits only; a number too large for any object counts as the largest.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  std::uint64_t value = 0;
  auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  return errc == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
}

std::expected<std::optional<ByteRange>, RangeErrc> resolve_suffix(std::string_view digits, std::uint64_t size) {
  auto suffix = parse_position(digits);
  if (!suffix) return std::nullopt;
  if (*suffix == 0 || size == 0) return std::unexpected(RangeErrc::Unsatisfiable);
  std::uint64_t length = std::min(*suffix, size);
  return ByteRange{size - length, length};
}

}  // namespace

std::expected<std::optional<ByteRange>, RangeErrc> resolve_range(std::string_view header, std::uint64_t size) {
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  std::size_t dash = header.find('-');
  if (dash == header.npos) return std::nullopt;
  std::string_view first_text = header.substr(0, dash), last_text = header.substr(dash + 1);
  if (first_text.empty()) return resolve_suffix(last_text, size);

  auto first = parse_position(first_text);
  auto last = last_text.empty() ? std::numeric_limits<std::uint64_t>::max() : parse_position(last_text);
  if (!first || !last || *last < *first) return std::nullopt;
  if (*first >= size) return std::unexpected(RangeErrc::Unsatisfiable);
  return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace skerry::s3
