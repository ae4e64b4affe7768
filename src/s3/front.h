#pragma once
#include <memory>

#include "api/front.h"
#include "s3/bucket.h"
#include "s3/bucket_registry.h"

namespace skerry::s3 {

// What S3 adds to the way of its requests: names that are names, the bucket and whether its account is the caller's,
// the region of the signature, and the digests of bodies.
//
// Life: one per server. Threads: any.
class Front final : public api::Front {
 public:
  struct Options {
    bool any_region = false;  // a signature for another region than the bucket's is good too
  };
  Front(BucketRegistry& buckets, Options options) : buckets_(buckets), options_(options) {}

  const wire::Service& service() const override;
  auth::ErrorFamily error_family() const override { return auth::ErrorFamily::S3; }
  Task<std::expected<void, wire::ApiError>> authorize(wire::Context& context, const auth::Authenticated& who) override;
  std::expected<void, wire::ApiError> check_body(const wire::Context& context, std::string_view body,
                                                 const net::Headers& trailers) override;

 private:
  BucketRegistry& buckets_;
  const Options options_;
};

// Refuses what a request asks for and nobody serves: other encryption, locks. Errors: NotImplemented,
// InvalidEncryptionAlgorithmError.
std::expected<void, wire::ApiError> check_served_headers(const net::Headers& headers);

// The bucket that authorize() found for the request: the handler's to use and to bring up to date.
FoundBucket& bucket_of(wire::Context& context);

// Another bucket than the request's own (a copy's source), for the same principal. Errors: NoSuchBucket, AccessDenied.
Task<std::expected<FoundBucket, wire::ApiError>> find_readable_bucket(BucketRegistry& buckets,
                                                                      const wire::Context& context, std::string name);

}  // namespace skerry::s3
