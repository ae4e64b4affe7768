#include "skerry/unserved.h"

#include "acm/api/ops.h"
#include "base/check.h"
#include "cloudfront/api/ops.h"
#include "cloudwatch/api/ops.h"
#include "dynamodb/api/ops.h"
#include "dynamodbstreams/api/ops.h"
#include "events/api/ops.h"
#include "kinesis/api/ops.h"
#include "kms/api/ops.h"
#include "lambda/api/ops.h"
#include "logs/api/ops.h"
#include "sns/api/ops.h"
#include "sqs/api/ops.h"

namespace skerry {

auth::ErrorFamily UnservedFront::error_family() const {
  switch (service_.protocols[0]) {
    case wire::Protocol::Query:
    case wire::Protocol::RestXml:
      return auth::ErrorFamily::Query;
    case wire::Protocol::RestJson:
      return auth::ErrorFamily::RestJson;
    case wire::Protocol::Json10:
    case wire::Protocol::Json11:
    case wire::Protocol::RpcV2Cbor:
      return auth::ErrorFamily::Json;
  }
  std::unreachable();
}

Task<std::expected<void, wire::ApiError>> UnservedFront::authorize(wire::Context& context, const auth::Authenticated&) {
  CHECK(false, "{} has a handler and nobody to ask for permission", context.operation().name);
  co_return std::expected<void, wire::ApiError>();
}

std::expected<void, wire::ApiError> UnservedFront::check_body(const wire::Context& context, std::string_view,
                                                              const net::Headers&) {
  CHECK(false, "{} has a handler and nobody to check its body", context.operation().name);
  return {};
}

std::vector<std::unique_ptr<UnservedFront>> unserved_fronts() {
  std::vector<std::unique_ptr<UnservedFront>> out;
  for (const wire::Service* service :
       {&acm::kService, &cloudfront::kService, &cloudwatch::kService, &dynamodb::kService, &dynamodbstreams::kService,
        &events::kService, &kinesis::kService, &kms::kService, &lambda::kService, &logs::kService, &sns::kService,
        &sqs::kService}) {
    out.push_back(std::make_unique<UnservedFront>(*service));
  }
  return out;
}

}  // namespace skerry
