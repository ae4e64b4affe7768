#pragma once
#include <expected>
#include <string_view>

#include "net/http.h"

namespace skerry::net {

// Why a message is refused before any handler sees it.
struct Fault {
  int status = 400;
  const char* reason = "";  // one line for the client; quotes nothing of what it sent
};

struct FieldLimits {
  std::size_t count;
  Fault too_many;
};

// Reads header or trailer lines, each with its CRLF, up to the end of `block` (the empty line not included), and adds
// them to `out`: names in lower case, values without the white space around them.
//
// Strict, because what two servers read differently smuggles requests: a name is a token directly before its colon,
// lines end in CRLF, no line is folded, and values hold no control character but the tab. Bytes from 0x80 up are
// kept as sent: AWS takes UTF-8 in values.
std::expected<void, Fault> parse_fields(std::string_view block, const FieldLimits& limits, Headers& out);

// Whether `c` may stand in a token (RFC 9110): a method, a field's name.
bool is_token_char(char c);
bool is_token(std::string_view text);

// Whether the comma-separated list has `token`, given in lower case.
bool list_has(std::string_view list, std::string_view token);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace skerry::net
