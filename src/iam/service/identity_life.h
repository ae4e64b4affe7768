#pragma once
#include "iam/service/boundary.h"
#include "iam/service/identity_of.h"
#include "iam/service/parts.h"
#include "iam/service/shown.h"
#include "iam/service/unique_id.h"

// How users, groups and roles begin and end. What each has of its own is its operation's, and the record is put there.
namespace skerry::iam {

// A new one, as its request names it, counted, and found by its id. Errors: EntityAlreadyExists, LimitExceeded.
template <rows::Entity E, class Request>
Task<Result<record::Identity>> begin_identity(Change& change, const Parts& parts, const Request& request) {
  using Of = IdentityOf<E>;
  const std::string& name = Of::name(request);
  auto there = co_await Of::load(change, name);
  if (!there) co_return std::unexpected(store_error(there.error()));
  if (*there) co_return std::unexpected(already_there(E, name));
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (Of::count(*settings) >= Of::kMost) co_return std::unexpected(quota_exceeded(Of::kQuota, Of::kMost));
  Of::set_count(*settings, Of::count(*settings) + 1);
  change.put(*settings);

  record::Identity identity;
  identity.set_id(new_unique_id(E, parts.random));
  identity.set_name(name);
  identity.set_path(request.path.value_or("/"));
  identity.set_created_us(us_of(parts.clock.now()));
  change.place(E, identity.id(), identity.name());
  co_return identity;
}

// With what leads to it; its record goes, too.
template <rows::Entity E>
Task<Result<Nothing>> end_identity(Change& change, record::Identity identity) {
  using Of = IdentityOf<E>;
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  Of::set_count(*settings, Of::count(*settings) - 1);
  change.put(*settings);
  clear_boundary(change, identity);
  change.displace(E, identity.id(), identity.name());
  co_return Nothing{};
}

}  // namespace skerry::iam
