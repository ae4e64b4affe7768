#include "s3/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "digest/hasher.h"
#include "digest/multipart.h"
#include "s3/api/errors.h"

namespace skerry::s3 {
namespace {

using digest::Algorithm;
using digest::ChecksumType;

// An upload of parts that are all of one byte value, without their bytes.
class CompletionTest : public testing::Test {
 protected:
  void choose(Algorithm algorithm, ChecksumType type) {
    upload_.mutable_checksum()->set_algorithm(static_cast<std::uint32_t>(algorithm));
    upload_.mutable_checksum()->set_composite(type == ChecksumType::Composite);
    upload_.set_checksum_chosen(true);
  }
  Algorithm algorithm() const { return static_cast<Algorithm>(upload_.checksum().algorithm()); }

  void add(std::uint32_t number, std::string_view bytes, std::uint64_t size = kPartBytesMin) {
    StoredPart& part = stored_.emplace_back();
    part.number = number;
    part.record.set_size(size);
    part.record.set_etag_md5(std::string(digest::digest_of(Algorithm::MD5, bytes).bytes()));
    part.record.set_checksum(std::string(digest::digest_of(algorithm(), bytes).bytes()));
    wanted_.parts.push_back({number, digest::digest_of(Algorithm::MD5, bytes).hex(), std::nullopt});
  }
  void vouch(std::size_t index) {
    auto value = digest::Digest::from_bytes(algorithm(), stored_[index].record.checksum());
    wanted_.parts[index].checksum = WrittenChecksum{algorithm(), value->base64()};
  }
  std::expected<UploadOutcome, wire::ApiError> judge() { return judge_completion(upload_, "id", stored_, wanted_); }
  std::string code() {
    auto judged = judge();
    return judged ? "" : std::string(judged.error().info->code);
  }
  std::string message() { return judge().error().message; }

  record::Upload upload_ = [] {
    record::Upload upload;
    upload.mutable_checksum()->set_algorithm(static_cast<std::uint32_t>(Algorithm::CRC64NVME));
    return upload;
  }();
  std::vector<StoredPart> stored_;
  WantedCompletion wanted_;
};

// s3-facts 46
TEST_F(CompletionTest, AListIsAscendingAndNeitherEmptyNorTooLong) {
  auto code = [](std::vector<std::uint32_t> numbers) {
    std::vector<WantedPart> parts;
    for (std::uint32_t number : numbers) parts.push_back({number, "", std::nullopt});
    auto checked = check_part_list(parts);
    return checked ? "" : std::string(checked.error().info->code);
  };
  EXPECT_EQ(code({1, 2, 9}), "");
  EXPECT_EQ(code({}), "MalformedXML");
  EXPECT_EQ(code({0}), "InvalidArgument");
  EXPECT_EQ(code({2, 1}), "InvalidPartOrder");
  EXPECT_EQ(code({1, 1}), "InvalidPartOrder");
  EXPECT_EQ(code(std::vector<std::uint32_t>(10'001, 1)), "MalformedXML");
}

// s3-facts 46
TEST_F(CompletionTest, APartIsTheOneThatWasUploaded) {
  add(2, "b");
  add(7, "a", 0);
  EXPECT_EQ(code(), "");
  wanted_.parts[1].number = 8;
  EXPECT_EQ(code(), "InvalidPart");
  wanted_.parts[1] = {7, wanted_.parts[0].etag, std::nullopt};
  EXPECT_EQ(code(), "InvalidPart");
}

// s3-facts 46
TEST_F(CompletionTest, AllButTheLastHaveFiveMebibytes) {
  add(1, "a", kPartBytesMin - 1);
  EXPECT_EQ(code(), "");
  add(2, "b", 1);
  auto failed = judge();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().info->code, "EntityTooSmall");
  EXPECT_THAT(failed.error().fields, testing::Contains(testing::Pair("ProposedSize", "5242879")));
  EXPECT_THAT(failed.error().fields, testing::Contains(testing::Pair("MinSizeAllowed", "5242880")));
  EXPECT_THAT(failed.error().fields, testing::Contains(testing::Pair("PartNumber", "1")));
  wanted_.parts.erase(wanted_.parts.begin());
  EXPECT_EQ(code(), "") << "what is not wanted may be small";
}

// s3-facts 47
TEST_F(CompletionTest, TheETagIsThatOfThePartsETags) {
  add(1, "a");
  add(3, "b");
  auto outcome = judge();
  ASSERT_TRUE(outcome);
  std::string both = stored_[0].record.etag_md5() + stored_[1].record.etag_md5();
  EXPECT_EQ(outcome->etag_md5, digest::digest_of(Algorithm::MD5, both).bytes());
  EXPECT_EQ(etag_of_parts(wanted_.parts), outcome->etag_md5);
  EXPECT_EQ(outcome->size, 2 * kPartBytesMin);
  EXPECT_EQ(outcome->parts[1].number(), 3u);
}

// s3-facts 43
TEST_F(CompletionTest, ACompositeNeedsEveryPartsChecksum) {
  choose(Algorithm::SHA256, ChecksumType::Composite);
  add(1, "a");
  add(2, "b");
  EXPECT_EQ(message(),
            "The upload was created using a sha256 checksum. The complete request must include the checksum for each "
            "part. It was missing for part 1 in the request.");
  vouch(0);
  vouch(1);
  EXPECT_EQ(code(), "");
  std::string both = stored_[0].record.checksum() + stored_[1].record.checksum();
  digest::Digest whole = digest::digest_of(Algorithm::SHA256, both);
  EXPECT_EQ(judge()->checksum, whole.bytes());
  wanted_.checksum = WrittenChecksum{Algorithm::SHA256, whole.base64() + "-2"};
  EXPECT_EQ(code(), "");
  wanted_.checksum->text = whole.base64() + "-3";
  EXPECT_EQ(message(), "The sha256 you specified did not match the calculated checksum.");
  wanted_.checksum->text = "nonsense";
  EXPECT_EQ(message(), "Value for x-amz-checksum-sha256 header is invalid.");
  wanted_.checksum.reset();
  std::swap(wanted_.parts[0].checksum, wanted_.parts[1].checksum);
  EXPECT_EQ(code(), "InvalidPart");
  wanted_.parts[0].checksum->algorithm = Algorithm::CRC32;
  EXPECT_EQ(message(), "The crc32 you specified for part 1 did not match what we received.");
}

// s3-facts 43
TEST_F(CompletionTest, AFullObjectChecksumIsThatOfAllBytes) {
  choose(Algorithm::CRC32C, ChecksumType::FullObject);
  add(1, std::string(kPartBytesMin, 'a'));
  add(2, "b", 1);
  digest::Digest whole = digest::digest_of(Algorithm::CRC32C, std::string(kPartBytesMin, 'a') + "b");
  auto outcome = judge();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->checksum, whole.bytes());
  wanted_.checksum = WrittenChecksum{Algorithm::CRC32C, whole.base64()};
  wanted_.type = ChecksumType::FullObject;
  EXPECT_EQ(code(), "");
  wanted_.type = ChecksumType::Composite;
  EXPECT_EQ(message(),
            "The upload was created using the FULL_OBJECT checksum mode. The complete request must use the same "
            "checksum mode.");
  wanted_.type.reset();
  wanted_.checksum = WrittenChecksum{Algorithm::CRC32C, digest::digest_of(Algorithm::CRC32C, "x").base64()};
  EXPECT_EQ(code(), "BadDigest");
  wanted_.checksum = WrittenChecksum{Algorithm::CRC32, whole.base64()};
  EXPECT_EQ(code(), "InvalidRequest");
}

TEST_F(CompletionTest, TheObjectsSizeIsTheOneThatWasSaid) {
  add(1, "a", 10);
  wanted_.size = 10;
  EXPECT_EQ(code(), "");
  wanted_.size = 11;
  EXPECT_EQ(message(), "The provided 'x-amz-mp-object-size' header value 11 does not match what was computed: 10");
}

TEST_F(CompletionTest, AChecksumThatNobodyCanTestIsRefused) {
  add(1, "a");
  wanted_.parts[0].checksum = WrittenChecksum{Algorithm::CRC32, "AAAAAA=="};
  EXPECT_EQ(code(), "InvalidPart");
  vouch(0);
  EXPECT_EQ(code(), "");
}

}  // namespace
}  // namespace skerry::s3
