#include "s3/api/ops.h"
#include "s3/ops/bucket_settings.h"

// The settings that nobody can change here yet, and that AWS answers with its default where nobody has changed them.
namespace skerry::s3 {
namespace {

// As AWS's new buckets since April 2026: SSE-S3, and SSE-C blocked, which is served as little here.
Task<std::expected<GetBucketEncryptionOutput, wire::ApiError>> get_bucket_encryption(wire::Context&,
                                                                                     GetBucketEncryptionRequest) {
  ServerSideEncryptionRule rule;
  rule.apply_server_side_encryption_by_default.emplace().sse_algorithm = ServerSideEncryption::kAes256;
  rule.bucket_key_enabled = false;
  rule.blocked_encryption_types.emplace().encryption_type.emplace().emplace_back(EncryptionType::kSseC);
  GetBucketEncryptionOutput output;
  output.server_side_encryption_configuration.emplace().rules.push_back(std::move(rule));
  co_return output;
}

Task<std::expected<GetBucketLoggingOutput, wire::ApiError>> get_bucket_logging(wire::Context&,
                                                                               GetBucketLoggingRequest) {
  co_return GetBucketLoggingOutput{};
}

Task<std::expected<GetBucketAccelerateConfigurationOutput, wire::ApiError>> get_bucket_accelerate_configuration(
    wire::Context&, GetBucketAccelerateConfigurationRequest) {
  co_return GetBucketAccelerateConfigurationOutput{};
}

Task<std::expected<GetBucketRequestPaymentOutput, wire::ApiError>> get_bucket_request_payment(
    wire::Context&, GetBucketRequestPaymentRequest) {
  GetBucketRequestPaymentOutput output;
  output.payer = Payer::kBucketOwner;
  co_return output;
}

Task<std::expected<NotificationConfiguration, wire::ApiError>> get_bucket_notification_configuration(
    wire::Context&, GetBucketNotificationConfigurationRequest) {
  co_return NotificationConfiguration{};
}

}  // namespace

void bind_bucket_defaults(wire::Registry& registry) {
  registry.bind<GetBucketEncryptionOp>(get_bucket_encryption);
  registry.bind<GetBucketLoggingOp>(get_bucket_logging);
  registry.bind<GetBucketAccelerateConfigurationOp>(get_bucket_accelerate_configuration);
  registry.bind<GetBucketRequestPaymentOp>(get_bucket_request_payment);
  registry.bind<GetBucketNotificationConfigurationOp>(get_bucket_notification_configuration);
}

}  // namespace skerry::s3
