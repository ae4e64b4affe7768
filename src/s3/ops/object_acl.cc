#include "s3/api/ops.h"
#include "s3/front.h"
#include "s3/ops/find_object.h"
#include "s3/ops/objects.h"

namespace skerry::s3 {
namespace {

// Every bucket is BucketOwnerEnforced, and its owner has everything.
class GetObjectAcl {
 public:
  explicit GetObjectAcl(ObjectIndex& index) : index_(index) {}

  Task<std::expected<GetObjectAclOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                     GetObjectAclRequest request) const {
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    auto found = co_await find_object(index_, bucket_of(context), request.key, *id, "GET");
    if (!found) co_return std::unexpected(found.error());
    // Nobody but the owner gets here.
    const std::string& owner = context.principal.canonical_id;
    Grant grant;
    grant.grantee = Grantee{.id = owner, .type = "CanonicalUser"};
    grant.permission = "FULL_CONTROL";
    GetObjectAclOutput out;
    out.owner = Owner{.id = owner};
    out.grants.emplace().push_back(std::move(grant));
    co_return out;
  }

 private:
  ObjectIndex& index_;
};

}  // namespace

void bind_get_object_acl(wire::Registry& registry, ObjectIndex& index) {
  registry.bind<GetObjectAclOp>(GetObjectAcl(index));
}

}  // namespace skerry::s3
