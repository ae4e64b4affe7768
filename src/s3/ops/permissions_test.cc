#include <set>

#include "digest/hasher.h"
#include "s3/api/ops.h"
#include "s3/multipart_store.h"
#include "s3/ops/bind.h"
#include "s3/ops/objects_fixture.h"

// Every served operation asks for every permission that the data says it needs, and for no other: called by a user who
// lacks exactly one of them, it is denied and nothing has changed; by one who has only them, it does its work.
namespace skerry::s3 {
namespace {

struct Sample {
  std::string operation;
  std::string target;  // {version}, {source}: version ids; {upload}, {etag}
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string bucket = "bucket";
  std::vector<std::pair<std::string_view, std::string_view>> more{};  // what permissions go by and no header says
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.target; }

std::string tagging(std::string_view key) {
  return "<Tagging><TagSet><Tag><Key>" + std::string(key) + "</Key><Value>v</Value></Tag></TagSet></Tagging>";
}

std::string ownership(std::string_view kept) {
  return "<OwnershipControls><Rule><ObjectOwnership>" + std::string(kept) +
         "</ObjectOwnership></Rule></OwnershipControls>";
}

constexpr const char* kBlocksNothing =
    "<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls></PublicAccessBlockConfiguration>";
constexpr const char* kBlocksAll =
    "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>";

// Which gives nobody anything.
constexpr const char* kPolicy =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::bucket/*"}]})";

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {"AbortMultipartUpload", "DELETE /bucket/k?uploadId={upload}"},
      {"CompleteMultipartUpload", "POST /bucket/k?uploadId={upload}",
       "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"},
      {"CopyObject", "PUT /bucket/copy", "", {{"x-amz-copy-source", "other/plain"}}},
      {"CopyObject", "PUT /bucket/copy", "", {{"x-amz-copy-source", "/other/plain?versionId={source}"}}},
      {"CopyObject", "PUT /bucket/copy", "", {{"x-amz-copy-source", "other/tagged"}}, "bucket", {{"copied-tags", ""}}},
      {"CopyObject",
       "PUT /bucket/copy",
       "",
       {{"x-amz-copy-source", "other/tagged"}, {"x-amz-tagging-directive", "REPLACE"}, {"x-amz-tagging", "a=b"}}},
      {"CreateBucket", "PUT /made", "", {}, "made"},
      {"CreateBucket",
       "PUT /made",
       "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>",
       {},
       "made",
       {{"Tags", ""}}},
      {"CreateMultipartUpload", "POST /bucket/k?uploads"},
      {"CreateMultipartUpload", "POST /bucket/k?uploads", "", {{"x-amz-tagging", "a=b"}}},
      {"DeleteBucket", "DELETE /empty", "", {}, "empty"},
      {"DeleteBucketOwnershipControls", "DELETE /bucket?ownershipControls"},
      {"DeleteBucketPolicy", "DELETE /bucket?policy"},
      {"DeleteBucketTagging", "DELETE /bucket?tagging"},
      {"DeleteObject", "DELETE /bucket/k"},
      {"DeleteObject", "DELETE /bucket/k?versionId={version}"},
      {"DeleteObject", "DELETE /bucket/k", "", {{"if-match", "{etag}"}}},
      {"DeleteObject", "DELETE /bucket/k", "", {{"if-match", "*"}}},
      {"DeleteObjectTagging", "DELETE /bucket/k?tagging"},
      {"DeleteObjectTagging", "DELETE /bucket/k?tagging&versionId={version}"},
      {"DeleteObjects", "POST /bucket?delete", "<Delete><Object><Key>k</Key></Object></Delete>"},
      {"DeleteObjects", "POST /bucket?delete",
       "<Delete><Object><Key>k</Key><VersionId>{version}</VersionId></Object></Delete>"},
      {"DeleteObjects",
       "POST /bucket?delete",
       "<Delete><Object><Key>k</Key><ETag>{etag}</ETag></Object></Delete>",
       {},
       "bucket",
       {{"ETag", "x"}}},
      {"DeletePublicAccessBlock", "DELETE /bucket?publicAccessBlock"},
      {"GetBucketAccelerateConfiguration", "GET /bucket?accelerate"},
      {"GetBucketAcl", "GET /bucket?acl"},
      {"GetBucketEncryption", "GET /bucket?encryption"},
      {"GetBucketLocation", "GET /bucket?location"},
      {"GetBucketLogging", "GET /bucket?logging"},
      {"GetBucketNotificationConfiguration", "GET /bucket?notification"},
      {"GetBucketOwnershipControls", "GET /bucket?ownershipControls"},
      {"GetBucketPolicy", "GET /bucket?policy"},
      {"GetBucketPolicyStatus", "GET /bucket?policyStatus"},
      {"GetBucketRequestPayment", "GET /bucket?requestPayment"},
      {"GetBucketTagging", "GET /bucket?tagging"},
      {"GetBucketVersioning", "GET /bucket?versioning"},
      {"GetObject", "GET /bucket/k"},
      {"GetObject", "GET /bucket/k?versionId={version}"},
      {"GetObjectAcl", "GET /bucket/k?acl"},
      {"GetObjectAcl", "GET /bucket/k?acl&versionId={version}"},
      {"GetObjectAttributes", "GET /bucket/k?attributes", "", {{"x-amz-object-attributes", "ETag"}}},
      {"GetObjectAttributes",
       "GET /bucket/k?attributes&versionId={version}",
       "",
       {{"x-amz-object-attributes", "ETag"}}},
      {"GetObjectTagging", "GET /bucket/k?tagging"},
      {"GetObjectTagging", "GET /bucket/k?tagging&versionId={version}"},
      {"GetPublicAccessBlock", "GET /bucket?publicAccessBlock"},
      {"HeadBucket", "HEAD /bucket"},
      {"HeadObject", "HEAD /bucket/k"},
      {"HeadObject", "HEAD /bucket/k?versionId={version}"},
      {"ListBuckets", "GET /"},
      {"ListMultipartUploads", "GET /bucket?uploads"},
      {"ListObjectVersions", "GET /bucket?versions"},
      {"ListObjects", "GET /bucket"},
      {"ListObjectsV2", "GET /bucket?list-type=2"},
      {"ListParts", "GET /bucket/k?uploadId={upload}"},
      {"PutBucketAcl", "PUT /bucket?acl", "", {{"x-amz-acl", "authenticated-read"}}},
      {"PutBucketOwnershipControls", "PUT /bucket?ownershipControls", ownership("BucketOwnerEnforced")},
      {"PutBucketPolicy", "PUT /bucket?policy", kPolicy},
      {"PutBucketTagging", "PUT /bucket?tagging", tagging("new")},
      {"PutBucketVersioning", "PUT /bucket?versioning",
       "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"},
      {"PutObject", "PUT /bucket/k", "new"},
      {"PutObject", "PUT /bucket/k", "new", {{"x-amz-tagging", "a=b"}}},
      {"PutObject", "PUT /bucket/k", "new", {{"if-match", "{etag}"}}},
      {"PutObjectAcl", "PUT /bucket/k?acl", "", {{"x-amz-acl", "authenticated-read"}}},
      {"PutObjectAcl", "PUT /bucket/k?acl&versionId={version}", "", {{"x-amz-acl", "authenticated-read"}}},
      {"PutObject", "PUT /bucket/k", "new", {{"x-amz-acl", "authenticated-read"}}},
      {"PutObjectTagging", "PUT /bucket/k?tagging", tagging("new")},
      {"PutObjectTagging", "PUT /bucket/k?tagging&versionId={version}", tagging("new")},
      {"PutPublicAccessBlock", "PUT /bucket?publicAccessBlock", kBlocksAll},
      {"UploadPart", "PUT /bucket/k?partNumber=2&uploadId={upload}", "part"},
      {"UploadPartCopy", "PUT /bucket/k?partNumber=2&uploadId={upload}", "", {{"x-amz-copy-source", "other/plain"}}},
      {"UploadPartCopy",
       "PUT /bucket/k?partNumber=2&uploadId={upload}",
       "",
       {{"x-amz-copy-source", "other/plain?versionId={source}"}}},
  };
  return all;
}

// What a form may is asked when its fields have been read: post_object_test.cc.
const std::set<std::string_view> kElsewhere{"PostObject"};

struct Need {
  std::string action, resource;
  auto operator<=>(const Need&) const = default;
};

class PermissionsTest : public ObjectsTest, public testing::WithParamInterface<Sample> {
 protected:
  PermissionsTest()
      : uploads_(world_.meta(), world_.buckets(), world_.index(), world_.sim, world_.random,
                 [](storage::Partition) {}) {
    bind_buckets(registry_, world_.buckets(), world_.meta(), NewBucketDefaults::Aws2023);
    bind_bucket_access(registry_, {world_.buckets(), directory_, world_.meta()});
    bind_bucket_settings(registry_, world_.buckets());
    bind_listings(registry_, world_.meta());
    bind_multipart(registry_, {.meta = world_.meta(),
                               .buckets = world_.buckets(),
                               .index = world_.index(),
                               .uploads = uploads_,
                               .contents = contents_,
                               .clock = world_.sim});
    other_ = world_.make_bucket("other");
    world_.make_bucket("empty");
    world_.set_versioning(bucket_, record::Fence::ENABLED);
    world_.set_versioning(other_, record::Fence::ENABLED);
    good(with_md5({.target = "PUT /bucket?tagging", .body = tagging("old")}));
    good(with_md5({.target = "PUT /bucket?ownershipControls", .body = ownership("ObjectWriter")}));
    good(with_md5({.target = "PUT /bucket?policy", .body = kPolicy}));
    good(with_md5({.target = "PUT /bucket?publicAccessBlock", .body = kBlocksNothing}));
    Reply put = good({.target = "PUT /bucket/k", .body = "old", .headers = {{"x-amz-tagging", "old=v"}}});
    known_ = {{"{version}", put.header("x-amz-version-id")}, {"{etag}", put.header("etag")}};
    known_.emplace_back("{source}", good({.target = "PUT /other/plain", .body = "source"}).header("x-amz-version-id"));
    good({.target = "PUT /other/tagged", .body = "source", .headers = {{"x-amz-tagging", "a=b"}}});
    std::string upload = good({.target = "POST /bucket/k?uploads"}).text("UploadId");
    good({.target = "PUT /bucket/k?partNumber=1&uploadId=" + upload, .body = "old"});
    known_.emplace_back("{upload}", upload);
  }

  Reply good(Ask ask) {
    std::string target = ask.target;
    Reply reply = call(with_length(std::move(ask)));
    EXPECT_LT(reply.status, 300) << target << reply.body;
    return reply;
  }

  static Ask with_length(Ask ask) {
    ask.headers.emplace_back("content-length", std::to_string(ask.body.size()));
    return ask;
  }
  static Ask with_md5(Ask ask) {
    ask.headers.emplace_back("content-md5", digest::digest_of(digest::Algorithm::MD5, ask.body).base64());
    return ask;
  }

  std::string filled(std::string text) const {
    for (const auto& [name, value] : known_) {
      for (auto at = text.find(name); at != text.npos; at = text.find(name)) text.replace(at, name.size(), value);
    }
    return text;
  }

  Ask ask_of(const Sample& sample) const {
    Ask ask{.target = filled(sample.target), .body = filled(sample.body)};
    for (const auto& [name, value] : sample.headers) ask.headers.emplace_back(name, filled(value));
    return ask.body.empty() || sample.operation == "PutObject" || sample.operation == "UploadPart"
               ? ask
               : with_md5(std::move(ask));
  }

  // By the data alone.
  std::set<Need> needs_of(const Sample& sample) const {
    net::Headers headers;
    for (const auto& [name, value] : sample.headers) headers.add(name, value);
    const wire::Parameters query;
    const net::Peer peer;
    const RequestFacts facts{.operation = sample.operation,
                             .headers = headers,
                             .query = query,
                             .peer = peer,
                             .signing = {},
                             .now = {},
                             .more = sample.more};
    const std::string key = sample.target.substr(sample.target.find('/', sample.target.find('/') + 1) + 1);
    std::set<Need> out;
    for (const wire::Permission& permission : s3::kService.find_operation(sample.operation)->permissions) {
      if (!facts.needs(permission)) continue;
      std::string_view kind = permission.resource->name;
      std::string arn = "arn:aws:s3:::";
      bool versioned = sample.target.contains("versionId=") || sample.body.contains("<VersionId>");
      if (kind == "buckets") arn += "*";
      if (kind == "bucket") arn += sample.bucket;
      if (kind == "object") arn += sample.bucket + "/" + key.substr(0, key.find('?'));
      if (kind == "listed object") arn += sample.bucket + "/k";
      if (kind == "copy source") {
        std::string source(headers.get("x-amz-copy-source"));
        versioned = source.contains("versionId=");
        source = source.substr(source.starts_with('/'));
        arn += source.substr(0, source.find('?'));
      }
      out.insert({std::string((versioned ? permission.version_action : permission.action)->name), arn});
    }
    return out;
  }

  static std::string statements(const std::set<Need>& needs) {
    std::string out;
    for (const Need& need : needs) {
      out += R"({"Effect":"Allow","Action":")" + need.action + R"(","Resource":")" + need.resource + R"("},)";
    }
    return out.substr(0, out.size() - !out.empty());
  }

  Reply call_as_user(const Sample& sample, const std::set<Need>& allowed) {
    Ask ask = ask_of(sample);
    ask.caller = user_of(std::string(kOwner), statements(allowed));
    return call(with_length(std::move(ask)));
  }

  // Everything that anybody could have changed.
  std::vector<std::pair<std::string, std::string>> state() {
    std::vector<std::pair<std::string, std::string>> out;
    for (const FoundBucket* bucket : {&bucket_, &other_}) {
      for (storage::Row& row : world_.scan(*bucket, "")) out.emplace_back(std::move(row.key), std::move(row.value));
    }
    for (const char* name : {"empty", "made"}) {
      bool there = world_.sim.run(world_.buckets().find(name)).has_value();
      out.emplace_back(name, there ? "there" : "not there");
    }
    return out;
  }

  static bool denied(const Reply& reply) {
    return reply.error_code == "AccessDenied" || reply.text("Code") == "AccessDenied";
  }

  MultipartStore uploads_;
  FoundBucket other_;
  std::vector<std::pair<std::string, std::string>> known_;
};

TEST_P(PermissionsTest, EachIsNeededAndNoOtherIs) {
  const Sample& sample = GetParam();
  const std::set<Need> needs = needs_of(sample);
  ASSERT_FALSE(needs.empty());
  const auto before = state();
  for (const Need& lacking : needs) {
    std::set<Need> allowed = needs;
    allowed.erase(lacking);
    Reply reply = call_as_user(sample, allowed);
    EXPECT_TRUE(denied(reply)) << "without " << lacking.action << " on " << lacking.resource << ": " << reply.status
                               << reply.body;
    EXPECT_EQ(reply.status, sample.operation == "DeleteObjects" ? 200 : 403);
    EXPECT_EQ(state(), before) << "without " << lacking.action;
  }
  Reply reply = call_as_user(sample, needs);
  EXPECT_LT(reply.status, 300) << reply.body;
  EXPECT_FALSE(denied(reply)) << reply.body;
}

std::string name_of(const testing::TestParamInfo<Sample>& info) {
  return info.param.operation + std::to_string(info.index);
}
INSTANTIATE_TEST_SUITE_P(All, PermissionsTest, testing::ValuesIn(samples()), name_of);

TEST(PermissionsWalk, MissesNoServedOperation) {
  std::set<std::string_view> known = kElsewhere;
  for (const Sample& sample : samples()) known.insert(sample.operation);
  S3Ops::each([&]<class Op>() { EXPECT_TRUE(known.contains(Op::kName)) << Op::kName << " has no sample here"; });
}

}  // namespace
}  // namespace skerry::s3
