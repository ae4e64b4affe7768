#include "iam/policy/generate.h"

#include <fmt/format.h>

#include <algorithm>

#include "iam/policy/parse.h"
#include "wire/text.h"

namespace skerry::iam::policy {
namespace {

constexpr std::size_t kSidMax = 64;  // ours: AWS has no limit

std::string quoted(std::string_view text) {
  std::string out;
  wire::append_json_string(out, text);
  return out;
}

// "x", or ["x", "y"].
std::string listed(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return quoted(texts[0]);
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "[" : ", ") + quoted(text);
  return out + "]";
}

bool is_service(std::string_view principal) { return principal.ends_with(".amazonaws.com"); }

std::string principal_element(const std::vector<std::string>& principals) {
  if (principals.size() == 1 && principals[0] == "*") return quoted("*");
  std::vector<std::string> services, others;
  for (const std::string& principal : principals) (is_service(principal) ? services : others).push_back(principal);
  std::string out;
  if (!others.empty()) out += "\"AWS\": " + listed(others);
  if (!services.empty()) out += (out.empty() ? "" : ", ") + ("\"Service\": " + listed(services));
  return "{" + out + "}";
}

std::string sid_of(const Wanted& wanted) {
  std::string sid = wanted.effect == Effect::Allow ? "Allow" : "Deny";
  for (std::string_view action : wanted.actions) {
    std::string_view name = action.substr(action.find(':') + 1);
    if (name == "*") name = "Everything";
    for (char c : name) {
      if (std::isalnum(static_cast<unsigned char>(c))) sid += c;
    }
  }
  return sid.substr(0, kSidMax);
}

}  // namespace

std::expected<std::string, PolicyError> generate(const Wanted& wanted) {
  std::vector<std::string> actions, resources;
  for (const std::string& action : wanted.actions) {
    bool whole = wanted.service.empty() || action.find(':') != action.npos;
    actions.push_back(whole ? action : wanted.service + ":" + action);
  }
  for (const std::string& resource : wanted.resources) {
    bool short_s3 = wanted.service == "s3" && resource != "*" && !resource.starts_with("arn:");
    resources.push_back(short_s3 ? "arn:aws:s3:::" + resource : resource);
  }
  std::string sid = sid_of(wanted);
  std::string text = "{\n  \"Version\": \"2012-10-17\",\n  \"Id\": " + quoted(sid + "Policy") +
                     ",\n  \"Statement\": [\n    {\n      \"Sid\": " + quoted(sid) +
                     ",\n      \"Effect\": " + quoted(wanted.effect == Effect::Allow ? "Allow" : "Deny") + ",\n";
  if (!wanted.principals.empty()) text += "      \"Principal\": " + principal_element(wanted.principals) + ",\n";
  text += "      \"Action\": " + listed(actions) + ",\n      \"Resource\": " + listed(resources) + "\n    }\n  ]\n}\n";
  Kind kind = wanted.principals.empty() ? Kind::Managed : wanted.service == "s3" ? Kind::Bucket : Kind::Resource;
  auto valid = parse(text, kind);
  if (!valid) return std::unexpected(std::move(valid.error()));
  return text;
}

}  // namespace skerry::iam::policy
