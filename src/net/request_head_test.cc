#include "net/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace skerry::net {
namespace {

struct Parsed {
  Request request;
  Framing framing;
};

std::expected<Parsed, int> parse(const std::string& head, const Limits& limits = {}) {
  HeadScanner scanner(limits);
  auto length = scanner.scan(head);
  if (!length) return std::unexpected(length.error().status);
  if (*length == 0) return std::unexpected(0);
  Parsed parsed;
  auto framing = parse_head(std::string_view(head).substr(0, *length), limits, parsed.request);
  if (!framing) return std::unexpected(framing.error().status);
  parsed.framing = *framing;
  return parsed;
}

// The status that refuses `head`; 200 when nothing does, 0 when it is not complete.
int status_of(const std::string& head, const Limits& limits = {}) {
  auto parsed = parse(head, limits);
  return parsed ? 200 : parsed.error();
}

std::string with(const std::string& fields) { return "PUT /b/k HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"; }

TEST(RequestHead, GivesWhatWasSent) {
  auto parsed = parse(
      "PUT /b/a//..%2F+%20b?x=1&y HTTP/1.1\r\nHost: b.localhost:4566\r\nX-Amz-Date: \t20260101 \r\nContent-Length: "
      "12\r\n\r\n");
  ASSERT_TRUE(parsed);
  const Request& request = parsed->request;
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/b/a//..%2F+%20b?x=1&y");
  EXPECT_EQ(request.path(), "/b/a//..%2F+%20b");
  EXPECT_EQ(request.query(), "x=1&y");
  EXPECT_EQ(request.host, "b.localhost:4566");
  EXPECT_EQ(request.headers.size(), 3u);
  EXPECT_EQ(request.headers.get("x-amz-date"), "20260101");
  EXPECT_EQ(request.length, 12u);
  EXPECT_EQ(parsed->framing.body, Framing::Body::Length);
  EXPECT_EQ(parsed->framing.length, 12u);
  EXPECT_TRUE(parsed->framing.keep_alive);
  EXPECT_FALSE(parsed->framing.http10);
  EXPECT_FALSE(parsed->framing.expects_continue);
}

TEST(RequestHead, KeepsBytesThatAreNotAscii) {
  auto parsed = parse("GET /b/\xc3\xa9 HTTP/1.1\r\nHost: h\r\nx-amz-meta-a: \xe2\x82\xac\xff\r\n\r\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->request.target, "/b/\xc3\xa9");
  EXPECT_EQ(parsed->request.headers.get("x-amz-meta-a"), "\xe2\x82\xac\xff");
}

TEST(RequestHead, TakesAnyTokenAsMethod) {
  EXPECT_EQ(status_of("X-BREW|2 / HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GE(T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(status_of(" GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

TEST(RequestHead, RefusesBrokenRequestLines) {
  for (const char* line :
       {"GET /", "GET / HTTP/1.1 ", "GET  / HTTP/1.1", "GET /a b HTTP/1.1", "GET / http/1.1", "GET / HTTP/11",
        "GET / HTTP/1.1\t", "GET /\x01 HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /#f HTTP/1.1", "GET", "/ HTTP/1.1",
        "GET ftp://h/ HTTP/1.1", "GET b/k HTTP/1.1", "CONNECT h:443 HTTP/1.1", "GET * HTTP/1.1"}) {
    EXPECT_EQ(status_of(std::string(line) + "\r\nHost: h\r\n\r\n"), 400) << line;
  }
  using namespace std::string_literals;
  EXPECT_EQ(status_of("GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n"s), 400);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/0.9\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/1.2\r\nHost: h\r\n\r\n"), 505);
}

TEST(RequestHead, RefusesLinesThatDoNotEndInCrLf) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\nHost: h\n\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: h\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: h\r\n\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"), 400);
  EXPECT_EQ(status_of("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);  // the connection skips one before it asks
}

TEST(RequestHead, RefusesBrokenFields) {
  using namespace std::string_literals;
  for (const std::string& field : {"X : y"s, "X\t: y"s, " X: y"s, "\tfolded"s, ": y"s, "X"s, "X(: y"s, "X: a\0b"s,
                                   "X: a\x01"s, "X: a\x7f"s, "X\xc3\xa9: y"s, "X: a\rb"s}) {
    EXPECT_EQ(status_of(with(field + "\r\n")), 400) << field;
  }
  EXPECT_EQ(status_of(with("X: y\r\n continued\r\n")), 400);
  EXPECT_EQ(status_of(with("X: a\tb\r\n")), 200);
  EXPECT_EQ(status_of(with("X:\r\n")), 200);
}

TEST(RequestHead, WantsExactlyOneHost) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: [::1]:4566\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200);
}

TEST(RequestHead, CutsAbsoluteTargetsDownToTheirPath) {
  auto target = [](const std::string& sent) {
    auto parsed = parse("GET " + sent + " HTTP/1.1\r\nHost: h:80\r\n\r\n");
    return parsed ? parsed->request.target : std::to_string(parsed.error());
  };
  EXPECT_EQ(target("http://h:80/b/k?x"), "/b/k?x");
  EXPECT_EQ(target("HTTP://H:80/b"), "/b");
  EXPECT_EQ(target("https://h:80"), "/");
  EXPECT_EQ(target("http://h:80?x"), "/?x");
  EXPECT_EQ(target("http://other/b"), "400");
  EXPECT_EQ(target("http://h/b"), "400");
  EXPECT_EQ(target("http://u@h:80/b"), "400");
  EXPECT_EQ(target("http:///b"), "400");
}

TEST(RequestHead, RefusesFramingWithTwoMeanings) {
  for (const char* fields :
       {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: 1, 1\r\n", "Content-Length: +1\r\n", "Content-Length: -1\r\n", "Content-Length: 0x1\r\n",
        "Content-Length: 1 2\r\n", "Content-Length:\r\n", "Content-Length: 1.0\r\n",
        "Content-Length: 9999999999999999999\r\n", "Content-Length: 99999999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_EQ(status_of(with(fields)), 400) << fields;
  }
  for (const char* coding : {"gzip, chunked", "chunked, chunked", "chunked, identity", "gzip", "identity", "xchunked",
                             "\"chunked\"", "chunked;q=1", ""}) {
    EXPECT_EQ(status_of(with(std::string("Transfer-Encoding: ") + coding + "\r\n")), 501) << coding;
  }
  EXPECT_EQ(status_of("PUT / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status_of(with("Transfer-Encoding : chunked\r\n")), 400);
  EXPECT_EQ(status_of(with("Transfer-Encoding: Chunked\r\n")), 200);
}

TEST(RequestHead, KnowsWhoWantsToStay) {
  auto stays = [](const std::string& version, const std::string& fields) {
    return parse("GET / " + version + "\r\nHost: h\r\n" + fields + "\r\n")->framing.keep_alive;
  };
  EXPECT_TRUE(stays("HTTP/1.1", ""));
  EXPECT_FALSE(stays("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(stays("HTTP/1.1", "Connection: foo, CLOSE\r\nConnection: keep-alive\r\n"));
  EXPECT_FALSE(stays("HTTP/1.0", ""));
  EXPECT_TRUE(stays("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestHead, KnowsWhoWaitsToContinue) {
  EXPECT_TRUE(parse(with("Expect: 100-Continue\r\nContent-Length: 1\r\n"))->framing.expects_continue);
  EXPECT_TRUE(parse(with("Expect: 100-continue\r\nContent-Length: 0\r\n"))->framing.expects_continue);
  EXPECT_FALSE(parse(with("Expect: 100-continue\r\n"))->framing.expects_continue);
  EXPECT_EQ(status_of(with("Expect: tea\r\n")), 417);
  EXPECT_FALSE(parse("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")->framing.expects_continue);
}

TEST(RequestHead, RecognisesHttp2WithoutAsking) {
  auto parsed = parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->framing.http2_preface);
}

TEST(RequestHead, HasLimits) {
  Limits limits;
  limits.header_bytes = 200;
  limits.target_bytes = 60;
  limits.header_fields = 3;
  EXPECT_EQ(status_of("GET /" + std::string(60, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", limits), 414);
  EXPECT_EQ(status_of("GET /" + std::string(100, 'a'), limits), 414);  // before the line has ended
  EXPECT_EQ(status_of(with("X: " + std::string(200, 'a') + "\r\n"), limits), 431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nX: " + std::string(200, 'a'), limits), 431);
  EXPECT_EQ(status_of(with("A: 1\r\nB: 1\r\n"), limits), 200);
  EXPECT_EQ(status_of(with("A: 1\r\nB: 1\r\nC: 1\r\n"), limits), 431);
  EXPECT_EQ(status_of(with("Content-Length: 999999999999\r\n"), limits), 200);
  limits.body_bytes = 10;
  EXPECT_EQ(status_of(with("Content-Length: 10\r\n"), limits), 200);
  EXPECT_EQ(status_of(with("Content-Length: 11\r\n"), limits), 413);
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesCome) {
  std::string head = with("A: 1\r\n");
  std::string all = head + "GET / HTTP/1.1\r\n";
  Limits limits;
  HeadScanner scanner(limits);
  for (std::size_t n = 0; n < head.size(); ++n) ASSERT_EQ(scanner.scan(std::string_view(all).substr(0, n)), 0u);
  EXPECT_EQ(scanner.scan(all), head.size());
}

}  // namespace
}  // namespace skerry::net
