#include "iam/base32.h"

#include <cstdint>

#include "base/check.h"

namespace skerry::iam {

std::string base32(std::string_view bytes) {
  CHECK(bytes.size() % 5 == 0, "whole groups of five bytes");
  std::string out;
  out.reserve(bytes.size() / 5 * 8);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += kBase32[bits >> (count - 5) & 31];
  }
  return out;
}

}  // namespace skerry::iam
