#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

// What whoever calls an operation needs to be allowed: constants that the generator writes from models/overlay, beside
// the operation's descriptor. The service's front asks the policy engine for each of them (iam/authorize.h); the page
// docs/policies.md is rendered from the same facts.
namespace skerry::wire {

// Something that policies allow and deny.
struct Action {
  std::string_view name;  // s3:GetObject
  // Its condition keys beside the global ones, in lower case; one that goes on as the policy's author likes ends in a
  // slash: s3:existingobjecttag/
  std::span<const std::string_view> keys = {};
};

// A kind of thing that actions are done to.
struct Resource {
  std::string_view name;                        // "object"; "*": nothing in particular
  std::string_view arn;                         // arn:${Partition}:s3:::${BucketName}/${ObjectName}
  std::span<const std::string_view> keys = {};  // condition keys of every action on it
};

// Something about one request. The names are those of headers and query parameters, as they are on the wire, or of
// members of the input.
struct RequestFact {
  enum Kind : std::uint8_t { Sent, Begins, Is, IsNot };  // the last two are false where it was not sent
  Kind kind;
  std::string_view name;
  std::string_view value = {};
};

struct Permission {
  const Action* action;
  const Action* version_action;  // of a request for one version of the thing; mostly the same
  const Resource* resource;
  std::span<const RequestFact> when = {};  // needed if any of them is so; none: always

  // Whether a policy may use that condition key (in lower case) in deciding it.
  bool has_key(std::string_view key, bool version) const {
    return listed((version ? version_action : action)->keys, key) || listed(resource->keys, key);
  }

 private:
  static bool listed(std::span<const std::string_view> keys, std::string_view key) {
    return std::ranges::any_of(keys, [&](std::string_view one) {
      return one.ends_with('/') ? key.size() > one.size() && key.starts_with(one) : key == one;
    });
  }
};

}  // namespace skerry::wire
