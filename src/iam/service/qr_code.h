#pragma once
#include <string>
#include <string_view>

namespace skerry::iam {

// A PNG of the text as a QR code, for a camera at a screen: black on white, with the margin that readers need.
std::string qr_code_png(std::string_view text);

}  // namespace skerry::iam
