#include "s3/control_front.h"

#include "s3/errors.h"
#include "s3/integrity.h"
#include "s3/permissions.h"
#include "s3control/api/ops.h"

namespace skerry::s3 {

const wire::Service& ControlFront::service() const { return s3control::kService; }

Task<std::expected<void, wire::ApiError>> ControlFront::authorize(wire::Context& context,
                                                                  const auth::Authenticated& who) {
  Admission admission;
  admission.signing = {who.kind, who.version, who.signed_at};
  admission.now = clock_.now();
  if (auto good = permit(context, facts_of(context, admission), on::kNothing, {}); !good) co_return good;
  // Nobody is told whether there is another account, and none gives its settings into other hands.
  if (context.request.headers.get(service().claim.header) != context.principal.account_id) {
    co_return std::unexpected(error(Errc::AccessDenied));
  }
  co_return std::expected<void, wire::ApiError>();
}

std::expected<void, wire::ApiError> ControlFront::check_body(const wire::Context& context, std::string_view body,
                                                             const net::Headers& trailers) {
  auto expected = ExpectedDigests::parse(context.request.headers, context.route.query);
  if (!expected) return std::unexpected(expected.error());
  return expected->verify_text(body, trailers);
}

}  // namespace skerry::s3
