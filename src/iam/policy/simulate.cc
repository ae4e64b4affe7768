#include "iam/policy/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "iam/policy/binding.h"

namespace skerry::iam::policy {
namespace {

using CallerKind = Caller::Kind;
using Outcome = Decision::Outcome;

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
  return Kind::Inline;
}

// What holds a resource: of an object its bucket; of what is in nothing, itself.
std::string_view holder_of(std::string_view arn) { return arn.substr(0, arn.find('/')); }

std::optional<SimulatedCaller> read_session(const Arn& arn) {
  constexpr std::string_view kSession = "assumed-role/";
  if (!arn.resource.starts_with(kSession)) return std::nullopt;
  const std::size_t slash = arn.resource.rfind('/');
  if (slash < kSession.size() || slash + 1 == arn.resource.size()) return std::nullopt;
  Arn role = arn;
  role.service = "iam";
  role.resource = "role/" + arn.resource.substr(kSession.size(), slash - kSession.size());
  SimulatedCaller out = SimulatedCaller::identity(role, id_of(arn));
  out.arn = arn.str();
  out.session = arn.resource.substr(slash + 1);
  out.context_entries.emplace_back("aws:userid", fmt::format("{}:{}", out.unique_id, out.session));
  return out;
}

SimulatedCaller root_of(const Arn& arn) {
  SimulatedCaller out;
  out.kind = CallerKind::Root;
  out.account = arn.account;
  out.arn = arn.str();
  out.context_entries = {{"aws:PrincipalAccount", out.account},
                         {"aws:PrincipalArn", out.arn},
                         {"aws:PrincipalType", "Account"},
                         {"aws:userid", out.account}};
  return out;
}

}  // namespace

std::string stand_in_id(std::string_view text) {
  auto arn = Arn::parse(text);
  return arn ? id_of(*arn) : std::string(text);
}

SimulatedCaller SimulatedCaller::identity(const Arn& arn, std::string id) {
  SimulatedCaller out;
  out.account = arn.account;
  out.arn = arn.str();
  out.unique_id = std::move(id);
  out.context_entries.emplace_back("aws:PrincipalAccount", arn.account);
  const bool role = arn.resource.starts_with("role/");
  out.kind = role ? CallerKind::RoleSession : CallerKind::User;
  out.context_entries.emplace_back("aws:PrincipalType", role ? "AssumedRole" : "User");
  if (!role && !arn.resource.starts_with("user/")) return out;
  out.context_entries.emplace_back("aws:PrincipalArn", out.arn);
  if (role) return out;
  out.context_entries.emplace_back("aws:username", arn.resource.substr(arn.resource.rfind('/') + 1));
  out.context_entries.emplace_back("aws:userid", out.unique_id);
  return out;
}

std::optional<SimulatedCaller> SimulatedCaller::read(std::string_view text) {
  if (text == "*" || text.empty()) return SimulatedCaller();
  if (text.ends_with(".amazonaws.com")) {
    SimulatedCaller out;
    out.kind = CallerKind::Service;
    out.name = text;
    out.context_entries.emplace_back("aws:PrincipalIsAWSService", "true");
    return out;
  }
  auto arn = Arn::parse(AccountId::parse(text) ? fmt::format("arn:aws:iam::{}:root", text) : std::string(text));
  if (!arn || !AccountId::parse(arn->account)) return std::nullopt;
  if (arn->service == "sts") return read_session(*arn);
  if (arn->service != "iam") return std::nullopt;
  if (arn->resource == "root") return root_of(*arn);
  if (!arn->resource.starts_with("user/")) return std::nullopt;
  return identity(*arn, id_of(*arn));
}

Caller SimulatedCaller::caller() const {
  return {.kind = kind,
          .account = account,
          .unique_id = unique_id,
          .session = session,
          .arn = arn,
          .canonical_id = {},
          .name = name};
}

void SimulatedCaller::add_keys(KeyList& keys, const ContextEntries& context) const {
  for (const auto& [key, value] : context) keys.add(key, value);
  for (const auto& [key, value] : context_entries) {
    if (keys.find(lower(key)).empty()) keys.add(key, value);
  }
}

std::expected<void, PolicyError> Simulation::add(Layer layer, std::string name, std::string text, const Ids& ids) {
  const Kind kind = kind_of(layer);
  auto sent = parse(std::move(text), kind);
  if (!sent) return std::unexpected(std::move(sent.error()));
  Ids names = ids;
  for (const std::string& named : names_in(*sent)) names.try_emplace(named, stand_in_id(named));
  auto bound_text = bind_principals(*sent, names);
  if (!bound_text) return std::unexpected(std::move(bound_text.error()));
  auto bound = parse(std::move(*bound_text), kind);
  if (!bound) return std::unexpected(std::move(bound.error()));
  auto policy = Policy::compile(*bound);
  if (!policy) return std::unexpected(std::move(policy.error()));
  Doc& doc = docs_[layer].emplace_back(std::move(name), std::move(*policy));
  doc.places = places_of(*sent);
  keys_.add(*sent);
  for (const StatementText& statement : sent->statements) {
    doc.sids.push_back(statement.sid);
    if (statement.not_resource || statement.resources.empty()) doc.on_anything = true;
    for (const std::string& resource : statement.resources) {
      const std::string_view holder = holder_of(resource);
      if (holder.find("${") != holder.npos) doc.on_anything = true;
      doc.holders.emplace_back(holder, Variables::No);
    }
  }
  return {};
}

bool Simulation::may_belong_to(std::string_view resource) const {
  auto found = docs_.find(Layer::Resource);
  if (found == docs_.end() || resource == "*") return true;
  const KeyList none;
  Substitution nothing{none};
  const ArnView holder(holder_of(resource));
  return std::ranges::all_of(found->second, [&](const Doc& doc) {
    return doc.on_anything || std::ranges::any_of(doc.holders, [&](const ArnPattern& pattern) {
             return pattern.matches(holder, nothing);
           });
  });
}

namespace {

class Listener final : public MatchListener {
 public:
  explicit Listener(std::vector<Simulation::Matched>& into) : into_(into) {}
  void matched(const Match& match, Effect effect) override { into_.push_back({match, effect}); }

 private:
  std::vector<Simulation::Matched>& into_;
};

}  // namespace

Simulation::Answer Simulation::ask(const Request& request) const {
  std::array<std::vector<const Policy*>, 4> lists;
  for (const auto& [layer, docs] : docs_) {
    for (const Doc& doc : docs) lists[static_cast<std::size_t>(layer)].push_back(&doc.policy);
  }
  auto list = [&](Layer layer) { return Policies::List(lists[static_cast<std::size_t>(layer)]); };
  const Policies policies{.resource = list(Layer::Resource),
                          .identity = list(Layer::Identity),
                          .boundary = list(Layer::Boundary),
                          .session = list(Layer::Session)};
  Answer answer;
  Listener listener(answer.matched);
  answer.decision = evaluate(request, policies, &listener);
  for (const std::string& key : keys_.names()) {
    if (request.keys.find(lower(key)).empty()) answer.missing.push_back(key);
  }
  return answer;
}

Outcome Simulation::Answer::says(Layer layer) const {
  Outcome out = Outcome::ImplicitDeny;
  for (const auto& [match, effect] : matched) {
    if (match.layer != layer) continue;
    if (effect == Effect::Deny) return Outcome::ExplicitDeny;
    out = Outcome::Allowed;
  }
  return out;
}

std::string Simulation::shown(const Match& match) const {
  const std::string& sid = doc(match).sids[match.statement];
  return fmt::format("Statement[{}]{} of {}", match.statement, sid.empty() ? "" : " (" + sid + ")", name_of(match));
}

std::string Simulation::why(const Answer& answer) const {
  const Decision& decision = answer.decision;
  switch (decision.outcome) {
    case Outcome::Allowed:
      return decision.by ? "allowed by " + shown(*decision.by) : "allowed: root may in its own account";
    case Outcome::ExplicitDeny:
      return "denied by " + shown(*decision.by);
    case Outcome::ImplicitDeny:
      break;
  }
  return fmt::format("denied: {} would have to allow it, and none does", layer_name(*decision.lacking));
}

}  // namespace skerry::iam::policy
