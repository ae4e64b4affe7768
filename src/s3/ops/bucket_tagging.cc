#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/bucket_settings.h"
#include "s3/ops/done.h"
#include "s3/tags.h"

namespace skerry::s3 {
namespace {

class GetBucketTagging {
 public:
  explicit GetBucketTagging(BucketRegistry& buckets) : buckets_(&buckets) {}

  Task<std::expected<GetBucketTaggingOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                         GetBucketTaggingRequest) {
    const FoundBucket& bucket = bucket_of(context);
    std::string document(kTaggingDocument);
    auto bytes = co_await buckets_->config(bucket, std::move(document));
    if (!bytes) co_return std::unexpected(bytes.error());
    record::BucketTags tags;
    if (*bytes && !tags.ParseFromString(**bytes)) co_return std::unexpected(corrupt("a bucket's tags"));
    if (tags.tags().empty()) co_return std::unexpected(error(Errc::NoSuchTagSet).with("BucketName", bucket.name));
    GetBucketTaggingOutput output;
    for (const record::Tag& tag : tags.tags()) output.tag_set.push_back({.key = tag.key(), .value = tag.value()});
    co_return output;
  }

 private:
  BucketRegistry* buckets_;
};

class PutBucketTagging {
 public:
  explicit PutBucketTagging(BucketRegistry& buckets) : buckets_(&buckets) {}

  Task<Done> operator()(wire::Context& context, PutBucketTaggingRequest request) {
    auto tags = tagging_document(request.tagging.tag_set);
    if (!tags) co_return std::unexpected(tags.error());
    std::string document(kTaggingDocument);
    std::optional<std::string> bytes;  // of no tags: none, as no value in the store is empty
    if (!tags->empty()) bytes = std::move(*tags);
    auto set = co_await buckets_->set_config(bucket_of(context), std::move(document), std::move(bytes));
    co_return done(std::move(set));
  }

 private:
  BucketRegistry* buckets_;
};

class DeleteBucketTagging {
 public:
  explicit DeleteBucketTagging(BucketRegistry& buckets) : buckets_(&buckets) {}

  Task<Done> operator()(wire::Context& context, DeleteBucketTaggingRequest) {
    std::string document(kTaggingDocument);
    std::optional<std::string> none;
    auto erased = co_await buckets_->set_config(bucket_of(context), std::move(document), std::move(none));
    co_return done(std::move(erased));
  }

 private:
  BucketRegistry* buckets_;
};

}  // namespace

std::expected<std::string, wire::ApiError> tagging_document(const wire::List<Tag>& tags) {
  if (tags.size() > kBucketTagsMax) {
    return std::unexpected(error(Errc::BadRequest, "Bucket tag count cannot be greater than 50"));
  }
  std::vector<record::Tag> checked;
  for (const Tag& tag : tags) checked.push_back(make_tag(tag.key, tag.value));
  if (auto good = check_tags(checked); !good) return std::unexpected(good.error());
  record::BucketTags document;
  for (record::Tag& tag : checked) *document.add_tags() = std::move(tag);
  return document.SerializeAsString();
}

void bind_bucket_tagging(wire::Registry& registry, BucketRegistry& buckets) {
  registry.bind<GetBucketTaggingOp>(GetBucketTagging(buckets));
  registry.bind<PutBucketTaggingOp>(PutBucketTagging(buckets));
  registry.bind<DeleteBucketTaggingOp>(DeleteBucketTagging(buckets));
}

}  // namespace skerry::s3
