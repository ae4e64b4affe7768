#include "iam/service/simulated_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "iam/policy/values.h"
#include "model/arn.h"
#include "wire/text.h"

namespace skerry::iam {
namespace {

bool is_action(std::string_view name) {
  auto of_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };
  const auto colon = name.find(':');
  if (colon == name.npos || colon == 0 || colon + 1 == name.size()) return false;
  return std::ranges::all_of(name.substr(0, colon), of_name) && std::ranges::all_of(name.substr(colon + 1), of_name);
}

bool is_of_type(std::string_view value, std::string_view type) {
  using Type = ContextKeyTypeEnum;
  if (type == Type::kNumeric) return policy::Number::parse(value).has_value();
  if (type == Type::kBoolean) return wire::parse_boolean(policy::lower(value)).has_value();
  if (type == Type::kIp) return policy::IpRange::parse(value).has_value();
  if (type == Type::kBinary) return unbase64(value).has_value();
  if (type == Type::kDate) return policy::parse_instant(value).has_value();
  return true;
}

Result<void> add_entry(const ContextEntry& entry, policy::ContextEntries& into) {
  constexpr std::string_view kList = "List";
  if (!entry.context_key_name) return std::unexpected(invalid_input("A context entry has no ContextKeyName."));
  const std::string& name = *entry.context_key_name;
  const Texts values = entry.context_key_values.value_or(Texts());
  std::string_view type = entry.context_key_type ? *entry.context_key_type : ContextKeyTypeEnum::kStringList;
  const bool list = type.ends_with(kList);
  if (list) type.remove_suffix(kList.size());
  if (!list && values.size() > 1) {
    return std::unexpected(invalid_input(fmt::format("The context key {} of type {} has several values.", name, type)));
  }
  for (const std::string& value : values) {
    if (!is_of_type(value, type)) {
      return std::unexpected(
          invalid_input(fmt::format("The value {} of the context key {} is not of type {}.", value, name, type)));
    }
    // Requests have bytes as they are; base64 is how texts have them.
    into.emplace_back(name, type == ContextKeyTypeEnum::kBinary ? *unbase64(value) : value);
  }
  return {};
}

// What each scenario wants, beside what all want.
struct Scenario {
  std::string_view name;
  std::array<std::string_view, 2> more;
};
constexpr std::string_view kEveryScenario[] = {"instance", "image", "security-group", "network-interface"};
constexpr Scenario kScenarios[] = {{"EC2-VPC-InstanceStore", {}},
                                   {"EC2-VPC-InstanceStore-Subnet", {"subnet"}},
                                   {"EC2-VPC-EBS", {"volume"}},
                                   {"EC2-VPC-EBS-Subnet", {"subnet", "volume"}}};

}  // namespace

Result<void> check_actions(const Texts& actions) {
  for (const std::string& action : actions) {
    if (!is_action(action)) return std::unexpected(invalid_input(fmt::format("Invalid action name: {}", action)));
  }
  return {};
}

Result<Texts> resources_of(const std::optional<Texts>& arns) {
  if (!arns || arns->empty()) return Texts{"*"};
  std::vector<std::string_view> wrong;
  for (const std::string& arn : *arns) {
    if (arn != "*" && !policy::ArnView(arn).is_arn) wrong.push_back(arn);
  }
  if (wrong.empty()) return *arns;
  return std::unexpected(
      invalid_input(fmt::format("ResourceNames are not in a valid ARN format: {}.", fmt::join(wrong, ", "))));
}

Result<std::string> owner_of(const std::optional<std::string>& resource_owner) {
  if (!resource_owner) return std::string();
  auto arn = Arn::parse(*resource_owner);
  if (arn && arn->service == "iam" && arn->resource == "root" && AccountId::parse(arn->account)) return arn->account;
  return std::unexpected(invalid_input(fmt::format("'{}' is not a valid as a Resource Owner.", *resource_owner)));
}

Result<policy::ContextEntries> context_of(const std::optional<wire::List<ContextEntry>>& entries) {
  policy::ContextEntries out;
  if (!entries) return out;
  for (const ContextEntry& entry : *entries) {
    if (auto added = add_entry(entry, out); !added) return std::unexpected(added.error());
  }
  return out;
}

Result<void> check_handling(const std::optional<std::string>& option, const Texts& resources) {
  if (!option) return {};
  auto scenario = std::ranges::find(kScenarios, *option, &Scenario::name);
  if (scenario == std::end(kScenarios)) {
    return std::unexpected(invalid_input(fmt::format("Invalid ResourceHandlingOption: {}", *option)));
  }
  auto named = [&](std::string_view kind) {
    return std::ranges::any_of(resources, [&](const std::string& arn) {
      const policy::ArnView view(arn);
      return view.is_arn && view.fields[2] == "ec2" && view.fields[5].starts_with(kind) &&
             view.fields[5].substr(kind.size()).starts_with('/');
    });
  };
  std::vector<std::string_view> missing;
  for (std::string_view kind : kEveryScenario) {
    if (!named(kind)) missing.push_back(kind);
  }
  for (std::string_view kind : scenario->more) {
    if (!kind.empty() && !named(kind)) missing.push_back(kind);
  }
  if (missing.empty()) return {};
  return std::unexpected(invalid_input(
      fmt::format("ResourceHandlingOption {} needs resources of type {}.", *option, fmt::join(missing, ", "))));
}

}  // namespace skerry::iam
