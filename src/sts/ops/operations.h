#pragma once
#include "base/task.h"
#include "sts/api/ops.h"
#include "sts/errors.h"
#include "sts/parts.h"
#include "wire/context.h"

// The handlers, one file each. `context` outlives the task; who calls is signed in all but AssumeRoleWithWebIdentity.
namespace skerry::sts {

Task<Result<AssumeRoleResponse>> assume_role(Parts parts, wire::Context& context, AssumeRoleRequest request);
Task<Result<AssumeRoleWithWebIdentityResponse>> assume_role_with_web_identity(Parts parts, wire::Context& context,
                                                                              AssumeRoleWithWebIdentityRequest request);
Task<Result<DecodeAuthorizationMessageResponse>> decode_authorization_message(
    Parts parts, wire::Context& context, DecodeAuthorizationMessageRequest request);
Task<Result<GetAccessKeyInfoResponse>> get_access_key_info(Parts parts, wire::Context& context,
                                                           GetAccessKeyInfoRequest request);
Task<Result<GetCallerIdentityResponse>> get_caller_identity(Parts parts, wire::Context& context,
                                                            GetCallerIdentityRequest request);
Task<Result<GetFederationTokenResponse>> get_federation_token(Parts parts, wire::Context& context,
                                                              GetFederationTokenRequest request);
Task<Result<GetSessionTokenResponse>> get_session_token(Parts parts, wire::Context& context,
                                                        GetSessionTokenRequest request);

}  // namespace skerry::sts
