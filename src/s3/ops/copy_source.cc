#include "s3/ops/copy_source.h"

#include "s3/errors.h"
#include "s3/names.h"
#include "wire/text.h"

namespace skerry::s3 {

std::expected<CopySource, wire::ApiError> parse_copy_source(std::string_view header) {
  constexpr std::string_view kName = "x-amz-copy-source";
  constexpr std::string_view kVersion = "?versionId=";
  CopySource source;
  std::string_view path = header;
  // A question mark of the key's own is escaped.
  if (auto at = path.find(kVersion); at != path.npos) {
    source.version = VersionId::parse(path.substr(at + kVersion.size()));
    if (!source.version) {
      return std::unexpected(
          invalid_argument("Invalid version id specified", "versionId", path.substr(at + kVersion.size())));
    }
    path = path.substr(0, at);
  }
  auto plain = wire::form_decode(path);  // `+` is a space to S3 here, unlike in a path
  if (!plain) return std::unexpected(invalid_argument("Invalid copy source encoding", kName, header));
  std::string_view rest = *plain;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  auto slash = rest.find('/');
  if (slash == rest.npos || slash == 0) {
    return std::unexpected(invalid_argument("Invalid copy source bucket name", kName, header));
  }
  source.bucket = rest.substr(0, slash);
  source.key = rest.substr(slash + 1);
  if (source.key.empty()) {
    return std::unexpected(invalid_argument("Invalid copy source object key", kName, header));
  }
  if (auto good = check_object_key(source.key); !good) return std::unexpected(good.error());
  return source;
}

}  // namespace skerry::s3
