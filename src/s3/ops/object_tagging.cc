#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/find_object.h"
#include "s3/ops/objects.h"
#include "s3/tags.h"

namespace skerry::s3 {
namespace {

// A version's tags in the place of those that it had; gives the version id that the answer names.
Task<std::expected<std::optional<std::string>, wire::ApiError>> replace_tags(ObjectIndex& index, FoundBucket& bucket,
                                                                             const std::string& key,
                                                                             std::optional<VersionId> id,
                                                                             std::vector<record::Tag> tags,
                                                                             std::string_view method) {
  for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
    auto object = co_await load_object(index, bucket, key, id, method);
    if (!object) co_return std::unexpected(object.error());
    std::optional<std::string> shown = shown_version_id(bucket, object->found.row);
    object->detail.mutable_tags()->Assign(tags.begin(), tags.end());
    auto replaced = co_await index.replace_detail(bucket, key, std::move(object->found), std::move(object->detail));
    if (!replaced) co_return std::unexpected(replaced.error());
    if (*replaced) co_return shown;
  }
  co_return std::unexpected(operation_aborted());
}

class GetObjectTagging {
 public:
  explicit GetObjectTagging(ObjectIndex& index) : index_(index) {}

  Task<std::expected<GetObjectTaggingOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                         GetObjectTaggingRequest request) const {
    const FoundBucket& bucket = bucket_of(context);
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    auto object = co_await load_object(index_, bucket, request.key, *id, "GET");
    if (!object) co_return std::unexpected(as_told(context, bucket, std::move(object.error())));
    GetObjectTaggingOutput out;
    out.version_id = shown_version_id(bucket, object->found.row);
    for (const record::Tag& tag : object->detail.tags())
      out.tag_set.push_back({.key = tag.key(), .value = tag.value()});
    co_return out;
  }

 private:
  ObjectIndex& index_;
};

class PutObjectTagging {
 public:
  explicit PutObjectTagging(ObjectIndex& index) : index_(index) {}

  Task<std::expected<PutObjectTaggingOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                         PutObjectTaggingRequest request) const {
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    std::vector<record::Tag> tags;
    for (Tag& tag : request.tagging.tag_set) tags.push_back(make_tag(std::move(tag.key), std::move(tag.value)));
    if (auto good = check_object_tags(tags); !good) co_return std::unexpected(good.error());
    if (admission_of(context).undecided) {
      auto permitted = co_await permit_tags(context, request.key, *id, tags);
      if (!permitted) co_return std::unexpected(std::move(permitted.error()));
    }
    auto shown = co_await replace_tags(index_, bucket_of(context), request.key, *id, std::move(tags), "PUT");
    if (!shown) co_return std::unexpected(as_told(context, bucket_of(context), std::move(shown.error())));
    co_return PutObjectTaggingOutput{.version_id = std::move(*shown)};
  }

 private:
  // Policies may go by the tags that are to be, and by those that are.
  Task<std::expected<void, wire::ApiError>> permit_tags(wire::Context& context, const std::string& key,
                                                        std::optional<VersionId> id,
                                                        const std::vector<record::Tag>& tags) const {
    const FoundBucket& bucket = bucket_of(context);
    auto object = co_await load_object(index_, bucket, key, id, "PUT");
    if (!object) co_return std::unexpected(as_told(context, bucket, std::move(object.error())));
    Thing thing = target_of(context);
    thing.detail = &object->detail;
    RequestFacts facts = facts_of(context, admission_of(context));
    facts.tags = &tags;
    co_return permit(context, facts, on::kObject, thing);
  }

  ObjectIndex& index_;
};

class DeleteObjectTagging {
 public:
  explicit DeleteObjectTagging(ObjectIndex& index) : index_(index) {}

  Task<std::expected<DeleteObjectTaggingOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                            DeleteObjectTaggingRequest request) const {
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    std::vector<record::Tag> none;
    auto shown = co_await replace_tags(index_, bucket_of(context), request.key, *id, std::move(none), "DELETE");
    if (!shown) co_return std::unexpected(as_told(context, bucket_of(context), std::move(shown.error())));
    co_return DeleteObjectTaggingOutput{.version_id = std::move(*shown)};
  }

 private:
  ObjectIndex& index_;
};

}  // namespace

void bind_object_tagging(wire::Registry& registry, ObjectIndex& index) {
  registry.bind<GetObjectTaggingOp>(GetObjectTagging(index));
  registry.bind<PutObjectTaggingOp>(PutObjectTagging(index));
  registry.bind<DeleteObjectTaggingOp>(DeleteObjectTagging(index));
}

}  // namespace skerry::s3
