#include "iam/service/unique_id.h"

#include "iam/base32.h"

namespace skerry::iam {

std::string new_unique_id(rows::Entity entity, Random& random) {
  constexpr std::string_view kPrefixes[] = {"AIDA", "AGPA", "AROA", "ANPA"};
  std::string out(kPrefixes[static_cast<std::size_t>(entity)]);
  for (char byte : random.bytes(17)) out += kBase32[static_cast<unsigned char>(byte) % kBase32.size()];
  return out;
}

}  // namespace skerry::iam
