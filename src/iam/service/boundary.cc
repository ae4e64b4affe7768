#include "iam/service/boundary.h"

#include <fmt/format.h>

#include "iam/service/policy_of.h"

namespace skerry::iam {

Task<Result<void>> set_boundary(Change& change, record::Identity& identity, std::string arn) {
  auto attachable = co_await is_attachable(change, arn);
  if (!attachable) co_return std::unexpected(attachable.error());
  if (!*attachable) {
    co_return std::unexpected(
        error(Errc::NoSuchEntityException, fmt::format("Scope ARN: {} does not exist or is not attachable.", arn)));
  }
  clear_boundary(change, identity);
  change.put(rows::bounded(change.account_id(), arn, identity.id()));
  identity.set_permissions_boundary(std::move(arn));
  co_return Result<void>();
}

void clear_boundary(Change& change, record::Identity& identity) {
  if (identity.permissions_boundary().empty()) return;
  change.erase(rows::bounded(change.account_id(), identity.permissions_boundary(), identity.id()));
  identity.clear_permissions_boundary();
}

}  // namespace skerry::iam
