#include "s3/policy_keys.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "s3/tags.h"
#include "wire/text.h"

namespace skerry::s3 {
namespace {

constexpr std::string_view kExistingTag = "s3:existingobjecttag/";
constexpr std::string_view kRequestTag = "s3:requestobjecttag/";
constexpr std::string_view kBucketTag = "aws:requesttag/";

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return iam::policy::lower(x) == iam::policy::lower(y); });
}

// Empty: of an operation that the key is not about.
std::string_view creates_object(std::string_view operation) {
  for (std::string_view whole : {"PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload"}) {
    if (operation == whole) return "true";
  }
  for (std::string_view piece : {"CreateMultipartUpload", "UploadPart", "UploadPartCopy"}) {
    if (operation == piece) return "false";
  }
  return {};
}

std::string_view auth_type(auth::AuthKind kind) {
  switch (kind) {
    case auth::AuthKind::Anonymous:
      return {};
    case auth::AuthKind::Header:
      return "REST-HEADER";
    case auth::AuthKind::Query:
      return "REST-QUERY-STRING";
    case auth::AuthKind::Form:
      return "POST";
  }
  std::unreachable();
}

std::string_view signature_version(auth::SignatureVersion version) {
  switch (version) {
    case auth::SignatureVersion::None:
      return {};
    case auth::SignatureVersion::V2:
      return "AWS";
    case auth::SignatureVersion::V4:
      return "AWS4-HMAC-SHA256";
  }
  std::unreachable();
}

}  // namespace

PolicyKeys::Values PolicyKeys::find(std::string_view key) const {
  bool global = key == "aws:resourceaccount";
  if (!global && !permission_.has_key(key, thing_.versioned())) return {};
  for (std::size_t i = 0; i < known_count_; ++i) {
    if (known_[i].key == key) return {&known_[i].value, 1};
  }
  return work_out(key);
}

PolicyKeys::Values PolicyKeys::work_out(std::string_view key) const {
  constexpr std::string_view kService = "s3:";
  if (key == "aws:resourceaccount" || key == "s3:resourceaccount") {
    return one(key, thing_.bucket ? std::string_view(thing_.bucket->record.account_id()) : caller_account_);
  }
  if (key.starts_with(kBucketTag)) return tag(key, request_tags());
  if (key == "aws:tagkeys" || key == "s3:requestobjecttagkeys") return tag_keys();
  if (!key.starts_with(kService)) return {};
  if (key.starts_with(kExistingTag)) return thing_.detail ? tag(key, thing_.detail->tags()) : Values();
  if (key.starts_with(kRequestTag)) return tag(key, request_tags());

  std::string_view name = key.substr(kService.size());
  if (name == "prefix" || name == "delimiter" || name == "max-keys") return sent(key, facts_.parameter(name));
  if (name == "versionid") return unless_empty(key, thing_.version_id);
  if (name == "locationconstraint") return sent(key, facts_.find("LocationConstraint"));
  if (name == "objectcreationoperation") return unless_empty(key, creates_object(facts_.operation));
  if (name == "authtype") return unless_empty(key, auth_type(facts_.signing.kind));
  if (name == "signatureversion") return unless_empty(key, signature_version(facts_.signing.version));
  if (name == "signatureage") return signature_age(key);
  if (name == "tlsversion") return tls_version(key);
  if (name == "x-amz-copy-source") return copy_source();
  // Of the header alone: a presigned request's payload is not signed.
  if (name == "x-amz-content-sha256") return unless_empty(key, facts_.headers.get(name));
  if (name == "object-lock-mode") return sent(key, facts_.find("x-amz-object-lock-mode"));
  if (name == "object-lock-legal-hold") return sent(key, facts_.find("x-amz-object-lock-legal-hold"));
  if (name == "object-lock-retain-until-date") return sent(key, facts_.find("x-amz-object-lock-retain-until-date"));
  return sent(key, facts_.find(name));  // the others are called like their headers
}

PolicyKeys::Values PolicyKeys::one(std::string_view key, std::string_view value) const {
  CHECK(known_count_ < kKnownMax, "a decision asks for more keys than there are");
  Known& known = known_[known_count_++];
  known = {key, value};
  return {&known.value, 1};
}

PolicyKeys::Values PolicyKeys::unless_empty(std::string_view key, std::string_view value) const {
  return value.empty() ? Values() : one(key, value);
}

PolicyKeys::Values PolicyKeys::sent(std::string_view key, RequestFacts::Value value) const {
  return value.sent ? one(key, value.text) : Values();
}

PolicyKeys::Values PolicyKeys::signature_age(std::string_view key) const {
  if (facts_.signing.version != auth::SignatureVersion::V4) return {};
  auto age = std::chrono::duration_cast<milliseconds>(facts_.now - facts_.signing.signed_at).count();
  auto end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), age).ptr;
  return one(key, {digits_.data(), end});
}

PolicyKeys::Values PolicyKeys::tls_version(std::string_view key) const {
  constexpr std::string_view kName = "TLSv";
  std::string_view version = facts_.peer.tls_version;
  return version.starts_with(kName) ? one(key, version.substr(kName.size())) : Values();
}

template <class Tags>
PolicyKeys::Values PolicyKeys::tag(std::string_view key, const Tags& tags) const {
  std::string_view wanted = key.substr(key.find('/') + 1);
  for (const record::Tag& tag : tags) {
    if (same_name(tag.key(), wanted)) return one(key, tag.value());
  }
  return {};
}

const std::vector<record::Tag>& PolicyKeys::request_tags() const {
  if (facts_.tags) return *facts_.tags;
  if (!header_tags_) {
    header_tags_.emplace();
    auto header = facts_.find("x-amz-tagging");
    // One that is malformed is refused before anything is stored; until then it is as if there were none.
    if (auto tags = parse_tagging_header(header.text); header.sent && tags) header_tags_ = std::move(*tags);
  }
  return *header_tags_;
}

PolicyKeys::Values PolicyKeys::tag_keys() const {
  if (tag_keys_.empty()) {
    for (const record::Tag& tag : request_tags()) tag_keys_.push_back(tag.key());
  }
  return tag_keys_;
}

// With and without the slash that may stand before the bucket: policies are written either way, and the header too.
PolicyKeys::Values PolicyKeys::copy_source() const {
  auto header = facts_.find("x-amz-copy-source");
  if (!header.sent) return {};
  if (source_.empty()) {
    std::string_view path = header.text.substr(0, header.text.find("?versionId="));
    source_ = wire::form_decode(path).value_or(std::string(path));
    if (!source_.starts_with('/')) source_.insert(0, 1, '/');
    sources_ = {std::string_view(source_).substr(1), source_};
  }
  return sources_;
}

}  // namespace skerry::s3
