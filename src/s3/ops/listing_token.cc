#include "s3/ops/listing_token.h"

#include "base/bytes.h"
#include "digest/hasher.h"
#include "s3/errors.h"

namespace skerry::s3 {
namespace {

constexpr char kVersion = '1';

std::string check_of(std::string_view kind, std::string_view scope, std::string_view position) {
  std::string all;
  all.reserve(kind.size() + scope.size() + position.size() + 8);
  for (std::string_view part : {kind, scope}) {
    append_be32(all, static_cast<std::uint32_t>(part.size()));
    all += part;
  }
  all += position;
  return std::string(digest::digest_of(digest::Algorithm::XXHASH64, all).bytes());
}

}  // namespace

std::string make_token(std::string_view kind, std::string_view scope, std::string_view position) {
  return kVersion + base64(check_of(kind, scope, position).append(position));
}

std::optional<std::string> open_token(std::string_view kind, std::string_view scope, std::string_view token) {
  if (token.empty() || token.front() != kVersion) return std::nullopt;
  auto bytes = unbase64(token.substr(1));
  constexpr std::size_t kCheckBytes = 8;
  if (!bytes || bytes->size() < kCheckBytes) return std::nullopt;
  std::string position = bytes->substr(kCheckBytes);
  if (make_token(kind, scope, position) != token) return std::nullopt;  // base64 has several spellings of some bytes
  return position;
}

wire::ApiError wrong_token(std::string_view token) {
  return invalid_argument("The continuation token provided is incorrect", "continuation-token", token);
}

}  // namespace skerry::s3
