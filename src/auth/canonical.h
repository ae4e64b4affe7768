#pragma once
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

// Canonical forms: what client and server both compute from a request before they hash and sign it.
namespace skerry::auth {

// How a path enters the canonical request.
enum class PathStyle {
  S3,      // decoded and encoded once, never normalised: `a//b`, `..` and a trailing slash are parts of keys
  Others,  // dot segments and doubled slashes resolved, then what was sent is encoded once more
};

void append_canonical_path(std::string& out, std::string_view path, PathStyle style);

// Percent-encodes all but the unreserved characters A-Z a-z 0-9 - . _ ~ (and `/`, where it is kept).
enum class Slash { Keep, Encode };
void append_uri_encoded(std::string& out, std::string_view bytes, Slash slash);

// Decodes %XX; a stray % stays itself. In a query `+` is a space, as in forms; in a path it is a plus.
enum class Plus { Literal, Space };
std::string uri_decoded(std::string_view text, Plus plus);

// A query's parameters in canonical form: decoded and encoded once, sorted by name, then value. Empty and repeated
// names stay; a name without `=` gets one.
//
// Life: refers to `raw`, which outlives it.
class CanonicalQuery {
 public:
  explicit CanonicalQuery(std::string_view raw);

  struct Parameter {
    std::string_view name, value;  // encoded
  };
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }

  const Parameter* find(std::string_view name) const;             // the first; `name` in encoded form
  std::optional<std::string> value(std::string_view name) const;  // decoded
  std::size_t count(std::string_view name) const;
  // Joined, without X-Amz-Signature and, where it was added after signing, X-Amz-Security-Token.
  enum class Token { Signed, AddedAfter };
  void append(std::string& out, Token token) const;

 private:
  std::string_view canonical(std::string_view raw);

  std::vector<Parameter> parameters_;
  std::forward_list<std::string> rewritten_;  // what was not in canonical form as sent
};

// The values of all fields of that name, trimmed, runs of blanks collapsed, joined with commas. `host` is the
// request's host, and content-length its length, wherever they came from.
void append_canonical_values(std::string& out, const net::Request& request, std::string_view name);

// The text whose hash is signed. `signed_headers` is sorted and lower case.
std::string canonical_request(const net::Request& request, const CanonicalQuery& query,
                              const std::vector<std::string_view>& signed_headers, std::string_view payload_hash,
                              PathStyle style, CanonicalQuery::Token token = CanonicalQuery::Token::Signed);

// `text` as AWS shows bytes in an error: two hex digits each, a blank between.
std::string spaced_hex(std::string_view text);

}  // namespace skerry::auth
