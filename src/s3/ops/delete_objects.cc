#include "base/gate.h"
#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/names.h"
#include "s3/ops/find_object.h"
#include "s3/ops/objects.h"

namespace skerry::s3 {
namespace {

constexpr std::size_t kObjectsMax = 1000;
// Commits gather in groups, so several at a time cost little more than one; and other requests come between.
constexpr std::size_t kAtOnce = 32;

using Outcome = std::expected<DeletedObject, wire::ApiError>;

std::expected<void, wire::ApiError> check_served(const ObjectIdentifier& object) {
  if (!object.last_modified_time && !object.size) return {};
  return std::unexpected(error(Errc::NotImplemented));
}

std::expected<void, wire::ApiError> permit_removal(const wire::Context& context, const FoundBucket& bucket,
                                                   const ObjectIdentifier& object) {
  const std::pair<std::string_view, std::string_view> etag[] = {{"ETag", object.etag ? *object.etag : ""}};
  RequestFacts facts = facts_of(context, admission_of(context));
  if (object.etag && !object.etag->empty()) facts.more = etag;
  return permit(context, facts, on::kListedObject,
                {.bucket = &bucket,
                 .bucket_name = bucket.name,
                 .key = object.key,
                 .version_id = object.version_id ? std::string_view(*object.version_id) : std::string_view()});
}

// One request's removals: what is asked for, and what has become of it.
struct Removals {
  const wire::Context& context;
  ObjectIndex& index;
  const std::vector<ObjectIdentifier>& objects;
  std::vector<std::optional<Outcome>> outcomes;
  std::size_t next = 0;  // the first that nobody has begun
};

Task<Outcome> remove_one(const wire::Context& context, ObjectIndex& index, FoundBucket& bucket,
                         const ObjectIdentifier& object) {
  if (auto good = check_object_key(object.key); !good) co_return std::unexpected(good.error());
  if (auto good = check_served(object); !good) co_return std::unexpected(good.error());
  bool named = object.version_id && !object.version_id->empty();
  auto id = named ? read_version_id(object.version_id) : std::optional<VersionId>();
  if (!id) co_return std::unexpected(id.error());
  if (auto good = permit_removal(context, bucket, object); !good) co_return std::unexpected(std::move(good.error()));
  WriteCondition condition{.if_match = object.etag.value_or("")};
  DeletedObject out;
  out.key = object.key;
  if (named) {
    auto removed = co_await index.remove_version(bucket, object.key, **id, std::move(condition));
    if (!removed) co_return std::unexpected(removed.error());
    out.version_id = removed->version_id;
    if (removed->delete_marker) {
      out.delete_marker = true;
      out.delete_marker_version_id = removed->version_id;
    }
    co_return out;
  }
  auto removed = co_await index.remove(bucket, object.key, std::move(condition));
  if (!removed) co_return std::unexpected(removed.error());
  if (removed->delete_marker) {
    out.delete_marker = true;
    out.delete_marker_version_id = removed->version_id;
  }
  co_return out;
}

// Nobody above a detached task can catch what it throws.
Task<Outcome> try_remove_one(const wire::Context& context, ObjectIndex& index, FoundBucket& bucket,
                             const ObjectIdentifier& object) {
  std::string thrown;
  try {
    auto outcome = co_await remove_one(context, index, bucket, object);
    co_return outcome;
  } catch (const std::exception& exception) {
    thrown = exception.what();
  }
  co_return std::unexpected(error(Errc::InternalError).because(std::move(thrown)));
}

// Each has its own picture of the bucket, as each may find that it is old.
Task<> work(Removals& removals, FoundBucket bucket) {
  while (removals.next < removals.objects.size()) {
    std::size_t mine = removals.next++;
    auto outcome = co_await try_remove_one(removals.context, removals.index, bucket, removals.objects[mine]);
    removals.outcomes[mine] = std::move(outcome);
  }
}

Error failed_object(const ObjectIdentifier& object, const wire::ApiError& failure) {
  Error out;
  out.key = object.key;
  out.version_id = object.version_id;
  out.code = std::string(failure.info->code);
  out.message = failure.message;
  return out;
}

class DeleteObjects {
 public:
  explicit DeleteObjects(ObjectIndex& index) : index_(index) {}

  Task<std::expected<DeleteObjectsOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                      DeleteObjectsRequest request) const {
    const std::vector<ObjectIdentifier>& objects = request.delete_.objects;
    bool nameless = std::ranges::any_of(objects, [](const ObjectIdentifier& object) { return object.key.empty(); });
    if (objects.empty() || objects.size() > kObjectsMax || nameless) {
      co_return std::unexpected(error(Errc::MalformedXML));
    }
    Removals removals{context, index_, objects, {}};
    removals.outcomes.resize(objects.size());
    Gate tasks;
    for (std::size_t i = 0; i < std::min(objects.size(), kAtOnce); ++i) {
      FoundBucket bucket = bucket_of(context);
      Task<> worker = work(removals, std::move(bucket));
      tasks.spawn(std::move(worker));
    }
    co_await tasks.close();

    DeleteObjectsOutput out;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      Outcome& outcome = *removals.outcomes[i];
      if (!outcome) {
        if (!out.errors) out.errors.emplace();
        out.errors->push_back(failed_object(objects[i], outcome.error()));
      } else if (!request.delete_.quiet.value_or(false)) {
        if (!out.deleted) out.deleted.emplace();
        out.deleted->push_back(std::move(*outcome));
      }
    }
    co_return out;
  }

 private:
  ObjectIndex& index_;
};

}  // namespace

void bind_delete_objects(wire::Registry& registry, ObjectIndex& index) {
  registry.bind<DeleteObjectsOp>(DeleteObjects(index));
}

}  // namespace skerry::s3
