#include "s3/names.h"

#include <algorithm>
#include <array>

#include "s3/errors.h"

namespace skerry::s3 {
namespace {

constexpr std::array<std::string_view, 3> kReservedPrefixes{"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::array<std::string_view, 5> kReservedSuffixes{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};

bool is_edge(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool looks_like_ipv4(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 3 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

}  // namespace

std::expected<void, wire::ApiError> check_bucket_name(std::string_view name) {
  bool good = name.size() >= 3 && name.size() <= 63 && is_edge(name.front()) && is_edge(name.back()) &&
              name.find("..") == name.npos && !looks_like_ipv4(name);
  good = good && std::all_of(name.begin(), name.end(), [](char c) { return is_edge(c) || c == '-' || c == '.'; });
  for (std::string_view prefix : kReservedPrefixes) good = good && !name.starts_with(prefix);
  for (std::string_view suffix : kReservedSuffixes) good = good && !name.ends_with(suffix);
  if (good) return {};
  // XML has no way to say a control character.
  bool printable = is_utf8(name) && std::ranges::none_of(name, [](unsigned char c) { return c < 0x20; });
  auto refused = error(Errc::InvalidBucketName);
  if (printable) refused.fields.emplace_back("BucketName", std::string(name));
  return std::unexpected(std::move(refused));
}

std::expected<void, wire::ApiError> check_object_key(std::string_view key) {
  if (key.size() > kKeyBytesMax) {
    return std::unexpected(error(Errc::KeyTooLongError)
                               .with("Size", std::to_string(key.size()))
                               .with("MaxSizeAllowed", std::to_string(kKeyBytesMax)));
  }
  if (!is_utf8(key)) return std::unexpected(error(Errc::InvalidURI));
  return {};
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  while (i < text.size()) {
    unsigned char first = byte(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || i + length > text.size()) return false;
    // The second byte alone tells overlong forms, surrogates and what is past U+10FFFF.
    unsigned char second = byte(i + 1);
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (std::size_t k = 2; k < length; ++k) {
      if (byte(i + k) < 0x80 || byte(i + k) > 0xbf) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace skerry::s3
