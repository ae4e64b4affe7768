#include "iam/access_key_id.h"

#include <fmt/format.h>

#include <charconv>

#include "base/bytes.h"
#include "base/check.h"
#include "iam/base32.h"

namespace skerry::iam {
namespace {

constexpr std::string_view kLongTerm = "AKIA";
constexpr std::string_view kTemporary = "ASIA";
constexpr std::size_t kEncoded = 16;
constexpr std::uint64_t kAccountMax = 999'999'999'999;

// The account's number lies in the first 48 bits, under one bit that is always set and above seven random ones.
constexpr int kAccountShift = 7;

}  // namespace

std::string new_access_key_id(KeyKind kind, std::string_view account_id, Random& random) {
  std::uint64_t account = 0;
  auto [end, error] = std::from_chars(account_id.data(), account_id.data() + account_id.size(), account);
  CHECK(error == std::errc() && end == account_id.data() + account_id.size() && account <= kAccountMax,
        "an account id is twelve digits");
  std::string raw = random.bytes(10);
  std::uint64_t head = std::uint64_t{1} << 47 | account << kAccountShift | (static_cast<unsigned char>(raw[5]) & 0x7f);
  for (int i = 5; i >= 0; --i, head >>= 8) raw[static_cast<std::size_t>(i)] = static_cast<char>(head);
  return std::string(kind == KeyKind::LongTerm ? kLongTerm : kTemporary).append(base32(raw));
}

std::optional<std::string> account_of(std::string_view id) {
  if (id.size() != kLongTerm.size() + kEncoded) return std::nullopt;
  if (!id.starts_with(kLongTerm) && !id.starts_with(kTemporary)) return std::nullopt;
  std::uint64_t head = 0;  // the first ten characters: 50 bits
  for (char c : id.substr(kLongTerm.size())) {
    if (kBase32.find(c) == kBase32.npos) return std::nullopt;
  }
  for (char c : id.substr(kLongTerm.size(), 10)) head = head << 5 | kBase32.find(c);
  head >>= 2;
  std::uint64_t account = (head & ~(std::uint64_t{1} << 47)) >> kAccountShift;
  if (account > kAccountMax) return std::nullopt;
  return fmt::format("{:012}", account);
}

bool is_temporary(std::string_view access_key_id) { return access_key_id.starts_with(kTemporary); }

std::string new_secret_access_key(Random& random) { return base64(random.bytes(30)); }

std::string secret_place(std::string_view access_key_id) { return std::string("secret/").append(access_key_id); }

}  // namespace skerry::iam
