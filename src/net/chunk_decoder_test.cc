#include "net/chunk_decoder.h"

#include <gtest/gtest.h>

namespace skerry::net {
namespace {

struct Decoded {
  std::string data;
  std::string trailers;
  std::string rest;  // what comes after the body
};

// Decodes `bytes` in pieces of `step`; the status that refuses them, or 0 when the end is missing.
std::expected<Decoded, int> decode(std::string_view bytes, std::size_t step = 1000, const Limits& limits = {}) {
  ChunkDecoder decoder(limits);
  Decoded out;
  while (!bytes.empty() && !decoder.ended()) {
    std::string_view piece = bytes.substr(0, step);
    if (decoder.data_left() > 0) {
      piece = piece.substr(0, decoder.data_left());
      out.data += piece;
      decoder.take_data(piece.size());
      bytes.remove_prefix(piece.size());
    } else {
      auto used = decoder.feed(piece);
      if (!used) return std::unexpected(used.error().status);
      bytes.remove_prefix(*used);
    }
  }
  if (!decoder.ended()) return std::unexpected(0);
  for (const auto& [name, value] : decoder.trailers()) out.trailers += name + "=" + value + ";";
  out.rest = bytes;
  return out;
}

int status_of(std::string_view bytes, const Limits& limits = {}) {
  auto decoded = decode(bytes, 1000, limits);
  return decoded ? 200 : decoded.error();
}

TEST(ChunkDecoder, GivesDataTrailersAndWhatFollows) {
  std::string_view body =
      "5\r\nhello\r\n0A;x=\"y\"\r\n 0123\r\n78\r\r\n0\r\nX-Amz-Checksum-Crc32: abc\r\nb: \r\n\r\nGET /";
  for (std::size_t step : {1, 2, 3, 7, 1000}) {
    auto decoded = decode(body, step);
    ASSERT_TRUE(decoded) << step;
    EXPECT_EQ(decoded->data, "hello 0123\r\n78\r");
    EXPECT_EQ(decoded->trailers, "x-amz-checksum-crc32=abc;b=;");
    EXPECT_EQ(decoded->rest, "GET /");
  }
}

TEST(ChunkDecoder, TakesAnEmptyBody) {
  auto decoded = decode("0\r\n\r\n");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->data + decoded->trailers + decoded->rest, "");
}

TEST(ChunkDecoder, RefusesSizesThatOthersMightReadDifferently) {
  for (const char* line :
       {"", " 5", "5 ", "+5", "-5", "0x5", "5h", "g", ";x", "\t5", "1000000000000000", "00000000000000005", "5\x01"}) {
    EXPECT_EQ(status_of(std::string(line) + "\r\nhello\r\n0\r\n\r\n"), 400) << line;
  }
}

TEST(ChunkDecoder, RefusesLinesThatDoNotEndInCrLf) {
  EXPECT_EQ(status_of("5\nhello\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("5\r\nhello\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("5\r\nhelloX\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("0\r\n\n"), 400);
  EXPECT_EQ(status_of("0\r\na: b\n\r\n"), 400);
}

TEST(ChunkDecoder, HoldsTrailersToTheRulesOfHeaders) {
  EXPECT_EQ(status_of("0\r\nbad name: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("0\r\na: b\r\n folded\r\n\r\n"), 400);
  EXPECT_EQ(status_of("0\r\nno colon\r\n\r\n"), 400);
}

TEST(ChunkDecoder, HasLimits) {
  Limits limits;
  limits.chunk_line_bytes = 10;
  limits.trailer_bytes = 20;
  limits.trailer_fields = 1;
  EXPECT_EQ(status_of("0;123456789\r\n\r\n", limits), 400);
  EXPECT_EQ(status_of("0;12345678901234", limits), 400);  // before the line has ended
  EXPECT_EQ(status_of("0\r\na: " + std::string(20, 'x') + "\r\n\r\n", limits), 431);
  EXPECT_EQ(status_of("0\r\na: b\r\nb: c\r\n\r\n", limits), 431);
  EXPECT_EQ(status_of("0\r\na: b\r\n\r\n", limits), 200);
}

}  // namespace
}  // namespace skerry::net
