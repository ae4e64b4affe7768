#include "s3/ops/listings.h"

#include "s3/errors.h"
#include "s3/names.h"
#include "s3/ops/bind.h"

namespace skerry::s3 {
namespace {

bool stands_for_itself(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '*' || c == '/';
}

}  // namespace

std::expected<std::int32_t, wire::ApiError> page_size(std::optional<std::int32_t> asked, std::string_view name,
                                                      std::string_view message) {
  std::int32_t limit = asked.value_or(kPageMax);
  if (limit < 0) return std::unexpected(invalid_argument(std::string(message), name, std::to_string(limit)));
  return std::min(limit, kPageMax);
}

std::expected<void, wire::ApiError> check_key_parts(std::initializer_list<const std::optional<std::string>*> parts) {
  for (const std::optional<std::string>* part : parts) {
    if (!*part) continue;
    if (auto good = check_object_key(**part); !good) return good;
  }
  return {};
}

std::expected<KeyText, wire::ApiError> KeyText::parse(const std::optional<std::string>& encoding_type) {
  if (!encoding_type) return KeyText(false);
  if (*encoding_type == EncodingType::kUrl) return KeyText(true);
  return std::unexpected(
      invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", *encoding_type));
}

std::optional<std::string> KeyText::show_if(const std::optional<std::string>& key) const {
  if (!key) return std::nullopt;
  return show(*key);
}

// As Java's URLEncoder has it, which AWS uses: a space is a plus. But slashes stay.
std::string KeyText::encode(std::string_view key) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(key.size() + 16);
  for (char c : key) {
    auto byte = static_cast<unsigned char>(c);
    if (stands_for_itself(byte)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

wire::List<Object> shown_objects(const std::vector<ListedObject>& objects, const KeyText& key_text,
                                 const std::optional<Owner>& owner) {
  wire::List<Object> out;
  out.reserve(objects.size());
  for (const ListedObject& listed : objects) {
    Object& object = out.emplace_back();
    object.key = key_text.show(listed.key);
    show_version(object, listed.row);
    object.owner = owner;
  }
  return out;
}

wire::List<CommonPrefix> shown_prefixes(const std::vector<std::string>& prefixes, const KeyText& key_text) {
  wire::List<CommonPrefix> out;
  out.reserve(prefixes.size());
  for (const std::string& prefix : prefixes) out.push_back({.prefix = key_text.show(prefix)});
  return out;
}

void bind_listings(wire::Registry& registry, storage::MetaStore& meta) {
  bind_list_objects(registry, meta);
  bind_list_objects_v2(registry, meta);
  bind_list_object_versions(registry, meta);
}

}  // namespace skerry::s3
