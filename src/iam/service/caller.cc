#include "iam/service/caller.h"

#include "iam/authorize.h"

namespace skerry::iam {

std::optional<std::string> calling_user(const wire::Context& context) {
  const Principal* caller = principal_of(context);
  if (!caller || caller->kind != Principal::Kind::User) return std::nullopt;
  return caller->name;
}

Result<std::string> user_named(const wire::Context& context, const std::optional<std::string>& name) {
  if (name) return *name;
  if (auto own = calling_user(context)) return std::move(*own);
  return std::unexpected(name_needed());
}

}  // namespace skerry::iam
