#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "wire/descriptor.h"

// Scalars and escapes as the wire spells them. Reading is strict: what AWS refuses gives nothing.
namespace skerry::wire {

std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max);
std::optional<double> parse_double(std::string_view text);                 // also NaN, Infinity, -Infinity
std::optional<bool> parse_boolean(std::string_view text);                  // true or false, nothing else
std::optional<Time> parse_time(std::string_view text, TimeFormat format);  // not Default

void append_integer(std::string& out, std::int64_t value);
void append_double(std::string& out, double value);  // the shortest text that reads back the same
// `millis`: write .000 also where it is zero. HttpDate has whole seconds always.
void append_time(std::string& out, Time time, TimeFormat format, bool millis);

// Text between XML tags and in attributes. Control characters, which XML 1.0 forbids even as references, are written as
// references all the same: S3 does, and its clients read them (or ask for encoding-type=url).
void append_xml_text(std::string& out, std::string_view text);
void append_json_string(std::string& out, std::string_view text);

// Percent-decoding. Nothing when a `%` is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);
// The same for query strings and forms, where `+` is a space.
std::optional<std::string> form_decode(std::string_view text);

using Parameters = std::vector<std::pair<std::string, std::string>>;
// `a=1&b` → {a, 1}, {b, ""}, in the order of the wire. Empty parts are skipped.
std::optional<Parameters> parse_parameters(std::string_view query);

bool valid_utf8(std::string_view text);
std::size_t utf8_length(std::string_view text);  // code points

}  // namespace skerry::wire
