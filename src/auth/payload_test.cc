#include "auth/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/auth_test_support.h"
#include "auth/sign_request.h"
#include "base/pieced_source.h"

namespace skerry::auth {
namespace {

struct Outcome {
  std::string bytes;
  std::optional<ReadErrc> errc;
  std::optional<AuthError> failure;
  net::Headers trailers;
};

class PayloadTest : public testing::Test {
 protected:
  // A signed PUT; `body` is what the wire carries.
  net::Request put(std::string_view content_sha256, std::initializer_list<net::Headers::Field> headers = {}) {
    net::Request request = make_request("PUT", "/k", "b.s3.amazonaws.com", headers, 1);
    seed_ = sign_request(request, signer_, clock_.now(), content_sha256);
    return request;
  }
  net::Request streaming_put(std::string_view content_sha256, std::size_t decoded_length, std::string trailer = {}) {
    net::Request request = make_request("PUT", "/k", "b.s3.amazonaws.com", {{"content-encoding", "aws-chunked"}}, 1);
    request.headers.add("x-amz-decoded-content-length", std::to_string(decoded_length));
    if (!trailer.empty()) request.headers.add("x-amz-trailer", std::move(trailer));
    seed_ = sign_request(request, signer_, clock_.now(), content_sha256);
    return request;
  }
  Authenticated authenticated(const net::Request& request) {
    auto who = authenticator_.try_authenticate(request, expected_);
    EXPECT_TRUE(who && *who) << (*who ? "" : (*who).error().message);
    return who && *who ? **who : Authenticated();
  }
  // Reads the body with buffers of `step` bytes from a wire that gives `pieces`.
  Outcome receive(const net::Request& request, std::string body, std::size_t step = 65536,
                  std::vector<std::size_t> pieces = {1u << 20}) {
    PiecedSource raw(std::move(body), std::move(pieces));
    Outcome out;
    auto payload = wrap_payload(raw, request, authenticated(request));
    if (!payload) {
      out.failure = payload.error();
      return out;
    }
    std::string buffer(step, '\0');
    for (;;) {
      auto got = sim_.run((*payload)->read(buffer));
      if (!got) {
        out.errc = got.error().errc;
        EXPECT_EQ(sim_.run((*payload)->read(buffer)).error().errc, *out.errc) << "an error stays";
        break;
      }
      if (*got == 0) {
        EXPECT_EQ(sim_.run((*payload)->read(buffer)).value(), 0u) << "the end stays";
        EXPECT_EQ(raw.left(), 0u);
        break;
      }
      out.bytes.append(buffer, 0, *got);
    }
    if ((*payload)->failure()) out.failure = *(*payload)->failure();
    out.trailers = (*payload)->trailers();
    return out;
  }
  void expect_refused(const net::Request& request, std::string body, std::string_view code, int status) {
    for (std::size_t piece : {std::size_t{1} << 20, std::size_t{1}}) {
      Outcome out = receive(request, body, 4096, {piece});
      ASSERT_TRUE(out.failure) << code << " expected, read " << out.bytes.size() << " bytes";
      EXPECT_EQ(out.failure->code, code);
      EXPECT_EQ(out.failure->status, status);
    }
  }
  std::string frame(std::vector<std::string> chunks, net::Headers trailers, bool is_signed) {
    return frame_chunks(chunks, trailers, signer_, clock_.now(), is_signed ? seed_ : "");
  }
  static net::Headers crc32(std::string value = "AAAAAA==") {
    net::Headers trailers;
    trailers.add("x-amz-checksum-crc32", std::move(value));
    return trailers;
  }

  SimExecutor sim_;
  FixedClock clock_{"20130524T000000Z"};
  MapCredentials credentials_;
  Authenticator authenticator_{credentials_, clock_};
  Expectation expected_{.services = kS3};
  Signer signer_{std::string(kTestKeyId), std::string(kTestSecret)};
  std::string seed_;
};

constexpr std::string_view kSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr std::string_view kSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr std::string_view kUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

TEST_F(PayloadTest, LiteralHashIsCheckedAtTheEnd) {
  net::Request request = put(hex_sha256("hello"));
  EXPECT_EQ(receive(request, "hello", 2).bytes, "hello");
  Outcome out = receive(request, "hellp", 2);
  EXPECT_EQ(out.errc, ReadErrc::BadDigest);
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, "XAmzContentSHA256Mismatch");
  EXPECT_EQ(out.failure->status, 400);
  EXPECT_EQ(out.failure->message, "The provided 'x-amz-content-sha256' header does not match what was computed.");
  EXPECT_EQ(field(*out.failure, "ClientComputedContentSHA256"), hex_sha256("hello"));
  EXPECT_EQ(field(*out.failure, "S3ComputedContentSHA256"), hex_sha256("hellp"));
}

TEST_F(PayloadTest, LiteralHashMayBeComputedElsewhere) {
  net::Request request = put(hex_sha256("hello"));
  Authenticated who = authenticated(request);
  StringSource raw("hellp");
  auto payload = wrap_payload(raw, request, who, LiteralHash::Elsewhere);
  ASSERT_TRUE(payload);
  EXPECT_EQ(sim_.run(read_all(**payload, 10)).value(), "hellp");
  EXPECT_FALSE(check_payload_sha256(who, Sha256::of("hello")));
  EXPECT_EQ(check_payload_sha256(who, Sha256::of("hellp"))->code, "XAmzContentSHA256Mismatch");
}

TEST_F(PayloadTest, UnsignedPayloadPasses) {
  EXPECT_EQ(receive(put("UNSIGNED-PAYLOAD"), "anything").bytes, "anything");
}

// AWS's documented upload in chunks: 64 KiB, 1 KiB, the end.
TEST_F(PayloadTest, AwsExampleChunked) {
  net::Request request = make_request("PUT", "/examplebucket/chunkObject.txt", "s3.amazonaws.com",
                                      {{"x-amz-date", "20130524T000000Z"},
                                       {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                                       {"x-amz-content-sha256", std::string(kSigned)},
                                       {"content-encoding", "aws-chunked"},
                                       {"x-amz-decoded-content-length", "66560"},
                                       {"content-length", "66824"}},
                                      66824);
  request.headers.add("authorization",
                      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                      "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                      "x-amz-decoded-content-length;x-amz-storage-class,"
                      "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
  std::string body = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
                     std::string(65536, 'a') +
                     "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
                     std::string(1024, 'a') +
                     "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
  ASSERT_EQ(body.size(), 66824u);
  EXPECT_EQ(receive(request, body).bytes, std::string(66560, 'a'));
  EXPECT_EQ(receive(request, body, 1000, {1, 7, 4096}).bytes, std::string(66560, 'a'));
  body[200] = 'b';
  expect_refused(request, body, "SignatureDoesNotMatch", 403);
}

// AWS's documented upload with a trailing checksum.
TEST_F(PayloadTest, AwsExampleTrailer) {
  net::Request request = make_request("PUT", "/examplebucket/chunkObject.txt", "s3.amazonaws.com",
                                      {{"x-amz-date", "20130524T000000Z"},
                                       {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                                       {"x-amz-content-sha256", std::string(kSignedTrailer)},
                                       {"content-encoding", "aws-chunked"},
                                       {"x-amz-decoded-content-length", "66560"},
                                       {"x-amz-trailer", "x-amz-checksum-crc32c"}},
                                      66946);
  request.headers.add("authorization",
                      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                      "SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;"
                      "x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,"
                      "Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  std::string head = "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
                     std::string(65536, 'a') +
                     "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
                     std::string(1024, 'a') +
                     "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n";
  std::string checksum = "x-amz-checksum-crc32c:sOO8/Q==";
  std::string signature = "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
  // As the SDKs send it, with the blank line that AWS's page shows after the last chunk, with minio-go's bare LF, and
  // without the last line end.
  for (const std::string& tail :
       {checksum + "\r\n" + signature + "\r\n\r\n", "\r\n" + checksum + "\r\n" + signature + "\r\n\r\n",
        checksum + "\n\r\n" + signature + "\r\n\r\n", checksum + "\r\n" + signature}) {
    for (std::size_t piece : {100'000, 1, 1000}) {
      Outcome out = receive(request, head + tail, 5000, {piece});
      EXPECT_FALSE(out.failure) << out.failure->message;
      EXPECT_EQ(out.bytes, std::string(66560, 'a'));
      EXPECT_EQ(out.trailers.get("x-amz-checksum-crc32c"), "sOO8/Q==");
      EXPECT_EQ(out.trailers.size(), 1u);
    }
  }
  expect_refused(request, head + "x-amz-checksum-crc32c:sOO8/A==\r\n" + signature + "\r\n\r\n", "SignatureDoesNotMatch",
                 403);
  expect_refused(request, head + checksum + "\r\n\r\n", "MalformedTrailerError", 400);
  expect_refused(request, head + "\r\n", "MalformedTrailerError", 400);
}

TEST_F(PayloadTest, EveryFormWhateverTheSplit) {
  std::string content;
  for (int i = 0; i < 20000; ++i) content += static_cast<char>(i * 7 + i / 256);
  std::vector<std::string> chunks{content.substr(0, 8192), content.substr(8192, 9000), content.substr(17192)};
  struct Form {
    std::string_view mode;
    bool is_signed, trailer;
  };
  for (Form form : {Form{kSigned, true, false}, Form{kSignedTrailer, true, true}, Form{kUnsignedTrailer, false, true},
                    Form{kUnsignedTrailer, false, false}}) {
    net::Request request = streaming_put(form.mode, content.size(), form.trailer ? "x-amz-checksum-crc32" : "");
    std::string body = frame(chunks, form.trailer ? crc32() : net::Headers(), form.is_signed);
    for (std::size_t step : {1, 2, 3, 64, 5000, 65536}) {
      for (const auto& pieces : std::vector<std::vector<std::size_t>>{{1}, {2, 3, 5}, {8191}, {100000}}) {
        Outcome out = receive(request, body, step, pieces);
        ASSERT_FALSE(out.failure) << form.mode << ": " << out.failure->message;
        ASSERT_TRUE(out.bytes == content) << form.mode << " in steps of " << step;
        EXPECT_EQ(out.trailers.get("x-amz-checksum-crc32"), form.trailer ? "AAAAAA==" : "");
      }
    }
  }
}

TEST_F(PayloadTest, EmptyAndOneByteBodies) {
  for (std::string content : {"", "x"}) {
    std::vector<std::string> chunks;
    if (!content.empty()) chunks.push_back(content);
    net::Request request = streaming_put(kSigned, content.size());
    EXPECT_EQ(receive(request, frame(chunks, {}, true)).bytes, content);
    request = streaming_put(kUnsignedTrailer, content.size(), "X-Amz-Checksum-CRC32");
    Outcome out = receive(request, frame(chunks, crc32(), false));
    EXPECT_EQ(out.bytes, content);
    EXPECT_EQ(out.trailers.get("x-amz-checksum-crc32"), "AAAAAA==");
  }
}

TEST_F(PayloadTest, FramedWithoutAHashHeader) {
  // boto3 with SigV2 or unsigned requests frames the body and tells it by Content-Encoding alone.
  net::Request request = make_request("PUT", "/k", "b.s3.amazonaws.com",
                                      {{"content-encoding", "gzip, AWS-Chunked"},
                                       {"x-amz-decoded-content-length", "5"},
                                       {"x-amz-trailer", "x-amz-checksum-crc32"}},
                                      1);
  EXPECT_EQ(receive(request, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n").bytes, "hello");
  request.headers.remove("content-encoding");
  EXPECT_EQ(receive(request, "5\r\nhello\r\n").bytes, "5\r\nhello\r\n");
}

TEST_F(PayloadTest, SmallChunksInTheMiddle) {
  // Recorded from AWS: chunks of 3 and 2 bytes get Chunk 2 and BadChunkSize 3.
  net::Request request = streaming_put(kSigned, 5);
  std::string body = frame({"hel", "lo"}, {}, true);
  expect_refused(request, body, "InvalidChunkSizeError", 403);
  Outcome out = receive(request, body);
  EXPECT_EQ(out.errc, ReadErrc::Malformed);
  EXPECT_EQ(out.failure->message, "Only the last chunk is allowed to have a size less than 8192 bytes");
  EXPECT_EQ(field(*out.failure, "Chunk"), "2");
  EXPECT_EQ(field(*out.failure, "BadChunkSize"), "3");
}

TEST_F(PayloadTest, LengthsHaveToAgree) {
  std::string body = frame({"hello"}, {}, false);
  expect_refused(streaming_put(kUnsignedTrailer, 6), body, "IncompleteBody", 400);
  expect_refused(streaming_put(kUnsignedTrailer, 4), body, "IncompleteBody", 400);
  net::Request request = put(kUnsignedTrailer);
  expect_refused(request, body, "MissingContentLength", 411);
  request = put(kUnsignedTrailer, {{"x-amz-decoded-content-length", "-1"}});
  expect_refused(request, body, "MissingContentLength", 411);
}

TEST_F(PayloadTest, BrokenFraming) {
  net::Request request = streaming_put(kUnsignedTrailer, 5);
  for (std::string body : {"", "5", "5\r\n", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "5\r\nhello\r\n0", "hello",
                           "5\r\nhelloX\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n",
                           "0x5\r\nhello\r\n0\r\n\r\n", "\r\n5\r\nhello\r\n0\r\n\r\n", "fffffffffffffffff\r\nhello\r\n",
                           "ffffffffffffffff\r\nhello\r\n", "5\r\nhello\r\n1\r\nx\r\n0\r\n\r\n",
                           "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n"}) {
    net::Request exact = streaming_put(kUnsignedTrailer, 5);
    Outcome out = receive(exact, body);
    EXPECT_TRUE(out.failure) << body;
    if (out.failure) {
      EXPECT_TRUE(out.failure->code == "IncompleteBody" || out.failure->code == "InvalidChunkSizeError") << body;
    }
  }
  expect_refused(request, std::string(5000, '5'), "IncompleteBody", 400);
  request = streaming_put(kSigned, 5);
  expect_refused(request, "5\r\nhello\r\n0\r\n\r\n", "SignatureDoesNotMatch", 403);
  expect_refused(request, frame({"hello"}, {}, true) + "x-amz-checksum-crc32:AAAAAA==\r\n\r\n", "IncompleteBody", 400);
}

TEST_F(PayloadTest, OnlyAnnouncedTrailersCount) {
  net::Request request = streaming_put(kUnsignedTrailer, 5, "x-amz-checksum-crc32");
  std::string chunk = "5\r\nhello\r\n0\r\n";
  expect_refused(request, chunk + "\r\n", "MalformedTrailerError", 400);
  expect_refused(request, chunk + "x-amz-acl:public-read\r\n\r\n", "MalformedTrailerError", 400);
  expect_refused(request, chunk + "x-amz-checksum-crc32:a\r\nx-amz-checksum-crc32:b\r\n\r\n", "MalformedTrailerError",
                 400);
  expect_refused(request, chunk + "x-amz-checksum-crc32\r\n\r\n", "MalformedTrailerError", 400);
  expect_refused(request, chunk + std::string(20000, 'x'), "MalformedTrailerError", 400);
  request = streaming_put(kUnsignedTrailer, 5);
  expect_refused(request, chunk + "x-amz-checksum-crc32:AAAAAA==\r\n\r\n", "MalformedTrailerError", 400);
  request = streaming_put(kUnsignedTrailer, 5, "x-amz-meta-a");
  Outcome out = receive(request, chunk + "\r\n");
  EXPECT_EQ(out.failure->code, "InvalidRequest");
  EXPECT_EQ(out.failure->message, "The value specified in the x-amz-trailer header is not supported");
}

// What clients send: AWS's SDKs end with one blank line, minio-go's unsigned trailers with a bare LF and two of them.
// More than that, or anything but blank lines, is nobody's.
TEST_F(PayloadTest, NothingFollowsTheEnd) {
  const std::string chunk = "5\r\nhello\r\n0\r\n", trailer = "x-amz-checksum-crc32:NhCmhg==";
  net::Request request = streaming_put(kUnsignedTrailer, 5, "x-amz-checksum-crc32");
  for (std::string tail : {trailer + "\r\n\r\n", trailer + "\n\r\n\r\n", "\r\n" + trailer + "\r\n\r\n"}) {
    Outcome out = receive(request, chunk + tail);
    EXPECT_FALSE(out.failure) << tail;
    EXPECT_EQ(out.bytes, "hello");
    EXPECT_EQ(out.trailers.get("x-amz-checksum-crc32"), "NhCmhg==");
  }
  for (std::string after :
       {"\r\n\r\n\r\n", "\n\n\n\n", "\r\nx", "\r\n5\r\nhello\r\n0\r\n\r\n", "\r\nx-amz-acl:private\r\n", "\r\n \r\n"}) {
    for (std::size_t piece : {1, 1000}) {
      Outcome out = receive(request, chunk + trailer + "\r\n" + after, 5000, {piece});
      ASSERT_TRUE(out.failure) << after;
      EXPECT_EQ(out.failure->code, "MalformedTrailerError") << after;
    }
  }
  for (std::string_view mode : {kSigned, kUnsignedTrailer}) {
    request = streaming_put(mode, 5);
    std::string body = frame({"hello"}, {}, mode == kSigned);
    EXPECT_FALSE(receive(request, body).failure);
    expect_refused(request, body + "\r\n\r\n", mode == kSigned ? "IncompleteBody" : "MalformedTrailerError", 400);
    expect_refused(request, body + "x", mode == kSigned ? "IncompleteBody" : "MalformedTrailerError", 400);
  }
}

TEST_F(PayloadTest, AChangedByteAnywhereInASignedBodyIsNoticed) {
  net::Request request = streaming_put(kSignedTrailer, 10, "x-amz-checksum-crc32");
  std::string body = frame({"0123456789"}, crc32(), true);
  for (std::size_t i = 0; i < body.size(); ++i) {
    std::string changed = body;
    changed[i] ^= 1;
    Outcome out = receive(request, changed);
    bool harmless = !out.failure && out.bytes == "0123456789" && out.trailers.get("x-amz-checksum-crc32") == "AAAAAA==";
    EXPECT_TRUE(out.failure || harmless) << "byte " << i;
  }
}

}  // namespace
}  // namespace skerry::auth
