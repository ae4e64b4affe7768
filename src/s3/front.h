#pragma once
#include <memory>

#include "api/front.h"
#include "s3/bucket.h"
#include "s3/bucket_registry.h"
#include "s3/object_index.h"
#include "s3/permissions.h"

namespace skerry::s3 {

// What S3 adds to the way of its requests: names that are names, the buckets that they are about, whether the caller
// may do it (permissions.h), the region of the signature, and the digests of bodies.
//
// Life: one per server. Threads: any.
class Front final : public api::Front {
 public:
  struct Options {
    bool any_region = false;  // a signature for another region than the bucket's is good too
  };
  struct Parts {
    BucketRegistry& buckets;
    ObjectIndex& index;  // for what policies ask of objects
    const Clock& clock;
  };
  Front(Parts parts, Options options) : parts_(parts), options_(options) {}

  const wire::Service& service() const override;
  auth::ErrorFamily error_family() const override { return auth::ErrorFamily::S3; }
  Task<std::expected<void, wire::ApiError>> authorize(wire::Context& context, const auth::Authenticated& who) override;
  std::expected<void, wire::ApiError> check_body(const wire::Context& context, std::string_view body,
                                                 const net::Headers& trailers) override;

 private:
  using Result = std::expected<void, wire::ApiError>;
  // Those that have no bucket yet.
  Result authorize_without_bucket(const wire::Context& context, Admission& admission) const;
  Result check_region(const wire::Context& context, const auth::Authenticated& who, const FoundBucket& bucket) const;
  Task<std::expected<FoundBucket, wire::ApiError>> find_bucket(const wire::Context& context, std::string name,
                                                               std::string_view owner_header) const;
  Task<Result> check_permissions(const wire::Context& context, Admission& admission) const;
  // What is there to be known of an object for a decision: nothing, where there is no object.
  Task<std::expected<std::optional<record::VersionDetail>, wire::ApiError>> load_detail(Thing thing) const;

  const Parts parts_;
  const Options options_;
};

// Refuses what a request asks for and nobody serves: other encryption, locks. Errors: NotImplemented,
// InvalidEncryptionAlgorithmError.
std::expected<void, wire::ApiError> check_served_headers(const net::Headers& headers);

// The bucket that authorize() found for the request: the handler's to use and to bring up to date.
FoundBucket& bucket_of(wire::Context& context);

// A bucket with everything that decisions about it go by. Errors: InvalidBucketName, NoSuchBucket.
Task<std::expected<FoundBucket, wire::ApiError>> find_guarded(BucketRegistry& buckets, std::string name);

// The bucket of a copy's source, in which the caller may read what they named.
FoundBucket& source_of(wire::Context& context);

}  // namespace skerry::s3
