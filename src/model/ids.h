#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

// Names that all services share. Each is made only by parse, so one that exists is well-formed.
namespace skerry {

// Twelve digits.
class AccountId {
 public:
  static std::optional<AccountId> parse(std::string_view text);
  const std::string& str() const { return text_; }
  auto operator<=>(const AccountId&) const = default;

 private:
  explicit AccountId(std::string_view text) : text_(text) {}
  std::string text_;
};

// "eu-central-1": a group, one or more words, a number. Which regions exist is not asked: here every name is one.
class Region {
 public:
  static std::optional<Region> parse(std::string_view text);
  const std::string& str() const { return text_; }
  auto operator<=>(const Region&) const = default;

 private:
  explicit Region(std::string_view text) : text_(text) {}
  std::string text_;
};

// The second field of an ARN.
enum class Partition { Aws, AwsCn, AwsUsGov };

std::string_view name_of(Partition partition);
std::optional<Partition> parse_partition(std::string_view text);
// By the region's first word: cn-north-1 lies in aws-cn.
Partition partition_of(const Region& region);

}  // namespace skerry
