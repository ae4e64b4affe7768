#include "iam/service/policy_of.h"

#include <fmt/format.h>

#include "iam/managed_policies.h"
#include "model/arn.h"

namespace skerry::iam {

Result<PolicyArn> parse_policy_arn(const std::string& text) {
  auto arn = PolicyArn::parse(text);
  if (arn) return std::move(*arn);
  // AWS writes two spaces.
  if (!Arn::parse(text)) return std::unexpected(validation_error("Invalid ARN:  Could not be parsed!"));
  return std::unexpected(invalid_input(fmt::format("ARN {} is not valid.", text)));
}

wire::ApiError no_such_policy(std::string_view arn) {
  return error(Errc::NoSuchEntityException, fmt::format("Policy {} was not found.", arn));
}

wire::ApiError not_attachable(std::string_view arn) {
  return error(Errc::NoSuchEntityException, fmt::format("Policy {} does not exist or is not attachable.", arn));
}

wire::ApiError no_such_version(std::string_view arn, std::string_view version_id) {
  return error(Errc::NoSuchEntityException,
               fmt::format("Policy {} version {} does not exist or is not attachable.", arn, version_id));
}

Task<Result<record::ManagedPolicy>> own_policy(Change& change, std::string arn) {
  auto parsed = parse_policy_arn(arn);
  if (!parsed) co_return std::unexpected(parsed.error());
  if (parsed->account != change.account_id()) co_return std::unexpected(no_such_policy(arn));
  auto found = co_await change.policy(parsed->name);
  if (!found) co_return std::unexpected(store_error(found.error()));
  if (!*found || !parsed->names(**found)) co_return std::unexpected(no_such_policy(arn));
  co_return std::move(**found);
}

Task<Result<bool>> is_attachable(Change& change, std::string arn) {
  auto parsed = parse_policy_arn(arn);
  if (!parsed) co_return std::unexpected(parsed.error());
  if (find_aws_managed_policy(arn)) co_return true;
  if (parsed->account != change.account_id()) co_return false;
  auto found = co_await change.policy(parsed->name);
  if (!found) co_return std::unexpected(store_error(found.error()));
  co_return *found && parsed->names(**found);
}

}  // namespace skerry::iam
