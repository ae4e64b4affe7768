#include "wire/spill.h"

#include <gtest/gtest.h>

#include "base/pieced_source.h"
#include "base/random.h"
#include "base/sim_executor.h"
#include "wire/test_spool.h"

// Long base64 strings leave a JSON text while it is read; everything else stays as it was.
namespace skerry::wire {
namespace {

constexpr std::size_t kFrom = 64 << 10;

class SpillTest : public testing::Test {
 protected:
  std::expected<SpilledText, ReadError> read(std::string text, std::size_t piece = 100'000, SpillLimits limits = {}) {
    if (limits.body_bytes == 0) limits.body_bytes = 100 << 20;
    PiecedSource body(std::move(text), piece);
    return sim_.run(read_spilling(body, spool_, tasks_, limits));
  }
  std::string bytes(const Spooled& spooled) {
    auto source = spooled.open();
    auto all = sim_.run(read_all(*source, 100 << 20));
    EXPECT_EQ(all->size(), spooled.size());
    return *all;
  }
  std::string parse_error(SpilledText text) {
    auto tree = Tree::from_json(std::move(text.text), std::move(text.spills));
    return tree ? "" : tree.error();
  }

  SimExecutor sim_;
  Gate tasks_;
  MemorySpool spool_;
  SeededRandom random_{7};
};

TEST_F(SpillTest, ALongStringIsSpooledAndTheTextKeepsItsPlace) {
  std::string code = random_.bytes(1'000'000);
  auto got = read(R"({"a":"short","Code":{"ZipFile":")" + base64(code) + R"("},"z":[1]})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->text, R"({"a":"short","Code":{"ZipFile":""},"z":[1]})");
  ASSERT_EQ(got->spills.size(), 1u);
  EXPECT_EQ(got->text.substr(got->spills[0].at, 3), "\"\"}");
  EXPECT_EQ(bytes(*got->spills[0].bytes), code);
  EXPECT_EQ(spool_.created, 1);
  got->spills.clear();
  EXPECT_EQ(spool_.held, 0u);
}

TEST_F(SpillTest, ReadsTheSameHoweverItIsCut) {
  for (std::size_t size : {kFrom / 4 * 3 - 1, kFrom / 4 * 3, kFrom / 4 * 3 + 1, std::size_t{200'000}}) {
    std::string code = random_.bytes(size);
    std::string text = R"({"k\"":"\\\"\u0041","c":")" + base64(code) + R"(","d":"\\"})";
    auto plain = Tree::from_json(text);
    ASSERT_TRUE(plain);
    for (std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, kFrom, std::size_t{1 << 20}}) {
      auto got = read(text, piece);
      ASSERT_TRUE(got);
      EXPECT_EQ(got->spills.size(), base64(code).size() >= kFrom ? 1u : 0u) << size;
      auto tree = Tree::from_json(std::move(got->text), std::move(got->spills));
      ASSERT_TRUE(tree) << tree.error();
      auto of = [&](const Spooled& spooled) { return bytes(spooled); };
      EXPECT_EQ(outline(*tree, tree->root(), of), outline(*plain, plain->root(), of)) << size << " by " << piece;
    }
  }
}

TEST_F(SpillTest, SlashesMayBeEscaped) {
  std::string code(120'000, '\xff');  // all slashes
  std::string text = "{\"c\":\"";
  for (char c : base64(code)) text += c == '/' ? std::string("\\/") : std::string(1, c);
  text += "\"}";
  for (std::size_t piece : {std::size_t{1}, std::size_t{65'537}}) {
    auto got = read(text, piece);
    ASSERT_TRUE(got);
    ASSERT_EQ(got->spills.size(), 1u);
    ASSERT_TRUE(got->spills[0].bytes);
    EXPECT_EQ(bytes(*got->spills[0].bytes), code);
  }
}

TEST_F(SpillTest, AnotherLongStringStaysInTheText) {
  std::string words;
  while (words.size() < 2 * kFrom) words += "some words ";
  std::string text = R"({"Description":")" + words + R"("})";
  auto got = read(text);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->text, text);
  EXPECT_TRUE(got->spills.empty());
  EXPECT_EQ(spool_.created, 0);
}

TEST_F(SpillTest, WhatTurnsOutToBeNoBase64IsSaidSo) {
  std::string good(kFrom + 8, 'A');
  for (std::string tail : {"!", "A", "=AAA", "AA=A", "\\n", "\\u0041", "\\\"", "A===", "AB==", "\x01", "\n"}) {
    auto got = read("{\"c\":\"" + good + tail + "\",\"d\":1}");
    ASSERT_TRUE(got) << tail;
    EXPECT_EQ(got->text, "{\"c\":\"\",\"d\":1}") << tail;
    ASSERT_EQ(got->spills.size(), 1u) << tail;
    EXPECT_FALSE(got->spills[0].bytes) << tail;
  }
  // Where padding ends a group and more follows.
  std::string padded = std::string(kFrom - 4, 'A') + "AAA=" + std::string(2 * kFrom, 'A');
  auto got = read("[\"" + padded + "\"]");
  ASSERT_TRUE(got);
  ASSERT_EQ(got->spills.size(), 1u);
  EXPECT_FALSE(got->spills[0].bytes);
  EXPECT_EQ(spool_.held, 0u);
}

TEST_F(SpillTest, BrokenTextStaysBroken) {
  std::string good(2 * kFrom, 'A');
  EXPECT_EQ(parse_error(*read("{\"c\":\"" + good)), "a string has no end");
  EXPECT_EQ(parse_error(*read("{\"c\":\"" + good + "\\")), "a string has no end");
  EXPECT_EQ(parse_error(*read("{\"c\":\"" + good + "\"")), "a comma or the end of an object is expected");
  EXPECT_EQ(parse_error(*read("{\"c\":\"" + good + "\"\"" + good + "\"}")),
            "a comma or the end of an object is expected");
  EXPECT_EQ(parse_error(*read("{\"" + good + "\":1}")), "a key is expected");
  EXPECT_EQ(parse_error(*read("\"" + good + "\" x")), "something follows the document");
  EXPECT_EQ(parse_error(*read("")), "the document ends too soon");
}

TEST_F(SpillTest, Limits) {
  std::string text = "{\"c\":\"" + std::string(2 * kFrom, 'A') + "\"}";
  EXPECT_TRUE(read(text, 1000, {.body_bytes = text.size()}));
  auto longer = read(text, 1000, {.body_bytes = text.size() - 1});
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().errc, ReadErrc::TooLarge);

  std::string spaces(2 << 20, ' ');
  auto wide = read(spaces);
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().errc, ReadErrc::TooLarge);

  std::string many = "[";
  for (int i = 0; i < 9; ++i) many += "\"" + std::string(kFrom, 'A') + "\",";
  auto strings = read(many + "1]");
  ASSERT_FALSE(strings);
  EXPECT_EQ(strings.error().errc, ReadErrc::TooLarge);
  EXPECT_EQ(spool_.held, 0u) << "what was spooled before is gone";
}

TEST_F(SpillTest, ASpoolThatFailsIsSaid) {
  spool_.failing = true;
  auto got = read("{\"c\":\"" + std::string(2 * kFrom, 'A') + "\"}");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().errc, ReadErrc::Unavailable);
  EXPECT_TRUE(read("{\"c\":\"short\"}"));
}

}  // namespace
}  // namespace skerry::wire
