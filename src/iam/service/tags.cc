#include "iam/service/tags.h"

#include <algorithm>
#include <set>

#include "iam/rows.h"

namespace skerry::iam {
namespace {

// What tells a key from others.
std::string identity_of(std::string_view key, KeyCase key_case) {
  return key_case == KeyCase::Ignored ? rows::lower_name(key) : std::string(key);
}

auto find_key(StoredTags& stored, std::string_view key, KeyCase key_case) {
  return std::ranges::find_if(stored, [wanted = identity_of(key, key_case), key_case](const record::Tag& tag) {
    return identity_of(tag.key(), key_case) == wanted;
  });
}

}  // namespace

Result<void> add_tags(StoredTags& stored, const wire::List<Tag>& tags, KeyCase key_case) {
  std::set<std::string> seen;
  for (const Tag& tag : tags) {
    if (rows::lower_name(tag.key).starts_with("aws:")) {
      return std::unexpected(invalid_input("Tag keys that begin with 'aws:' are reserved for system use."));
    }
    if (!seen.insert(identity_of(tag.key, key_case)).second) {
      return std::unexpected(invalid_input(
          key_case == KeyCase::Ignored ? "Duplicate tag keys found. Please note that Tag keys are case insensitive."
                                       : "Duplicate tag keys found."));
    }
  }
  for (const Tag& tag : tags) {
    auto found = find_key(stored, tag.key, key_case);
    record::Tag& kept = found == stored.end() ? *stored.Add() : *found;
    kept.set_key(tag.key);
    kept.set_value(tag.value);
  }
  if (static_cast<std::size_t>(stored.size()) > kTagsMax) {
    return std::unexpected(error(Errc::LimitExceededException, "The number of tags has reached the maximum limit."));
  }
  return {};
}

Result<void> add_tags(StoredTags& stored, const std::optional<wire::List<Tag>>& tags, KeyCase key_case) {
  if (!tags) return {};
  return add_tags(stored, *tags, key_case);
}

void remove_tags(StoredTags& stored, const wire::List<std::string>& keys, KeyCase key_case) {
  for (const std::string& key : keys) {
    auto found = find_key(stored, key, key_case);
    if (found != stored.end()) stored.erase(found);
  }
}

wire::List<Tag> to_tags(const StoredTags& stored) {
  wire::List<Tag> out;
  for (const record::Tag& tag : stored) out.push_back({.key = tag.key(), .value = tag.value()});
  return out;
}

std::optional<wire::List<Tag>> to_optional_tags(const StoredTags& stored) {
  if (stored.empty()) return std::nullopt;
  return to_tags(stored);
}

Page<Tag> page_of_tags(wire::List<Tag> tags, const Paging& paging) {
  std::ranges::sort(tags, {}, &Tag::key);
  return page_of(std::move(tags), paging, [](const Tag& tag) { return tag.key; });
}

}  // namespace skerry::iam
