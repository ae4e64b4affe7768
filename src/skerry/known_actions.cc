#include "skerry/known_actions.h"

#include <algorithm>

#include "s3/api/ops.h"
#include "skerry/unserved.h"
#include "sts/api/ops.h"

namespace skerry {
namespace {

// Permissions that no operation has for its name: of versions, of what a request does besides, of what only other
// services do. Source: the service authorization reference.
constexpr std::string_view kWithoutOperation[] = {
    "iam:PassRole",
    "lambda:InvokeFunctionUrl",
    "lambda:GetLayerVersion",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectVersionTorrent",
    "s3:InitiateReplication",
    "s3:ListAccessPoints",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
};

}  // namespace

std::vector<std::string_view> known_actions() {
  std::vector<std::string_view> out(std::begin(kWithoutOperation), std::end(kWithoutOperation));
  std::vector<const wire::Service*> services = {&s3::kService, &sts::kService};
  const auto others = unserved_fronts();
  for (const auto& front : others) services.push_back(&front->service());
  for (const wire::Service* service : services) {
    for (const wire::Operation& operation : service->operations) out.push_back(operation.action);
  }
  std::ranges::sort(out);
  auto repeated = std::ranges::unique(out);
  out.erase(repeated.begin(), repeated.end());
  return out;
}

}  // namespace skerry
