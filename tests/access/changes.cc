#include "tests/access/changes.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "digest/hasher.h"

namespace skerry::access {
namespace {

const Ask kGet{.method = "GET", .target = "/box/k"};
const std::string kReadOnly = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

std::string document(std::string_view effect, std::string_view action, std::string_view more = R"("Resource":"*")") {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":[{{"Effect":"{}","Action":"{}",{}}}]}})", effect, action,
                     more);
}
std::string allow_read() { return document("Allow", "s3:GetObject"); }
// Of a bucket.
std::string read_for(std::string_view principal) {
  return document("Allow", "s3:GetObject", fmt::format(R"("Principal":{},"Resource":"arn:aws:s3:::box/*")", principal));
}
std::string trust(std::string_view arn) {
  return document("Allow", "sts:AssumeRole", fmt::format(R"("Principal":{{"AWS":"{}"}})", arn));
}

Ask put_bucket_policy(std::string policy) { return {"PUT", "/box?policy", std::move(policy)}; }
Ask on_ann(std::string_view action, Parameters more = {}) {
  more.emplace_back("UserName", "ann");
  return iam_call(action, more);
}
Ask put_policy(std::string document) {
  return on_ann("PutUserPolicy", {{"PolicyName", "p"}, {"PolicyDocument", std::move(document)}});
}
Ask on_policy(std::string_view action, Parameters more = {{"PolicyArn", kReadOnly}}) { return on_ann(action, more); }
Ask on_readers(std::string_view action, Parameters more = {}) {
  more.emplace_back("GroupName", "readers");
  return iam_call(action, more);
}
Ask on_role(std::string_view action, Parameters more = {}) {
  more.emplace_back("RoleName", "reader");
  return iam_call(action, more);
}
Ask put_block(std::string_view path, std::string_view setting, Parameters headers = {}) {
  std::string body =
      fmt::format("<PublicAccessBlockConfiguration><{0}>true</{0}></PublicAccessBlockConfiguration>", setting);
  headers.emplace_back("content-md5", base64(digest::digest_of(digest::Algorithm::MD5, body).bytes()));
  return {"PUT", std::string(path), std::move(body), std::move(headers)};
}

// A role that ann may take and that may read.
void make_role(Scene& scene) {
  scene.make(on_role("CreateRole", {{"AssumeRolePolicyDocument", trust(scene.arn("user/ann"))}}));
  scene.make(on_role("PutRolePolicy", {{"PolicyName", "p"}, {"PolicyDocument", allow_read()}}));
}
Ask assume_role(const Scene& scene) {
  return sts_call("AssumeRole", {{"RoleArn", scene.arn("role/reader")}, {"RoleSessionName", "session"}});
}
void make_readers(Scene& scene) {
  scene.make(on_readers("CreateGroup"));
  scene.make(on_readers("PutGroupPolicy", {{"PolicyName", "p"}, {"PolicyDocument", allow_read()}}));
  scene.make(on_readers("AddUserToGroup", {{"UserName", "ann"}}));
}

// ---- keys and users

Change key_deactivated(Scene& scene) {
  scene.make(put_policy(allow_read()));
  return {{on_ann("UpdateAccessKey", {{"AccessKeyId", scene.ann.id}, {"Status", "Inactive"}})}, scene.ann, kGet};
}
Change key_activated(Scene& scene) {
  Change change = key_deactivated(scene);
  scene.make(change.asked[0]);
  return {
      {on_ann("UpdateAccessKey", {{"AccessKeyId", scene.ann.id}, {"Status", "Active"}})}, scene.ann, kGet, 403, 200};
}
Change key_deleted(Scene& scene) {
  scene.make(put_policy(allow_read()));
  return {{on_ann("DeleteAccessKey", {{"AccessKeyId", scene.ann.id}})}, scene.ann, kGet};
}
// Both keys are one user's; the policy of the bucket names her.
Change user_made_anew(Scene& scene) {
  scene.make(put_bucket_policy(read_for(fmt::format(R"({{"AWS":"{}"}})", scene.arn("user/ann")))));
  return {{on_ann("DeleteAccessKey", {{"AccessKeyId", scene.ann.id}}), on_ann("DeleteUser"), on_ann("CreateUser")},
          scene.ann,
          kGet};
}

// ---- their policies

Change inline_policy_removed(Scene& scene) {
  scene.make(put_policy(allow_read()));
  return {{on_ann("DeleteUserPolicy", {{"PolicyName", "p"}})}, scene.ann, kGet};
}
Change inline_policy_put(Scene& scene) { return {{put_policy(allow_read())}, scene.ann, kGet, 403, 200}; }
Change inline_policy_denies(Scene& scene) {
  scene.make(on_policy("AttachUserPolicy"));
  return {{put_policy(document("Deny", "s3:GetObject"))}, scene.ann, kGet};
}
Change managed_policy_detached(Scene& scene) {
  scene.make(on_policy("AttachUserPolicy"));
  return {{on_policy("DetachUserPolicy")}, scene.ann, kGet};
}
Change bounded(Scene& scene) {
  scene.make(on_policy("AttachUserPolicy"));
  return {
      {on_ann("PutUserPermissionsBoundary", {{"PermissionsBoundary", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}})},
      scene.ann,
      kGet};
}
Change policy_version_made_default(Scene& scene) {
  const std::string arn =
      scene.make(iam_call("CreatePolicy", {{"PolicyName", "mine"}, {"PolicyDocument", allow_read()}})).text("Arn");
  scene.make(on_policy("AttachUserPolicy", {{"PolicyArn", arn}}));
  return {
      {iam_call("CreatePolicyVersion",
                {{"PolicyArn", arn}, {"PolicyDocument", document("Allow", "s3:PutObject")}, {"SetAsDefault", "true"}})},
      scene.ann,
      kGet};
}

// ---- groups

Change membership_removed(Scene& scene) {
  make_readers(scene);
  return {{on_readers("RemoveUserFromGroup", {{"UserName", "ann"}})}, scene.ann, kGet};
}
Change group_policy_removed(Scene& scene) {
  make_readers(scene);
  return {{on_readers("DeleteGroupPolicy", {{"PolicyName", "p"}})}, scene.ann, kGet};
}

// ---- roles and their sessions

Change trust_changed(Scene& scene) {
  make_role(scene);
  return {{on_role("UpdateAssumeRolePolicy", {{"PolicyDocument", trust(scene.arn("root"))}})},
          scene.ann,
          assume_role(scene)};
}
Change role_policy_removed(Scene& scene) {
  make_role(scene);
  return {{on_role("DeleteRolePolicy", {{"PolicyName", "p"}})}, scene.assume(scene.ann, "reader"), kGet};
}
Change role_deleted(Scene& scene) {
  make_role(scene);
  const Key session = scene.assume(scene.ann, "reader");
  return {{on_role("DeleteRolePolicy", {{"PolicyName", "p"}}), on_role("DeleteRole")},
          session,
          sts_call("GetCallerIdentity")};
}

// ---- buckets

Change bucket_policy_changed(Scene& scene) {
  const std::string ann = fmt::format(R"({{"AWS":"{}"}})", scene.arn("user/ann"));
  scene.make(put_bucket_policy(read_for(ann)));
  return {{put_bucket_policy(document("Allow", "s3:PutObject",
                                      fmt::format(R"("Principal":{},"Resource":"arn:aws:s3:::box/*")", ann)))},
          scene.ann,
          kGet};
}
Change bucket_policy_deleted(Scene& scene) {
  scene.make(put_bucket_policy(read_for(R"("*")")));
  return {{{"DELETE", "/box?policy"}}, {}, kGet};
}
Change bucket_blocked(Scene& scene) {
  scene.make(put_bucket_policy(read_for(R"("*")")));
  return {{put_block("/box?publicAccessBlock", "RestrictPublicBuckets")}, {}, kGet};
}
Change account_blocked(Scene& scene) {
  scene.make({"PUT", "/box/k?acl", "", {{"x-amz-acl", "public-read"}}});
  return {{put_block("/v20180820/configuration/publicAccessBlock", "IgnorePublicAcls",
                     {{"x-amz-account-id", scene.account_id}})},
          {},
          kGet};
}
Change list_changed(Scene& scene) {
  scene.make({"PUT", "/box/k?acl", "", {{"x-amz-acl", "public-read"}}});
  return {{{"PUT", "/box/k?acl", "", {{"x-amz-acl", "private"}}}}, {}, kGet};
}

}  // namespace

const std::vector<NamedChange>& changes() {
  static const std::vector<NamedChange> all = {
      {"KeyDeactivated", key_deactivated},
      {"KeyActivated", key_activated},
      {"KeyDeleted", key_deleted},
      {"UserMadeAnew", user_made_anew},
      {"InlinePolicyRemoved", inline_policy_removed},
      {"InlinePolicyPut", inline_policy_put},
      {"InlinePolicyDenies", inline_policy_denies},
      {"ManagedPolicyDetached", managed_policy_detached},
      {"Bounded", bounded},
      {"PolicyVersionMadeDefault", policy_version_made_default},
      {"MembershipRemoved", membership_removed},
      {"GroupPolicyRemoved", group_policy_removed},
      {"TrustChanged", trust_changed},
      {"RolePolicyRemoved", role_policy_removed},
      {"RoleDeleted", role_deleted},
      {"BucketPolicyChanged", bucket_policy_changed},
      {"BucketPolicyDeleted", bucket_policy_deleted},
      {"BucketBlocked", bucket_blocked},
      {"AccountBlocked", account_blocked},
      {"ListChanged", list_changed},
  };
  return all;
}

Scene::Scene(std::uint64_t seed)
    : sim(seed), cluster(sim, seed), here(sim, cluster, seed + 1), there(sim, cluster, seed + 2) {
  auto account = sim.run(here.accounts().create("one"));
  CHECK(account.has_value(), "a store that answers did not");
  account_id = account->account_id;
  root = {account->root_access_key_id, account->root_secret};
  make({"PUT", "/box"});
  make({"PUT", "/box/k", "x"});
  make(iam_call("CreateUser", {{"UserName", "ann"}}));
  ann = make_key("ann");
}

Scene::~Scene() {
  here.stop();
  there.stop();
}

Reply Scene::make(AccessServer& on, Ask asked) {
  Reply reply = ask(on, root, asked);
  EXPECT_LT(reply.status, 300) << asked.target << " " << asked.body << "\n" << reply.body;
  return reply;
}

Key Scene::make_key(std::string_view user) {
  const Reply made = make(iam_call("CreateAccessKey", {{"UserName", std::string(user)}}));
  return {made.text("AccessKeyId"), made.text("SecretAccessKey")};
}

std::string Scene::arn(std::string_view what) const { return fmt::format("arn:aws:iam::{}:{}", account_id, what); }

Key Scene::assume(const Key& who, std::string_view role) {
  const Reply made =
      ask(here, who,
          sts_call("AssumeRole", {{"RoleArn", arn(fmt::format("role/{}", role))}, {"RoleSessionName", "session"}}));
  EXPECT_EQ(made.status, 200) << made.body;
  return {made.text("AccessKeyId"), made.text("SecretAccessKey"), made.text("SessionToken")};
}

}  // namespace skerry::access
