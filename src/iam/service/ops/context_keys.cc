#include "iam/policy/context_keys.h"

#include <fmt/format.h>

#include "iam/api/ops.h"
#include "iam/policy/parse.h"
#include "iam/service/ops/bind.h"
#include "iam/service/policy_source.h"

// Which condition keys policies ask for, and so what their simulation wants to be told.
namespace skerry::iam {
namespace {

using Response = GetContextKeysForPolicyResponse;

Result<void> add_inputs(policy::ContextKeys& keys, const wire::List<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto document = policy::parse(texts[i], policy::Kind::Inline);
    if (!document) {
      return std::unexpected(invalid_input(fmt::format("PolicyInputList.{}: {}", i + 1, document.error().message)));
    }
    keys.add(*document);
  }
  return {};
}

// What was stored is a policy.
Result<void> add_stored(policy::ContextKeys& keys, StoredPolicy stored) {
  auto document = policy::parse(std::move(stored.text), stored.kind);
  if (!document) return std::unexpected(store_error({storage::StoreErrc::Corrupt, "the policy " + stored.shown()}));
  keys.add(*document);
  return {};
}

Task<Result<Response>> get_context_keys_for_custom_policy(Parts, wire::Context&,
                                                          GetContextKeysForCustomPolicyRequest request) {
  policy::ContextKeys keys;
  if (auto added = add_inputs(keys, request.policy_input_list); !added) co_return std::unexpected(added.error());
  co_return Response{.context_key_names = keys.names()};
}

Task<Result<Response>> get_context_keys_for_principal_policy(Parts parts, wire::Context& context,
                                                             GetContextKeysForPrincipalPolicyRequest request) {
  auto source =
      co_await find_policy_source(parts.directory, context.principal.account_id, std::move(request.policy_source_arn));
  if (!source) co_return std::unexpected(source.error());
  policy::ContextKeys keys;
  if (source->boundary) source->policies.push_back(std::move(*source->boundary));
  for (StoredPolicy& stored : source->policies) {
    if (auto added = add_stored(keys, std::move(stored)); !added) co_return std::unexpected(added.error());
  }
  if (request.policy_input_list) {
    if (auto added = add_inputs(keys, *request.policy_input_list); !added) co_return std::unexpected(added.error());
  }
  co_return Response{.context_key_names = keys.names()};
}

}  // namespace

void bind_context_keys(wire::Registry& registry, const Parts& parts) {
  serve<GetContextKeysForCustomPolicyOp>(registry, parts, get_context_keys_for_custom_policy);
  serve<GetContextKeysForPrincipalPolicyOp>(registry, parts, get_context_keys_for_principal_policy);
}

}  // namespace skerry::iam
