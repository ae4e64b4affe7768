#include "iam/principal.h"

namespace skerry::auth {

iam::policy::Caller Principal::caller() const {
  iam::policy::Caller out;
  out.kind = kind;
  out.account = account_id;
  out.unique_id = unique_id;
  out.session = session_name;
  out.arn = arn;
  out.canonical_id = canonical_id;
  if (kind == Kind::Provider) out.name = name;
  return out;
}

}  // namespace skerry::auth
