#include "s3/tags.h"

#include <set>

#include "s3/errors.h"
#include "wire/pattern.h"
#include "wire/text.h"

namespace skerry::s3 {
namespace {

constexpr std::size_t kTagKeyMax = 128;    // characters
constexpr std::size_t kTagValueMax = 256;  // characters

// Letters, spaces and digits of any script, and these signs.
constexpr std::string_view kTagText = R"(^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$)";

bool is_tag_text(std::string_view text) { return wire::valid_utf8(text) && wire::matches_pattern(kTagText, text); }

wire::ApiError invalid_tag(std::string_view message, std::string_view key) {
  return error(Errc::InvalidTag, std::string(message)).with("TagKey", std::string(key));
}

}  // namespace

std::expected<void, wire::ApiError> check_tag(std::string_view key, std::string_view value) {
  if (key.empty() || !is_tag_text(key) || wire::utf8_length(key) > kTagKeyMax) {
    return std::unexpected(invalid_tag("The TagKey you have provided is invalid", key));
  }
  if (key.starts_with("aws:")) {
    return std::unexpected(invalid_tag("System tags cannot be added/updated by requester", key));
  }
  if (!is_tag_text(value) || wire::utf8_length(value) > kTagValueMax) {
    return std::unexpected(invalid_tag("The TagValue you have provided is invalid", key));
  }
  return {};
}

std::expected<void, wire::ApiError> check_tags(const std::vector<record::Tag>& tags) {
  std::set<std::string_view> seen;
  for (const record::Tag& tag : tags) {
    if (auto good = check_tag(tag.key(), tag.value()); !good) return good;
    if (!seen.insert(tag.key()).second) {
      return std::unexpected(invalid_tag("Cannot provide multiple Tags with the same key", tag.key()));
    }
  }
  return {};
}

std::expected<void, wire::ApiError> check_object_tags(const std::vector<record::Tag>& tags) {
  if (tags.size() > kObjectTagsMax) {
    return std::unexpected(error(Errc::BadRequest, "Object tags cannot be greater than 10"));
  }
  return check_tags(tags);
}

std::expected<std::vector<record::Tag>, wire::ApiError> parse_tagging_header(std::string_view text) {
  auto parameters = wire::parse_parameters(text);
  std::set<std::string_view> names;
  bool good = parameters.has_value();
  if (good) {
    for (const auto& [key, value] : *parameters) good = names.insert(key).second && good;
  }
  if (!good) {
    return std::unexpected(invalid_argument(
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name "
        "duplicates.",
        "x-amz-tagging", text));
  }
  std::vector<record::Tag> tags;
  for (auto& [key, value] : *parameters) tags.push_back(make_tag(std::move(key), std::move(value)));
  if (auto checked = check_object_tags(tags); !checked) return std::unexpected(checked.error());
  return tags;
}

record::Tag make_tag(std::string key, std::string value) {
  record::Tag tag;
  tag.set_key(std::move(key));
  tag.set_value(std::move(value));
  return tag;
}

}  // namespace skerry::s3
