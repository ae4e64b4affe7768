#include "digest/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/bytes.h"

namespace skerry::digest {
namespace {

TEST(Algorithm, HasAwsNames) {
  std::vector<std::string> names, headers;
  for (Algorithm algorithm : kAlgorithms) {
    names.emplace_back(name(algorithm));
    headers.emplace_back(header_name(algorithm));
  }
  EXPECT_THAT(names, testing::ElementsAre("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME", "SHA512", "MD5", "XXHASH64",
                                          "XXHASH3", "XXHASH128"));
  EXPECT_THAT(headers, testing::ElementsAre("x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-sha1",
                                            "x-amz-checksum-sha256", "x-amz-checksum-crc64nvme",
                                            "x-amz-checksum-sha512", "x-amz-checksum-md5", "x-amz-checksum-xxhash64",
                                            "x-amz-checksum-xxhash3", "x-amz-checksum-xxhash128"));
}

TEST(Algorithm, IsFoundByNameHeaderAndNumber) {
  for (Algorithm algorithm : kAlgorithms) {
    EXPECT_EQ(find_algorithm(name(algorithm)), algorithm);
    EXPECT_EQ(find_algorithm_of_header(header_name(algorithm)), algorithm);
    EXPECT_EQ(find_algorithm_of_number(static_cast<std::uint8_t>(algorithm)), algorithm);
  }
  EXPECT_EQ(find_algorithm("crc64nvme"), Algorithm::CRC64NVME);
  EXPECT_EQ(find_algorithm_of_header("X-Amz-Checksum-Sha256"), Algorithm::SHA256);
}

TEST(Algorithm, OthersAreNotFound) {
  for (const char* text : {"", "CRC", "CRC64", "CRC32 ", "SHA-256", "XXHASH"}) EXPECT_FALSE(find_algorithm(text));
  for (const char* text : {"", "crc32", "x-amz-checksum-", "x-amz-checksum-type", "x-amz-checksum-algorithm",
                           "x-amz-checksum-mode", "content-md5"}) {
    EXPECT_FALSE(find_algorithm_of_header(text)) << text;
  }
  EXPECT_FALSE(find_algorithm_of_number(0));
  EXPECT_FALSE(find_algorithm_of_number(11));
}

TEST(ChecksumType, IsSpelledAsAwsDoes) {
  EXPECT_EQ(name(ChecksumType::Composite), "COMPOSITE");
  EXPECT_EQ(name(ChecksumType::FullObject), "FULL_OBJECT");
  EXPECT_EQ(find_checksum_type("FULL_OBJECT"), ChecksumType::FullObject);
  EXPECT_EQ(find_checksum_type("composite"), ChecksumType::Composite);
  EXPECT_FALSE(find_checksum_type("FULL"));
}

TEST(ChecksumType, Sharp43SupportsWhatAwsDoes) {
  std::set<Algorithm> full, composite;
  for (Algorithm algorithm : kAlgorithms) {
    if (supports(algorithm, ChecksumType::FullObject)) full.insert(algorithm);
    if (supports(algorithm, ChecksumType::Composite)) composite.insert(algorithm);
  }
  EXPECT_THAT(full, testing::ElementsAre(Algorithm::CRC32, Algorithm::CRC32C, Algorithm::CRC64NVME));
  EXPECT_EQ(composite.size(), 9u);
  EXPECT_FALSE(composite.contains(Algorithm::CRC64NVME));
}

TEST(Digest, ComparesByAlgorithmAndBytes) {
  std::string a(8, '\1'), b(8, '\2');
  EXPECT_EQ(Digest(Algorithm::XXHASH3, a), Digest(Algorithm::XXHASH3, a));
  EXPECT_NE(Digest(Algorithm::XXHASH3, a), Digest(Algorithm::XXHASH3, b));
  EXPECT_NE(Digest(Algorithm::XXHASH3, a), Digest(Algorithm::XXHASH64, a));
}

TEST(Digest, OfBytesOfARecordChecksTheLength) {
  EXPECT_EQ(Digest::from_bytes(Algorithm::CRC32, "abcd")->bytes(), "abcd");
  EXPECT_EQ(Digest::from_bytes(Algorithm::CRC32, "abc").error(), ChecksumErrc::WrongLength);
  EXPECT_EQ(Digest::from_bytes(Algorithm::CRC32, "").error(), ChecksumErrc::WrongLength);
  EXPECT_DEATH(Digest(Algorithm::CRC32, "abcde"), "5 bytes are no CRC32");
}

TEST(ParseChecksum, TakesBackWhatIsRendered) {
  for (Algorithm algorithm : kAlgorithms) {
    std::string bytes(digest_bytes(algorithm), '\xa5');
    Digest digest(algorithm, bytes);
    auto parsed = parse_checksum(algorithm, digest.base64());
    ASSERT_TRUE(parsed) << name(algorithm);
    EXPECT_EQ(*parsed, digest);
    EXPECT_EQ(parsed->bytes(), bytes);
    EXPECT_EQ(digest.hex().size(), 2 * bytes.size());
  }
}

TEST(ParseChecksum, RefusesTheLengthOfAnother) {
  for (Algorithm algorithm : kAlgorithms) {
    for (std::size_t length : {0, 1, 3, 5, 7, 9, 15, 17, 31, 33, 63, 65, 4096}) {
      EXPECT_EQ(parse_checksum(algorithm, base64(std::string(length, 'x'))).error(), ChecksumErrc::WrongLength)
          << name(algorithm) << " " << length;
    }
  }
}

TEST(ParseChecksum, RefusesWhatIsNotStrictBase64) {
  EXPECT_TRUE(parse_checksum(Algorithm::CRC32, "y/Q5Jg=="));
  for (const char* text : {"y/Q5Jg", "y/Q5Jg=", "y/Q5Jg===", " y/Q5Jg==", "y/Q5Jg==\n",
                           "y_Q5Jg==", "y/Q5Jh==", "y/Q5J===", "cbf43926!", "y/Q5 g=="}) {
    EXPECT_EQ(parse_checksum(Algorithm::CRC32, text).error(), ChecksumErrc::BadBase64) << text;
  }
}

TEST(FindDigest, MissesWhatIsNotThere) {
  std::vector<Digest> digests{Digest(Algorithm::CRC32, "abcd"), Digest(Algorithm::CRC32C, "efgh")};
  ASSERT_NE(find_digest(digests, Algorithm::CRC32C), nullptr);
  EXPECT_EQ(find_digest(digests, Algorithm::CRC32C)->bytes(), "efgh");
  EXPECT_EQ(find_digest(digests, Algorithm::MD5), nullptr);
}

}  // namespace
}  // namespace skerry::digest
