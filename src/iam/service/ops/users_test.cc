#include "base/bytes.h"
#include "iam/account_removal.h"
#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class UsersTest : public ServiceTest {
 protected:
  void allow(const std::string& user, const std::string& action, const std::string& resource) {
    server_.change(account_.account_id, [&](Change& change) {
      auto found = sim_.run(change.user(user));
      record::InlinePolicy& policy = *(**found).mutable_identity()->add_inline_policies();
      policy.set_name("p");
      policy.set_document(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" + action +
                          R"(","Resource":")" + resource + R"("}})");
      change.put(**found);
    });
  }
  std::string arn(const std::string& rest) { return "arn:aws:iam::" + account_.account_id + ":" + rest; }
};

TEST_F(UsersTest, AUserIsMadeShownMovedAndDeleted) {
  auto made = call("CreateUser&UserName=Ann&Path=/team/&Tags.member.1.Key=a&Tags.member.1.Value=b");
  EXPECT_EQ(made.text("Arn"), arn("user/team/Ann"));
  EXPECT_THAT(made.text("UserId"), MatchesRegex("AIDA[A-Z2-7]{17}"));
  EXPECT_EQ(made.text("Value"), "b");
  EXPECT_EQ(call("GetUser&UserName=ann").text("UserName"), "Ann") << "names have no case";
  EXPECT_EQ(call("CreateUser&UserName=ANN").code, "EntityAlreadyExists");

  EXPECT_EQ(call("UpdateUser&UserName=Ann&NewUserName=Eve&NewPath=/other/").status, 200);
  auto moved = call("GetUser&UserName=Eve");
  EXPECT_EQ(moved.text("Arn"), arn("user/other/Eve"));
  EXPECT_EQ(moved.text("UserId"), made.text("UserId"));
  EXPECT_THAT(call("GetUser&UserName=Ann").body, HasSubstr("The user with name Ann cannot be found."));
  EXPECT_EQ(call("CreateUser&UserName=Bob").status, 200);
  EXPECT_EQ(call("UpdateUser&UserName=Eve&NewUserName=bob").code, "EntityAlreadyExists");
  EXPECT_EQ(call("UpdateUser&UserName=Eve&NewUserName=EVE").status, 200) << "another case of its own name";
  EXPECT_EQ(call("GetUser&UserName=eve").text("UserName"), "EVE");

  EXPECT_EQ(call("DeleteUser&UserName=EVE").status, 200);
  EXPECT_EQ(call("DeleteUser&UserName=EVE").code, "NoSuchEntity");
  EXPECT_EQ(call("ListUsers").count("member"), 1u);
}

TEST_F(UsersTest, OfManyAtOnceWithOneNameOneWins) {
  std::vector<Reply> replies(8);
  auto one = [](Task<Reply> asked, Reply& into) -> Task<> { into = co_await std::move(asked); };
  auto all = [](Gate& gate) -> Task<> { co_await gate.close(); };
  Gate gate;
  auto start = [&]() {
    for (Reply& reply : replies) gate.spawn(one(send(root(), "CreateUser&UserName=ann"), reply));
  };
  sim_.post(start);
  sim_.run(all(gate));
  EXPECT_EQ(std::ranges::count(replies, 200, &Reply::status), 1);
  EXPECT_EQ(std::ranges::count(replies, "EntityAlreadyExists", &Reply::code), 7);
  EXPECT_THAT(call("GetAccountSummary").body, HasSubstr("<key>Users</key><value>1</value>"));
}

TEST_F(UsersTest, ListsComeInPagesAndBelowAPath) {
  for (int i = 0; i < 7; ++i) {
    call("CreateUser&UserName=u" + std::to_string(i) + (i % 2 ? "&Path=/odd/" : ""));
  }
  std::string marker, seen;
  int pages = 0;
  do {
    auto page = call("ListUsers&MaxItems=2&PathPrefix=/odd/" + (marker.empty() ? "" : "&Marker=" + marker));
    EXPECT_EQ(page.status, 200) << page.body;
    seen += page.text("UserName");
    ++pages;
    bool more = page.text("IsTruncated") == "true";
    marker = more ? page.text("Marker") : "";
    for (std::size_t at; (at = marker.find('=')) != marker.npos;) marker.replace(at, 1, "%3D");
  } while (!marker.empty());
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(seen, "u1u5");
  EXPECT_EQ(call("ListUsers&Marker=%21").code, "ValidationError");
  EXPECT_EQ(call("ListUsers&MaxItems=0").code, "ValidationError");
}

TEST_F(UsersTest, WhatAUserHasIsInTheWayOfItsDeletion) {
  call("CreateUser&UserName=ann");
  call("CreateGroup&GroupName=g");
  call("AddUserToGroup&GroupName=g&UserName=ann");
  EXPECT_THAT(call("DeleteUser&UserName=ann").body,
              HasSubstr("Cannot delete entity, must remove users from group first."));
  EXPECT_THAT(call("DeleteGroup&GroupName=g").body,
              HasSubstr("Cannot delete entity, must remove users from group first."));
  call("RemoveUserFromGroup&GroupName=g&UserName=ann");
  call("CreateLoginProfile&UserName=ann&Password=Correct-horse1");
  EXPECT_THAT(call("DeleteUser&UserName=ann").body, HasSubstr("must delete login profile first."));
  call("DeleteLoginProfile&UserName=ann");
  auto key = call("CreateAccessKey&UserName=ann");
  EXPECT_THAT(call("DeleteUser&UserName=ann").body, HasSubstr("must delete access keys first."));
  call("DeleteAccessKey&UserName=ann&AccessKeyId=" + key.text("AccessKeyId"));
  EXPECT_EQ(call("DeleteUser&UserName=ann").status, 200);
  EXPECT_EQ(call("DeleteGroup&GroupName=g").status, 200);
}

TEST_F(UsersTest, KeysWorkUntilTheyDoNot) {
  call("CreateUser&UserName=ann");
  auto made = call("CreateAccessKey&UserName=ann");
  const std::string id = made.text("AccessKeyId");
  auto found = server_.find(id);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->secret, made.text("SecretAccessKey"));
  EXPECT_EQ((*found)->owner->arn, arn("user/ann"));
  auto listed = call("ListAccessKeys&UserName=ann");
  EXPECT_EQ(listed.text("AccessKeyId"), id);
  EXPECT_EQ(listed.body.find((*found)->secret), listed.body.npos);

  EXPECT_EQ(call("UpdateAccessKey&UserName=ann&Status=Inactive&AccessKeyId=" + id).status, 200);
  EXPECT_FALSE(server_.find(id));
  EXPECT_EQ(call("ListAccessKeys&UserName=ann").text("Status"), "Inactive");
  EXPECT_EQ(call("UpdateAccessKey&UserName=ann&Status=Active&AccessKeyId=" + id).status, 200);
  EXPECT_TRUE(server_.find(id));
  EXPECT_EQ(call("UpdateAccessKey&UserName=ann&Status=Expired&AccessKeyId=" + id).code, "ValidationError");
  call("CreateUser&UserName=bob");
  EXPECT_THAT(call("DeleteAccessKey&UserName=bob&AccessKeyId=" + id).body,
              HasSubstr("The Access Key with id " + id + " cannot be found."));

  call("CreateAccessKey&UserName=ann");
  auto third = call("CreateAccessKey&UserName=ann");
  EXPECT_EQ(third.code, "LimitExceeded");
  EXPECT_THAT(third.body, HasSubstr("Cannot exceed quota for AccessKeysPerUser: 2"));
  EXPECT_EQ(call("DeleteAccessKey&UserName=ann&AccessKeyId=" + id).status, 200);
  EXPECT_FALSE(server_.find(id));
}

TEST_F(UsersTest, WithoutANameItIsTheCaller) {
  call("CreateUser&UserName=ann");
  allow("ann", "iam:*", arn("user/${aws:username}"));
  auto ann = behind(call("CreateAccessKey&UserName=ann").text("AccessKeyId"));
  EXPECT_EQ(call(ann, "GetUser").text("UserName"), "ann");
  EXPECT_EQ(call(ann, "ListAccessKeys").count("AccessKeyId"), 1u);
  EXPECT_EQ(call(ann, "CreateAccessKey").text("UserName"), "ann");
  auto denied = call(ann, "GetUser&UserName=root");
  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(denied.code, "AccessDenied");
  EXPECT_EQ(denied.text("Message"), "User: " + arn("user/ann") +
                                        " is not authorized to perform: iam:GetUser on resource: " + arn("user/root") +
                                        " because no identity-based policy allows the iam:GetUser action");
  EXPECT_EQ(call(ann, "ListUsers").code, "AccessDenied");
  EXPECT_EQ(call(ann, "UpdateUser&UserName=ann&NewUserName=boss").code, "AccessDenied")
      << "who renames needs the new name, too";
  EXPECT_EQ(call("GetUser").text("Arn"), arn("root"));
  EXPECT_EQ(call("GetUser").text("UserId"), account_.account_id);
  EXPECT_EQ(call("CreateAccessKey").code, "ValidationError");
  EXPECT_EQ(call("ListAccessKeys").text("AccessKeyId"), account_.root_access_key_id);
}

TEST_F(UsersTest, TagsOfRequestAndResourceAreConditions) {
  call("CreateUser&UserName=ann");
  server_.change(account_.account_id, [&](Change& change) {
    auto found = sim_.run(change.user("ann"));
    record::InlinePolicy& policy = *(**found).mutable_identity()->add_inline_policies();
    policy.set_name("p");
    policy.set_document(
        R"({"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:CreateUser","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"red"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}},
        {"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/team":"red"}}}]})");
    change.put(**found);
  });
  auto ann = behind(call("CreateAccessKey&UserName=ann").text("AccessKeyId"));
  EXPECT_EQ(call(ann, "CreateUser&UserName=u").code, "AccessDenied");
  EXPECT_EQ(call(ann, "CreateUser&UserName=u&Tags.member.1.Key=team&Tags.member.1.Value=blue").code, "AccessDenied");
  EXPECT_EQ(call(ann,
                 "CreateUser&UserName=u&Tags.member.1.Key=team&Tags.member.1.Value=red"
                 "&Tags.member.2.Key=x&Tags.member.2.Value=y")
                .code,
            "AccessDenied");
  EXPECT_EQ(call(ann, "CreateUser&UserName=u&Tags.member.1.Key=team&Tags.member.1.Value=red").status, 200);
  EXPECT_EQ(call(ann, "DeleteUser&UserName=ann").code, "AccessDenied");
  EXPECT_EQ(call(ann, "DeleteUser&UserName=U").status, 200);
}

TEST_F(UsersTest, BadTagsAreRefused) {
  auto tag = [](int n, std::string key) {
    return "&Tags.member." + std::to_string(n) + ".Key=" + key + "&Tags.member." + std::to_string(n) + ".Value=v";
  };
  EXPECT_EQ(call("CreateUser&UserName=u" + tag(1, "a") + tag(2, "A")).code, "InvalidInput");
  EXPECT_EQ(call("CreateUser&UserName=u" + tag(1, "AWS:x")).code, "InvalidInput");
  std::string many;
  for (int i = 1; i <= 51; ++i) many += tag(i, "k" + std::to_string(i));
  EXPECT_EQ(call("CreateUser&UserName=u" + many).code, "ValidationError");
  EXPECT_EQ(call("GetUser&UserName=u").code, "NoSuchEntity");
}

TEST_F(UsersTest, GroupsHaveMembersInPages) {
  call("CreateGroup&GroupName=Devs&Path=/x/");
  for (int i = 0; i < 5; ++i) {
    call("CreateUser&UserName=u" + std::to_string(i));
    EXPECT_EQ(call("AddUserToGroup&GroupName=devs&UserName=u" + std::to_string(i)).status, 200);
  }
  EXPECT_EQ(call("AddUserToGroup&GroupName=devs&UserName=u0").status, 200) << "again is no error";
  auto page = call("GetGroup&GroupName=devs&MaxItems=3");
  EXPECT_EQ(page.text("Arn"), arn("group/x/Devs"));
  EXPECT_EQ(page.count("UserName"), 3u);
  EXPECT_EQ(page.text("IsTruncated"), "true");
  std::string marker = page.text("Marker");
  for (std::size_t at; (at = marker.find('=')) != marker.npos;) marker.replace(at, 1, "%3D");
  auto rest = call("GetGroup&GroupName=devs&MaxItems=3&Marker=" + marker);
  EXPECT_EQ(rest.count("UserName"), 2u);
  EXPECT_EQ(rest.text("IsTruncated"), "false");

  EXPECT_EQ(call("UpdateUser&UserName=u0&NewUserName=first").status, 200);
  EXPECT_THAT(call("GetGroup&GroupName=devs").body, HasSubstr("<UserName>first</UserName>"));
  EXPECT_EQ(call("UpdateGroup&GroupName=devs&NewGroupName=ops").status, 200);
  EXPECT_EQ(call("ListGroupsForUser&UserName=first").text("GroupName"), "ops");
  EXPECT_THAT(call("RemoveUserFromGroup&GroupName=none&UserName=none").body,
              HasSubstr("The user with name none cannot be found."));
  for (int i = 1; i <= 9; ++i) {
    std::string name = "g" + std::to_string(i);
    call("CreateGroup&GroupName=" + name);
    EXPECT_EQ(call("AddUserToGroup&UserName=first&GroupName=" + name).status, 200);
  }
  call("CreateGroup&GroupName=g10");
  EXPECT_THAT(call("AddUserToGroup&UserName=first&GroupName=g10").body,
              HasSubstr("Cannot exceed quota for GroupsPerUser: 10"));
}

TEST_F(UsersTest, PasswordsAreHeldAgainstThePolicy) {
  call("CreateUser&UserName=ann");
  auto message = [&](const std::string& password) {
    return call("CreateLoginProfile&UserName=ann&Password=" + password).text("Message");
  };
  EXPECT_EQ(message("aB3%25"), "Password should have a minimum length of 8");
  EXPECT_EQ(message("abcdefgh1"),
            "Password should meet 1 more of the following requirements: Password should have at least one uppercase "
            "letter, Password should have at least one symbol");
  EXPECT_EQ(call("UpdateAccountPasswordPolicy&MinimumPasswordLength=10&RequireSymbols=true&RequireNumbers=true"
                 "&PasswordReusePrevention=2")
                .status,
            200);
  EXPECT_EQ(message("abc"),
            "Password should have a minimum length of 10, Password should have at least one number, "
            "Password should have at least one symbol");
  EXPECT_EQ(call("CreateLoginProfile&UserName=ann&Password=first-password-1").status, 200);
  auto update = [&](const std::string& password) {
    return call("UpdateLoginProfile&UserName=ann&Password=" + password).code;
  };
  EXPECT_EQ(update("first-password-1"), "PasswordPolicyViolation");
  EXPECT_EQ(update("second-password-2"), "");
  EXPECT_EQ(update("first-password-1"), "PasswordPolicyViolation");
  EXPECT_EQ(update("third-password-3"), "");
  EXPECT_EQ(update("first-password-1"), "") << "two are remembered";

  allow("ann", "iam:ListUsers", "*");
  auto ann = behind(call("CreateAccessKey&UserName=ann").text("AccessKeyId"));
  const std::string change = "ChangePassword&OldPassword=first-password-1&NewPassword=fourth-password-4";
  EXPECT_EQ(call(ann, change).code, "AccessDenied");
  call("UpdateAccountPasswordPolicy&AllowUsersToChangePassword=true");
  EXPECT_EQ(call(ann, "ChangePassword&OldPassword=wrong&NewPassword=fourth-password-4").code, "AccessDenied");
  EXPECT_EQ(call(ann, change).status, 200);
  EXPECT_EQ(call(ann, change).code, "AccessDenied") << "the old one is another now";
  EXPECT_EQ(call("ChangePassword&OldPassword=a&NewPassword=b").code, "InvalidUserType");
}

TEST_F(UsersTest, NoTwoAccountsHaveOneAlias) {
  Account other = server_.make_account();
  auto stranger = PrincipalLoader::root(other);
  EXPECT_EQ(call("CreateAccountAlias&AccountAlias=acme").status, 200);
  EXPECT_THAT(call(stranger, "CreateAccountAlias&AccountAlias=acme").body,
              HasSubstr("The account alias acme already exists."));
  EXPECT_EQ(call("CreateAccountAlias&AccountAlias=acme-two").status, 200);
  EXPECT_THAT(call("ListAccountAliases").body, HasSubstr("<member>acme-two</member>"));
  EXPECT_EQ(call(stranger, "CreateAccountAlias&AccountAlias=acme").status, 200);
  EXPECT_EQ(call("DeleteAccountAlias&AccountAlias=acme").code, "NoSuchEntity");
  EXPECT_EQ(call("DeleteAccountAlias&AccountAlias=acme-two").status, 200);
  EXPECT_EQ(call("ListAccountAliases").body.find("acme"), std::string::npos);
}

TEST_F(UsersTest, TheCredentialReportHasALineAUser) {
  EXPECT_EQ(call("GetCredentialReport").code, "ReportNotPresent");
  call("CreateUser&UserName=ann&Path=/x/");
  call("CreateLoginProfile&UserName=ann&Password=Correct-horse1");
  auto key = call("CreateAccessKey&UserName=ann");
  EXPECT_EQ(call("GenerateCredentialReport").text("State"), "STARTED");
  EXPECT_EQ(call("GenerateCredentialReport").text("State"), "COMPLETE");
  auto report = call("GetCredentialReport");
  EXPECT_EQ(report.text("ReportFormat"), "text/csv");
  std::string csv = *unbase64(report.text("Content"));
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= csv.size();) {
    std::size_t end = std::min(csv.find('\n', at), csv.size());
    lines.push_back(csv.substr(at, end - at));
    at = end + 1;
  }
  ASSERT_EQ(lines.size(), 3u);
  for (const std::string& line : lines) EXPECT_EQ(std::ranges::count(line, ','), 21) << line;
  EXPECT_THAT(lines[1], StartsWith("<root_account>," + arn("root") + ","));
  EXPECT_THAT(lines[2], StartsWith("ann," + arn("user/x/ann") + ","));
  EXPECT_THAT(lines[2], HasSubstr(",true,no_information,"));
  sim_.run([](SimExecutor&) -> Task<> { co_await sleep_for(std::chrono::hours(5)); }(sim_));
  EXPECT_EQ(call("GetCredentialReport").code, "ReportExpired");
}

TEST_F(UsersTest, AuthorizationDetailsGoOverAllKindsInPages) {
  for (const char* name : {"ann", "bob", "cid"}) call("CreateUser&UserName=" + std::string(name));
  call("CreateGroup&GroupName=g");
  call("AddUserToGroup&UserName=ann&GroupName=g");
  allow("ann", "iam:GetUser", "*");
  const std::string attached = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  server_.change(account_.account_id, [&](Change& change) {
    auto user = **sim_.run(change.user("bob"));
    user.mutable_identity()->add_attached_policies(attached);
    change.put(user);
    change.put(rows::attachment(account_.account_id, attached, user.identity().id()));
    record::Role role;
    role.mutable_identity()->set_id("AROA1");
    role.mutable_identity()->set_name("r");
    role.mutable_identity()->set_path("/");
    role.set_trust_policy(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" +
                          user.identity().id() + R"("},"Action":"sts:AssumeRole"}})");
    change.put(role);
    change.place(rows::Entity::Role, "AROA1", "r");
  });
  auto all = call("GetAccountAuthorizationDetails");
  EXPECT_EQ(all.text("IsTruncated"), "false");
  EXPECT_THAT(all.body, HasSubstr("<GroupList><member>g</member></GroupList>"));
  EXPECT_THAT(all.body, HasSubstr("<PolicyDocument>%7B%22Version%22%3A%222012-10-17%22"));
  EXPECT_THAT(all.body, HasSubstr("user%2Fbob")) << "the role trusts whom it names by ARN";
  EXPECT_THAT(all.body, HasSubstr("<Arn>" + attached + "</Arn>"));
  EXPECT_EQ(all.count("PolicyId"), 1u) << "of AWS's policies those that somebody has";

  std::string seen, marker;
  int pages = 0;
  do {
    auto page = call("GetAccountAuthorizationDetails&MaxItems=2" + (marker.empty() ? "" : "&Marker=" + marker));
    ASSERT_EQ(page.status, 200) << page.body;
    for (const char* id : {"<UserId>", "<GroupId>", "<RoleId>", "<PolicyId>"}) {
      for (std::size_t at = page.body.find(id); at != page.body.npos; at = page.body.find(id, at + 1)) seen += id[1];
    }
    marker = page.text("IsTruncated") == "true" ? page.text("Marker") : "";
    for (std::size_t at; (at = marker.find('=')) != marker.npos;) marker.replace(at, 1, "%3D");
    ++pages;
  } while (!marker.empty() && pages < 10);
  EXPECT_EQ(seen, "UUUGRP");
  auto groups = call("GetAccountAuthorizationDetails&Filter.member.1=Group");
  EXPECT_EQ(groups.count("GroupId"), 1u);
  EXPECT_EQ(groups.count("UserId"), 0u);
  EXPECT_EQ(call("GetAccountAuthorizationDetails&Marker=OS94").code, "ValidationError");
  EXPECT_EQ(call("GetAccountAuthorizationDetails&Filter.member.1=Dog").code, "ValidationError");
}

TEST_F(UsersTest, ARemovedAccountLeavesNothing) {
  call("CreateUser&UserName=ann");
  call("CreateGroup&GroupName=g");
  call("AddUserToGroup&UserName=ann&GroupName=g");
  call("CreateAccountAlias&AccountAlias=gone");
  const std::string key = call("CreateAccessKey&UserName=ann").text("AccessKeyId");
  ASSERT_TRUE(server_.find(key));
  ASSERT_TRUE(server_.find(account_.root_access_key_id));
  Account other = server_.make_account();

  auto removed = sim_.run(remove_account(server_.directory(), server_.accounts(), account_.account_id));
  EXPECT_TRUE(removed && *removed);
  EXPECT_FALSE(server_.find(key));
  EXPECT_FALSE(server_.find(account_.root_access_key_id));
  EXPECT_TRUE(server_.find(other.root_access_key_id));
  auto again = sim_.run(remove_account(server_.directory(), server_.accounts(), account_.account_id));
  EXPECT_TRUE(again && !*again);
  storage::ScanRequest all{.partition = storage::Partition::Accounts};
  std::vector<std::string> left;
  auto page = sim_.run(server_.client().meta().scan(all));
  for (const storage::Row& row : page->rows) {
    if (row.key.find(account_.account_id) != row.key.npos || row.value.find(account_.account_id) != row.value.npos) {
      left.push_back(row.key);
    }
  }
  EXPECT_THAT(left, testing::ElementsAre("epoch/" + account_.account_id));
  EXPECT_EQ(call(PrincipalLoader::root(other), "CreateAccountAlias&AccountAlias=gone").status, 200);
}

}  // namespace
}  // namespace skerry::iam
