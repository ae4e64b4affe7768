#include "s3/ops/object_headers.h"

#include "net/fields.h"
#include "s3/errors.h"
#include "s3/ops/encoded_word.h"
#include "s3/tags.h"
#include "s3/version.h"

namespace skerry::s3 {
namespace {

constexpr std::size_t kUserMetadataMax = 2048;      // bytes of names and values
constexpr std::size_t kRedirectLocationMax = 2048;  // bytes

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

wire::ApiError invalid_redirect(std::string_view message) {
  return error(Errc::InvalidRedirectLocation, std::string(message));
}

}  // namespace

std::string without_aws_chunked(std::string_view content_encoding) {
  std::string out;
  bool found = false;
  std::string_view rest = content_encoding;
  while (!rest.empty()) {
    std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view coding = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (net::equal_ignoring_case(coding, "aws-chunked")) {
      found = true;
      continue;
    }
    if (!out.empty()) out += ',';
    out += coding;
  }
  return found ? out : std::string(content_encoding);
}

std::expected<wire::Map<std::string>, wire::ApiError> read_user_metadata(const SentMetadata& sent) {
  wire::Map<std::string> out;
  if (!sent) return out;
  std::size_t size = 0;
  for (const auto& [name, value] : *sent) {
    // From a header it is one; a query or a form may hold anything.
    if (!net::is_token(name)) {
      return std::unexpected(invalid_argument("Your metadata headers are not supported.", "x-amz-meta-" + name, value));
    }
    std::string text = decode_header_text(value);
    size += name.size() + text.size();
    out.emplace(name, std::move(text));
  }
  if (size > kUserMetadataMax) {
    return std::unexpected(error(Errc::MetadataTooLarge)
                               .with("Size", std::to_string(size))
                               .with("MaxSizeAllowed", std::to_string(kUserMetadataMax)));
  }
  return out;
}

std::expected<record::StorageClass, wire::ApiError> read_storage_class(const std::optional<std::string>& sent) {
  if (!sent) return record::STANDARD;
  if (auto known = parse_storage_class(*sent)) return *known;
  return std::unexpected(error(Errc::InvalidStorageClass).with("StorageClassRequested", *sent));
}

std::expected<void, wire::ApiError> check_redirect_location(const std::optional<std::string>& sent) {
  if (!sent) return {};
  if (sent->empty()) return std::unexpected(invalid_redirect("The website redirect location must be non-empty."));
  if (sent->size() > kRedirectLocationMax) {
    return std::unexpected(invalid_redirect("The length of website redirect location cannot exceed 2,048 characters."));
  }
  if (sent->starts_with('/') || sent->starts_with("http://") || sent->starts_with("https://")) return {};
  return std::unexpected(
      invalid_redirect("The website redirect location must have a prefix of 'http://' or 'https://' or '/'."));
}

std::expected<std::vector<record::Tag>, wire::ApiError> read_tags(const std::optional<std::string>& sent) {
  if (!sent) return std::vector<record::Tag>();
  return parse_tagging_header(*sent);
}

}  // namespace skerry::s3
