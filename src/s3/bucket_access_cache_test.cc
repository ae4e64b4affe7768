#include "s3/bucket_access_cache.h"

#include <gtest/gtest.h>

namespace skerry::s3 {
namespace {

using storage::Partition;

std::shared_ptr<const BucketAccess> some_access(std::size_t size = 0) {
  auto access = std::make_shared<BucketAccess>();
  access->record.set_policy(std::string(size, 'p'));
  return access;
}

TEST(BucketAccessCacheTest, OfAGenerationIsFoundForItAlone) {
  BucketAccessCache cache;
  auto first = some_access(), second = some_access();
  EXPECT_EQ(cache.find(Partition{1000}, 1), nullptr);
  cache.keep(Partition{1000}, 1, first);
  EXPECT_EQ(cache.find(Partition{1000}, 1), first);
  EXPECT_EQ(cache.find(Partition{1000}, 2), nullptr);
  EXPECT_EQ(cache.find(Partition{1001}, 1), nullptr);
  cache.keep(Partition{1000}, 2, second);
  EXPECT_EQ(cache.find(Partition{1000}, 2), second);
  EXPECT_EQ(cache.find(Partition{1000}, 1), nullptr);
  cache.keep(Partition{1000}, 1, first);  // a request that was slow
  EXPECT_EQ(cache.find(Partition{1000}, 2), second);
  cache.forget(Partition{1000});
  EXPECT_EQ(cache.find(Partition{1000}, 2), nullptr);
}

TEST(BucketAccessCacheTest, WhatWasUsedLongestAgoMakesRoom) {
  BucketAccessCache cache(10'000);
  cache.keep(Partition{1000}, 1, some_access(3000));
  cache.keep(Partition{1001}, 1, some_access(3000));
  EXPECT_NE(cache.find(Partition{1000}, 1), nullptr);
  cache.keep(Partition{1002}, 1, some_access(3000));
  EXPECT_NE(cache.find(Partition{1000}, 1), nullptr);
  EXPECT_EQ(cache.find(Partition{1001}, 1), nullptr);
  EXPECT_NE(cache.find(Partition{1002}, 1), nullptr);
  cache.keep(Partition{1003}, 1, some_access(20'000));  // the request that has it goes by it all the same
  EXPECT_NE(cache.find(Partition{1003}, 1), nullptr);
  EXPECT_EQ(cache.find(Partition{1002}, 1), nullptr);
}

}  // namespace
}  // namespace skerry::s3
