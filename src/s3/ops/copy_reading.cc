#include "s3/ops/copy_reading.h"

#include "s3/errors.h"

namespace skerry::s3 {

wire::ApiError source_error(wire::ApiError failed) {
  failed.headers.clear();  // they are of the source, the answer is of the copy
  if (failed.is(*error(Errc::MethodNotAllowed).info)) {
    return error(Errc::InvalidRequest,
                 "The source of a copy request may not specifically refer to a delete marker by version id.");
  }
  if (failed.is(*error(Errc::InvalidObjectState).info)) return error(Errc::ObjectNotInActiveTierError);
  return failed;
}

}  // namespace skerry::s3
