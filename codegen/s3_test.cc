#include <gtest/gtest.h>

#include "s3/api/ops.h"
#include "wire_fixture.h"

// S3 through route, parse, handler and serialise, with requests as clients send them.
namespace skerry::s3 {
namespace {

using wire::make_request;
using wire::signed_for;

using wire::ApiError;
using wire::Context;
template <class T>
using Reply = Task<std::expected<T, ApiError>>;

class S3Wire : public ::testing::Test, public wire::WireFixture {
 protected:
  S3Wire() : WireFixture({&kService}) {}

  std::string operation_of(const net::Request& request) {
    auto route = router().route(request);
    return route ? std::string(route->operation->name) : "refused: " + std::string(route.error().error.info->code);
  }
};

TEST_F(S3Wire, PutObjectStreamsItsBodyAndAnswersInHeaders) {
  std::string body, bucket, key, meta;
  registry().bind<PutObjectOp>([&](Context&, PutObjectRequest in) -> Reply<PutObjectOutput> {
    bucket = in.bucket;
    key = in.key;
    meta = in.metadata->at("colour");
    body = (co_await read_all(*in.body.source, 100)).value();
    EXPECT_EQ(in.body.length, 5u);
    co_return PutObjectOutput{.etag = "\"5d41402abc4b2a76b9719d911017c592\""};
  });
  auto response = send(make_request("PUT", "/b1/a//b+c%20d/",
                                    {{"x-amz-meta-colour", "red"}, {"x-amz-meta-colour", "blue"}, signed_for("s3")}),
                       "hello");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(body_of(response), "");
  EXPECT_EQ(bucket, "b1");
  EXPECT_EQ(key, "a//b+c d/");
  EXPECT_EQ(meta, "red,blue");
  EXPECT_EQ(body, "hello");
}

TEST_F(S3Wire, GetObjectStreamsItsAnswer) {
  registry().bind<GetObjectOp>([](Context&, GetObjectRequest in) -> Reply<GetObjectOutput> {
    EXPECT_EQ(in.range, "bytes=0-4");
    GetObjectOutput out;
    out.body.bytes = std::make_unique<StringSource>("hello");
    out.last_modified = Time(seconds(784111777));
    out.metadata.emplace()["colour"] = "red";
    out.content_length = 5;
    co_return out;
  });
  auto response = send(make_request("GET", "/b1/k", {{"range", "bytes=0-4"}, {"if-modified-since", "not a date"}}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("last-modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(response.headers.get("x-amz-meta-colour"), "red");
  EXPECT_EQ(response.headers.count("content-length"), 0u);
  EXPECT_EQ(body_of(response), "hello");
}

TEST_F(S3Wire, ListObjectsV2WritesADocument) {
  registry().bind<ListObjectsV2Op>([](Context&, ListObjectsV2Request in) -> Reply<ListObjectsV2Output> {
    EXPECT_EQ(in.bucket, "b1");
    EXPECT_EQ(in.max_keys, std::nullopt);
    ListObjectsV2Output out;
    out.name = in.bucket;
    out.prefix = "";
    out.contents = {
        {.key = "a<\x01", .last_modified = Time(seconds(1)), .etag = "\"e\"", .size = 5, .storage_class = "STANDARD"}};
    out.common_prefixes = {{.prefix = "p/"}};
    co_return out;
  });
  auto response = send(make_request("GET", "/?list-type=2&max-keys=&prefix=", {{"host", "b1.localhost:4566"}}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), "application/xml");
  EXPECT_EQ(body_of(response),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Contents><Key>a&lt;&#x1;</Key>"
            "<LastModified>1970-01-01T00:00:01.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>5</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents><Name>b1</Name><Prefix></Prefix>"
            "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>");
}

TEST_F(S3Wire, CreateBucketReadsItsDocumentAndErrorsAreBare) {
  registry().bind<CreateBucketOp>([](Context&, CreateBucketRequest in) -> Reply<CreateBucketOutput> {
    if (in.bucket == "b1") {
      EXPECT_EQ(in.create_bucket_configuration.value().location_constraint, "eu-central-1");
    }
    if (in.bucket == "taken") co_return std::unexpected(error(Errc::BucketAlreadyExists).with("BucketName", in.bucket));
    co_return CreateBucketOutput{.location = "/" + in.bucket};
  });
  auto made = send(make_request("PUT", "/b1/", {signed_for("s3")}),
                   "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                   "<LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.headers.get("location"), "/b1");
  auto refused = send(make_request("PUT", "/taken"));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(body_of(refused),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>BucketAlreadyExists</Code><Message>The requested "
            "bucket name "
            "is not available. The bucket namespace is shared by all users of the system. Please select a different "
            "name and try "
            "again.</Message><BucketName>taken</BucketName><Resource>/taken</Resource><RequestId>RID</RequestId>"
            "<HostId>HID</HostId></Error>");
  auto broken = send(make_request("PUT", "/b1"), "<CreateBucketConfiguration>");
  EXPECT_EQ(broken.status, 400);
  EXPECT_NE(body_of(broken).find("<Code>MalformedXML</Code>"), std::string::npos);
}

TEST_F(S3Wire, OperationsWithoutHandlerAre501AndNamed) {
  auto response = send(make_request("PUT", "/b1?cors"), "<CORSConfiguration/>");
  EXPECT_EQ(response.status, 501);
  std::string body = body_of(response);
  EXPECT_NE(body.find("<Code>NotImplemented</Code>"), std::string::npos);
  EXPECT_NE(body.find("PutBucketCors"), std::string::npos);
}

TEST_F(S3Wire, RoutesByQueryAndHeaders) {
  EXPECT_EQ(operation_of(make_request("GET", "/")), "ListBuckets");
  EXPECT_EQ(operation_of(make_request("GET", "/?x-id=ListBuckets")), "ListBuckets");
  EXPECT_EQ(operation_of(make_request("GET", "/b1")), "ListObjects");
  EXPECT_EQ(operation_of(make_request("GET", "/b1/?location=")), "GetBucketLocation");
  EXPECT_EQ(operation_of(make_request("GET", "/b1?list-type=2&delimiter=/")), "ListObjectsV2");
  EXPECT_EQ(operation_of(make_request("GET", "/b1/k?uploadId=u")), "ListParts");
  EXPECT_EQ(operation_of(make_request("GET", "/b1/k?x-id=GetObject&versionId=v")), "GetObject");
  EXPECT_EQ(operation_of(make_request("GET", "/b1/k?partNumber=1")), "GetObject");
  EXPECT_EQ(operation_of(make_request("GET", "/b1//")), "GetObject");
  EXPECT_EQ(operation_of(make_request("HEAD", "/b1/k")), "HeadObject");
  EXPECT_EQ(operation_of(make_request("HEAD", "/b1/")), "HeadBucket");
  EXPECT_EQ(operation_of(make_request("PUT", "/b1/k")), "PutObject");
  EXPECT_EQ(operation_of(make_request("PUT", "/b1/k", {{"x-amz-copy-source", "b1/j"}})), "CopyObject");
  EXPECT_EQ(operation_of(make_request("PUT", "/b1/k?partNumber=1&uploadId=u")), "UploadPart");
  EXPECT_EQ(operation_of(make_request("PUT", "/b1/k?partNumber=1&uploadId=u", {{"x-amz-copy-source", "b1/j"}})),
            "UploadPartCopy");
  EXPECT_EQ(operation_of(make_request("POST", "/b1/k?uploads")), "CreateMultipartUpload");
  EXPECT_EQ(operation_of(make_request("POST", "/b1/k?uploadId=u")), "CompleteMultipartUpload");
  EXPECT_EQ(operation_of(make_request("DELETE", "/b1/k?uploadId=u")), "AbortMultipartUpload");
  EXPECT_EQ(operation_of(make_request("POST", "/b1/?delete=")), "DeleteObjects");
  EXPECT_EQ(operation_of(make_request("POST", "/b1")), "PostObject");
  EXPECT_EQ(operation_of(make_request("GET", "/b1?analytics")), "ListBucketAnalyticsConfigurations");
  EXPECT_EQ(operation_of(make_request("GET", "/b1?analytics&id=1")), "GetBucketAnalyticsConfiguration");
}

TEST_F(S3Wire, RefusesWhatNoOperationMeans) {
  EXPECT_EQ(operation_of(make_request("PUT", "/")), "refused: MethodNotAllowed");
  EXPECT_EQ(operation_of(make_request("POST", "/b1/k")), "refused: MethodNotAllowed");
  EXPECT_EQ(operation_of(make_request("PUT", "/b1/k?uploads")), "refused: MethodNotAllowed");
  EXPECT_EQ(operation_of(make_request("PUT", "/b1/k?uploadId=u")), "refused: MethodNotAllowed");
  EXPECT_EQ(operation_of(make_request("PUT", "/b1/k?partNumber=1")), "refused: InvalidArgument");
  EXPECT_EQ(operation_of(make_request("GET", "/b1?acl&tagging")), "refused: InvalidArgument");
  EXPECT_EQ(operation_of(make_request("GET", "/b1/%zz")), "refused: InvalidURI");
}

TEST_F(S3Wire, TheHostNamesTheBucket) {
  auto route_of = [&](std::string host, std::string target) {
    auto route = router().route(make_request("GET", std::move(target), {{"host", std::move(host)}}));
    return route ? std::string(route->label("Bucket")) + "|" + std::string(route->label("Key")) : "refused";
  };
  EXPECT_EQ(route_of("localhost:4566", "/b1/k"), "b1|k");
  EXPECT_EQ(route_of("b1.localhost:4566", "/k/"), "b1|k/");
  EXPECT_EQ(route_of("my.dotted.bucket.localhost", "//k"), "my.dotted.bucket|/k");
  EXPECT_EQ(route_of("b1.s3.localhost", "/k"), "b1|k");
  EXPECT_EQ(route_of("b1.s3.eu-central-1.localhost", "/k"), "b1|k");
  EXPECT_EQ(route_of("s3.eu-central-1.localhost", "/b1/k"), "b1|k");
  EXPECT_EQ(route_of("s3.localhost", "/b1/k"), "b1|k");
  EXPECT_EQ(route_of("127.0.0.1:4566", "/b1/k"), "b1|k");
  EXPECT_EQ(route_of("[::1]:4566", "/b1/k"), "b1|k");
  EXPECT_EQ(route_of("b1.s3-website.eu-central-1.localhost", "/k"), "refused");
}

}  // namespace
}  // namespace skerry::s3
