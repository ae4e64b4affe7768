#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skerry {

// Bytes are std::string_view where they are read and std::string where they are owned.

std::string hex(std::string_view bytes);                        // lower case
std::optional<std::string> unhex(std::string_view text);        // either case
std::string base64(std::string_view bytes);                     // padded, the RFC 4648 alphabet
std::optional<std::string> unbase64(std::string_view text);     // strict: padding right, nothing else inside
std::optional<std::string> unbase64url(std::string_view text);  // of the alphabet with - and _, never padded; strict

// The same time whatever the contents (not whatever the lengths): for signatures and secrets.
bool equal_constant_time(std::string_view a, std::string_view b);

// To be written over at once: clearing what is large first costs as much as a copy.
std::string uninitialised(std::size_t size);

void append_be32(std::string& out, std::uint32_t value);
void append_be64(std::string& out, std::uint64_t value);
std::uint32_t load_be32(const char* p);
std::uint64_t load_be64(const char* p);

}  // namespace skerry
