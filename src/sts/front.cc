#include "sts/front.h"

#include "api/auth_errors.h"
#include "sts/api/ops.h"

namespace skerry::sts {

const wire::Service& Front::service() const { return kService; }

Task<std::expected<void, wire::ApiError>> Front::authorize(wire::Context&, const auth::Authenticated& who) {
  if (who.credential) co_return std::expected<void, wire::ApiError>();
  co_return std::unexpected(api::unsigned_error(error_family()));
}

}  // namespace skerry::sts
