#include "iam/rows.h"

#include <algorithm>
#include <array>

#include "iam/policy/keys.h"

namespace skerry::iam::rows {
namespace {

constexpr std::array<std::string_view, 4> kWords{"user", "group", "role", "policy"};

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (std::string_view part : parts) out += part;
  return out;
}

std::string of_account(std::string_view account_id, std::string_view rest) {
  return join({"iam/", account_id, "/", rest});
}

}  // namespace

std::string_view word(Entity entity) { return kWords[static_cast<std::size_t>(entity)]; }

std::string account(std::string_view account_id) { return join({"account/", account_id}); }
std::string epoch(std::string_view account_id) { return join({"epoch/", account_id}); }
std::string unique_id(std::string_view id) { return join({"id/", id}); }
std::string access_key(std::string_view access_key_id) { return join({"access-key/", access_key_id}); }
std::string last_used(std::string_view id) { return join({"used/", id}); }
std::string of_account(std::string_view account_id) { return of_account(account_id, ""); }
std::string alias(std::string_view name) { return join({"alias/", name}); }
std::string settings(std::string_view account_id) { return of_account(account_id, "settings"); }

std::string entities(std::string_view account_id, Entity entity) {
  return of_account(account_id, word(entity)).append("/");
}
std::string entity(std::string_view account_id, Entity kind, std::string_view name) {
  return entities(account_id, kind).append(lower_name(name));
}

std::string oidc_providers(std::string_view account_id) { return of_account(account_id, "oidc/"); }
std::string oidc_provider(std::string_view account_id, std::string_view url) {
  return oidc_providers(account_id).append(url);
}

std::string mfa_devices(std::string_view account_id) { return of_account(account_id, "mfa/"); }
std::string mfa_device(std::string_view account_id, std::string_view name) {
  return mfa_devices(account_id).append(name);
}

std::string members(std::string_view account_id, std::string_view group_id) {
  return of_account(account_id, "member/").append(group_id).append("/");
}
std::string member(std::string_view account_id, std::string_view group_id, std::string_view user_id) {
  return members(account_id, group_id).append(user_id);
}

std::string attachments(std::string_view account_id, std::string_view policy_arn) {
  return of_account(account_id, "attached/").append(policy_arn).append("\n");
}
std::string attachment(std::string_view account_id, std::string_view policy_arn, std::string_view id) {
  return attachments(account_id, policy_arn).append(id);
}

std::string all_bounded(std::string_view account_id, std::string_view policy_arn) {
  return of_account(account_id, "boundary/").append(policy_arn).append("\n");
}
std::string bounded(std::string_view account_id, std::string_view policy_arn, std::string_view id) {
  return all_bounded(account_id, policy_arn).append(id);
}

std::string lower_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = policy::lower(c);
  return out;
}

std::string after(std::string_view prefix) {
  std::string out(prefix);
  out.back() = static_cast<char>(out.back() + 1);
  return out;
}

std::string place_value(const Place& place) {
  return join({place.account_id, "/", word(place.entity), "/", place.name});
}

std::optional<Place> parse_place(std::string_view value) {
  auto first = value.find('/');
  auto second = first == value.npos ? first : value.find('/', first + 1);
  if (second == value.npos) return std::nullopt;
  auto found = std::ranges::find(kWords, value.substr(first + 1, second - first - 1));
  if (found == kWords.end()) return std::nullopt;
  return Place{std::string(value.substr(0, first)), static_cast<Entity>(found - kWords.begin()),
               std::string(value.substr(second + 1))};
}

}  // namespace skerry::iam::rows
