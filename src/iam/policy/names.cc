#include "iam/policy/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "iam/policy/keys.h"
#include "iam/policy/pattern.h"

namespace skerry::iam::policy {
namespace {

constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

ResourceFault legacy() { return {"The policy failed legacy parsing", true}; }

bool is_partition(std::string_view text) {
  KeyList none;
  Substitution nothing{none};
  Pattern pattern(text, Wildcards::Yes, Variables::No);
  return std::ranges::any_of(std::initializer_list<std::string_view>{"aws", "aws-cn", "aws-us-gov"},
                             [&](std::string_view known) { return pattern.matches(known, nothing); });
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  while (true) {
    auto colon = text.find(':');
    fields.push_back(text.substr(0, colon));
    if (colon == text.npos) return fields;
    text.remove_prefix(colon + 1);
  }
}

// AWS shows the resource with "arn" for its first field and with what is missing filled up.
ResourceFault bad_partition(const std::vector<std::string_view>& fields) {
  std::string shown = "arn";
  bool nothing_follows = fields.size() == 3 && fields[2].empty();
  for (std::size_t i = 1; i < std::max<std::size_t>(fields.size(), 6); ++i) {
    shown += ':';
    shown += i < fields.size() && !(i == 2 && nothing_follows) ? fields[i] : "*";
  }
  return {fmt::format("Partition \"{}\" is not valid for resource \"{}\".", fields[1], shown)};
}

bool odd(std::string_view field) {  // of regions and accounts: a variable, a placeholder
  return std::ranges::any_of(field,
                             [](char c) { return c != '*' && c != '?' && kNameLetters.find(c) == kNameLetters.npos; });
}

bool iam_path(std::string_view path) {
  constexpr std::string_view kStarts[] = {"user/",
                                          "federated-user/",
                                          "role/",
                                          "group/",
                                          "instance-profile/",
                                          "mfa/",
                                          "server-certificate/",
                                          "policy/",
                                          "sms-mfa/",
                                          "saml-provider/",
                                          "oidc-provider/",
                                          "report/",
                                          "access-report/"};
  return path == "*" || std::ranges::any_of(kStarts, [&](std::string_view start) { return path.starts_with(start); });
}

bool s3_with_region(std::string_view resource) {
  constexpr std::string_view kStarts[] = {"accesspoint/", "job/", "storage-lens/", "async-request/", "access-grants/"};
  return std::ranges::any_of(kStarts, [&](std::string_view start) { return resource.starts_with(start); });
}

std::optional<ResourceFault> fault_of_service(std::string_view whole, const std::vector<std::string_view>& fields) {
  std::string_view service = fields[2], region = fields.size() > 3 ? fields[3] : "";
  std::string_view resource =
      fields.size() > 5 ? whole.substr(static_cast<std::size_t>(fields[5].data() - whole.data())) : "*";
  if (service == "iam" && !region.empty()) {
    return ResourceFault{fmt::format("IAM resource {} cannot contain region information.", whole)};
  }
  if (service == "s3" && !region.empty() && !s3_with_region(resource)) {
    return ResourceFault{fmt::format("Resource {} can not contain region information.", whole)};
  }
  if (service == "iam" && !iam_path(resource)) {
    return ResourceFault{
        "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, "
        "instance-profile/, "
        "mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/."};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of_action(std::string_view action) {
  if (action == "*") return std::nullopt;
  auto colons = std::ranges::count(action, ':');
  if (colons == 0) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  if (colons > 1) return "Actions/Condition can contain only one colon.";
  std::string_view vendor = action.substr(0, action.find(':'));
  if (vendor != "*" && vendor.find_first_not_of(kNameLetters) != vendor.npos) {
    return fmt::format("Vendor {} is not valid", vendor);
  }
  return std::nullopt;
}

std::optional<ResourceFault> fault_of_resource(std::string_view resource) {
  if (resource == "*") return std::nullopt;
  auto fields = split(resource);
  if (fields.size() == 1) return ResourceFault{fmt::format("Resource {} must be in ARN format or \"*\".", resource)};
  bool cut_short = fields.size() < 6 && resource.find("::") != resource.npos;
  if (fields[0] == "arn" && cut_short) return legacy();
  if (!is_partition(fields[1])) return bad_partition(fields);
  if (fields.size() == 2) return ResourceFault{"Resource vendor must be fully qualified and cannot contain regexes."};
  if (fields[0] != "arn" || fields[2].empty() || cut_short) return legacy();
  if (fields[2].find_first_of("*?") != fields[2].npos) {
    return ResourceFault{"Resource vendor must be fully qualified and cannot contain regexes."};
  }
  for (std::size_t i = 2; i < std::min<std::size_t>(fields.size(), 5); ++i) {
    if (odd(fields[i])) return legacy();
  }
  return fault_of_service(resource, fields);
}

}  // namespace skerry::iam::policy
