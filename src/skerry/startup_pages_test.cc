#include "skerry/startup_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace skerry {
namespace {

// KiB of the files that are mapped into this process.
std::size_t resident_files() {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    std::size_t kib = 0;
    if (name == "RssFile:" && status >> kib) return kib;
  }
  return 0;
}

TEST(StartupPages, WhatRanAtTheStartIsNoMemoryOfTheProcess) {
  const std::size_t before = resident_files();
  ASSERT_GT(before, 2048U);
  unmap_startup_pages();
  EXPECT_LT(resident_files(), before / 4 * 3);
}

}  // namespace
}  // namespace skerry
