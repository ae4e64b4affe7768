#include "digest/hasher.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstdlib>

#include "base/random.h"

namespace skerry::digest {
namespace {

struct Known {
  Algorithm algorithm;
  const char* text;
  const char* hex;
};

// The check values of the algorithms' own publications. "Hello world" of the XXHASH family is what the AWS Common
// Runtime expects: it shows the seed (0) and the order of the bytes that the SDKs send.
const Known kKnown[] = {
    {Algorithm::CRC32, "123456789", "cbf43926"},
    {Algorithm::CRC32C, "123456789", "e3069283"},
    {Algorithm::CRC64NVME, "123456789", "ae8b14860a799888"},
    {Algorithm::MD5, "123456789", "25f9e794323b453885f5181f1b624d0b"},
    {Algorithm::MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
    {Algorithm::SHA1, "123456789", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
    {Algorithm::SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {Algorithm::SHA256, "123456789", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
    {Algorithm::SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {Algorithm::SHA512, "123456789",
     "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d4"
     "99c95455b6b5bb503acf574fba8ffe85"},
    {Algorithm::XXHASH64, "Hello world", "c500b0c912b376d8"},
    {Algorithm::XXHASH64, "", "ef46db3751d8e999"},
    {Algorithm::XXHASH3, "Hello world", "b6acb9d84a38ff74"},
    {Algorithm::XXHASH3, "", "2d06800538d394c2"},
    {Algorithm::XXHASH128, "Hello world", "7351f89812f97382b91d05b31e04dd7f"},
    {Algorithm::XXHASH128, "", "99aa06d3014798d86001c324468d497f"},
};

TEST(Hasher, KnownValues) {
  for (const Known& known : kKnown) {
    EXPECT_EQ(digest_of(known.algorithm, known.text).hex(), known.hex) << name(known.algorithm) << " " << known.text;
  }
}

TEST(Hasher, AwsExampleOfATrailingChecksum) {
  // From "Signature calculations for trailing headers": 65 KiB of the letter a.
  EXPECT_EQ(digest_of(Algorithm::CRC32C, std::string(66'560, 'a')).base64(), "sOO8/Q==");
}

TEST(Hasher, ZeroesInFrontOfANumberAreKept) {
  for (Algorithm algorithm : {Algorithm::CRC32, Algorithm::CRC32C, Algorithm::CRC64NVME}) {
    EXPECT_EQ(digest_of(algorithm, "").bytes(), std::string(digest_bytes(algorithm), '\0'));
  }
}

TEST(Hasher, HowTheBytesAreCutMakesNoDifference) {
  SeededRandom random(99);
  std::string bytes = random.bytes(300'000);
  for (Algorithm algorithm : kAlgorithms) {
    Digest whole = digest_of(algorithm, bytes);
    EXPECT_EQ(whole.algorithm(), algorithm);
    EXPECT_EQ(whole.bytes().size(), digest_bytes(algorithm));
    for (std::uint64_t step_max : {1000, 70'000}) {
      Hasher hasher(algorithm);
      for (std::string_view rest = bytes; !rest.empty();) {
        std::string_view piece = rest.substr(0, random.below(step_max));  // now and then an empty one
        hasher.update(piece);
        rest.remove_prefix(piece.size());
      }
      EXPECT_EQ(hasher.final(), whole) << name(algorithm);
    }
  }
}

TEST(Hasher, WorksUnderAPolicyThatPrefersFips) {
  // In a process of its own: what OpenSSL gives is fetched once, and the policy is the whole process's.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto hash_md5 = [] {
    EVP_set_default_properties(nullptr, "fips=yes");
    EVP_MD* plain = EVP_MD_fetch(nullptr, "MD5", nullptr);
    bool right = digest_of(Algorithm::MD5, "").hex() == "d41d8cd98f00b204e9800998ecf8427e";
    std::exit(plain == nullptr && right ? 0 : 1);
  };
  EXPECT_EXIT(hash_md5(), testing::ExitedWithCode(0), "");
}

TEST(Hasher, MovesInTheMiddle) {
  for (Algorithm algorithm : kAlgorithms) {
    Hasher first(algorithm);
    first.update("1234");
    Hasher second(std::move(first));
    second.update("567");
    Hasher third(Algorithm::MD5);
    third = std::move(second);
    third.update("89");
    EXPECT_EQ(third.algorithm(), algorithm);
    EXPECT_EQ(third.final(), digest_of(algorithm, "123456789")) << name(algorithm);
  }
}

}  // namespace
}  // namespace skerry::digest
