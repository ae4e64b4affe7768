#include <gtest/gtest.h>

#include "tests/model/check.h"

namespace skerry::model {
namespace {

// Speaks of one history: what has ended before, what runs during, and what the listing gave.
class CheckListing : public testing::Test {
 protected:
  History::Id put(std::string key, std::string value = "v") {
    auto id = history_.put(key, value);
    history_.done(id);
    return id;
  }
  void remove(std::string key) { history_.done(history_.remove(key)); }
  void begin_list(std::string prefix = "") { listing_ = history_.list(prefix); }
  void end_list(std::vector<Entry> entries) { history_.listed(listing_, std::move(entries)); }
  std::string wrong() {
    auto found = check_listing(history_.listings().at(0), history_.operations());
    return found.value_or("");
  }
  ::testing::AssertionResult right() {
    std::string found = wrong();
    return found.empty() ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << found;
  }

  History history_;
  History::Id listing_{};
};

TEST_F(CheckListing, TakesWhatWasThere) {
  put("a"), put("b"), remove("b"), put("other");
  begin_list("");
  end_list({{"a", "v"}, {"other", {}}});
  EXPECT_TRUE(right());
}

TEST_F(CheckListing, WantsWhatWasAcknowledgedBefore) {
  put("a"), put("b");
  begin_list();
  end_list({{"a", "v"}});
  EXPECT_NE(wrong().find("lacks b"), std::string::npos);
}

TEST_F(CheckListing, WantsWhatWasPutAgainAfterADelete) {
  put("a"), remove("a"), put("a", "2");
  begin_list();
  end_list({});
  EXPECT_NE(wrong().find("lacks a"), std::string::npos);
}

TEST_F(CheckListing, DoesNotWantWhatMayBeDeletedMeanwhile) {
  put("a");
  begin_list();
  auto removing = history_.remove("a");
  end_list({});
  history_.done(removing);
  EXPECT_TRUE(right());
}

TEST_F(CheckListing, DoesNotWantWhatADeleteOfUnknownOutcomeMayHaveTaken) {
  put("a");
  (void)history_.remove("a");
  put("a", "2");
  begin_list();
  end_list({});
  EXPECT_TRUE(right());
}

TEST_F(CheckListing, RefusesWhatWasDeletedBefore) {
  put("a"), remove("a");
  begin_list();
  end_list({{"a", {}}});
  EXPECT_NE(wrong().find("was not there"), std::string::npos);
}

TEST_F(CheckListing, RefusesWhatNobodyPut) {
  put("a");
  begin_list();
  end_list({{"a", {}}, {"b", {}}});
  put("b");
  EXPECT_NE(wrong().find("b, which"), std::string::npos);
}

TEST_F(CheckListing, TakesWhatIsPutMeanwhileOrPerhapsWas) {
  (void)history_.put("lost", "v");
  begin_list();
  put("new");
  end_list({{"lost", "v"}, {"new", "v"}});
  EXPECT_TRUE(right());
}

TEST_F(CheckListing, RefusesAValueThatWasOverwrittenBefore) {
  put("a", "1"), put("a", "2");
  begin_list();
  put("a", "3");
  end_list({{"a", "1"}});
  EXPECT_NE(wrong().find("not of its time"), std::string::npos);
}

TEST_F(CheckListing, TakesEveryValueOfItsTime) {
  put("a", "1"), put("b", "1");
  begin_list();
  put("a", "2"), put("b", "2");
  end_list({{"a", "1"}, {"b", "2"}});
  EXPECT_TRUE(right());
}

TEST_F(CheckListing, RefusesDisorderRepetitionAndOtherPrefixes) {
  for (std::vector<Entry> entries :
       {std::vector<Entry>{{"p2", {}}, {"p1", {}}}, {{"p1", {}}, {"p1", {}}}, {{"q", {}}}}) {
    History history;
    for (std::string key : {"p1", "p2", "q"}) history.done(history.put(key, "v"));
    history.listed(history.list("p"), entries);
    EXPECT_EQ(check(history).size(), 1u);
  }
}

TEST_F(CheckListing, KeysOutsideThePrefixAreNotWanted) {
  put("p1"), put("q");
  begin_list("p");
  end_list({{"p1", {}}});
  EXPECT_TRUE(right());
}

TEST(CheckHistory, JudgesKeysApartAndListingsToo) {
  History history;
  history.done(history.put("a", "1"));
  history.done(history.put("b", "1"));
  history.got(history.get("a"), "1");
  history.got(history.get("b"), std::nullopt);
  auto forgotten = history.put("c", "1");
  history.forget(forgotten);
  history.listed(history.list(""), {{"a", {}}});
  (void)history.get("a");
  (void)history.list("");
  std::vector<std::string> wrong = check(history);
  ASSERT_EQ(wrong.size(), 2u);
  EXPECT_NE(wrong[0].find("no order explains b"), std::string::npos) << wrong[0];
  EXPECT_NE(wrong[1].find("lacks b"), std::string::npos) << wrong[1];
}

}  // namespace
}  // namespace skerry::model
