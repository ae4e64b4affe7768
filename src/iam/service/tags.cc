#include "iam/service/tags.h"

#include <algorithm>
#include <set>

#include "iam/rows.h"

namespace skerry::iam {
namespace {

bool same_key(std::string_view a, std::string_view b) { return rows::lower_name(a) == rows::lower_name(b); }

}  // namespace

Result<void> add_tags(StoredTags& stored, const wire::List<Tag>& tags) {
  std::set<std::string> seen;
  for (const Tag& tag : tags) {
    std::string key = rows::lower_name(tag.key);
    if (key.starts_with("aws:")) {
      return std::unexpected(invalid_input("Tag keys that begin with 'aws:' are reserved for system use."));
    }
    if (!seen.insert(std::move(key)).second) {
      return std::unexpected(
          invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
    }
  }
  for (const Tag& tag : tags) {
    auto found = std::ranges::find_if(stored, [&](const record::Tag& old) { return same_key(old.key(), tag.key); });
    record::Tag& kept = found == stored.end() ? *stored.Add() : *found;
    kept.set_key(tag.key);
    kept.set_value(tag.value);
  }
  if (static_cast<std::size_t>(stored.size()) > kTagsMax) {
    return std::unexpected(error(Errc::LimitExceededException, "The number of tags has reached the maximum limit."));
  }
  return {};
}

Result<void> add_tags(StoredTags& stored, const std::optional<wire::List<Tag>>& tags) {
  if (!tags) return {};
  return add_tags(stored, *tags);
}

void remove_tags(StoredTags& stored, const wire::List<std::string>& keys) {
  for (const std::string& key : keys) {
    auto found = std::ranges::find_if(stored, [&](const record::Tag& old) { return same_key(old.key(), key); });
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

Page<Tag> page_of_tags(const StoredTags& stored, const Paging& paging) {
  std::vector<Tag> tags = to_tags(stored);
  std::ranges::sort(tags, {}, &Tag::key);
  return page_of(std::move(tags), paging, [](const Tag& tag) { return tag.key; });
}

}  // namespace skerry::iam
