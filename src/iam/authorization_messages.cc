#include "iam/authorization_messages.h"

#include <set>

#include "base/bytes.h"
#include "iam/request_keys.h"
#include "storage/row_seal.h"
#include "wire/text.h"

namespace skerry::iam {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kMessageMax = 10240;  // characters that DecodeAuthorizationMessage takes
constexpr std::size_t kJsonMax = kMessageMax / 4 * 3 - 1 - storage::kRowSealBytes;

std::string place(std::string_view account_id) { return std::string("denial/").append(account_id); }

std::string quoted(std::string_view text) {
  std::string out;
  wire::append_json_string(out, text);
  return out;
}

std::string condition(std::string_view key, std::span<const std::string_view> values) {
  std::string out = "{\"key\":" + quoted(key) + ",\"values\":{\"items\":[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    out.append(i == 0 ? "" : ",").append("{\"value\":").append(quoted(values[i])).append("}");
  }
  return out += "]}}";
}

// What there is to say of a request, and what else its policies ask for.
std::set<std::string_view> names_of_keys(const policy::Policies& policies) {
  std::set<std::string_view> names(RequestKeys::names().begin(), RequestKeys::names().end());
  for (policy::Policies::List list : {policies.resource, policies.identity, policies.boundary, policies.session}) {
    for (const policy::Policy* policy : list)
      names.insert(policy->context_keys().begin(), policy->context_keys().end());
  }
  return names;
}

}  // namespace

std::string AuthorizationMessages::seal(const wire::Context& context, const Ask& ask,
                                        const policy::Decision& decision) const {
  const Principal& who = *principal_of(context);
  const bool denied = decision.outcome == policy::Decision::Outcome::ExplicitDeny;
  std::string json = std::string("{\"allowed\":false,\"explicitDeny\":") + (denied ? "true" : "false");
  json += ",\"matchedStatements\":{\"items\":[";
  if (denied && decision.by) {
    json += "{\"statementId\":" + quoted(statement_of(context, *decision.by)) + ",\"effect\":\"DENY\"}";
  }
  json += "]},\"failures\":{\"items\":[]},\"context\":{\"principal\":{\"id\":" + quoted(who.user_id);
  json += ",\"name\":" + quoted(who.session_name.empty() ? who.name : who.session_name);
  json += ",\"arn\":" + quoted(who.arn) + "},\"action\":" + quoted(ask.action);
  json += ",\"resource\":" + quoted(ask.resource) + ",\"conditions\":{\"items\":[";
  const std::string_view end = "]}}}";
  const RequestKeys keys(context, &who, clock_.now(), ask.keys);
  const char* separator = "";
  for (std::string_view name : names_of_keys(policies_of(context, ask))) {
    auto values = keys.find(name);
    if (values.empty()) continue;
    std::string one = separator + condition(name, values);
    if (json.size() + one.size() + end.size() > kJsonMax) continue;
    json += one;
    separator = ",";
  }
  json += end;
  return base64(kVersion + storage::seal_row(*kek_, place(who.account_id), json, random_));
}

std::optional<std::string> AuthorizationMessages::open(std::string_view account_id, std::string_view message) const {
  if (message.size() > kMessageMax) return std::nullopt;
  auto bytes = unbase64(message);
  if (!bytes || bytes->empty() || bytes->front() != kVersion) return std::nullopt;
  auto json = storage::open_row(*kek_, place(account_id), std::string_view(*bytes).substr(1));
  if (!json) return std::nullopt;
  return std::move(*json);
}

}  // namespace skerry::iam
