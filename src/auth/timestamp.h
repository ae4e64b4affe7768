#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

// The three ways in which AWS writes a time in what is signed. All parsers are strict: the whole text, a real date.
namespace skerry::auth {

std::optional<Time> parse_basic_time(std::string_view text);     // 20130524T000000Z
std::optional<Time> parse_http_time(std::string_view text);      // Fri, 24 May 2013 00:00:00 GMT (or +0000)
std::optional<Time> parse_extended_time(std::string_view text);  // 2013-05-24T00:00:00Z or with .000 before the Z

std::string format_basic_time(Time time);     // 16 characters
std::string format_extended_time(Time time);  // whole seconds
std::string format_http_time(Time time);

}  // namespace skerry::auth
