#include "skerry/policy_commands.h"

#include <fmt/format.h>

#include <expected>
#include <fstream>
#include <iostream>
#include <iterator>

#include "iam/policy/explain.h"
#include "iam/policy/generate.h"
#include "iam/policy/parse.h"
#include "iam/policy/simulate.h"
#include "skerry/known_actions.h"

namespace skerry {
namespace {

namespace policy = iam::policy;

constexpr int kUnusable = 2;

int fail(std::string_view sentence) {
  fmt::print(stderr, "skerry: {}\n", sentence);
  return kUnusable;
}

std::string in_words(std::string_view name, const policy::PolicyError& error) {
  std::string place = error.place.empty() ? "" : " at " + error.place;
  return fmt::format("{} is no policy: {}{}: {}", name, error.code, place, error.message);
}

std::expected<std::string, std::string> read(const std::string& file) {
  std::ifstream opened;
  if (file != "-") opened.open(file);
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad() || (file != "-" && !opened.is_open())) return std::unexpected("cannot read " + file);
  return text;
}

// Of whichever kind it is; where it is none, the error of the kind that it seems to be.
std::expected<policy::Document, policy::PolicyError> parse_any(const std::string& text) {
  auto first = policy::Kind::Managed, second = policy::Kind::Resource;
  if (text.find("Principal\"") != text.npos) std::swap(first, second);
  auto document = policy::parse(text, first);
  if (document) return document;
  auto other = policy::parse(text, second);
  if (other) return other;
  // Who may assume a role: without a Resource.
  auto trust = policy::parse(text, policy::Kind::Trust);
  return trust ? std::move(trust) : std::move(document);
}

}  // namespace

int check_policy(const PolicyCheck& what) {
  auto text = read(what.file);
  if (!text) return fail(text.error());
  auto document = parse_any(*text);
  if (!document) return fail(in_words(what.file, document.error()));
  fmt::print("{}", policy::explain(*document));
  for (const policy::Warning& warning : policy::warnings(*document, known_actions())) {
    fmt::print("WARNING {}: {}\n", warning.place, warning.text);
  }
  return 0;
}

int generate_policy(const PolicyGenerate& what) {
  auto made = policy::generate({.service = what.service,
                                .effect = what.effect == "deny" ? policy::Effect::Deny : policy::Effect::Allow,
                                .principals = what.principals,
                                .actions = what.actions,
                                .resources = what.resources});
  if (!made) return fail(in_words("this", made.error()));
  fmt::print("{}", *made);
  return 0;
}

int simulate_policy(const PolicySimulate& what) {
  policy::Simulation simulation;
  const std::pair<policy::Layer, const std::vector<std::string>*> given[] = {
      {policy::Layer::Identity, &what.identity},
      {policy::Layer::Resource, &what.resource_based},
      {policy::Layer::Boundary, &what.boundary},
      {policy::Layer::Session, &what.session}};
  for (const auto& [layer, files] : given) {
    for (const std::string& file : *files) {
      auto text = read(file);
      if (!text) return fail(text.error());
      if (auto added = simulation.add(layer, file, std::move(*text)); !added)
        return fail(in_words(file, added.error()));
    }
  }
  policy::ContextEntries context;
  for (const std::string& pair : what.context) {
    auto equals = pair.find('=');
    if (equals == pair.npos || equals == 0) return fail(fmt::format("--context {}: write KEY=VALUE", pair));
    context.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  auto caller = policy::SimulatedCaller::read(what.principal);
  if (!caller) {
    return fail(
        fmt::format("{} cannot ask: give the ARN of a user, of root or of a role's session "
                    "(arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION), an account's id, a service, or *",
                    what.principal));
  }
  policy::KeyList keys;
  caller->add_keys(keys, context);
  auto answer = simulation.ask({caller->caller(), what.action, what.resource, what.owner, keys});
  fmt::print("{}\n", simulation.why(answer));
  return answer.decision.allowed() ? 0 : 1;
}

}  // namespace skerry
