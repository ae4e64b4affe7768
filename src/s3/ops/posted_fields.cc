#include "s3/ops/posted_fields.h"

#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/names.h"
#include "s3/tags.h"
#include "wire/xml.h"

namespace skerry::s3 {
namespace {

constexpr std::string_view kMetadataPrefix = "x-amz-meta-";

// The members of which read_object_headers reads.
struct PostedHeaders {
  std::optional<std::string> content_type, content_encoding, content_disposition, content_language, cache_control,
      expires, website_redirect_location, storage_class, tagging;
  SentMetadata metadata;
};

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// A form's fields as the headers that they stand for.
net::Headers headers_of(const auth::FormFields& fields) {
  net::Headers out;
  for (const auto& [name, value] : fields) {
    std::string header = lower(name);
    out.add(header == "acl" ? "x-amz-acl" : header, value);
  }
  return out;
}

std::optional<std::string> optional_field(const net::Headers& headers, std::string_view name) {
  const std::string* value = headers.find(name);
  return value ? std::optional(*value) : std::nullopt;
}

// The members of which sent_acl reads.
struct PostedAcl {
  std::optional<std::string> acl, grant_full_control, grant_read, grant_read_acp, grant_write_acp;
};

PostedAcl posted_acl(const net::Headers& fields) {
  return {optional_field(fields, "x-amz-acl"), optional_field(fields, "x-amz-grant-full-control"),
          optional_field(fields, "x-amz-grant-read"), optional_field(fields, "x-amz-grant-read-acp"),
          optional_field(fields, "x-amz-grant-write-acp")};
}

PostedHeaders sent_headers(const net::Headers& fields) {
  PostedHeaders out;
  out.content_type = optional_field(fields, "content-type");
  out.content_encoding = optional_field(fields, "content-encoding");
  out.content_disposition = optional_field(fields, "content-disposition");
  out.content_language = optional_field(fields, "content-language");
  out.cache_control = optional_field(fields, "cache-control");
  out.expires = optional_field(fields, "expires");
  out.website_redirect_location = optional_field(fields, "x-amz-website-redirect-location");
  out.storage_class = optional_field(fields, "x-amz-storage-class");
  for (const auto& [name, value] : fields) {
    if (!name.starts_with(kMetadataPrefix)) continue;
    if (!out.metadata) out.metadata.emplace();
    out.metadata->emplace(name.substr(kMetadataPrefix.size()), value);
  }
  return out;
}

// A form has its tags as the document that PutObjectTagging takes.
std::expected<std::vector<record::Tag>, wire::ApiError> read_tagging_document(std::string_view document) {
  const wire::Shape* shape = nullptr;
  for (const wire::Member& member : PutObjectTaggingOp::descriptor().input->members) {
    if (member.name == "Tagging") shape = member.shape;
  }
  CHECK(shape, "PutObjectTagging takes no Tagging");
  Tagging tagging;
  wire::Reading in;
  if (!wire::read_xml_document(document, "Tagging", *shape, &tagging, in) || !in.violations.empty()) {
    return std::unexpected(error(Errc::MalformedXML));
  }
  std::vector<record::Tag> tags;
  for (Tag& tag : tagging.tag_set) tags.push_back(make_tag(std::move(tag.key), std::move(tag.value)));
  if (auto good = check_object_tags(tags); !good) return std::unexpected(good.error());
  return tags;
}

void append_percent_encoded(std::string& out, std::string_view text, std::string_view kept) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (char c : text) {
    if (kUnreserved.find(c) != kUnreserved.npos || kept.find(c) != kept.npos) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

}  // namespace

std::expected<PostedFields, wire::ApiError> read_posted_fields(const auth::FormFields& form) {
  net::Headers fields = headers_of(form);
  PostedFields out;
  out.key = fields.get("key");
  if (out.key.empty()) {
    return std::unexpected(invalid_argument("User key must have a length greater than 0.", "key", ""));
  }
  if (auto good = check_object_key(out.key); !good) return std::unexpected(good.error());
  if (auto good = check_served_headers(fields); !good) return std::unexpected(good.error());
  auto headers = read_object_headers(sent_headers(fields));
  if (!headers) return std::unexpected(headers.error());
  out.headers = std::move(*headers);
  if (const std::string* document = fields.find("tagging")) {
    auto tags = read_tagging_document(*document);
    if (!tags) return std::unexpected(tags.error());
    out.headers.tags = std::move(*tags);
  }
  auto digests = ExpectedDigests::parse(fields);
  if (!digests) return std::unexpected(digests.error());
  out.digests = *digests;
  out.acl = sent_acl(posted_acl(fields));

  std::string_view status = fields.get("success_action_status");
  if (status == "200") out.status = 200;
  if (status == "201") out.status = 201;
  // `redirect` is the older name. What is no URL is ignored.
  std::string_view redirect = fields.get("success_action_redirect");
  if (redirect.empty()) redirect = fields.get("redirect");
  if (redirect.starts_with("http://") || redirect.starts_with("https://")) out.redirect = redirect;
  out.fields = std::move(fields);
  return out;
}

std::string redirect_location(std::string_view redirect, std::string_view bucket, std::string_view key,
                              std::string_view etag) {
  std::string out(redirect);
  out += redirect.find('?') == redirect.npos ? '?' : '&';
  out += "bucket=";
  append_percent_encoded(out, bucket, "");
  out += "&key=";
  append_percent_encoded(out, key, "");
  out += "&etag=";
  append_percent_encoded(out, etag, "");
  return out;
}

std::string percent_encode_key(std::string_view key) {
  std::string out;
  append_percent_encoded(out, key, "/");
  return out;
}

}  // namespace skerry::s3
