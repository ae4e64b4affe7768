#include <gtest/gtest.h>

#include "pattern.h"
#include "response.h"

namespace bench {
namespace {

constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n6\r\n "
    "world\r\n0\r\n\r\n";

// The body, when `answer` comes in pieces of `step` bytes and is complete exactly at its end.
std::string body_of(ResponseReader& reader, std::string_view answer, std::size_t step) {
  std::string body;
  for (; !answer.empty(); answer.remove_prefix(std::min(step, answer.size()))) {
    EXPECT_FALSE(reader.complete()) << answer;
    reader.take(answer.substr(0, step), [&](std::string_view piece) { body += piece; });
  }
  EXPECT_TRUE(reader.complete());
  return body;
}

TEST(ResponseReader, GivesTheBodyHoweverTheBytesAreSplit) {
  for (std::size_t step = 1; step <= kChunked.size(); ++step) {
    ResponseReader reader;
    reader.begin(false);
    EXPECT_EQ(body_of(reader, kChunked, step), "hello world");
    EXPECT_EQ(reader.status(), 200);
    EXPECT_EQ(reader.body_bytes(), 11u);
    EXPECT_FALSE(reader.closes());

    reader.begin(false);
    EXPECT_EQ(body_of(reader, "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno", step),
              "no");
    EXPECT_EQ(reader.status(), 404);
    EXPECT_TRUE(reader.closes());
  }
}

TEST(ResponseReader, ExpectsNoBodyAfterHeadOr204) {
  ResponseReader reader;
  reader.begin(true);
  EXPECT_EQ(body_of(reader, "HTTP/1.1 200 OK\r\ncontent-length: 4096\r\n\r\n", 7), "");
  EXPECT_EQ(reader.announced(), 4096u);
  EXPECT_EQ(reader.body_bytes(), 0u);
  reader.begin(false);
  EXPECT_EQ(body_of(reader, "HTTP/1.1 204 No Content\r\n\r\n", 7), "");
}

TEST(ResponseReader, PassesOver100Continue) {
  ResponseReader reader;
  reader.begin(false);
  EXPECT_EQ(body_of(reader, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 9), "");
  EXPECT_EQ(reader.status(), 200);
}

TEST(ResponseReader, FindsMoreThanWasAskedFor) {
  ResponseReader reader;
  reader.begin(false);
  reader.take("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokay", [](std::string_view) {});
  EXPECT_TRUE(reader.broken());
}

TEST(Pattern, KnowsItsObjectInPieces) {
  const Pattern pattern(100);
  const std::string object = std::string(pattern.common()) + pattern.tail(7);
  ASSERT_EQ(object.size(), 100u);
  for (std::size_t split = 0; split <= object.size(); ++split) {
    EXPECT_TRUE(pattern.matches(7, 0, object.substr(0, split), true));
    EXPECT_TRUE(pattern.matches(7, split, object.substr(split), true));
  }
  EXPECT_FALSE(pattern.matches(8, 0, object, false));
  EXPECT_FALSE(pattern.matches(7, 1, object, true)) << "longer than the object";
  std::string flipped = object;
  flipped[3] ^= 1;
  EXPECT_FALSE(pattern.matches(7, 0, flipped, true));
}

TEST(Pattern, FitsIntoFewBytes) {
  const Pattern pattern(1);
  EXPECT_EQ(pattern.common(), "");
  EXPECT_EQ(pattern.tail(0x1f), "f");
}

}  // namespace
}  // namespace bench
