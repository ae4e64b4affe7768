#include "iam/policy/parse.h"

#include <algorithm>

#include "iam/policy/reader.h"
#include "iam/policy/rules.h"

namespace skerry::iam::policy {
namespace {

std::size_t size_max(Kind kind) {
  switch (kind) {
    case Kind::Managed:
      return kManagedSizeMax;
    case Kind::Trust:
      return kTrustSizeMax;
    case Kind::Bucket:
    case Kind::Resource:
      return kResourceSizeMax;
    case Kind::Inline:
    case Kind::Session:
      break;
  }
  return std::string::npos;
}

std::optional<PolicyError> check(const Document& document) {
  if (is_identity_based(document.kind)) return check_identity_based(document);
  return document.kind == Kind::Trust ? check_trust(document) : check_resource_based(document);
}

}  // namespace

std::size_t size_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    bool white = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    bool inside_character = (static_cast<unsigned char>(c) & 0xc0) == 0x80;  // of UTF-8
    return !white && !inside_character;
  }));
}

std::expected<Document, PolicyError> parse(std::string text, Kind kind) {
  if (size_of(text) > size_max(kind)) return std::unexpected(make_error(kind, Fault::TooLong, ""));
  if (!text.starts_with('{') && kind == Kind::Bucket) return std::unexpected(make_error(kind, Fault::NotJson, ""));
  auto tree = wire::Tree::from_json(text);
  if (!tree) return std::unexpected(make_error(kind, Fault::BadJson, ""));
  Document document;
  document.kind = kind;
  document.text = std::move(text);
  if (auto wrong = Reader(*tree, document).read()) return std::unexpected(*std::move(wrong));
  if (auto wrong = check(document)) return std::unexpected(*std::move(wrong));
  return document;
}

}  // namespace skerry::iam::policy
