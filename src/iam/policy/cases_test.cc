#include <gtest/gtest.h>

#include <fstream>

#include "iam/policy/case_world.h"

// The files in cases/: documents and requests, one a line, with the answer and the statement that gives it.
namespace skerry::iam::policy {
namespace {

struct Heading {
  std::string type, name;
  bool version_2008 = false;
};

class CaseFile {
 public:
  explicit CaseFile(const std::string& path) : lines_(path) { EXPECT_TRUE(lines_.good()) << path; }

  void run() {
    std::string line;
    while (std::getline(lines_, line)) {
      ++number_;
      SCOPED_TRACE(fmt::format("line {}", number_));
      if (line.starts_with("  ")) {
        statements_.push_back(line);
        continue;
      }
      end_document();
      if (line.starts_with("= ")) {
        world_.clear();
      } else if (line.starts_with("> ")) {
        check(line.substr(2));
      } else if (!line.empty() && !line.starts_with("#")) {
        begin_document(line);
      }
    }
  }
  int cases() const { return cases_; }

 private:
  void begin_document(const std::string& line) {
    std::istringstream words(line);
    std::string version;
    words >> heading_.type >> heading_.name >> version;
    heading_.version_2008 = version == "2008";
  }
  void end_document() {
    if (statements_.empty()) return;
    std::string why;
    EXPECT_TRUE(world_.add(heading_.type, heading_.name, heading_.version_2008, statements_, why)) << why;
    statements_.clear();
  }
  void check(const std::string& line) {
    auto arrow = line.rfind(" => ");
    ASSERT_NE(arrow, line.npos) << line;
    EXPECT_EQ(world_.ask(line.substr(0, arrow)), line.substr(arrow + 4)) << line;
    ++cases_;
  }

  std::ifstream lines_;
  CaseWorld world_;
  Heading heading_;
  std::vector<std::string> statements_;
  int number_ = 0, cases_ = 0;
};

TEST(Cases, Documented) {
  CaseFile file(SKERRY_POLICY_CASES "/documented.cases");
  file.run();
  EXPECT_GE(file.cases(), 320) << "the file was not read to its end";
}

}  // namespace
}  // namespace skerry::iam::policy
