#include "iam/service/documents.h"
#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr char kAdministrator[] = "arn:aws:iam::aws:policy/AdministratorAccess";

std::string document(const std::string& action) {
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" + action + R"(","Resource":"*"}})";
}

class PoliciesTest : public ServiceTest {
 protected:
  std::string arn(const std::string& rest) { return "arn:aws:iam::" + account_.account_id + ":policy/" + rest; }
  Reply create(const std::string& name, const std::string& action = "s3:GetObject", const std::string& more = "") {
    return call("CreatePolicy&PolicyName=" + name + "&PolicyDocument=" + encoded(document(action)) + more);
  }
  Reply add_version(const std::string& name, const std::string& action, const std::string& more = "") {
    return call("CreatePolicyVersion&PolicyArn=" + arn(name) + "&PolicyDocument=" + encoded(document(action)) + more);
  }
  Reply on(const std::string& operation, const std::string& policy_arn, const std::string& more = "") {
    return call(operation + "&PolicyArn=" + policy_arn + more);
  }
  std::shared_ptr<const Principal> user_with(const std::string& name, const std::string& policy_arn) {
    call("CreateUser&UserName=" + name);
    call("AttachUserPolicy&UserName=" + name + "&PolicyArn=" + policy_arn);
    return behind(call("CreateAccessKey&UserName=" + name).text("AccessKeyId"));
  }
  // All that a list has, over its pages, joined.
  std::string pages(const std::string& asked, const std::string& element, int& count) {
    std::string seen, marker;
    count = 0;
    do {
      auto page = call(asked + (marker.empty() ? "" : "&Marker=" + encoded(marker)));
      EXPECT_EQ(page.status, 200) << page.body;
      const std::string open = '<' + element + '>';
      for (std::size_t at = page.body.find(open); at != page.body.npos; at = page.body.find(open, at)) {
        at += open.size();
        seen += page.body.substr(at, page.body.find('<', at) - at) + " ";
      }
      marker = page.text("IsTruncated") == "true" ? page.text("Marker") : "";
      ++count;
    } while (!marker.empty() && count < 100);
    return seen;
  }
};

TEST_F(PoliciesTest, APolicyIsMadeShownAndDeleted) {
  auto made = create("Mine", "s3:GetObject", "&Path=/team/&Description=why&Tags.member.1.Key=a&Tags.member.1.Value=b");
  EXPECT_EQ(made.text("Arn"), arn("team/Mine"));
  EXPECT_THAT(made.text("PolicyId"), MatchesRegex("ANPA[A-Z2-7]{17}"));
  EXPECT_EQ(made.text("DefaultVersionId"), "v1");
  EXPECT_EQ(made.text("Value"), "b");
  EXPECT_EQ(made.count("Description"), 0u);
  auto shown = on("GetPolicy", arn("team/Mine"));
  EXPECT_EQ(shown.text("PolicyId"), made.text("PolicyId"));
  EXPECT_EQ(shown.text("Description"), "why");
  EXPECT_EQ(shown.text("AttachmentCount"), "0");
  EXPECT_EQ(shown.text("IsAttachable"), "true");
  EXPECT_EQ(shown.text("Value"), "b");
  EXPECT_THAT(create("MINE").body, HasSubstr("A policy called MINE already exists. Duplicate names are not allowed."));
  EXPECT_THAT(call("GetAccountSummary").body, HasSubstr("<key>Policies</key><value>1</value>"));
  for (const char* other : {"Mine", "team/mine", "x/Mine"}) {
    EXPECT_THAT(on("GetPolicy", arn(other)).body, HasSubstr("Policy " + arn(other) + " was not found."));
    EXPECT_EQ(on("DeletePolicy", arn(other)).code, "NoSuchEntity");
  }
  EXPECT_EQ(on("DeletePolicy", arn("team/Mine")).status, 200);
  EXPECT_EQ(on("DeletePolicy", arn("team/Mine")).code, "NoSuchEntity");
  EXPECT_THAT(call("GetAccountSummary").body, HasSubstr("<key>Policies</key><value>0</value>"));
}

TEST_F(PoliciesTest, WhatIsNoPolicyIsRefused) {
  EXPECT_EQ(call("CreatePolicy&PolicyName=p&PolicyDocument=x").code, "MalformedPolicyDocument");
  auto big = create("p", "s3:" + std::string(6144, 'a'));
  EXPECT_EQ(big.status, 409);
  EXPECT_EQ(big.code, "LimitExceeded");
  EXPECT_THAT(big.body, HasSubstr("Cannot exceed quota for PolicySize: 6144"));
  EXPECT_THAT(create("p", "s3:Get*",
                     "&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=a"
                     "&Tags.member.2.Value=2")
                  .body,
              HasSubstr("<Message>Duplicate tag keys found.</Message>"));
  EXPECT_THAT(on("GetPolicy", "arn-that-is-surely-none").body, HasSubstr("Invalid ARN:  Could not be parsed!"));
  EXPECT_EQ(on("GetPolicy", "arn:aws:iam::" + account_.account_id + ":user/ann").code, "InvalidInput");
  EXPECT_EQ(call("ListPolicies").body.find(arn("")), std::string::npos);
  EXPECT_EQ(create("p", "s3:Get*",
                   "&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=A"
                   "&Tags.member.2.Value=2")
                .count("Key"),
            2u)
      << "the case of keys tells policies' tags apart";
}

TEST_F(PoliciesTest, VersionsAreFiveAtMostAndNumbersAreNotGivenAgain) {
  create("p");
  for (int i = 2; i <= 5; ++i) EXPECT_EQ(add_version("p", "s3:Get*").text("VersionId"), "v" + std::to_string(i));
  auto sixth = add_version("p", "s3:Get*");
  EXPECT_EQ(sixth.code, "LimitExceeded");
  EXPECT_THAT(sixth.body, HasSubstr("A managed policy can have up to 5 versions. Before you create a new version, you "
                                    "must delete an existing version."));
  EXPECT_THAT(on("DeletePolicy", arn("p")).body, HasSubstr("This policy has more than one version."));
  EXPECT_THAT(on("DeletePolicyVersion", arn("p"), "&VersionId=v1").body,
              HasSubstr("Cannot delete the default version of a policy."));
  EXPECT_EQ(on("DeletePolicyVersion", arn("p"), "&VersionId=v5").status, 200);
  auto next = add_version("p", "s3:Put*", "&SetAsDefault=true");
  EXPECT_EQ(next.text("VersionId"), "v6");
  EXPECT_EQ(next.text("IsDefaultVersion"), "true");
  EXPECT_EQ(next.count("Document"), 0u);
  EXPECT_EQ(on("GetPolicy", arn("p")).text("DefaultVersionId"), "v6");
  EXPECT_EQ(on("GetPolicyVersion", arn("p"), "&VersionId=v6").text("Document"), encoded(document("s3:Put*")));
  EXPECT_EQ(on("SetDefaultPolicyVersion", arn("p"), "&VersionId=v2").status, 200);
  EXPECT_EQ(on("GetPolicyVersion", arn("p"), "&VersionId=v6").text("IsDefaultVersion"), "false");
  for (const char* none : {"v5", "v7", "v2.x"}) {
    for (const char* operation : {"GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"}) {
      EXPECT_THAT(on(operation, arn("p"), std::string("&VersionId=") + none).body,
                  HasSubstr("Policy " + arn("p") + " version " + none + " does not exist or is not attachable."));
    }
  }
  EXPECT_EQ(on("GetPolicyVersion", arn("p"), "&VersionId=2").code, "ValidationError");
  int count = 0;
  EXPECT_EQ(pages("ListPolicyVersions&MaxItems=2&PolicyArn=" + arn("p"), "VersionId", count), "v6 v4 v3 v2 v1 ");
  EXPECT_EQ(count, 3);
  EXPECT_EQ(on("ListPolicyVersions", arn("p")).count("Document"), 0u);
  EXPECT_EQ(on("ListPolicyVersions", arn("p"), "&Marker=eA%3D%3D").code, "ValidationError");
}

TEST_F(PoliciesTest, AnAccountHasSoManyAndNoMore) {
  server_.change(account_.account_id, [&](Change& change) {
    auto settings = sim_.run(change.settings());
    settings->set_policies(1500);
    change.put(*settings);
  });
  auto refused = create("p");
  EXPECT_EQ(refused.code, "LimitExceeded");
  EXPECT_THAT(refused.body, HasSubstr("Cannot exceed quota for PoliciesPerAccount: 1500"));
  EXPECT_EQ(on("GetPolicy", arn("p")).code, "NoSuchEntity");
}

TEST_F(PoliciesTest, OfDeletingAndAttachingAtOnceOneWins) {
  call("CreateUser&UserName=ann");
  auto one = [](Task<Reply> asked, Reply& into) -> Task<> { into = co_await std::move(asked); };
  auto both = [](Gate& gate, Task<> first, Task<> second) -> Task<> {
    gate.spawn(std::move(first));
    gate.spawn(std::move(second));
    co_await gate.close();
  };
  for (int round = 0; round < 20; ++round) {
    const std::string name = "p" + std::to_string(round);
    create(name);
    const std::string named = "&PolicyArn=" + arn(name);
    Reply deleted, attached;
    Gate gate;
    sim_.run(both(gate, one(send(root(), "DeletePolicy" + named), deleted),
                  one(send(root(), "AttachUserPolicy&UserName=ann" + named), attached)));
    EXPECT_EQ((deleted.status == 200) + (attached.status == 200), 1) << deleted.body << attached.body;
    EXPECT_EQ(on("GetPolicy", arn(name)).status, deleted.status == 200 ? 404 : 200);
    EXPECT_EQ(call("ListAttachedUserPolicies&UserName=ann").count("member"), attached.status == 200 ? 1u : 0u);
    call("DetachUserPolicy&UserName=ann" + named);
  }
}

TEST_F(PoliciesTest, ANewDefaultHoldsFromTheNextRequestOn) {
  create("p", "iam:ListUsers");
  auto ann = user_with("ann", arn("p"));
  EXPECT_EQ(call(ann, "ListUsers").status, 200);
  auto now = [&] { return behind(call("ListAccessKeys&UserName=ann").text("AccessKeyId")); };
  EXPECT_EQ(add_version("p", "iam:ListGroups").status, 200);
  EXPECT_EQ(call(now(), "ListUsers").status, 200) << "a version that is not the default says nothing";
  on("SetDefaultPolicyVersion", arn("p"), "&VersionId=v2");
  EXPECT_EQ(call(now(), "ListUsers").code, "AccessDenied");
  EXPECT_EQ(call(now(), "ListGroups").status, 200);
  EXPECT_EQ(on("DeletePolicy", arn("p")).code, "DeleteConflict");
  EXPECT_THAT(on("DeletePolicy", arn("p")).body, HasSubstr("Cannot delete a policy attached to entities."));
  EXPECT_EQ(on("GetPolicy", arn("p")).text("AttachmentCount"), "1");
}

TEST_F(PoliciesTest, OnAnotherServerItHoldsWithinASecond) {
  IamServer other(sim_, cluster_, random_);
  sim_.post([&] { other.identities().run(); });
  create("p", "iam:ListUsers");
  user_with("ann", arn("p"));
  const std::string key = call("ListAccessKeys&UserName=ann").text("AccessKeyId");
  // What the other server knows of ann decides, wherever it is asked.
  auto there = [&] { return (*other.find(key))->owner; };
  EXPECT_EQ(call(there(), "ListUsers").status, 200);
  add_version("p", "iam:ListGroups", "&SetAsDefault=true");
  sim_.advance(milliseconds(501));
  EXPECT_EQ(call(there(), "ListUsers").code, "AccessDenied");
  EXPECT_EQ(call(there(), "ListGroups").status, 200);
  call("PutUserPermissionsBoundary&UserName=ann&PermissionsBoundary=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess");
  sim_.advance(milliseconds(501));
  EXPECT_EQ(call(there(), "ListGroups").code, "AccessDenied");
  sim_.run(other.identities().stop());
}

TEST_F(PoliciesTest, AwsPoliciesAreReadAndNotChanged) {
  auto shown = on("GetPolicy", kAdministrator);
  EXPECT_EQ(shown.text("PolicyName"), "AdministratorAccess");
  const std::string version = shown.text("DefaultVersionId");
  EXPECT_THAT(on("GetPolicyVersion", kAdministrator, "&VersionId=" + version).text("Document"), HasSubstr("%22%2A%22"));
  EXPECT_EQ(on("ListPolicyVersions", kAdministrator).text("VersionId"), version);
  EXPECT_EQ(on("GetPolicy", "arn:aws:iam::aws:policy/NoSuchPolicy").code, "NoSuchEntity");
  const std::string refused = "User: arn:aws:iam::" + account_.account_id + ":root is not authorized to perform: ";
  for (const std::string& changes :
       {std::string("DeletePolicy"), "CreatePolicyVersion&PolicyDocument=" + encoded(document("s3:*")),
        "SetDefaultPolicyVersion&VersionId=" + version, std::string("DeletePolicyVersion&VersionId=v9")}) {
    auto answer = on(changes, kAdministrator);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.code, "AccessDenied");
    EXPECT_THAT(answer.body, HasSubstr(refused + "iam:" + changes.substr(0, changes.find('&')) +
                                       " on resource: policy " + kAdministrator));
  }
  Account other = server_.make_account();
  create("p");
  EXPECT_EQ(call(PrincipalLoader::root(other), "GetPolicy&PolicyArn=" + arn("p")).code, "AccessDenied");
}

TEST_F(PoliciesTest, WhoMayNotIsToldThePolicy) {
  create("p");
  auto ann = user_with("ann", "arn:aws:iam::aws:policy/IAMReadOnlyAccess");
  EXPECT_THAT(call(ann, "DeletePolicy&PolicyArn=" + arn("p")).body,
              HasSubstr("is not authorized to perform: iam:DeletePolicy on resource: policy " + arn("p") +
                        " because no identity-based policy allows the iam:DeletePolicy action"));
  EXPECT_THAT(call(ann, "CreatePolicy&Path=/x/&PolicyName=new&PolicyDocument=" + encoded(document("s3:*"))).body,
              HasSubstr("is not authorized to perform: iam:CreatePolicy on resource: policy new because"));
  EXPECT_EQ(call(ann, "GetPolicy&PolicyArn=" + arn("p")).status, 200);
}

TEST_F(PoliciesTest, ListsGoOverAwsPoliciesAndTheAccountsOwn) {
  for (const char* name : {"Own-b", "own-a", "own-c"}) create(name, "s3:GetObject", "&Path=/team/");
  create("apart");
  user_with("ann", arn("team/own-c"));
  call(std::string("AttachUserPolicy&UserName=ann&PolicyArn=") + kAdministrator);
  server_.change(account_.account_id,
                 [&](Change& change) { change.put(rows::bounded(account_.account_id, arn("team/own-a"), "AIDA1")); });
  int count = 0;
  auto list = [&](const std::string& more) { return pages("ListPolicies" + more, "PolicyName", count); };
  const std::string own = "apart own-a Own-b own-c ";
  EXPECT_EQ(list("&Scope=Local"), own);
  const std::string aws = list("&Scope=AWS");
  EXPECT_THAT(aws, HasSubstr("AdministratorAccess "));
  EXPECT_EQ(list(""), aws + own);
  EXPECT_EQ(count, 1);
  EXPECT_EQ(list("&MaxItems=5"), aws + own) << "in the same order, page by page";
  EXPECT_GT(count, 4);
  EXPECT_EQ(list("&Scope=All&MaxItems=1&PathPrefix=/team/"), "own-a Own-b own-c ");
  EXPECT_EQ(count, 3);
  EXPECT_EQ(list("&OnlyAttached=true"), "AdministratorAccess own-c ");
  EXPECT_EQ(list("&OnlyAttached=true&Scope=Local"), "own-c ");
  EXPECT_EQ(list("&PolicyUsageFilter=PermissionsPolicy&Scope=AWS"), "AdministratorAccess ");
  EXPECT_EQ(list("&PolicyUsageFilter=PermissionsBoundary"), "own-a ");
  EXPECT_EQ(call("ListPolicies").count("Description"), 0u);
  EXPECT_EQ(call("ListPolicies&Marker=OS94").code, "ValidationError");
  EXPECT_EQ(call("ListPolicies&Scope=Mine").code, "ValidationError");
}

TEST_F(PoliciesTest, AuthorizationDetailsTellThemWithAllVersions) {
  create("p");
  add_version("p", "s3:Put*", "&SetAsDefault=true");
  user_with("ann", arn("p"));
  auto details = call("GetAccountAuthorizationDetails&Filter.member.1=LocalManagedPolicy");
  EXPECT_EQ(details.text("PolicyName"), "p");
  EXPECT_EQ(details.text("AttachmentCount"), "1");
  EXPECT_EQ(details.count("VersionId"), 2u);
  EXPECT_THAT(details.body, HasSubstr(encoded(document("s3:Put*"))));
}

}  // namespace
}  // namespace skerry::iam
