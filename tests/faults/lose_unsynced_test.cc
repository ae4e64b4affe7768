#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "tests/faults/crash_fixture.h"

namespace skerry::faults {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class LoseUnsynced : public CrashTest {
 protected:
  using Tree = std::map<std::string, std::string>;

  // What is left after the steps and a power cut: files with their bytes, folders with a slash.
  Tree left_by(std::string script) {
    int output;
    pid_t child = start({FILES_PROBE, data(), script}, output);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "status " << status;
    close(output);
    return tree(after());
  }
  static Tree tree(const std::filesystem::path& folder) {
    Tree found;
    if (!std::filesystem::exists(folder)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      std::string name = std::filesystem::relative(entry.path(), folder);
      if (entry.is_directory()) {
        found.emplace(name + "/", "");
      } else {
        std::ifstream file(entry.path(), std::ios::binary);
        found.emplace(name, std::string(std::istreambuf_iterator<char>(file), {}));
      }
    }
    return found;
  }
};

TEST_F(LoseUnsynced, NothingSurvivesThatWasNotSynced) {
  EXPECT_THAT(left_by("create a\nappend a hello\nmkdir d\nclose a"), IsEmpty());
}

TEST_F(LoseUnsynced, NothingSurvivesASyncThatLies) {
  syncs_lie_ = true;
  EXPECT_THAT(left_by("create a\nappend a hello\nsync a\nsyncdir ."), IsEmpty());
}

TEST_F(LoseUnsynced, AFileNeedsBothItsBytesAndItsNameSynced) {
  EXPECT_THAT(left_by("create a\nappend a hello\nsync a\n"
                      "create b\nappend b lost\nsyncdir .\n"
                      "create c\nappend c nameless\nsync c"),
              UnorderedElementsAre(Pair("a", "hello"), Pair("b", "")));
}

TEST_F(LoseUnsynced, BytesSyncedAfterTheNameArrive) {
  EXPECT_THAT(left_by("create a\nsyncdir .\nappend a one\nsync a\nappend a two"),
              UnorderedElementsAre(Pair("a", "one")));
}

TEST_F(LoseUnsynced, ClosingSyncsNothingAndALaterSyncTakesAll) {
  EXPECT_THAT(left_by("create a\nappend a one\nclose a\nsyncdir .\nopen a\nappend a two\nsync a\nappend a three"),
              UnorderedElementsAre(Pair("a", "onetwo")));
}

TEST_F(LoseUnsynced, WritesInPlaceSurviveWhenSynced) {
  EXPECT_THAT(
      left_by("create a\nappend a aaaaaaaaaa\nsync a\nsyncdir .\nwrite a 2 BB\nwrite a 7 C\nsync a\nwrite a 0 X"),
      UnorderedElementsAre(Pair("a", "aaBBaaaCaa")));
}

TEST_F(LoseUnsynced, WhatIsThereAtTheBeginIsDurable) {
  std::filesystem::create_directory(data() / "d");
  std::ofstream(data() / "d" / "old") << "old";
  EXPECT_THAT(left_by("create a\nopen d/old\nappend d/old new"),
              UnorderedElementsAre(Pair("d/", ""), Pair("d/old", "old")));
}

TEST_F(LoseUnsynced, ARenameIsAllOrNothingAndNeedsTheFolderSynced) {
  std::string make =
      "create cur\nappend cur 1\nsync cur\nsyncdir .\ncreate tmp\nappend tmp 2\nsync tmp\nrename tmp cur\n";
  EXPECT_THAT(left_by(make), UnorderedElementsAre(Pair("cur", "1")));
}

TEST_F(LoseUnsynced, ASyncedRenameReplaces) {
  EXPECT_THAT(left_by("create cur\nappend cur 1\nsync cur\nsyncdir .\n"
                      "create tmp\nappend tmp 2\nsync tmp\nrename tmp cur\nsyncdir ."),
              UnorderedElementsAre(Pair("cur", "2")));
}

TEST_F(LoseUnsynced, ARenameBetweenFoldersNeedsBoth) {
  EXPECT_THAT(left_by("mkdir d\nmkdir e\nsyncdir .\ncreate d/a\nappend d/a x\nsync d/a\nsyncdir d\n"
                      "rename d/a e/b\nsyncdir e"),
              UnorderedElementsAre(Pair("d/", ""), Pair("e/", ""), Pair("d/a", "x"), Pair("e/b", "x")));
}

TEST_F(LoseUnsynced, AnUnlinkNeedsTheFolderSynced) {
  std::string make = "create a\nsync a\ncreate b\nsync b\nsyncdir .\nunlink a\n";
  EXPECT_THAT(left_by(make + "syncdir .\nremove b"), UnorderedElementsAre(Pair("b", "")));
}

TEST_F(LoseUnsynced, ATemporaryFileGetsItsNameByALink) {
  EXPECT_THAT(left_by("tmp t\nappend t one\nsync t\nlinkfd t a\n"
                      "tmp u\nappend u two\nsync u\nlinkempty u b\nsyncdir .\n"
                      "tmp v\nappend v lost\nsync v\nlinkfd v c"),
              UnorderedElementsAre(Pair("a", "one"), Pair("b", "two")));
}

TEST_F(LoseUnsynced, TwoNamesAreOneFile) {
  EXPECT_THAT(left_by("create a\nlink a b\nsyncdir .\nappend a x\nsync a\nunlink a\nsyncdir .\nappend a y\nsync a"),
              UnorderedElementsAre(Pair("b", "xy")));
}

TEST_F(LoseUnsynced, AFolderNeedsItsParentSyncedAndItselfForItsNames) {
  EXPECT_THAT(left_by("mkdir d\ncreate d/a\nappend d/a x\nsync d/a\nsyncdir d\nsyncdir .\n"
                      "mkdir e\ncreate e/b\nsync e/b\nsyncdir e\n"
                      "mkdir d/f\ncreate d/f/g\nsyncdir d"),
              UnorderedElementsAre(Pair("d/", ""), Pair("d/a", "x"), Pair("d/f/", "")));
}

TEST_F(LoseUnsynced, AFolderIsRenamedWithAllThatIsInIt) {
  EXPECT_THAT(left_by("mkdir d\nsyncdir .\ncreate d/a\nappend d/a x\nsync d/a\nsyncdir d\nrename d e\nsyncdir .\n"
                      "create e/b\nappend e/b y\nsync e/b\nsyncdir e"),
              UnorderedElementsAre(Pair("e/", ""), Pair("e/a", "x"), Pair("e/b", "y")));
}

TEST_F(LoseUnsynced, AFolderThatWasRemovedIsThereUntilItsParentIsSynced) {
  std::string make = "mkdir d\ncreate d/a\nsyncdir d\nsyncdir .\nunlink d/a\nrmdir d\n";
  EXPECT_THAT(left_by(make), UnorderedElementsAre(Pair("d/", ""), Pair("d/a", "")));
  go_on_with_what_is_left();
  EXPECT_THAT(left_by("unlink d/a\nrmdir d\nsyncdir .\nmkdir d\nsyncdir ."), UnorderedElementsAre(Pair("d/", "")));
}

TEST_F(LoseUnsynced, TruncationsCountWhenSynced) {
  EXPECT_THAT(left_by("create a\nappend a abcdef\nsync a\nsyncdir .\ntruncate a 2"),
              UnorderedElementsAre(Pair("a", "abcdef")));
  go_on_with_what_is_left();
  EXPECT_THAT(left_by("open a\ntruncate a 2\ntruncate a 4\nsync a\ntruncate a 0"),
              UnorderedElementsAre(Pair("a", std::string("ab\0\0", 4))));
  go_on_with_what_is_left();
  EXPECT_THAT(left_by("openw a\nappend a xyz\nsync a\nclose a\nopenw a"), UnorderedElementsAre(Pair("a", "xyz")));
}

TEST_F(LoseUnsynced, AllocatedSpaceHoldsZeros) {
  EXPECT_THAT(left_by("create a\nallocate a 6\nwrite a 0 ab\nsync a\nsyncdir .\nwrite a 2 cd"),
              UnorderedElementsAre(Pair("a", std::string("ab\0\0\0\0", 6))));
}

// A number of an inode that was freed comes back with the next file: it must not bring back the old one's bytes.
TEST_F(LoseUnsynced, AnInodeNumberThatComesBackIsAnotherFile) {
  std::string script;
  for (int i = 0; i < 50; ++i)
    script += fmt::format("create f{0}\nappend f{0} old{0}\nsync f{0}\nclose f{0}\nunlink f{0}\n", i);
  EXPECT_THAT(left_by(script + "create a\nappend a new\nclose a\nsyncdir ."), UnorderedElementsAre(Pair("a", "")));
}

TEST_F(LoseUnsynced, FilesOfStdioAndMkstempAreSeen) {
  EXPECT_THAT(left_by("stdio a lost\nsyncstdio b kept\ntemp c\nappend c x\nsync c\nsyncdir ."),
              UnorderedElementsAre(Pair("a", ""), Pair("b", "kept"), Pair("c", "x")));
}

TEST_F(LoseUnsynced, ByChanceSomeUnsyncedPagesSurvive) {
  survive_percent_ = 50;
  Tree left = left_by("create a\nappend a synced\nsync a\nsyncdir .\ntruncate a 0\nsync a\npages a 200");
  ASSERT_THAT(left, testing::SizeIs(1));
  auto survived = std::ranges::count(left["a"], 'p');
  EXPECT_GT(survived, 40 * 4096);
  EXPECT_LT(survived, 160 * 4096);
}

TEST_F(LoseUnsynced, ThousandsOfSyncedWritesAreFast) {
  std::string script = "create a\nsyncdir .\n", wanted;
  for (int i = 0; i < 5000; ++i) {
    script += fmt::format("append a {}\nsync a\n", i);
    wanted += std::to_string(i);
  }
  EXPECT_THAT(left_by(script), UnorderedElementsAre(Pair("a", wanted)));
}

}  // namespace
}  // namespace skerry::faults
