#include "iam/api/ops.h"
#include "iam/service/caller.h"
#include "iam/service/change.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"

// Lists of what nobody can make here, for which those who delete a user or look an account over ask all the same. Of
// whom they ask has to be there.
namespace skerry::iam {
namespace {

Task<Result<void>> check_user(Parts parts, wire::Context& context, std::optional<std::string> user_name) {
  if (!user_name && context.principal.kind == wire::Principal::Kind::Root) co_return Result<void>();
  auto name = user_named(context, user_name);
  if (!name) co_return std::unexpected(name.error());
  auto user = found_or(co_await parts.directory.user(context.principal.account_id, *name), rows::Entity::User, *name);
  if (!user) co_return std::unexpected(user.error());
  co_return Result<void>();
}

template <class Request>
Result<void> check_marker(const Request& request) {
  if constexpr (requires { request.marker; }) {
    if (auto wanted = paging(request.marker, request.max_items); !wanted) return std::unexpected(wanted.error());
  }
  return {};
}

// A list that need not be there is, and is empty: AWS's answers have it.
template <class Response>
Response empty() {
  return {.is_truncated = false};
}
template <>
ListSSHPublicKeysResponse empty() {
  return {.ssh_public_keys = wire::List<SSHPublicKeyMetadata>(), .is_truncated = false};
}
template <>
ListServiceSpecificCredentialsResponse empty() {
  return {.service_specific_credentials = wire::List<ServiceSpecificCredentialMetadata>(), .is_truncated = false};
}
template <>
ListSAMLProvidersResponse empty() {
  return {.saml_provider_list = wire::List<SAMLProviderListEntry>()};
}

template <class Op>
Task<Result<typename Op::Response>> none(Parts, wire::Context&, typename Op::Request request) {
  if (auto good = check_marker(request); !good) co_return std::unexpected(good.error());
  co_return empty<typename Op::Response>();
}

template <class Op>
Task<Result<typename Op::Response>> none_of_user(Parts parts, wire::Context& context, typename Op::Request request) {
  if (auto good = check_marker(request); !good) co_return std::unexpected(good.error());
  bool of_all = false;
  if constexpr (requires { request.all_users; }) of_all = request.all_users.value_or(false);
  if (!of_all) {
    auto there = co_await check_user(parts, context, std::move(request.user_name));
    if (!there) co_return std::unexpected(there.error());
  }
  co_return empty<typename Op::Response>();
}

}  // namespace

void bind_empty_lists(wire::Registry& registry, const Parts& parts) {
  serve<ListSSHPublicKeysOp>(registry, parts, none_of_user<ListSSHPublicKeysOp>);
  serve<ListServiceSpecificCredentialsOp>(registry, parts, none_of_user<ListServiceSpecificCredentialsOp>);
  serve<ListSigningCertificatesOp>(registry, parts, none_of_user<ListSigningCertificatesOp>);
  serve<ListInstanceProfilesOp>(registry, parts, none<ListInstanceProfilesOp>);
  serve<ListServerCertificatesOp>(registry, parts, none<ListServerCertificatesOp>);
  serve<ListSAMLProvidersOp>(registry, parts, none<ListSAMLProvidersOp>);
}

}  // namespace skerry::iam
