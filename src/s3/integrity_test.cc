#include "s3/integrity.h"

#include <gtest/gtest.h>

namespace skerry::s3 {
namespace {

using digest::Algorithm;

struct Asked {
  net::Headers headers;
  wire::Parameters query;

  std::expected<ExpectedDigests, wire::ApiError> parse() const { return ExpectedDigests::parse(headers, query); }
};

Asked request(std::initializer_list<net::Headers::Field> headers, wire::Parameters query = {}) {
  Asked out{{}, std::move(query)};
  for (const auto& [name, value] : headers) out.headers.add(name, value);
  return out;
}

// What comes of a body "hello" under these headers: "ok" or the code.
std::string outcome(const Asked& asked, const net::Headers* trailers = nullptr) {
  auto expected = asked.parse();
  if (!expected) return std::string(expected.error().info->code);
  std::vector<digest::Digest> computed;
  for (Algorithm algorithm : expected->to_compute()) computed.push_back(digest::digest_of(algorithm, "hello"));
  auto good = expected->verify(computed, trailers);
  return good ? "ok" : std::string(good.error().info->code);
}

std::string of_hello(Algorithm algorithm) { return digest::digest_of(algorithm, "hello").base64(); }

TEST(IntegrityFact41, ContentMd5) {
  EXPECT_EQ(outcome(request({{"content-md5", of_hello(Algorithm::MD5)}})), "ok");
  for (std::string bad : {"", "x", "c2hvcnQ=", "************************"}) {
    EXPECT_EQ(outcome(request({{"content-md5", bad}})), "InvalidDigest") << bad;
  }
  auto expected = request({{"content-md5", "XrY7u+Ae7tCTyyK7j1rNww=="}}).parse();
  auto failed = expected->verify(std::vector{digest::digest_of(Algorithm::MD5, "hello")}, nullptr).error();
  EXPECT_EQ(failed.info->code, "BadDigest");
  EXPECT_EQ(failed.fields[0], std::pair(std::string("ExpectedDigest"), std::string("XrY7u+Ae7tCTyyK7j1rNww==")));
  EXPECT_EQ(failed.fields[1].first, "CalculatedDigest");
}

TEST(IntegrityFact42, ChecksumsOfEveryAlgorithm) {
  for (Algorithm algorithm : digest::kAlgorithms) {
    std::string header(digest::header_name(algorithm));
    EXPECT_EQ(outcome(request({{header, of_hello(algorithm)}})), "ok") << header;
    EXPECT_EQ(outcome(request({{header, digest::digest_of(algorithm, "x").base64()}})), "BadDigest");
    EXPECT_EQ(outcome(request({{header, "x"}})), "InvalidRequest");
  }
  auto failed = request({{"x-amz-checksum-crc32", "x"}}).parse().error();
  EXPECT_EQ(failed.message, "Value for x-amz-checksum-crc32 header is invalid.");
}

TEST(IntegrityFact42, OneChecksumOnly) {
  std::string crc = of_hello(Algorithm::CRC32), sha = of_hello(Algorithm::SHA1);
  EXPECT_EQ(outcome(request({{"x-amz-checksum-crc32", crc}, {"x-amz-checksum-sha1", sha}})), "InvalidRequest");
  EXPECT_EQ(outcome(request({{"x-amz-checksum-crc32", crc}, {"x-amz-trailer", "x-amz-checksum-sha1"}})),
            "InvalidRequest");
  EXPECT_EQ(outcome(request({{"x-amz-trailer", "x-amz-checksum-crc32,x-amz-checksum-sha1"}})), "InvalidRequest");
  EXPECT_EQ(outcome(request({{"x-amz-checksum-crc31", crc}})), "InvalidRequest");
}

TEST(IntegrityFact43, TheAlgorithmNamedIsTheOneUsed) {
  std::string crc = of_hello(Algorithm::CRC32);
  EXPECT_EQ(outcome(request({{"x-amz-sdk-checksum-algorithm", "CRC31"}})), "InvalidRequest");
  EXPECT_EQ(outcome(request({{"x-amz-sdk-checksum-algorithm", "SHA1"}, {"x-amz-checksum-crc32", crc}})),
            "InvalidRequest");
  EXPECT_EQ(outcome(request({{"x-amz-sdk-checksum-algorithm", "crc32"}, {"x-amz-checksum-crc32", crc}})), "ok");
  EXPECT_EQ(request({}).parse()->kept(), Algorithm::CRC64NVME);
}

TEST(Integrity, TrailersVouchAsHeadersDo) {
  auto asked = request({{"x-amz-trailer", "x-amz-checksum-crc32"}});
  net::Headers none, right, wrong, broken;
  right.add("x-amz-checksum-crc32", of_hello(Algorithm::CRC32));
  wrong.add("x-amz-checksum-crc32", "AAAAAA==");
  broken.add("x-amz-checksum-crc32", "x");
  EXPECT_EQ(outcome(asked, &right), "ok");
  EXPECT_EQ(outcome(asked, &wrong), "BadDigest");
  EXPECT_EQ(outcome(asked, &broken), "InvalidRequest");
  EXPECT_EQ(outcome(asked, &none), "MalformedTrailerError");
  EXPECT_EQ(outcome(asked, nullptr), "MalformedTrailerError");
}

TEST(Integrity, PresignedRequestsHaveThemInTheQuery) {
  EXPECT_EQ(outcome(request({}, {{"x-amz-checksum-crc32", "AAAAAA=="}, {"x-amz-sdk-checksum-algorithm", "CRC32"}})),
            "BadDigest");
}

TEST(IntegrityFact30, TheSignedHash) {
  std::vector computed{digest::digest_of(Algorithm::SHA256, "hello")};
  std::string right = computed[0].hex(), wrong(64, '0');
  EXPECT_TRUE(verify_signed_sha256(computed, right));
  EXPECT_TRUE(verify_signed_sha256({}, ""));
  auto failed = verify_signed_sha256(computed, wrong).error();
  EXPECT_EQ(failed.info->code, "XAmzContentSHA256Mismatch");
  EXPECT_EQ(failed.fields[0], std::pair(std::string("ClientComputedContentSHA256"), wrong));
  EXPECT_EQ(failed.fields[1], std::pair(std::string("S3ComputedContentSHA256"), right));
  using enum Algorithm;
  EXPECT_EQ(request({}).parse()->to_compute(right), (std::vector{MD5, CRC64NVME, SHA256}));
  EXPECT_EQ(request({{"x-amz-checksum-sha256", computed[0].base64()}}).parse()->to_compute(right),
            (std::vector{MD5, SHA256}));
}

}  // namespace
}  // namespace skerry::s3
