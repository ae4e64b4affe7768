#pragma once
#include <string>
#include <string_view>

namespace skerry::iam {

// RFC 4648's alphabet, in which access key ids, unique ids and seeds of MFA devices are written.
inline constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// Without padding: for whole groups of five bytes, which need none.
std::string base32(std::string_view bytes);

}  // namespace skerry::iam
