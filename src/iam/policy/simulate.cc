#include "iam/policy/simulate.h"

#include <fmt/format.h>

#include <array>

#include "iam/policy/binding.h"
#include "model/arn.h"

namespace skerry::iam::policy {
namespace {

using CallerKind = Caller::Kind;

constexpr std::array<std::string_view, 4> kLayers{"the resource's policy", "an identity-based policy",
                                                  "the permissions boundary", "the session policy"};
std::string_view layer_name(Layer layer) { return kLayers[static_cast<std::size_t>(layer)]; }

// Stands for the unique id of a user or a role. Letters and digits, as ids have, and never the same for two ARNs.
std::string id_of(const Arn& arn) {
  std::string id = arn.resource.starts_with("user/") ? "AIDA" : "AROA";
  std::string_view name = arn.resource;
  name.remove_prefix(std::min(name.find('/') + 1, name.size()));
  if (arn.service == "sts") name = name.substr(0, name.find('/'));
  if (arn.service == "iam") name = name.substr(name.rfind('/') + 1);  // a session's ARN does not have its role's path
  id += arn.account;
  for (char c : name) id += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return id;
}

Kind kind_of(Layer layer) {
  switch (layer) {
    case Layer::Resource:
      return Kind::Resource;
    case Layer::Session:
      return Kind::Session;
    case Layer::Identity:
    case Layer::Boundary:
      break;
  }
  return Kind::Managed;
}

// A caller, with the texts that its views are of.
struct Person {
  Caller caller;
  std::string account, id, session, arn;

  Person() = default;
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;

  // False: it is nobody who can ask.
  bool read(std::string_view text, KeyList& keys) {
    if (text == "*" || text.empty()) return true;
    if (text.ends_with(".amazonaws.com")) {
      arn = text;
      caller.kind = CallerKind::Service;
      caller.name = arn;
      keys.add("aws:PrincipalIsAWSService", "true");
      return true;
    }
    arn = AccountId::parse(text) ? fmt::format("arn:aws:iam::{}:root", text) : std::string(text);
    auto parsed = Arn::parse(arn);
    if (!parsed || !AccountId::parse(parsed->account) || !read_name(*parsed, keys)) return false;
    account = parsed->account;
    caller.account = account;
    caller.unique_id = id;
    caller.session = session;
    caller.arn = arn;
    keys.add("aws:PrincipalAccount", account);
    return true;
  }

 private:
  bool read_name(const Arn& parsed, KeyList& keys) {
    const std::string& resource = parsed.resource;
    std::string principal_arn = arn;
    if (parsed.service == "iam" && resource == "root") {
      caller.kind = CallerKind::Root;
    } else if (parsed.service == "iam" && resource.starts_with("user/")) {
      caller.kind = CallerKind::User;
      id = id_of(parsed);
      keys.add("aws:username", std::string_view(resource).substr(resource.rfind('/') + 1));
      keys.add("aws:userid", id);
    } else if (parsed.service == "sts" && resource.starts_with("assumed-role/")) {
      caller.kind = CallerKind::RoleSession;
      id = id_of(parsed);
      auto slash = resource.rfind('/');
      session = resource.substr(slash + 1);
      constexpr std::size_t kStart = std::string_view("assumed-role/").size();
      if (slash < kStart || session.empty()) return false;
      principal_arn = fmt::format("arn:aws:iam::{}:role/{}", parsed.account, resource.substr(kStart, slash - kStart));
      keys.add("aws:userid", fmt::format("{}:{}", id, session));
    } else {
      return false;
    }
    keys.add("aws:PrincipalArn", principal_arn);
    return true;
  }
};

}  // namespace

std::string stand_in_id(std::string_view text) {
  auto arn = Arn::parse(text);
  return arn ? id_of(*arn) : std::string(text);
}

std::expected<void, PolicyError> Simulation::add(Layer layer, std::string name, std::string text) {
  Kind kind = kind_of(layer);
  auto sent = parse(std::move(text), kind);
  if (!sent) return std::unexpected(std::move(sent.error()));
  std::map<std::string, std::string> ids;
  for (const std::string& named : names_in(*sent)) ids[named] = stand_in_id(named);
  auto bound_text = bind_principals(*sent, ids);
  if (!bound_text) return std::unexpected(std::move(bound_text.error()));
  auto bound = parse(std::move(*bound_text), kind);
  if (!bound) return std::unexpected(std::move(bound.error()));
  auto policy = Policy::compile(*bound);
  if (!policy) return std::unexpected(std::move(policy.error()));
  Doc& doc = docs_[layer].emplace_back(std::move(name), std::vector<std::string>(), std::move(*policy));
  for (const StatementText& statement : bound->statements) doc.sids.push_back(statement.sid);
  return {};
}

std::string Simulation::name_of(const Match& match) const {
  const Doc& doc = docs_.at(match.layer)[match.policy];
  const std::string& sid = doc.sids[match.statement];
  return fmt::format("Statement[{}]{} of {}", match.statement, sid.empty() ? "" : " (" + sid + ")", doc.name);
}

std::expected<Simulation::Answer, std::string> Simulation::ask(const Ask& ask) const {
  KeyList keys;
  Person person;
  if (!person.read(ask.caller, keys)) {
    return std::unexpected(
        fmt::format("{} cannot ask: give the ARN of a user, of root or of a role's session "
                    "(arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION), an account's id, a service, or *",
                    ask.caller));
  }
  for (const auto& [key, value] : ask.context) keys.add(key, value);
  std::map<Layer, std::vector<const Policy*>> lists;
  for (const auto& [layer, docs] : docs_) {
    for (const Doc& doc : docs) lists[layer].push_back(&doc.policy);
  }
  Policies policies{lists[Layer::Resource], lists[Layer::Identity], lists[Layer::Boundary], lists[Layer::Session]};
  Decision decision = evaluate({person.caller, ask.action, ask.resource, ask.owner, keys}, policies);
  switch (decision.outcome) {
    case Decision::Outcome::Allowed:
      return Answer{true, decision.by ? "allowed by " + name_of(*decision.by) : "allowed: root may in its own account"};
    case Decision::Outcome::ExplicitDeny:
      return Answer{false, "denied by " + name_of(*decision.by)};
    case Decision::Outcome::ImplicitDeny:
      break;
  }
  return Answer{false, fmt::format("denied: {} would have to allow it, and none does", layer_name(*decision.lacking))};
}

}  // namespace skerry::iam::policy
