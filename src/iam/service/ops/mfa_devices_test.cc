#include <fmt/format.h>

#include "base/bytes.h"
#include "iam/account_removal.h"
#include "iam/base32.h"
#include "iam/service/service_fixture.h"
#include "iam/totp.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class MfaDevicesTest : public ServiceTest {
 protected:
  MfaDevicesTest() {
    call("CreateUser&UserName=ann&Path=/team/");
    call("CreateUser&UserName=bob");
  }

  std::string serial(std::string_view name) { return fmt::format("arn:aws:iam::{}:mfa/{}", account_.account_id, name); }
  // A new device's serial number; its seed is remembered.
  std::string make(const std::string& name, const std::string& more = "") {
    auto made = call("CreateVirtualMFADevice&VirtualMFADeviceName=" + name + more);
    EXPECT_EQ(made.status, 200) << made.body;
    std::string number = made.text("SerialNumber");
    seeds_[number] = unbase32(unbase64(made.text("Base32StringSeed")).value_or(""));
    return number;
  }
  std::string code(const std::string& number, totp::Step ahead) {
    return totp::code(seeds_.at(number), totp::step_at(sim_.now()) + ahead);
  }
  // As parameters: the codes of the step `ahead` of now and of the one before.
  std::string pair(const std::string& number, totp::Step ahead = 0) {
    return fmt::format("&AuthenticationCode1={}&AuthenticationCode2={}", code(number, ahead - 1), code(number, ahead));
  }
  Reply enable(const std::string& user, const std::string& number, totp::Step ahead = 0) {
    return call("EnableMFADevice&UserName=" + user + "&SerialNumber=" + number + pair(number, ahead));
  }
  std::string deactivation(const std::string& user, const std::string& number) {
    return "DeactivateMFADevice&UserName=" + user + "&SerialNumber=" + number;
  }
  std::string summary(std::string_view key) {
    auto reply = call("GetAccountSummary");
    const std::string open = fmt::format("<key>{}</key><value>", key);
    const std::size_t at = reply.body.find(open);
    return at == reply.body.npos ? "(none)" : reply.body.substr(at + open.size(), 1);
  }
  static std::string unbase32(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (char c : text) {
      bits = bits << 5 | static_cast<std::uint32_t>(kBase32.find(c));
      if ((count += 5) < 8) continue;
      out += static_cast<char>(bits >> (count -= 8));
    }
    return out;
  }

  std::map<std::string, std::string> seeds_;
};

TEST_F(MfaDevicesTest, ADeviceIsMadeGivenTakenBackAndDeleted) {
  auto made = call(
      "CreateVirtualMFADevice&VirtualMFADeviceName=phone&Path=/team/&Tags.member.1.Key=a"
      "&Tags.member.1.Value=b");
  const std::string number = serial("team/phone");
  EXPECT_EQ(made.text("SerialNumber"), number);
  EXPECT_EQ(made.text("Tags"), "<member><Key>a</Key><Value>b</Value></member>");
  EXPECT_THAT(unbase64(made.text("QRCodePNG")).value_or(""), StartsWith("\x89PNG\r\n"));
  const std::string seed = unbase64(made.text("Base32StringSeed")).value_or("");
  EXPECT_EQ(seed.size(), 64u);
  seeds_[number] = unbase32(seed);
  EXPECT_EQ(summary("MFADevices"), "1");
  EXPECT_EQ(call("ListMFADevices&UserName=ann").count("SerialNumber"), 0u);

  EXPECT_EQ(enable("ann", number).status, 200);
  auto listed = call("ListMFADevices&UserName=ANN");
  EXPECT_EQ(listed.text("SerialNumber"), number);
  EXPECT_EQ(listed.text("UserName"), "ann");
  EXPECT_NE(listed.text("EnableDate"), "(none)");
  auto got = call("GetMFADevice&UserName=ann&SerialNumber=" + number);
  EXPECT_EQ(got.text("SerialNumber"), number);
  EXPECT_EQ(got.text("EnableDate"), listed.text("EnableDate"));
  EXPECT_EQ(summary("MFADevicesInUse"), "1");
  EXPECT_EQ(summary("AccountMFAEnabled"), "0");
  EXPECT_EQ(call("DeleteVirtualMFADevice&SerialNumber=" + number).code, "DeleteConflict");
  EXPECT_THAT(call("DeleteUser&UserName=ann").body, HasSubstr("Cannot delete entity, must delete MFA device first."));

  EXPECT_EQ(call(deactivation("ann", number)).status, 200);
  EXPECT_EQ(summary("MFADevicesInUse"), "0");
  auto again = call(deactivation("ann", number));
  EXPECT_EQ(again.code, "NoSuchEntity");
  EXPECT_THAT(again.body, HasSubstr("MFA Device invalid for user."));
  EXPECT_EQ(call("DeleteUser&UserName=ann").status, 200);
  EXPECT_EQ(call("DeleteVirtualMFADevice&SerialNumber=" + number).status, 200);
  EXPECT_EQ(summary("MFADevices"), "0");
  auto gone = call("DeleteVirtualMFADevice&SerialNumber=" + number);
  EXPECT_EQ(gone.code, "NoSuchEntity");
  EXPECT_THAT(gone.body, HasSubstr("VirtualMFADevice with serial number " + number + " doesn"));
}

TEST_F(MfaDevicesTest, PathAndNameTellDevicesApart) {
  make("phone");
  EXPECT_EQ(call("CreateVirtualMFADevice&VirtualMFADeviceName=phone").code, "EntityAlreadyExists");
  EXPECT_EQ(make("phone", "&Path=/team/"), serial("team/phone"));
  EXPECT_EQ(make("Phone"), serial("Phone"));
  EXPECT_EQ(call("CreateVirtualMFADevice&VirtualMFADeviceName=a&Path=/!/").code, "ValidationError");
  EXPECT_EQ(call("CreateVirtualMFADevice&VirtualMFADeviceName=" + std::string(227, 'a')).code, "ValidationError");
  EXPECT_EQ(make(std::string(226, 'a')).size(), 256u);
  EXPECT_EQ(call("CreateVirtualMFADevice&VirtualMFADeviceName=a&Path=/" + std::string(300, 'a') + "/").code,
            "ValidationError");
}

TEST_F(MfaDevicesTest, TwoCodesInARowShowThatADeviceWorks) {
  const std::string number = make("phone");
  auto with = [&](const std::string& code1, const std::string& code2) {
    return call("EnableMFADevice&UserName=ann&SerialNumber=" + number + "&AuthenticationCode1=" + code1 +
                "&AuthenticationCode2=" + code2);
  };
  auto wrong = with(code(number, 0), code(number, -1));
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(wrong.code, "InvalidAuthenticationCode");
  EXPECT_THAT(wrong.body, HasSubstr("Authentication code for device is not valid."));
  EXPECT_EQ(with(code(number, 0), code(number, 0)).code, "InvalidAuthenticationCode");
  EXPECT_EQ(with(code(number, -1), code(number, 1)).code, "InvalidAuthenticationCode");
  EXPECT_EQ(with("12345", "123456").code, "ValidationError");
  EXPECT_EQ(call("ListMFADevices&UserName=ann").count("SerialNumber"), 0u);

  EXPECT_EQ(with(code(number, -1), code(number, 0)).status, 200);
  auto again = enable("bob", number, 1);
  EXPECT_EQ(again.code, "EntityAlreadyExists");
  EXPECT_THAT(again.body, HasSubstr("MFA Device is already in use."));
  // Whoever has it next has to show codes that nobody showed before.
  EXPECT_EQ(call(deactivation("ann", number)).status, 200);
  EXPECT_EQ(enable("bob", number).code, "InvalidAuthenticationCode");
  EXPECT_EQ(enable("bob", number, 1).status, 200);
  EXPECT_EQ(call(deactivation("ann", number)).code, "NoSuchEntity") << "somebody else's";
}

TEST_F(MfaDevicesTest, AClockThatIsOffIsSetRight) {
  const std::string number = make("phone");
  EXPECT_EQ(enable("ann", number).status, 200);
  const std::string resync = "ResyncMFADevice&UserName=ann&SerialNumber=" + number;
  EXPECT_EQ(call(resync + pair(number)).code, "InvalidAuthenticationCode") << "spent";
  EXPECT_EQ(call(resync + pair(number, 60)).status, 200);
  EXPECT_EQ((**sim_.run(server_.directory().mfa_device(account_.account_id, "phone"))).drift(), 60);
  EXPECT_EQ(call("ResyncMFADevice&UserName=bob&SerialNumber=" + number + pair(number, 90)).code, "NoSuchEntity");
}

TEST_F(MfaDevicesTest, AUserHasEight) {
  for (int i = 0; i < 8; ++i) EXPECT_EQ(enable("ann", make("d" + std::to_string(i))).status, 200);
  const std::string ninth = make("ninth");
  auto refused = enable("ann", ninth);
  EXPECT_EQ(refused.code, "LimitExceeded");
  EXPECT_THAT(refused.body, HasSubstr("Cannot exceed quota for MFADevicesPerUser: 8"));
  EXPECT_EQ(enable("bob", ninth).status, 200);
  auto page = call("ListMFADevices&UserName=ann&MaxItems=5");
  EXPECT_EQ(page.count("SerialNumber"), 5u);
  EXPECT_EQ(page.text("IsTruncated"), "true");
  EXPECT_EQ(call("ListMFADevices&UserName=ann").count("SerialNumber"), 8u);
}

TEST_F(MfaDevicesTest, OtherDevicesAreNone) {
  for (const std::string& number : {std::string("GAHT12345678"), std::string("arn:aws:iam::123456789012:mfa/ann"),
                                    "arn:aws:iam::" + account_.account_id + ":u2f/user/ann/key-ABC", serial("none")}) {
    const std::string codes = "&AuthenticationCode1=123456&AuthenticationCode2=123457";
    for (const std::string& asked :
         {"EnableMFADevice&UserName=ann" + codes, "ResyncMFADevice&UserName=ann" + codes,
          std::string("DeactivateMFADevice&UserName=ann"), std::string("DeleteVirtualMFADevice"),
          std::string("GetMFADevice&UserName=ann"), std::string("ListMFADeviceTags"),
          std::string("TagMFADevice&Tags.member.1.Key=a&Tags.member.1.Value=b"),
          std::string("UntagMFADevice&TagKeys.member.1=a")}) {
      auto refused = call(asked + "&SerialNumber=" + number);
      EXPECT_EQ(refused.code, "NoSuchEntity") << asked << number << refused.body;
    }
  }
  const std::string number = make("phone");
  EXPECT_THAT(enable("nobody", number).body, HasSubstr("The user with name nobody cannot be found."));
  EXPECT_EQ(call("ListMFADevices&UserName=nobody").code, "NoSuchEntity");
}

TEST_F(MfaDevicesTest, RootHasDevicesToo) {
  const std::string number = make("root-account-mfa-device");
  EXPECT_EQ(enable("root", number).status, 200);
  auto own = call("ListMFADevices");
  EXPECT_EQ(own.text("SerialNumber"), number);
  EXPECT_EQ(own.text("UserName"), "root");
  EXPECT_EQ(call("GetMFADevice&SerialNumber=" + number).text("UserName"), "root");
  EXPECT_EQ(summary("AccountMFAEnabled"), "1");
  auto listed = call("ListVirtualMFADevices");
  EXPECT_EQ(listed.text("Arn"), "arn:aws:iam::" + account_.account_id + ":root");
  EXPECT_EQ(listed.text("UserId"), account_.account_id);
  call("GenerateCredentialReport");
  const std::string report = *unbase64(call("GetCredentialReport").text("Content"));
  EXPECT_THAT(report, HasSubstr("not_supported,no_information,not_supported,not_supported,true,"));
  // Of a user with that name it is the user who is meant, but where the name is left out.
  call("CreateUser&UserName=root");
  EXPECT_EQ(call(deactivation("root", number)).code, "NoSuchEntity");
  EXPECT_EQ(call("DeactivateMFADevice&SerialNumber=" + number).status, 200);
  EXPECT_EQ(summary("AccountMFAEnabled"), "0");
  EXPECT_EQ(enable("root", number, 1).status, 200);
  EXPECT_EQ(call("ListMFADevices&UserName=root").count("SerialNumber"), 1u);
  EXPECT_EQ(call("ListMFADevices").count("SerialNumber"), 0u);
}

TEST_F(MfaDevicesTest, AUserIsNotRootByItsName) {
  call("CreateUser&UserName=adm");
  call("AttachUserPolicy&UserName=adm&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess");
  auto admin = behind(call("CreateAccessKey&UserName=adm").text("AccessKeyId"));
  const std::string number = make("phone");
  auto refused = call(admin, "EnableMFADevice&UserName=root&SerialNumber=" + number + pair(number));
  EXPECT_EQ(refused.code, "NoSuchEntity");
  EXPECT_EQ(call(admin, "ListMFADevices").status, 200) << "the caller's own";
}

TEST_F(MfaDevicesTest, ListsTellWhoHasThem) {
  const std::string mine = make("a"), free = make("b", "&Path=/x/"), other = make("c");
  EXPECT_EQ(enable("ann", mine).status, 200);
  EXPECT_EQ(enable("bob", other).status, 200);
  auto all = call("ListVirtualMFADevices");
  EXPECT_EQ(all.count("SerialNumber"), 3u);
  EXPECT_EQ(all.count("User"), 2u);
  EXPECT_EQ(all.count("Base32StringSeed"), 0u);
  EXPECT_THAT(all.body, HasSubstr("user/team/ann"));
  auto unassigned = call("ListVirtualMFADevices&AssignmentStatus=Unassigned");
  EXPECT_EQ(unassigned.count("SerialNumber"), 1u);
  EXPECT_EQ(unassigned.text("SerialNumber"), free);
  EXPECT_EQ(unassigned.count("EnableDate"), 0u);
  auto page = call("ListVirtualMFADevices&AssignmentStatus=Assigned&MaxItems=1");
  EXPECT_EQ(page.text("SerialNumber"), mine);
  std::string marker = page.text("Marker");
  for (std::size_t at; (at = marker.find('=')) != marker.npos;) marker.replace(at, 1, "%3D");
  auto next = call("ListVirtualMFADevices&AssignmentStatus=Assigned&MaxItems=1&Marker=" + marker);
  EXPECT_EQ(next.text("SerialNumber"), other);
  EXPECT_EQ(next.text("IsTruncated"), "false");
  EXPECT_EQ(call("ListVirtualMFADevices&AssignmentStatus=Some").code, "ValidationError");

  call("UpdateUser&UserName=ann&NewUserName=eve");
  EXPECT_THAT(call("ListVirtualMFADevices").body, HasSubstr("user/team/eve")) << "devices stay with the user";
  EXPECT_EQ(call("ListMFADevices&UserName=eve").text("UserName"), "eve");
}

TEST_F(MfaDevicesTest, TagsAreTheDevices) {
  const std::string number = make("phone", "&Tags.member.1.Key=a&Tags.member.1.Value=1");
  EXPECT_EQ(call("TagMFADevice&Tags.member.1.Key=A&Tags.member.1.Value=2&SerialNumber=" + number).status, 200);
  EXPECT_EQ(call("ListMFADeviceTags&SerialNumber=" + number).text("Tags"),
            "<member><Key>A</Key><Value>2</Value></member><member><Key>a</Key><Value>1</Value></member>");
  EXPECT_EQ(call("UntagMFADevice&TagKeys.member.1=a&SerialNumber=" + number).status, 200);
  EXPECT_EQ(call("ListMFADeviceTags&SerialNumber=" + number).text("Tags"),
            "<member><Key>A</Key><Value>2</Value></member>");
}

TEST_F(MfaDevicesTest, PermissionsAreOnTheDeviceAndOnItsUser) {
  server_.change(account_.account_id, [&](Change& change) {
    auto found = sim_.run(change.user("ann"));
    record::InlinePolicy& policy = *(**found).mutable_identity()->add_inline_policies();
    policy.set_name("own");
    policy.set_document(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Action":"iam:CreateVirtualMFADevice","Resource":"arn:aws:iam::*:mfa/own/${aws:username}"}})");
    change.put(**found);
  });
  auto own = behind(call("CreateAccessKey&UserName=ann").text("AccessKeyId"));
  const std::string made = "CreateVirtualMFADevice&Path=/own/&VirtualMFADeviceName=";
  EXPECT_EQ(call(own, made + "ann").status, 200);
  auto refused = call(own, made + "bob");
  EXPECT_EQ(refused.code, "AccessDenied");
  EXPECT_THAT(refused.body, HasSubstr("iam:CreateVirtualMFADevice"));
  EXPECT_THAT(refused.body, HasSubstr(serial("own/bob")));
}

TEST_F(MfaDevicesTest, AnAccountLeavesNoneBehind) {
  const std::string number = make("phone");
  EXPECT_EQ(enable("ann", number).status, 200);
  EXPECT_EQ(enable("root", make("own")).status, 200);
  make("spare", "&Path=/x/");
  auto removed = sim_.run(remove_account(server_.directory(), server_.accounts(), account_.account_id));
  EXPECT_TRUE(removed && *removed);
  auto left = sim_.run(server_.directory().scan(rows::of_account(account_.account_id), "", 10));
  EXPECT_TRUE(left && left->empty());
}

// Sessions and IAM.

TEST_F(MfaDevicesTest, ASessionIsGoodForIamOnlyWithMfa) {
  auto with = [&](Principal::Kind kind, bool mfa) {
    auto who = std::make_shared<Principal>();
    who->kind = kind;
    who->account_id = account_.account_id;
    who->token_issued = sim_.now();
    if (mfa) who->mfa_at = sim_.now();
    return call(who, "ListUsers");
  };
  using Kind = Principal::Kind;
  auto refused = with(Kind::Root, false);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code, "InvalidClientTokenId");
  EXPECT_EQ(with(Kind::Root, true).status, 200);
  EXPECT_EQ(with(Kind::User, false).code, "InvalidClientTokenId");
  EXPECT_EQ(with(Kind::User, true).code, "AccessDenied") << "as far as its policies allow";
  EXPECT_EQ(with(Kind::FederatedUser, true).code, "InvalidClientTokenId");
  EXPECT_EQ(with(Kind::RoleSession, false).code, "AccessDenied");
}

}  // namespace
}  // namespace skerry::iam
