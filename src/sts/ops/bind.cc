#include "sts/ops/bind.h"

#include "sts/ops/operations.h"
#include "wire/serve.h"

namespace skerry::sts {
using wire::serve;

void bind_operations(wire::Registry& registry, const Parts& parts) {
  serve<AssumeRoleOp>(registry, parts, assume_role);
  serve<AssumeRoleWithWebIdentityOp>(registry, parts, assume_role_with_web_identity);
  serve<DecodeAuthorizationMessageOp>(registry, parts, decode_authorization_message);
  serve<GetAccessKeyInfoOp>(registry, parts, get_access_key_info);
  serve<GetCallerIdentityOp>(registry, parts, get_caller_identity);
  serve<GetFederationTokenOp>(registry, parts, get_federation_token);
  serve<GetSessionTokenOp>(registry, parts, get_session_token);
}

}  // namespace skerry::sts
