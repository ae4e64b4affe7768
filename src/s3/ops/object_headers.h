#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "s3/records.pb.h"
#include "wire/error.h"
#include "wire/type_ops.h"

// What a request says of the object that it makes, besides the bytes.
namespace skerry::s3 {

inline constexpr std::string_view kDefaultContentType = "binary/octet-stream";
inline constexpr std::string_view kEncryption = "AES256";  // of every object, whatever was asked for

struct ObjectHeaders {
  record::SystemHeaders system;
  wire::Map<std::string> user_metadata;  // UTF-8
  record::StorageClass storage_class = record::STANDARD;
  std::vector<record::Tag> tags;
};

// Each of these reads one header, as it was sent or absent.
// aws-chunked is how the body came, not what it is: AWS does not keep it.
std::string without_aws_chunked(std::string_view content_encoding);
// Errors: MetadataTooLarge (names and values together over 2 KB), InvalidArgument (a name that is no header's).
using SentMetadata = std::optional<wire::Map<std::string>>;
std::expected<wire::Map<std::string>, wire::ApiError> read_user_metadata(const SentMetadata& sent);
// Errors: InvalidStorageClass.
std::expected<record::StorageClass, wire::ApiError> read_storage_class(const std::optional<std::string>& sent);
// Errors: InvalidRedirectLocation.
std::expected<void, wire::ApiError> check_redirect_location(const std::optional<std::string>& sent);
// Errors: InvalidTag, InvalidArgument, BadRequest.
std::expected<std::vector<record::Tag>, wire::ApiError> read_tags(const std::optional<std::string>& sent);

// The headers that HTTP knows, and the redirect. Of Put-, Copy-, PostObject and CreateMultipartUpload, whose requests
// spell these members alike.
template <class Request>
record::SystemHeaders read_system_headers(const Request& request) {
  record::SystemHeaders out;
  if (request.content_type) out.set_content_type(*request.content_type);
  if (request.content_encoding) out.set_content_encoding(without_aws_chunked(*request.content_encoding));
  if (request.content_disposition) out.set_content_disposition(*request.content_disposition);
  if (request.content_language) out.set_content_language(*request.content_language);
  if (request.cache_control) out.set_cache_control(*request.cache_control);
  if (request.expires) out.set_expires(*request.expires);
  if (request.website_redirect_location) out.set_website_redirect_location(*request.website_redirect_location);
  return out;
}

template <class Request>
std::expected<ObjectHeaders, wire::ApiError> read_object_headers(const Request& request) {
  auto storage_class = read_storage_class(request.storage_class);
  if (!storage_class) return std::unexpected(storage_class.error());
  auto user_metadata = read_user_metadata(request.metadata);
  if (!user_metadata) return std::unexpected(user_metadata.error());
  if (auto good = check_redirect_location(request.website_redirect_location); !good) {
    return std::unexpected(good.error());
  }
  auto tags = read_tags(request.tagging);
  if (!tags) return std::unexpected(tags.error());
  return ObjectHeaders{read_system_headers(request), std::move(*user_metadata), *storage_class, std::move(*tags)};
}

// Into a VersionDetail or an Upload, which share these fields. The storage class goes elsewhere: see VersionRow.
template <class Record>
void keep_headers(const ObjectHeaders& headers, Record& record) {
  *record.mutable_headers() = headers.system;
  record.mutable_user_metadata()->insert(headers.user_metadata.begin(), headers.user_metadata.end());
  record.mutable_tags()->Assign(headers.tags.begin(), headers.tags.end());
}

}  // namespace skerry::s3
