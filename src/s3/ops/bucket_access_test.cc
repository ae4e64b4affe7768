#include "base/bytes.h"
#include "digest/hasher.h"
#include "s3/acl.h"
#include "s3/ops/objects_fixture.h"

// Who may use a bucket, as its settings are set and told.
namespace skerry::s3 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kXmlns = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
constexpr std::string_view kXsi = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

class BucketAccessTest : public ObjectsTest {
 protected:
  BucketAccessTest() {
    bind_buckets(registry_, world_.buckets(), world_.meta(), NewBucketDefaults::Aws2023);
    bind_bucket_access(registry_, {world_.buckets(), directory_, world_.meta()});
    set_ownership("ObjectWriter");
  }

  Reply put_document(std::string target, std::string body, Headers headers = {}) {
    std::string md5 = base64(digest::digest_of(digest::Algorithm::MD5, body).bytes());
    headers.emplace_back("content-md5", md5);
    return call("PUT " + target, std::move(body), std::move(headers));
  }
  static std::string said(const Reply& reply) { return fmt::format("{} {}", reply.status, reply.error_code); }

  std::string set_ownership(std::string ownership) {
    return said(put_document("/bucket?ownershipControls",
                             fmt::format("<OwnershipControls{}><Rule><ObjectOwnership>{}</ObjectOwnership></Rule>"
                                         "</OwnershipControls>",
                                         kXmlns, ownership)));
  }
  std::string set_block(std::string inside) {
    return said(put_document(
        "/bucket?publicAccessBlock",
        fmt::format("<PublicAccessBlockConfiguration{}>{}</PublicAccessBlockConfiguration>", kXmlns, inside)));
  }
  static std::string grant(std::string_view type, std::string_view grantee, std::string_view permission) {
    return fmt::format("<Grant><Grantee{} xsi:type=\"{}\">{}</Grantee><Permission>{}</Permission></Grant>", kXsi, type,
                       grantee, permission);
  }
  static std::string list(std::string_view owner, std::string_view grants) {
    return fmt::format(
        "<AccessControlPolicy{}><Owner><ID>{}</ID></Owner><AccessControlList>{}</AccessControlList>"
        "</AccessControlPolicy>",
        kXmlns, owner, grants);
  }
  // Of the answers to ?acl: who is granted what.
  static std::vector<std::string> granted(const Reply& reply) {
    std::vector<std::string> out;
    for (const std::string& one : reply.all("Grant")) {
      Reply part{.body = one};
      std::string who = part.has("URI") ? part.text("URI") : part.text("ID");
      out.push_back(fmt::format("{} {}",
                                who == kAllUsers              ? "all"
                                : who == canonical_id(kOwner) ? "owner"
                                                              : who,
                                part.text("Permission")));
    }
    return out;
  }
  std::vector<std::string> acl(std::string target) { return granted(call("GET " + target)); }
};

TEST_F(BucketAccessTest, NewBucketsAreTheirOwnersAlone) {
  ASSERT_EQ(call("PUT /new").status, 200);
  Reply block = call("GET /new?publicAccessBlock");
  EXPECT_EQ(block.status, 200);
  for (std::string setting : {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}) {
    EXPECT_EQ(block.text(setting), "true") << setting;
  }
  EXPECT_EQ(call("GET /new?ownershipControls").text("ObjectOwnership"), "BucketOwnerEnforced");
  EXPECT_THAT(acl("/new?acl"), ElementsAre("owner FULL_CONTROL"));
  EXPECT_EQ(said(call("PUT /new?acl", "", {{"x-amz-acl", "private"}})), "400 AccessControlListNotSupported");
}

TEST_F(BucketAccessTest, ABucketIsMadeWithItsOwnershipAndList) {
  auto make = [&](std::string name, Headers headers) { return said(call("PUT /" + name, "", std::move(headers))); };
  EXPECT_EQ(make("one", {{"x-amz-object-ownership", "ObjectWriter"}, {"x-amz-acl", "private"}}), "200 ");
  EXPECT_EQ(call("GET /one?ownershipControls").text("ObjectOwnership"), "ObjectWriter");
  Headers public_read{{"x-amz-object-ownership", "BucketOwnerPreferred"}, {"x-amz-acl", "public-read"}};
  EXPECT_EQ(make("two", public_read), "400 InvalidBucketAclWithBlockPublicAccessError");
  EXPECT_EQ(call("HEAD /two").status, 404) << "a refused request changes nothing";
  EXPECT_EQ(make("two", {{"x-amz-object-ownership", "BucketOwnerPreferred"},
                         {"x-amz-grant-read", "id=" + canonical_id(kStranger)}}),
            "200 ");
  EXPECT_THAT(acl("/two?acl"), ElementsAre(canonical_id(kStranger) + " READ"));
  EXPECT_EQ(make("three", {{"x-amz-acl", "public-read"}}), "400 InvalidBucketAclWithObjectOwnership");
  EXPECT_EQ(make("three", {{"x-amz-object-ownership", "Mine"}}), "400 InvalidArgument");
  EXPECT_EQ(make("three", {{"x-amz-acl", "mine"}}), "400 InvalidArgument");
}

TEST_F(BucketAccessTest, OwnershipControlsAreSetAndTold) {
  for (std::string ownership : {"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}) {
    EXPECT_EQ(set_ownership(ownership), "200 ");
    EXPECT_EQ(call("GET /bucket?ownershipControls").text("ObjectOwnership"), ownership);
  }
  EXPECT_EQ(set_ownership("Mine"), "400 MalformedXML");
  std::string two = "<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>";
  EXPECT_EQ(said(put_document("/bucket?ownershipControls",
                              fmt::format("<OwnershipControls{}>{}{}</OwnershipControls>", kXmlns, two, two))),
            "400 MalformedXML");
  EXPECT_EQ(call("DELETE /bucket?ownershipControls").status, 204);
  Reply none = call("GET /bucket?ownershipControls");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.text("Code"), "OwnershipControlsNotFoundError");
  EXPECT_EQ(none.text("BucketName"), "bucket");
  EXPECT_EQ(said(call("PUT /bucket?acl", "", {{"x-amz-acl", "public-read"}})), "200 ") << "ACLs are on";
  EXPECT_EQ(set_ownership("BucketOwnerEnforced"), "400 InvalidBucketAclWithObjectOwnership");
  EXPECT_EQ(said(call("PUT /bucket?acl", "", {{"x-amz-acl", "private"}})), "200 ");
  EXPECT_EQ(set_ownership("BucketOwnerEnforced"), "200 ");
}

TEST_F(BucketAccessTest, APublicAccessBlockIsSetAndTold) {
  Reply none = call("GET /bucket?publicAccessBlock");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.text("Code"), "NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(set_block("<IgnorePublicAcls>true</IgnorePublicAcls>"), "200 ");
  Reply block = call("GET /bucket?publicAccessBlock");
  EXPECT_EQ(block.text("IgnorePublicAcls"), "true");
  EXPECT_EQ(block.text("BlockPublicAcls"), "false");
  EXPECT_EQ(set_block(""), "400 InvalidRequest");
  EXPECT_EQ(set_block("<IgnorePublicAcls>perhaps</IgnorePublicAcls>"), "400 MalformedXML");
  EXPECT_EQ(call("DELETE /bucket?publicAccessBlock").status, 204);
  EXPECT_EQ(call("DELETE /bucket?publicAccessBlock").status, 204);
  EXPECT_EQ(call("GET /bucket?publicAccessBlock").status, 404);
}

TEST_F(BucketAccessTest, ABucketsListIsSetInEachForm) {
  EXPECT_THAT(acl("/bucket?acl"), ElementsAre("owner FULL_CONTROL"));
  EXPECT_EQ(said(call("PUT /bucket?acl", "", {{"x-amz-acl", "public-read-write"}})), "200 ");
  EXPECT_THAT(acl("/bucket?acl"), ElementsAre("owner FULL_CONTROL", "all READ", "all WRITE"));
  std::string stranger = canonical_id(kStranger);
  Headers headers{{"x-amz-grant-full-control", "id=\"" + canonical_id(kOwner) + "\""},
                  {"x-amz-grant-read", fmt::format("id=\"{}\", uri=\"{}\"", stranger, kAllUsers)}};
  EXPECT_EQ(said(call("PUT /bucket?acl", "", headers)), "200 ");
  EXPECT_THAT(acl("/bucket?acl"), ElementsAre("owner FULL_CONTROL", stranger + " READ", "all READ"));
  std::string document = list(canonical_id(kOwner), grant("CanonicalUser", "<ID>" + stranger + "</ID>", "WRITE_ACP"));
  EXPECT_EQ(said(call("PUT /bucket?acl", document)), "200 ") << "without a digest, as older clients send it";
  Reply told = call("GET /bucket?acl");
  EXPECT_THAT(granted(told), ElementsAre(stranger + " WRITE_ACP"));
  EXPECT_THAT(told.body, HasSubstr("xsi:type=\"CanonicalUser\""));
  EXPECT_EQ(said(call("PUT /bucket?acl", told.body)), "200 ") << "what was told is good to send";
}

// Point 61.
TEST_F(BucketAccessTest, AListThatIsNoneIsRefused) {
  ASSERT_EQ(put("k", "x").status, 200);
  for (std::string target : {"/bucket?acl", "/bucket/k?acl"}) {
    auto set = [&](std::string body, Headers headers) {
      Reply reply = call("PUT " + target, std::move(body), std::move(headers));
      return fmt::format("{} {}", reply.text("Code"), reply.text("Message"));
    };
    std::string owner = canonical_id(kOwner);
    std::string good = list(owner, grant("CanonicalUser", "<ID>" + owner + "</ID>", "READ"));
    std::string schema =
        "MalformedACLError The XML you provided was not well-formed or did not validate against our published schema";
    EXPECT_EQ(set("", {}), "MissingSecurityHeader Your request was missing a required header");
    EXPECT_EQ(call("PUT " + target).text("MissingHeaderName"), "x-amz-acl");
    EXPECT_EQ(set(good, {{"x-amz-acl", "private"}}), "UnexpectedContent This request does not support content");
    EXPECT_EQ(set(good, {{"x-amz-grant-read", "id=" + owner}}),
              "UnexpectedContent This request does not support content");
    EXPECT_EQ(set("", {{"x-amz-acl", "private"}, {"x-amz-grant-read", "id=" + owner}}),
              "InvalidRequest Specifying both Canned ACLs and Header Grants is not allowed");
    EXPECT_EQ(set("", {{"x-amz-acl", "mine"}}), "InvalidArgument Invalid Argument");
    EXPECT_EQ(set("", {{"x-amz-acl", "aws-exec-read"}}).substr(0, 14), "NotImplemented");
    EXPECT_EQ(set("", {{"x-amz-grant-read", "everybody"}}), "InvalidArgument Argument format not recognized");
    EXPECT_EQ(set("", {{"x-amz-grant-read", "name=x"}}), "InvalidArgument Argument format not recognized");
    EXPECT_EQ(set("", {{"x-amz-grant-read", "id=unknown"}}), "InvalidArgument Invalid id");
    EXPECT_EQ(set("", {{"x-amz-grant-read", "uri=http://example.com/"}}), "InvalidArgument Invalid group uri");
    EXPECT_EQ(set("", {{"x-amz-grant-read", "emailAddress=\"a@example.com\""}}),
              "UnresolvableGrantByEmailAddress The e-mail address you provided does not match any account on record.");
    EXPECT_EQ(set("<oops", {}), schema);
    EXPECT_EQ(set(list(owner, grant("CanonicalUser", "<ID>" + owner + "</ID>", "EVERYTHING")), {}), schema);
    EXPECT_EQ(set(list(owner, grant("CanonicalUser", "<URI>x</URI>", "READ")), {}), schema);
    EXPECT_EQ(set(list(owner, grant("Robot", "<ID>" + owner + "</ID>", "READ")), {}), schema);
    EXPECT_EQ(set(fmt::format("<AccessControlPolicy{}></AccessControlPolicy>", kXmlns), {}), schema);
    EXPECT_EQ(set(list(owner, grant("CanonicalUser", "<ID>unknown</ID>", "READ")), {}), "InvalidArgument Invalid id");
    EXPECT_EQ(set(list(canonical_id(kStranger), ""), {}), "AccessDenied Access Denied");
    std::string many;
    for (int i = 0; i <= kGrantsMax; ++i) many += grant("CanonicalUser", "<ID>" + owner + "</ID>", "READ");
    EXPECT_EQ(set(list(owner, many), {}), schema);
    EXPECT_THAT(acl(target), ElementsAre("owner FULL_CONTROL")) << "a refused request changes nothing";
  }
  EXPECT_EQ(said(call("PUT /bucket/k?acl", "", {{"x-amz-acl", "log-delivery-write"}})), "400 InvalidArgument");
  EXPECT_EQ(said(call("PUT /bucket?acl", "", {{"x-amz-acl", "log-delivery-write"}})), "200 ");
  EXPECT_EQ(said(call("PUT /bucket/none?acl", "", {{"x-amz-acl", "private"}})), "404 NoSuchKey");
}

TEST_F(BucketAccessTest, ObjectsAreMadeWithTheirList) {
  ASSERT_EQ(put("k", "x", {{"x-amz-acl", "public-read"}}).status, 200);
  EXPECT_THAT(acl("/bucket/k?acl"), ElementsAre("owner FULL_CONTROL", "all READ"));
  ASSERT_EQ(put("copy", "", {{"x-amz-copy-source", "/bucket/k"}}).status, 200);
  EXPECT_THAT(acl("/bucket/copy?acl"), ElementsAre("owner FULL_CONTROL")) << "a copy has its own";
  ASSERT_EQ(put("copy", "", {{"x-amz-copy-source", "/bucket/k"}, {"x-amz-grant-read", "uri=" + std::string(kAllUsers)}})
                .status,
            200);
  EXPECT_THAT(acl("/bucket/copy?acl"), ElementsAre("all READ"));
  EXPECT_EQ(said(call("PUT /bucket/k?acl", "", {{"x-amz-acl", "private"}})), "200 ");
  EXPECT_THAT(acl("/bucket/k?acl"), ElementsAre("owner FULL_CONTROL"));
  EXPECT_EQ(get("k").body, "x");
  EXPECT_EQ(put("k", "x", {{"x-amz-acl", "mine"}}).error_code, "InvalidArgument");
}

TEST_F(BucketAccessTest, EachVersionHasItsList) {
  set_versioning(record::Fence::ENABLED);
  Reply first = put("k", "1", {{"x-amz-acl", "public-read"}});
  put("k", "2");
  std::string old = "/bucket/k?acl&versionId=" + first.header("x-amz-version-id");
  EXPECT_THAT(acl(old), ElementsAre("owner FULL_CONTROL", "all READ"));
  EXPECT_THAT(acl("/bucket/k?acl"), ElementsAre("owner FULL_CONTROL"));
  EXPECT_EQ(said(call("PUT " + old, "", {{"x-amz-acl", "private"}})), "200 ");
  EXPECT_THAT(acl(old), ElementsAre("owner FULL_CONTROL"));
}

TEST_F(BucketAccessTest, PublicListsAreBlocked) {
  ASSERT_EQ(put("k", "x", {{"x-amz-acl", "public-read"}}).status, 200);
  ASSERT_EQ(set_block("<BlockPublicAcls>true</BlockPublicAcls>"), "200 ");
  for (std::string canned : {"public-read", "public-read-write", "authenticated-read"}) {
    Headers headers{{"x-amz-acl", canned}};
    EXPECT_EQ(put("new", "x", headers).error_code, "AccessDenied");
    EXPECT_EQ(said(call("PUT /bucket/k?acl", "", headers)), "403 AccessDenied");
    Reply refused = call("PUT /bucket?acl", "", headers);
    EXPECT_EQ(refused.text("Code"), "AccessDenied");
    EXPECT_THAT(refused.text("Message"), HasSubstr("s3:PutBucketAcl on resource: "));
    EXPECT_THAT(refused.text("Message"), HasSubstr("blocked by the BlockPublicAcls block public access setting"));
  }
  EXPECT_EQ(get("new").status, 404);
  EXPECT_EQ(put("new", "x", {{"x-amz-grant-read", "id=" + canonical_id(kStranger)}}).status, 200);
  EXPECT_THAT(acl("/bucket/k?acl"), ElementsAre("owner FULL_CONTROL", "all READ")) << "what was, is kept";
}

TEST_F(BucketAccessTest, AnAccountsBlockHoldsForAllItsBuckets) {
  record::PublicAccessBlock block;
  block.set_block_public_acls(true);
  ASSERT_TRUE(world_.sim.run(world_.buckets().set_account_public_access_block(std::string(kOwner), block)));
  EXPECT_EQ(said(call("PUT /bucket?acl", "", {{"x-amz-acl", "public-read"}})), "403 AccessDenied");
  EXPECT_EQ(set_block("<IgnorePublicAcls>true</IgnorePublicAcls>"), "200 ");
  FoundBucket bucket = *world_.sim.run(world_.buckets().find("bucket"));
  auto both = world_.sim.run(world_.buckets().public_access_block(bucket));
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->block_public_acls() && both->ignore_public_acls());
  EXPECT_FALSE(both->block_public_policy() || both->restrict_public_buckets());
  ASSERT_TRUE(world_.sim.run(world_.buckets().set_account_public_access_block(std::string(kOwner), std::nullopt)));
  EXPECT_EQ(said(call("PUT /bucket?acl", "", {{"x-amz-acl", "public-read"}})), "200 ");
}

// Point 61.
TEST_F(BucketAccessTest, WhereListsAreOffOnlyTheBucketOwnersFullControlIsTaken) {
  ASSERT_EQ(put("k", "x", {{"x-amz-acl", "public-read"}}).status, 200);
  ASSERT_EQ(set_ownership("BucketOwnerEnforced"), "200 ");
  EXPECT_THAT(acl("/bucket/k?acl"), ElementsAre("owner FULL_CONTROL"));
  EXPECT_EQ(put("new", "x", {{"x-amz-acl", "bucket-owner-full-control"}}).status, 200);
  EXPECT_EQ(put("new", "x", {{"x-amz-grant-full-control", "id=" + canonical_id(kOwner)}}).status, 200);
  for (Headers headers : {Headers{{"x-amz-acl", "public-read"}}, Headers{{"x-amz-acl", "private"}},
                          Headers{{"x-amz-grant-read", "id=" + canonical_id(kOwner)}}}) {
    Reply refused = put("new", "y", headers);
    EXPECT_EQ(refused.text("Code"), "AccessControlListNotSupported");
    EXPECT_EQ(refused.text("Message"), "The bucket does not allow ACLs");
    EXPECT_EQ(said(call("PUT /bucket?acl", "", headers)), "400 AccessControlListNotSupported");
    EXPECT_EQ(said(call("PUT /bucket/k?acl", "", headers)), "400 AccessControlListNotSupported");
  }
  EXPECT_EQ(get("new").body, "x");
  std::string told = call("GET /bucket/k?acl").body;
  for (std::string target : {"PUT /bucket/k?acl", "PUT /bucket?acl"}) {
    EXPECT_EQ(said(call(target, told)), "200 ") << "a copy by s3cmd sends what it was told";
    EXPECT_EQ(said(call(target, "", {{"x-amz-acl", "bucket-owner-full-control"}})), "200 ");
  }
  ASSERT_EQ(set_ownership("ObjectWriter"), "200 ");
  EXPECT_THAT(acl("/bucket/k?acl"), ElementsAre("owner FULL_CONTROL", "all READ")) << "it has its effect again";
}

// One statement about bucket `bucket`.
std::string statement(std::string_view principal, std::string_view action = "s3:GetObject",
                      std::string_view resource = "arn:aws:s3:::bucket/*", std::string_view effect = "Allow") {
  return fmt::format(R"({{"Effect":"{}","Principal":{},"Action":"{}","Resource":"{}"}})", effect, principal, action,
                     resource);
}
std::string policy_of(std::string statement) {
  return R"({"Version":"2012-10-17","Statement":[)" + std::move(statement) + "]}";
}

// Point 58.
TEST_F(BucketAccessTest, APolicyIsSetToldAndRemoved) {
  Reply none = call("GET /bucket?policy");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.text("Code"), "NoSuchBucketPolicy");
  EXPECT_EQ(none.text("Message"), "The bucket policy does not exist");
  EXPECT_EQ(none.text("BucketName"), "bucket");
  EXPECT_EQ(call("GET /bucket?policyStatus").text("Code"), "NoSuchBucketPolicy");

  std::string policy = policy_of(statement(R"({"AWS":"arn:aws:iam::444455556666:root"})"));
  EXPECT_EQ(said(call("PUT /bucket?policy", policy)), "204 ") << "without a digest, as older clients send it";
  Reply told = call("GET /bucket?policy");
  EXPECT_EQ(told.body, policy);
  EXPECT_EQ(told.header("content-type"), "application/json");
  EXPECT_EQ(call("GET /bucket?policyStatus").text("IsPublic"), "false");
  auto found = world_.sim.run(world_.buckets().find("bucket"));
  EXPECT_EQ(found->access->policy.list().size(), 1u);
  EXPECT_EQ(said(call("PUT /bucket?policy", policy_of(statement("\"*\"")))), "204 ");
  EXPECT_EQ(call("GET /bucket?policyStatus").text("IsPublic"), "true");
  EXPECT_EQ(call("DELETE /bucket?policy").status, 204);
  EXPECT_EQ(call("DELETE /bucket?policy").status, 204);
  EXPECT_EQ(call("GET /bucket?policy").status, 404);
}

TEST_F(BucketAccessTest, APolicyIsKeptWithUniqueIds) {
  auto store = [&](std::string name, std::string id) -> Task<> {
    std::string account_id(kOwner);
    auto change = co_await directory_.begin(std::move(account_id));
    iam::record::User user;
    user.mutable_identity()->set_id(id);
    user.mutable_identity()->set_name(name);
    user.mutable_identity()->set_path("/");
    change->put(user);
    change->place(iam::rows::Entity::User, id, name);
    auto done = co_await directory_.commit(std::move(*change));
    EXPECT_TRUE(done && *done);
  };
  world_.sim.run(store("ann", "AIDAANNANNANNANNANNA"));
  std::string policy = policy_of(statement(R"({"AWS":["arn:aws:iam::111122223333:user/ann"]})"));
  EXPECT_EQ(said(call("PUT /bucket?policy", policy)), "204 ");
  EXPECT_EQ(call("GET /bucket?policy").body, policy);
  auto found = world_.sim.run(world_.buckets().find("bucket"));
  EXPECT_THAT(found->access->record.policy(), HasSubstr("[\"AIDAANNANNANNANNANNA\"]"));
  EXPECT_EQ(call("PUT /bucket?policy", policy_of(statement(R"({"AWS":"arn:aws:iam::111122223333:user/bob"})")))
                .text("Message"),
            "Invalid principal in policy");
}

// Point 58.
TEST_F(BucketAccessTest, APolicyThatIsNoneIsRefused) {
  auto set = [&](std::string policy) {
    Reply reply = call("PUT /bucket?policy", std::move(policy));
    EXPECT_EQ(reply.status, 400);
    return fmt::format("{}: {}", reply.text("Code"), reply.text("Message"));
  };
  std::string all = "\"*\"";
  EXPECT_EQ(set("hello"), "MalformedPolicy: Policies must be valid JSON and the first byte must be '{'");
  EXPECT_EQ(set("{oops"), "MalformedPolicy: This policy contains invalid Json");
  EXPECT_EQ(set("{\"Statement\":\"\xff\"}"), "MalformedPolicy: This policy contains invalid Json");
  EXPECT_EQ(set(R"({"Version":"2012-10-17"})"), "MalformedPolicy: Missing required field Statement");
  EXPECT_EQ(set(policy_of(statement(all, "s3:GetObject", "arn:aws:s3:::other/*"))),
            "MalformedPolicy: Policy has invalid resource");
  EXPECT_EQ(set(policy_of(statement(all, "s3:GetObjekt"))), "MalformedPolicy: Policy has invalid action");
  EXPECT_EQ(set(policy_of(statement(all, "s3:ListAllMyBuckets"))), "MalformedPolicy: Policy has invalid action");
  EXPECT_EQ(set(policy_of(statement(all, "s3:ListBucket"))),
            "MalformedPolicy: Action does not apply to any resource(s) in statement");
  EXPECT_EQ(set(policy_of(statement(R"({"AWS":"arn:aws:iam::999988887777:root"})"))),
            "MalformedPolicy: Invalid principal in policy");
  EXPECT_EQ(set(policy_of(statement(R"({"AWS":"ann"})"))), "MalformedPolicy: Invalid principal in policy");
  std::string sid(20'480, 's');
  EXPECT_EQ(set(policy_of("{\"Sid\":\"" + sid + "\"," + statement(all).substr(1))),
            "MalformedPolicy: Policy exceeds the maximum allowed document size.");
  EXPECT_EQ(call("GET /bucket?policy").status, 404) << "a refused request changes nothing";
}

TEST_F(BucketAccessTest, APublicPolicyIsBlocked) {
  ASSERT_EQ(set_block("<BlockPublicPolicy>true</BlockPublicPolicy>"), "200 ");
  Reply refused = call("PUT /bucket?policy", policy_of(statement("\"*\"")));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("Code"), "AccessDenied");
  EXPECT_EQ(refused.text("Message"),
            "User: arn:aws:iam::111122223333:root is not authorized to perform: s3:PutBucketPolicy on resource: "
            "&quot;arn:aws:s3:::bucket&quot; because public policies are blocked by the BlockPublicPolicy block public "
            "access "
            "setting.");
  EXPECT_EQ(call("GET /bucket?policy").status, 404);
  EXPECT_EQ(
      said(call("PUT /bucket?policy", policy_of(statement("\"*\"", "s3:GetObject", "arn:aws:s3:::bucket/*", "Deny")))),
      "204 ")
      << "a deny is not public";
}

}  // namespace
}  // namespace skerry::s3
