#pragma once
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "digest/algorithm.h"
#include "s3/api/types.h"
#include "s3/listing.h"
#include "s3/version.h"
#include "wire/context.h"
#include "wire/registry.h"

// What the listings share: their arguments, and how they show what they list.
namespace skerry::s3 {

void bind_list_objects(wire::Registry& registry, storage::MetaStore& meta);
void bind_list_objects_v2(wire::Registry& registry, storage::MetaStore& meta);
void bind_list_object_versions(wire::Registry& registry, storage::MetaStore& meta);

inline constexpr std::int32_t kPageMax = 1000;

// max-keys: what is past 1,000 is 1,000, as the answer says. Errors: InvalidArgument (negative; `name` and `message`
// are the operation's own).
std::expected<std::int32_t, wire::ApiError> page_size(
    std::optional<std::int32_t> asked, std::string_view name = "maxKeys",
    std::string_view message = "Argument maxKeys must be an integer between 0 and 2147483647");

// A prefix, delimiter or marker is a piece of a key and can hold no more than one.
std::expected<void, wire::ApiError> check_key_parts(std::initializer_list<const std::optional<std::string>*> parts);

// How keys stand in the answer: as they are, or, with encoding-type=url, as forms encode them. XML cannot hold every
// byte that a key can.
class KeyText {
 public:
  // Errors: InvalidArgument (an encoding type other than url).
  static std::expected<KeyText, wire::ApiError> parse(const std::optional<std::string>& encoding_type);

  std::string show(std::string_view key) const { return url_ ? encode(key) : std::string(key); }
  std::optional<std::string> show_if(const std::optional<std::string>& key) const;

 private:
  explicit KeyText(bool url) : url_(url) {}
  static std::string encode(std::string_view key);
  bool url_;
};

wire::List<Object> shown_objects(const std::vector<ListedObject>& objects, const KeyText& key_text,
                                 const std::optional<Owner>& owner);
wire::List<CommonPrefix> shown_prefixes(const std::vector<std::string>& prefixes, const KeyText& key_text);

// The members that an Object and an ObjectVersion have in common, but for the key and the owner.
template <class Item>
void show_version(Item& item, const record::VersionRow& row) {
  item.last_modified = Time{seconds(modified_seconds(row))};
  item.etag = quoted_etag(row);
  if (auto algorithm = digest::find_algorithm_of_number(static_cast<std::uint8_t>(row.checksum().algorithm()))) {
    item.checksum_algorithm.emplace().emplace_back(digest::name(*algorithm));
    item.checksum_type = row.checksum().composite() ? ChecksumType::kComposite : ChecksumType::kFullObject;
  }
  item.size = static_cast<std::int64_t>(row.size());
  item.storage_class = storage_class_name(row.storage_class());
}

}  // namespace skerry::s3
