#include "iam/authorize.h"
#include "sts/ops/operations.h"

namespace skerry::sts {

Task<Result<GetCallerIdentityResponse>> get_caller_identity(Parts, wire::Context& context, GetCallerIdentityRequest) {
  const iam::Principal& who = *iam::principal_of(context);
  co_return GetCallerIdentityResponse{.user_id = who.user_id, .account = who.account_id, .arn = who.arn};
}

}  // namespace skerry::sts
