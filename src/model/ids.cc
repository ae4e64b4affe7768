#include "model/ids.h"

#include <algorithm>
#include <utility>

namespace skerry {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::optional<AccountId> AccountId::parse(std::string_view text) {
  if (text.size() != 12 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  return AccountId(text);
}

std::optional<Region> Region::parse(std::string_view text) {
  std::string_view rest = text;
  int words = 0;
  while (true) {
    auto dash = rest.find('-');
    std::string_view part = rest.substr(0, dash);
    if (part.empty()) return std::nullopt;
    if (dash == rest.npos) {
      bool number = part.size() <= 2 && std::all_of(part.begin(), part.end(), is_digit);
      return words >= 2 && number ? std::optional(Region(text)) : std::nullopt;
    }
    if (!std::all_of(part.begin(), part.end(), is_letter)) return std::nullopt;
    ++words;
    rest.remove_prefix(dash + 1);
  }
}

std::string_view name_of(Partition partition) {
  switch (partition) {
    case Partition::Aws:
      return "aws";
    case Partition::AwsCn:
      return "aws-cn";
    case Partition::AwsUsGov:
      return "aws-us-gov";
  }
  std::unreachable();
}

std::optional<Partition> parse_partition(std::string_view text) {
  for (Partition partition : {Partition::Aws, Partition::AwsCn, Partition::AwsUsGov}) {
    if (name_of(partition) == text) return partition;
  }
  return std::nullopt;
}

Partition partition_of(const Region& region) {
  if (region.str().starts_with("cn-")) return Partition::AwsCn;
  return region.str().starts_with("us-gov-") ? Partition::AwsUsGov : Partition::Aws;
}

}  // namespace skerry
