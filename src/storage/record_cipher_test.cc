#include "storage/record_cipher.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/bytes.h"
#include "base/random.h"
#include "storage/row_seal.h"

namespace skerry::storage {
namespace {

Secret key_of(char c) { return Secret(std::string(kKeyBytes, c)); }

BlobId id_of(char c) {
  BlobId id{.epoch = 7, .owner = Partition{1000}};
  id.unique.fill(c);
  return id;
}

std::string pattern(std::size_t size) {
  SeededRandom random(size + 1);
  return random.bytes(size);
}

// Sizes on both sides of every border.
const std::size_t kSizes[] = {0, 1, 15, 16, 4096, 65535, 65536, 65537, 131071, 131072, 131073, 200000};

TEST(Kek, DerivesAsRfc5869Says) {
  Kek kek(KekId{5}, key_of('k'));
  DerivedKey ours = kek.derive("some purpose");

  EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EVP_KDF_CTX* context = EVP_KDF_CTX_new(kdf);
  std::string key(kKeyBytes, 'k'), info = "some purpose", digest = "SHA256";
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                             OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
                             OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
                             OSSL_PARAM_construct_end()};
  std::array<unsigned char, 32> theirs;
  ASSERT_EQ(EVP_KDF_derive(context, theirs.data(), theirs.size(), parameters), 1);
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
  EXPECT_EQ(hex({ours.bytes().data(), 32}), hex({reinterpret_cast<char*>(theirs.data()), 32}));
}

TEST(RecordCipher, GivesBackWhatWasSealed) {
  Kek kek(KekId{5}, key_of('k'));
  for (std::size_t size : kSizes) {
    std::string plain = pattern(size);
    std::string sealed = seal_bytes(kek, id_of('a'), plain);
    EXPECT_EQ(sealed.size(), sealed_size(size));
    EXPECT_EQ(plain_size(sealed.size()), size);
    auto opened = open_bytes(kek, id_of('a'), sealed);
    ASSERT_TRUE(opened) << size;
    EXPECT_EQ(*opened, plain);
    if (size >= 16) {
      EXPECT_EQ(sealed.find(plain.substr(0, 16)), std::string::npos) << "the bytes lie open";
    }
  }
}

TEST(RecordCipher, TheStoredBytesAreTheseForEver) {
  Kek kek(KekId{0x0102030405060708}, key_of('k'));
  std::string sealed = seal_bytes(kek, id_of('a'), "hello");
  EXPECT_EQ(hex(sealed.substr(0, kBlobHeader)), "534b5242010000000102030405060708");
  EXPECT_EQ(hex(sealed.substr(kBlobHeader)), "3916e74df37cb29f549ab19db3b9aa875affdc44fa");
}

TEST(RecordCipher, LengthsThatNoBlobHas) {
  EXPECT_EQ(plain_size(0), std::nullopt);
  EXPECT_EQ(plain_size(kBlobHeader), std::nullopt);
  EXPECT_EQ(plain_size(kBlobHeader + kTagBytes - 1), std::nullopt);
  EXPECT_EQ(plain_size(kBlobHeader + kTagBytes), 0u);
  EXPECT_EQ(plain_size(kBlobHeader + kRecordSealed), kRecordPlain);
  // A full record, then a last one that is empty: the sealer never makes it.
  for (std::size_t extra = 1; extra <= kTagBytes; ++extra) {
    EXPECT_EQ(plain_size(kBlobHeader + kRecordSealed + extra), std::nullopt);
  }
  EXPECT_EQ(plain_size(kBlobHeader + kRecordSealed + kTagBytes + 1), kRecordPlain + 1);
}

void expect_corrupt(const Kek& kek, const std::string& sealed, const std::string& what) {
  auto opened = open_bytes(kek, id_of('a'), sealed);
  ASSERT_FALSE(opened) << what;
  EXPECT_EQ(opened.error().errc, StoreErrc::Corrupt) << what;
}

TEST(RecordCipher, EveryFlippedBitIsFound) {
  Kek kek(KekId{5}, key_of('k'));
  for (std::size_t size : {std::size_t{0}, std::size_t{5}}) {
    const std::string sealed = seal_bytes(kek, id_of('a'), pattern(size));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      std::string flipped = sealed;
      flipped[bit / 8] ^= static_cast<char>(1 << bit % 8);
      expect_corrupt(kek, flipped, fmt::format("bit {}", bit));
    }
  }
}

TEST(RecordCipher, CutExtendedAndSwappedAreFound) {
  Kek kek(KekId{5}, key_of('k'));
  for (std::size_t size : {1000ul, 65536ul, 131072ul, 200000ul}) {
    const std::string sealed = seal_bytes(kek, id_of('a'), pattern(size));
    for (std::size_t cut : {1ul, 16ul, 17ul, 500ul, sealed.size() - 16, sealed.size()}) {
      expect_corrupt(kek, sealed.substr(0, sealed.size() - cut), fmt::format("{} cut by {}", size, cut));
    }
    for (std::size_t more : {1ul, 16ul, 17ul, kRecordSealed}) {
      expect_corrupt(kek, sealed + std::string(more, '\0'), fmt::format("{} extended by {}", size, more));
    }
  }
  std::string sealed = seal_bytes(kek, id_of('a'), pattern(200000));
  expect_corrupt(kek, sealed.substr(0, record_offset(1)), "cut between two records");
  expect_corrupt(kek, sealed + sealed.substr(record_offset(3)), "its last record twice");
  std::string swapped = sealed.substr(0, record_offset(0)) + sealed.substr(record_offset(1), kRecordSealed) +
                        sealed.substr(record_offset(0), kRecordSealed) + sealed.substr(record_offset(2));
  expect_corrupt(kek, swapped, "two records swapped");
  expect_corrupt(kek, seal_bytes(kek, id_of('b'), "x"), "another blob's bytes");
  expect_corrupt(kek, seal_bytes(Kek(KekId{6}, key_of('k')), id_of('a'), "x"), "another key's id");
  expect_corrupt(kek, seal_bytes(Kek(KekId{5}, key_of('l')), id_of('a'), "x"), "another key");
}

TEST(RecordCipher, SealsPiecesAsIfJoinedAndOpensRecordsAlone) {
  Kek kek(KekId{5}, key_of('k'));
  RecordCipher cipher(kek, id_of('a'));
  std::string plain = pattern(3 * kRecordPlain + 100);
  std::string whole = seal_bytes(kek, id_of('a'), plain);
  std::string_view all = plain;
  std::vector<std::string_view> pieces = {
      all.substr(0, 7), {}, all.substr(7, kRecordPlain), all.substr(kRecordPlain + 7)};
  std::string sealed(whole.size() - kBlobHeader, '\0');
  cipher.seal(0, pieces, Last::Yes, sealed.data());
  EXPECT_EQ(sealed, whole.substr(kBlobHeader));

  std::string out(kRecordPlain, '\0');
  EXPECT_TRUE(cipher.open(2, std::string_view(whole).substr(record_offset(2), kRecordSealed), Last::No, out.data()));
  EXPECT_EQ(out, plain.substr(2 * kRecordPlain, kRecordPlain));
  EXPECT_FALSE(cipher.open(1, std::string_view(whole).substr(record_offset(2), kRecordSealed), Last::No, out.data()));
  EXPECT_EQ(out, std::string(kRecordPlain, '\0')) << "what did not authenticate was left behind";
  EXPECT_FALSE(cipher.open(2, std::string_view(whole).substr(record_offset(2), kRecordSealed), Last::Yes, out.data()));
}

TEST(RowSeal, BindsAValueToItsPlace) {
  SeededRandom random(1);
  Kek kek(KekId{5}, key_of('k'));
  std::string sealed = seal_row(kek, "here", "color=blue", random);
  EXPECT_EQ(sealed.size(), 10 + kRowSealBytes);
  EXPECT_NE(sealed, seal_row(kek, "here", "color=blue", random)) << "equal values must not look equal";
  EXPECT_EQ(open_row(kek, "here", sealed).value(), "color=blue");
  EXPECT_EQ(open_row(kek, "here", seal_row(kek, "here", "", random)).value(), "");

  EXPECT_EQ(open_row(kek, "there", sealed).error().errc, StoreErrc::Corrupt);
  EXPECT_EQ(open_row(Kek(KekId{5}, key_of('l')), "here", sealed).error().errc, StoreErrc::Corrupt);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open_row(kek, "here", sealed.substr(0, size)));
  }
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string flipped = sealed;
    flipped[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_FALSE(open_row(kek, "here", flipped)) << bit;
  }
}

}  // namespace
}  // namespace skerry::storage
