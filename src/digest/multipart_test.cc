#include "digest/multipart.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "digest/hasher.h"

namespace skerry::digest {
namespace {

constexpr std::size_t kPartBytes = 5 << 20;

// Two parts of 5 MiB and a short one; what is expected of them was computed with Python's hashlib and zlib.
std::vector<std::string> parts() { return {std::string(kPartBytes, 'a'), std::string(kPartBytes, 'b'), "tail"}; }

std::vector<Digest> digests_of(Algorithm algorithm, const std::vector<std::string>& bytes) {
  std::vector<Digest> digests;
  for (const std::string& part : bytes) digests.push_back(digest_of(algorithm, part));
  return digests;
}

std::vector<PartDigest> part_digests_of(Algorithm algorithm, const std::vector<std::string>& bytes) {
  std::vector<PartDigest> digests;
  for (const std::string& part : bytes) digests.push_back({digest_of(algorithm, part), part.size()});
  return digests;
}

TEST(Multipart, Sharp47EtagIsTheMd5OfMd5s) {
  EXPECT_EQ(multipart_etag(digests_of(Algorithm::MD5, parts())), "1af560d38fa58b7629ca9d6c912c720b-3");
}

TEST(Multipart, Sharp43CompositeEndsInTheNumberOfParts) {
  auto text = [](Algorithm algorithm) { return composite_of_parts(algorithm, digests_of(algorithm, parts())).text(); };
  EXPECT_EQ(text(Algorithm::SHA1), "gczZuq5mQgcP+uXPYrLvOtWfMx8=-3");
  EXPECT_EQ(text(Algorithm::SHA256), "T0IofAur232vg2f5FnRU1PLh4D7k1BYHEW2bHHQqkn8=-3");
  EXPECT_EQ(text(Algorithm::CRC32), "2AQfWw==-3");
}

TEST(Multipart, FullObjectIsTheChecksumOfAllBytes) {
  std::string all;
  for (const std::string& part : parts()) all += part;
  EXPECT_EQ(full_object_of_parts(Algorithm::CRC32, part_digests_of(Algorithm::CRC32, parts())).base64(), "kvhbgw==");
  for (Algorithm algorithm : {Algorithm::CRC32, Algorithm::CRC32C, Algorithm::CRC64NVME}) {
    EXPECT_EQ(full_object_of_parts(algorithm, part_digests_of(algorithm, parts())), digest_of(algorithm, all));
  }
}

TEST(Multipart, FullObjectOfRandomCuts) {
  SeededRandom random(3);
  for (int round = 0; round < 50; ++round) {
    std::string all;
    std::vector<std::string> pieces;
    for (std::uint64_t i = random.below(20); i > 0; --i) {
      all += pieces.emplace_back(random.bytes(random.below(5000)));
    }
    for (Algorithm algorithm : {Algorithm::CRC32, Algorithm::CRC32C, Algorithm::CRC64NVME}) {
      ASSERT_EQ(full_object_of_parts(algorithm, part_digests_of(algorithm, pieces)), digest_of(algorithm, all));
    }
  }
}

TEST(Multipart, FullObjectOfTenThousandPartsOfFiveGigabytes) {
  Digest zero(Algorithm::CRC64NVME, std::string(8, '\0'));
  std::vector<PartDigest> many(10'000, PartDigest{zero, std::uint64_t{5} << 30});
  EXPECT_EQ(full_object_of_parts(Algorithm::CRC64NVME, many), zero);
}

TEST(Multipart, OthersCannotBeCombined) {
  std::vector<PartDigest> one{{digest_of(Algorithm::SHA256, "x"), 1}};
  EXPECT_DEATH(full_object_of_parts(Algorithm::SHA256, one), "SHA256 cannot be combined");
  EXPECT_DEATH(full_object_of_parts(Algorithm::CRC32, one), "a part has SHA256");
}

TEST(ParseComposite, TakesBackWhatIsRendered) {
  for (Algorithm algorithm : kAlgorithms) {
    CompositeChecksum composite{digest_of(algorithm, "x"), 10'000};
    auto parsed = parse_composite(algorithm, composite.text());
    ASSERT_TRUE(parsed) << composite.text();
    EXPECT_EQ(*parsed, composite);
  }
}

TEST(ParseComposite, RefusesTheRest) {
  auto errc = [](std::string_view text) { return parse_composite(Algorithm::CRC32, text).error(); };
  for (const char* text : {"2AQfWw==", "2AQfWw==-", "2AQfWw==-0", "2AQfWw==-03", "2AQfWw==-10001", "2AQfWw==--3",
                           "2AQfWw==-3-3", "2AQfWw==-+3", "2AQfWw==-3 ", "2AQfWw==-99999999999999999999", ""}) {
    EXPECT_EQ(errc(text), ChecksumErrc::BadCount) << text;
  }
  EXPECT_EQ(errc("2AQfWw=-3"), ChecksumErrc::BadBase64);
  EXPECT_EQ(errc("-3"), ChecksumErrc::WrongLength);
  EXPECT_EQ(errc("rosUhgp5mIg=-3"), ChecksumErrc::WrongLength);
}

}  // namespace
}  // namespace skerry::digest
