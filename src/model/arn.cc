#include "model/arn.h"

#include <fmt/format.h>

namespace skerry {

std::optional<Arn> Arn::parse(std::string_view text) {
  std::string_view fields[5];
  for (std::string_view& field : fields) {
    auto colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    field = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  auto partition = parse_partition(fields[1]);
  if (fields[0] != "arn" || !partition || fields[2].empty() || text.empty()) return std::nullopt;
  if (!fields[3].empty() && !Region::parse(fields[3])) return std::nullopt;
  if (!fields[4].empty() && fields[4] != "aws" && !AccountId::parse(fields[4])) return std::nullopt;
  return Arn{*partition, std::string(fields[2]), std::string(fields[3]), std::string(fields[4]), std::string(text)};
}

std::string Arn::str() const {
  return fmt::format("arn:{}:{}:{}:{}:{}", name_of(partition), service, region, account, resource);
}

}  // namespace skerry
