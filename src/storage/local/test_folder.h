#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/check.h"

namespace skerry::storage::local {

// A folder of a test's own, gone with it.
class TestFolder {
 public:
  TestFolder() : path_((std::filesystem::temp_directory_path() / "skerry-store-XXXXXX").string()) {
    CHECK(::mkdtemp(path_.data()) != nullptr, "no temporary folder");
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace skerry::storage::local
