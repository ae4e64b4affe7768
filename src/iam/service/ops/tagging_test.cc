#include "iam/service/documents.h"
#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;

class TaggingTest : public ServiceTest {
 protected:
  TaggingTest() {
    call("CreateUser&UserName=ann");
    const std::string everybody =
        encoded(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" + account_.account_id +
                R"("},"Action":"sts:AssumeRole"}})");
    call("CreateRole&RoleName=r&AssumeRolePolicyDocument=" + everybody);
    call("CreatePolicy&PolicyName=p&PolicyDocument=" +
         encoded(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})"));
    policy_ = "arn:aws:iam::" + account_.account_id + ":policy/p";
  }
  static std::string tags(std::initializer_list<std::pair<const char*, const char*>> tags) {
    std::string out;
    int n = 0;
    for (auto [key, value] : tags) {
      const std::string member = "&Tags.member." + std::to_string(++n);
      out += member + ".Key=" + key + member + ".Value=" + value;
    }
    return out;
  }
  // "a=1 b=2", as a list has them.
  std::string listed(const std::string& kind, const std::string& named, const std::string& more = "") {
    auto answer = call("List" + kind + "Tags&" + named + more);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::string out;
    const std::string& body = answer.body;
    for (std::size_t at = 0; (at = body.find("<Key>", at)) != body.npos;) {
      at += 5;
      std::size_t value = body.find("<Value>", at) + 7;
      out += (out.empty() ? "" : " ") + body.substr(at, body.find('<', at) - at) + "=" +
             body.substr(value, body.find('<', value) - value);
    }
    return out;
  }
  std::string policy_;
};

TEST_F(TaggingTest, OfUsersAndRolesKeysHaveNoCase) {
  for (const auto& [kind, named] :
       {std::pair<std::string, std::string>("User", "UserName=ann"), {"Role", "RoleName=r"}}) {
    EXPECT_EQ(call("Tag" + kind + "&" + named + tags({{"b", "1"}, {"Team", "red"}})).status, 200);
    EXPECT_EQ(call("Tag" + kind + "&" + named + tags({{"TEAM", "blue"}})).status, 200);
    EXPECT_EQ(listed(kind, named), "TEAM=blue b=1");
    EXPECT_EQ(call("Tag" + kind + "&" + named + tags({{"c", "1"}, {"C", "2"}})).code, "InvalidInput");
    EXPECT_EQ(call("Tag" + kind + "&" + named + tags({{"aws:c", "1"}})).code, "InvalidInput");
    EXPECT_EQ(call("Untag" + kind + "&" + named + "&TagKeys.member.1=none&TagKeys.member.2=team").status, 200);
    EXPECT_EQ(listed(kind, named), "b=1");
    EXPECT_EQ(call("Get" + kind + "&" + named).text("Key"), "b");
  }
  EXPECT_EQ(call("TagUser&UserName=bob" + tags({{"a", "1"}})).code, "NoSuchEntity");
  EXPECT_EQ(call("UntagRole&RoleName=none&TagKeys.member.1=a").code, "NoSuchEntity");
  EXPECT_EQ(call("ListUserTags&UserName=bob").code, "NoSuchEntity");
}

TEST_F(TaggingTest, OfPoliciesTheyHave) {
  const std::string named = "PolicyArn=" + policy_;
  EXPECT_EQ(call("TagPolicy&" + named + tags({{"team", "red"}, {"Team", "blue"}})).status, 200);
  EXPECT_EQ(call("TagPolicy&" + named + tags({{"Team", "green"}})).status, 200);
  EXPECT_EQ(listed("Policy", named), "Team=green team=red");
  EXPECT_THAT(call("TagPolicy&" + named + tags({{"a", "1"}, {"a", "2"}})).body,
              HasSubstr("<Message>Duplicate tag keys found.</Message>"));
  EXPECT_EQ(call("UntagPolicy&" + named + "&TagKeys.member.1=Team&TagKeys.member.2=TEAM").status, 200);
  EXPECT_EQ(listed("Policy", named), "team=red");
  EXPECT_EQ(call("GetPolicy&" + named).text("Value"), "red");
  EXPECT_EQ(call("TagPolicy&PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess" + tags({{"a", "1"}})).code,
            "AccessDenied");
  EXPECT_EQ(listed("Policy", "PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess"), "");
  EXPECT_EQ(call("ListPolicyTags&PolicyArn=" + policy_ + "x").code, "NoSuchEntity");
}

TEST_F(TaggingTest, FiftyAreTheMostAndListsComeInPages) {
  for (int i = 10; i < 60; ++i) {
    EXPECT_EQ(call("TagUser&UserName=ann" + tags({{("k" + std::to_string(i)).c_str(), "v"}})).status, 200);
  }
  auto refused = call("TagUser&UserName=ann" + tags({{"k60", "v"}}));
  EXPECT_EQ(refused.code, "LimitExceeded");
  EXPECT_EQ(call("TagUser&UserName=ann" + tags({{"k10", "other"}})).status, 200) << "it is there already";
  EXPECT_EQ(listed("User", "UserName=ann", "&MaxItems=2"), "k10=other k11=v");
  auto page = call("ListUserTags&UserName=ann&MaxItems=49");
  EXPECT_EQ(page.text("IsTruncated"), "true");
  EXPECT_EQ(listed("User", "UserName=ann", "&Marker=" + encoded(page.text("Marker"))), "k59=v");
}

TEST_F(TaggingTest, TheyAreConditions) {
  call("PutUserPolicy&UserName=ann&PolicyName=own&PolicyDocument=" + encoded(R"({"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["iam:TagUser","iam:TagPolicy"],"Resource":"*","Condition":{
          "StringEquals":{"aws:RequestTag/team":"red"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}},
        {"Effect":"Allow","Action":["iam:UntagUser","iam:UntagPolicy"],"Resource":"*","Condition":{
          "StringEquals":{"aws:ResourceTag/team":"red"},"ForAllValues:StringEquals":{"aws:TagKeys":["x"]}}},
        {"Effect":"Allow","Action":"iam:ListUserTags","Resource":"*","Condition":{
          "StringEquals":{"iam:ResourceTag/team":"red"}}}]})"));
  auto ann = behind(call("CreateAccessKey&UserName=ann").text("AccessKeyId"));
  call("CreateUser&UserName=bob");
  for (const std::string& named : {std::string("User&UserName=bob"), "Policy&PolicyArn=" + policy_}) {
    EXPECT_EQ(call(ann, "Tag" + named + tags({{"team", "blue"}})).code, "AccessDenied");
    EXPECT_EQ(call(ann, "Tag" + named + tags({{"team", "red"}, {"x", "1"}})).code, "AccessDenied");
    EXPECT_EQ(call(ann, "Untag" + named + "&TagKeys.member.1=x").code, "AccessDenied");
    EXPECT_EQ(call(ann, "Tag" + named + tags({{"team", "red"}})).status, 200);
    EXPECT_EQ(call(ann, "Untag" + named + "&TagKeys.member.1=x").status, 200);
    EXPECT_EQ(call(ann, "Untag" + named + "&TagKeys.member.1=team").code, "AccessDenied");
  }
  EXPECT_EQ(call(ann, "ListUserTags&UserName=bob").status, 200);
  EXPECT_EQ(call(ann, "ListUserTags&UserName=ann").code, "AccessDenied");
}

}  // namespace
}  // namespace skerry::iam
