#include "sts/ops/bind.h"

#include "sts/ops/operations.h"

namespace skerry::sts {
namespace {

template <class Op>
void serve(wire::Registry& registry, const Parts& parts,
           Task<std::expected<typename Op::Response, wire::ApiError>> (*handler)(Parts, wire::Context&,
                                                                                 typename Op::Request)) {
  registry.bind<Op>([parts, handler](wire::Context& context, typename Op::Request request) {
    return handler(parts, context, std::move(request));
  });
}

}  // namespace

void bind_operations(wire::Registry& registry, const Parts& parts) {
  serve<AssumeRoleOp>(registry, parts, assume_role);
  serve<AssumeRoleWithWebIdentityOp>(registry, parts, assume_role_with_web_identity);
  serve<GetAccessKeyInfoOp>(registry, parts, get_access_key_info);
  serve<GetCallerIdentityOp>(registry, parts, get_caller_identity);
  serve<GetFederationTokenOp>(registry, parts, get_federation_token);
  serve<GetSessionTokenOp>(registry, parts, get_session_token);
}

}  // namespace skerry::sts
