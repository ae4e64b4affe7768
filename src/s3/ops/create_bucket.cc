#include <algorithm>
#include <array>

#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/names.h"
#include "s3/ops/acl_reader.h"
#include "s3/ops/bucket_access_settings.h"
#include "s3/ops/bucket_settings.h"
#include "s3/ops/buckets.h"
#include "s3/tags.h"

namespace skerry::s3 {
namespace {

constexpr std::string_view kDefaultRegion = "us-east-1";

// By the pattern of their names, not by a list: AWS opens some every year, and a misspelt one is refused all the same.
bool is_region(std::string_view name) {
  constexpr std::array<std::string_view, 15> kAreas{"af-",     "ap-",     "ca-",      "cn-",      "eu-",
                                                    "il-",     "me-",     "mx-",      "sa-",      "us-",
                                                    "us-gov-", "us-iso-", "us-isob-", "us-isof-", "eu-isoe-"};
  constexpr std::array<std::string_view, 9> kSides{"central",   "north",     "northeast", "northwest", "south",
                                                   "southeast", "southwest", "east",      "west"};
  if (name.size() < 2 || name[name.size() - 2] != '-' || name.back() < '1' || name.back() > '9') return false;
  name.remove_suffix(2);
  return std::ranges::any_of(kAreas, [&](std::string_view area) {
    return name.starts_with(area) && std::ranges::find(kSides, name.substr(area.size())) != kSides.end();
  });
}

struct Place {
  std::string region;
  std::string location;  // where the client called the region by another name
};

wire::ApiError incompatible(std::string_view constraint) {
  return error(Errc::IllegalLocationConstraintException,
               "The " + std::string(constraint) +
                   " location constraint is incompatible for the region specific endpoint this request was sent to.");
}

// A request for us-east-1 may have come to the global endpoint, which makes buckets everywhere; one for another region
// came to that region's, which makes them there only and wants to be told so.
std::expected<Place, wire::ApiError> place_of(const CreateBucketRequest& request, std::string_view signed_region) {
  std::string_view here = signed_region.empty() ? kDefaultRegion : signed_region;  // SigV2 names none
  const auto& configuration = request.create_bucket_configuration;
  std::string_view constraint;
  if (configuration && configuration->location_constraint) constraint = *configuration->location_constraint;
  if (constraint.empty()) {
    if (here != kDefaultRegion) return std::unexpected(incompatible("unspecified"));
    return Place{std::string(kDefaultRegion), {}};
  }
  Place place{std::string(constraint), {}};
  if (constraint == "EU") place = {"eu-west-1", "EU"};  // Europe had one region once
  if (constraint == kDefaultRegion || !is_region(place.region)) {
    return std::unexpected(error(Errc::InvalidLocationConstraint).with("LocationConstraint", std::string(constraint)));
  }
  if (here != kDefaultRegion && here != place.region) return std::unexpected(incompatible(constraint));
  return place;
}

// What a bucket of ours cannot be. A lock is refused at the front.
std::expected<void, wire::ApiError> check_kind(const CreateBucketRequest& request) {
  const auto& configuration = request.create_bucket_configuration;
  if (configuration && (configuration->location || configuration->bucket)) {
    return std::unexpected(error(Errc::NotImplemented, "Directory buckets are not implemented."));
  }
  return {};
}

// The bucket's place and its tags are in the body.
std::expected<void, wire::ApiError> permit_body(const wire::Context& context,
                                                const std::optional<CreateBucketConfiguration>& configuration) {
  std::vector<std::pair<std::string_view, std::string_view>> more;
  std::vector<record::Tag> tags;
  if (configuration && configuration->location_constraint) {
    more.emplace_back("LocationConstraint", *configuration->location_constraint);
  }
  if (configuration && configuration->tags && !configuration->tags->empty()) {
    more.emplace_back("Tags", "");
    for (const Tag& tag : *configuration->tags) tags.push_back(make_tag(tag.key, tag.value));
  }
  const Admission& admission = admission_of(context);
  RequestFacts facts = facts_of(context, admission);
  facts.more = more;
  facts.tags = &tags;
  const Thing thing{.bucket_name = context.route.label("Bucket")};
  return admission.undecided ? permit(context, facts, on::kBucket, thing)
                             : permit_more(context, facts, on::kBucket, thing);
}

class CreateBucket {
 public:
  CreateBucket(BucketRegistry& buckets, AclReader acls, NewBucketDefaults defaults)
      : buckets_(&buckets), acls_(acls), defaults_(defaults) {}

  Task<std::expected<CreateBucketOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                     CreateBucketRequest request) {
    if (auto good = check_bucket_name(request.bucket); !good) co_return std::unexpected(good.error());
    if (auto good = check_kind(request); !good) co_return std::unexpected(good.error());
    auto place = place_of(request, context.region);
    if (!place) co_return std::unexpected(place.error());

    BucketRegistry::NewBucket wanted{.name = request.bucket,
                                     .account_id = context.principal.account_id,
                                     .region = place->region,
                                     .location = place->location};
    const auto& configuration = request.create_bucket_configuration;
    bool tagged = configuration && configuration->tags && !configuration->tags->empty();
    if (auto good = permit_body(context, configuration); !good) co_return std::unexpected(std::move(good.error()));
    if (tagged) {
      auto tags = tagging_document(*configuration->tags);
      if (!tags) co_return std::unexpected(tags.error());
      wanted.documents.push_back({std::string(kTaggingDocument), std::move(*tags)});
    }
    SentAcl sent = sent_acl(request);
    const bool plain = !tagged && sent.empty() && !request.object_ownership;
    auto access = co_await access_of(context.principal, request, std::move(sent));
    if (!access) co_return std::unexpected(access.error());
    if (std::string bytes = access->SerializeAsString(); !bytes.empty()) {
      wanted.documents.push_back({std::string(kAccessDocument), std::move(bytes)});
    }
    auto created = co_await buckets_->create(std::move(wanted));
    if (!created) {
      bool own = created.error().is(info(Errc::BucketAlreadyOwnedByYou));
      bool again = false;
      if (own && plain && place->region == kDefaultRegion) again = co_await is_in_default_region(request.bucket);
      if (!again) co_return std::unexpected(created.error());
    }
    CreateBucketOutput output;
    output.location = "/" + request.bucket;
    co_return output;
  }

 private:
  // As AWS has it for its first region, from before there was an error for it: to make one's bucket again is good.
  Task<bool> is_in_default_region(std::string name) {
    auto found = co_await buckets_->find(std::move(name));
    co_return found && found->record.region() == kDefaultRegion;
  }

  // Who may use the bucket at first.
  Task<std::expected<record::BucketAccess, wire::ApiError>> access_of(const wire::Principal& owner,
                                                                      const CreateBucketRequest& request,
                                                                      SentAcl sent) {
    record::BucketAccess access;
    if (defaults_ == NewBucketDefaults::Legacy) {
      access.set_ownership(record::BucketAccess::OBJECT_WRITER);
      access.set_ownership_removed(true);
    } else {
      record::PublicAccessBlock& block = *access.mutable_public_access_block();
      block.set_block_public_acls(true);
      block.set_ignore_public_acls(true);
      block.set_block_public_policy(true);
      block.set_restrict_public_buckets(true);
    }
    if (request.object_ownership) {
      auto ownership = find_ownership(*request.object_ownership);
      if (!ownership) {
        co_return std::unexpected(invalid_argument("", "x-amz-object-ownership", *request.object_ownership));
      }
      access.set_ownership(*ownership);
      access.clear_ownership_removed();
    }
    if (sent.empty()) co_return access;
    const bool enforced = access.ownership() == record::BucketAccess::BUCKET_OWNER_ENFORCED;
    if (enforced && !sent.grants.empty()) co_return std::unexpected(error(Errc::InvalidBucketAclWithObjectOwnership));
    AclOwners owners{owner.canonical_id, owner.canonical_id};
    auto acl = co_await acls_.read(std::move(sent), std::move(owners));
    if (!acl) co_return std::unexpected(acl.error());
    if (is_private(*acl)) co_return access;
    if (enforced) co_return std::unexpected(error(Errc::InvalidBucketAclWithObjectOwnership));
    if (is_public(*acl)) {
      bool blocked = access.public_access_block().block_public_acls();
      std::string account_id = owner.account_id;
      auto whole = co_await buckets_->account_public_access_block(std::move(account_id));
      if (!whole) co_return std::unexpected(whole.error());
      if (*whole && (*whole)->block_public_acls()) blocked = true;
      if (blocked) co_return std::unexpected(error(Errc::InvalidBucketAclWithBlockPublicAccessError));
    }
    *access.mutable_acl() = std::move(*acl);
    co_return access;
  }

  BucketRegistry* buckets_;
  AclReader acls_;
  const NewBucketDefaults defaults_;
};

}  // namespace

void bind_create_bucket(wire::Registry& registry, BucketRegistry& buckets, AclReader acls, NewBucketDefaults defaults) {
  registry.bind<CreateBucketOp>(CreateBucket(buckets, acls, defaults));
}

}  // namespace skerry::s3
