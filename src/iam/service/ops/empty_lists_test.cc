#include "iam/service/service_fixture.h"

namespace skerry::iam {
namespace {

using testing::HasSubstr;

class EmptyListsTest : public ServiceTest {};

TEST_F(EmptyListsTest, OfWhatNobodyCanMake) {
  call("CreateUser&UserName=ann");
  for (const auto& [asked, list] : std::initializer_list<std::pair<std::string, std::string>>{
           {"ListSSHPublicKeys&UserName=ann", "SSHPublicKeys"},
           {"ListSSHPublicKeys", "SSHPublicKeys"},
           {"ListServiceSpecificCredentials&UserName=ann", "ServiceSpecificCredentials"},
           {"ListServiceSpecificCredentials&AllUsers=true", "ServiceSpecificCredentials"},
           {"ListSigningCertificates&UserName=ann", "Certificates"},
           {"ListInstanceProfiles&PathPrefix=/x/&MaxItems=5", "InstanceProfiles"},
           {"ListServerCertificates", "ServerCertificateMetadataList"}}) {
    auto reply = call(asked);
    EXPECT_EQ(reply.status, 200) << asked << reply.body;
    EXPECT_THAT(reply.body, HasSubstr("<" + list)) << asked;
    EXPECT_EQ(reply.count("member"), 0u);
    EXPECT_EQ(reply.text("IsTruncated"), "false");
  }
  EXPECT_THAT(call("ListSAMLProviders").body, HasSubstr("<SAMLProviderList"));
}

TEST_F(EmptyListsTest, OfUsersWhoAreThere) {
  for (const std::string action : {"ListSSHPublicKeys", "ListServiceSpecificCredentials", "ListSigningCertificates"}) {
    EXPECT_EQ(call(action + "&UserName=nobody").code, "NoSuchEntity") << action;
    EXPECT_EQ(call(action + "&UserName=nobody&Marker=%21").code, "ValidationError") << action;
  }
  EXPECT_EQ(call("ListInstanceProfiles&Marker=%21").code, "ValidationError");
}

}  // namespace
}  // namespace skerry::iam
