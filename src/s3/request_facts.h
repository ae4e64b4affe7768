#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/authenticated.h"
#include "base/clock.h"
#include "net/http.h"
#include "s3/records.pb.h"
#include "wire/permission.h"
#include "wire/text.h"

namespace skerry::s3 {

// How a request was signed.
struct Signing {
  auth::AuthKind kind = auth::AuthKind::Anonymous;
  auth::SignatureVersion version = auth::SignatureVersion::None;
  Time signed_at{};  // SigV4
};

// What one request says, as far as permissions and their condition keys go by it: its headers, also those that an SDK
// has moved into the query, presigning; its parameters; and of its body what the handler tells.
//
// Life: of a check; all that it refers to lives as long.
struct RequestFacts {
  std::string_view operation;
  const net::Headers& headers;
  const wire::Parameters& query;
  const net::Peer& peer;
  Signing signing;
  Time now;

  // Facts that no header has, by the names that permissions have for them (models/overlay/s3.json), with their values.
  std::span<const std::pair<std::string_view, std::string_view>> more = {};
  // The tags that the request gives, where its body or a copy's source has them; null: those of x-amz-tagging.
  const std::vector<record::Tag>* tags = nullptr;

  struct Value {
    bool sent = false;  // what was sent may be empty
    std::string_view text{};
  };
  Value find(std::string_view name) const;
  Value parameter(std::string_view name) const;

  bool holds(const wire::RequestFact& fact) const;
  bool needs(const wire::Permission& permission) const;
};

}  // namespace skerry::s3
