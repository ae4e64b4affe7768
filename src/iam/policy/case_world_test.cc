#include "iam/policy/case_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "iam/policy/binding.h"
#include "iam/policy/parse.h"
#include "iam/policy/simulate.h"

namespace skerry::iam::policy {
namespace {

constexpr std::string_view kHome = "111122223333";

struct Type {
  Layer layer;
  Kind kind;
};
Type type_of(std::string_view name) {
  if (name == "identity") return {Layer::Identity, Kind::Inline};
  if (name == "boundary") return {Layer::Boundary, Kind::Inline};
  if (name == "session") return {Layer::Session, Kind::Session};
  if (name == "trust") return {Layer::Resource, Kind::Trust};
  return {Layer::Resource, Kind::Resource};
}

std::string_view word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  auto end = std::min(rest.find(' '), rest.size());
  std::string_view out = rest.substr(0, end);
  rest.remove_prefix(end);
  return out;
}

// Cuts off what follows `mark`, and gives it.
std::string_view cut(std::string_view& text, char mark) {
  auto at = text.find(mark);
  if (at == text.npos) return {};
  std::string_view tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

// A caller with the texts that its views are of, and the keys that every request of it has.
struct Person {
  Caller caller;
  std::string id, arn, canonical;

  Person(std::string_view text, KeyList& keys) {
    std::string_view account = cut(text, '@');
    if (account.empty()) account = kHome;
    std::string_view name = text;
    std::string_view kind = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(kind.size() + 1, name.size()));
    using CallerKind = Caller::Kind;
    if (kind == "anonymous") return;
    if (kind == "service" || kind == "provider") {
      caller.kind = kind == "service" ? CallerKind::Service : CallerKind::Provider;
      caller.name = name;
      return;
    }
    caller.account = account;
    std::string principal_arn, user_id;
    if (kind == "root") {
      caller.kind = CallerKind::Root;
      arn = principal_arn = fmt::format("arn:aws:iam::{}:root", account);
      user_id = account;
    } else if (kind == "user") {
      caller.kind = CallerKind::User;
      arn = principal_arn = fmt::format("arn:aws:iam::{}:user/{}", account, name);
      id = user_id = stand_in_id(arn);
      keys.add("aws:username", name);
    } else if (kind == "role") {
      caller.kind = CallerKind::RoleSession;
      caller.session = cut(name, ':');
      principal_arn = fmt::format("arn:aws:iam::{}:role/{}", account, name);
      id = stand_in_id(principal_arn);
      arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account, name, caller.session);
      user_id = fmt::format("{}:{}", id, caller.session);
    } else {
      caller.kind = CallerKind::FederatedUser;
      std::string_view user = cut(name, ':');
      if (!user.empty()) id = stand_in_id(fmt::format("arn:aws:iam::{}:user/{}", account, user));
      arn = principal_arn = fmt::format("arn:aws:sts::{}:federated-user/{}", account, name);
      user_id = fmt::format("{}:{}", account, name);
    }
    caller.unique_id = id;
    caller.arn = arn;
    keys.add("aws:PrincipalArn", principal_arn);
    keys.add("aws:PrincipalAccount", account);
    keys.add("aws:userid", user_id);
  }
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;

  bool has_identity() const { return !caller.unique_id.empty(); }
};

}  // namespace

void CaseWorld::clear() {
  docs_.clear();
  resource_must_allow_ = false;
}

bool CaseWorld::add(const std::string& type, const std::string& name, bool version_2008,
                    const std::vector<std::string>& statements, std::string& why) {
  std::string text = fmt::format(R"({{"Version":"{}","Statement":[{}]}})", version_2008 ? "2008-10-17" : "2012-10-17",
                                 fmt::join(statements, ","));
  Kind kind = type_of(type).kind;
  auto sent = parse(text, kind);
  if (!sent) return why = sent.error().message + " " + sent.error().place, false;
  std::map<std::string, std::string> names;
  for (const std::string& known : names_in(*sent)) names[known] = stand_in_id(known);
  auto bound = parse(*bind_principals(*sent, names), kind);
  if (!bound) return why = "bound: " + bound.error().message, false;
  auto policy = Policy::compile(*bound);
  if (!policy) return why = policy.error().message, false;
  Doc doc{name, {}, *std::move(policy)};
  for (const StatementText& statement : bound->statements) doc.sids.push_back(statement.sid);
  docs_[type_of(type).layer].push_back(std::move(doc));
  resource_must_allow_ |= type == "trust" || type == "key";
  return true;
}

std::string CaseWorld::said(const Decision& decision) const {
  constexpr std::array<const char*, 4> kLayers{"resource", "identity", "boundary", "session"};
  if (decision.outcome == Decision::Outcome::ImplicitDeny) {
    return fmt::format("none {}", kLayers[static_cast<std::size_t>(*decision.lacking)]);
  }
  std::string by = "-";
  if (decision.by) by = docs_.at(decision.by->layer)[decision.by->policy].sids[decision.by->statement];
  return fmt::format("{} {}", decision.allowed() ? "allow" : "deny", by);
}

std::string CaseWorld::ask(std::string_view request) const {
  KeyList keys;
  std::string_view rest = request;
  Person person(word(rest), keys);
  std::string action(word(rest)), resource(word(rest)), owner(kHome);
  if (resource != "*" && !resource.starts_with("arn:")) resource = "arn:aws:s3:::" + resource;
  while (true) {
    std::string_view pair = word(rest);
    if (pair.empty()) break;
    std::string_view key = pair;
    std::string_view value = cut(key, '=');
    if (key == "owner") {
      owner = value;
    } else if (key == "canonical") {
      person.caller.canonical_id = value;
    } else {
      keys.add(key, value);
    }
  }
  std::map<Layer, std::vector<const Policy*>> lists;
  for (const auto& [layer, docs] : docs_) {
    if (layer != Layer::Resource && layer != Layer::Session && !person.has_identity()) continue;
    bool has_session =
        person.caller.kind == Caller::Kind::RoleSession || person.caller.kind == Caller::Kind::FederatedUser;
    if (layer == Layer::Session && !has_session) continue;
    for (const Doc& doc : docs) lists[layer].push_back(&doc.policy);
  }
  Policies policies{lists[Layer::Resource], lists[Layer::Identity], lists[Layer::Boundary], lists[Layer::Session],
                    resource_must_allow_};
  return said(evaluate({person.caller, action, resource, owner, keys}, policies));
}

}  // namespace skerry::iam::policy
