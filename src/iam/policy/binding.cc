#include "iam/policy/binding.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "iam/policy/principal.h"
#include "model/arn.h"
#include "wire/text.h"

namespace skerry::iam::policy {
namespace {

// The name that stands for the principal in a map of names: of a session that is known by its role's id, that id.
std::optional<std::string> name_of(const Principal& principal) {
  switch (principal.kind) {
    case Principal::Kind::UserArn:
    case Principal::Kind::RoleArn:
    case Principal::Kind::SessionArn:
    case Principal::Kind::UserId:
    case Principal::Kind::RoleId:
    case Principal::Kind::SessionId:
      return principal.name;
    default:
      return std::nullopt;
  }
}

// Calls `visit` with each entry of a Principal element, in the order of the text.
template <class Visit>
void each_principal(const Document& document, Visit visit) {
  for (const StatementText& statement : document.statements) {
    if (!statement.principals) continue;
    for (const PrincipalText& text : *statement.principals) visit(statement, text, *Principal::parse(text));
  }
}

// The document with some strings replaced.
class Replacement {
 public:
  explicit Replacement(const std::string& text) : text_(text) {}
  void replace(const PrincipalText& old, std::string_view with) { by_place_[old.begin] = {old.end, std::string(with)}; }
  std::string result() const {
    std::string out;
    std::size_t at = 0;
    for (const auto& [begin, change] : by_place_) {
      out.append(text_, at, begin - at);
      wire::append_json_string(out, change.with);
      at = change.end;
    }
    return out.append(text_, at);
  }

 private:
  struct Change {
    std::uint32_t end;
    std::string with;
  };
  const std::string& text_;
  std::map<std::uint32_t, Change> by_place_;
};

std::string session_arn(std::string_view role_arn, std::string_view session) {
  auto arn = Arn::parse(role_arn);
  if (!arn) return std::string(role_arn);
  std::string name = arn->resource.substr(arn->resource.rfind('/') + 1);  // the path of a role is not in it
  arn->service = "sts";
  arn->resource = fmt::format("assumed-role/{}/{}", name, session);
  return arn->str();
}

}  // namespace

std::vector<std::string> names_in(const Document& document) {
  std::set<std::string> names;
  each_principal(document, [&](const StatementText&, const PrincipalText&, const Principal& principal) {
    if (auto name = name_of(principal)) names.insert(*std::move(name));
  });
  return {names.begin(), names.end()};
}

std::expected<std::string, PolicyError> bind_principals(const Document& document,
                                                        const std::map<std::string, std::string>& names) {
  Replacement replacement(document.text);
  std::optional<PolicyError> wrong;
  each_principal(document, [&](const StatementText& statement, const PrincipalText& text, const Principal& principal) {
    auto name = name_of(principal);
    if (!name || wrong) return;
    auto id = names.find(*name);
    if (id == names.end()) {
      wrong = make_error(document.kind, Fault::BadPrincipal,
                         fmt::format("Statement[{}].{}", &statement - document.statements.data(),
                                     statement.not_principal ? "NotPrincipal" : "Principal"),
                         fmt::format("\"AWS\":\"{}\"", text.text));
    } else if (principal.kind == Principal::Kind::SessionArn) {
      std::string_view session = std::string_view(*name).substr(name->rfind('/') + 1);
      replacement.replace(text, fmt::format("{}:{}", id->second, session));
    } else if (principal.needs_binding()) {
      replacement.replace(text, id->second);
    }
  });
  if (wrong) return std::unexpected(*std::move(wrong));
  return replacement.result();
}

std::string unbind_principals(const Document& document, const std::map<std::string, std::string>& names) {
  Replacement replacement(document.text);
  each_principal(document, [&](const StatementText&, const PrincipalText& text, const Principal& principal) {
    auto name = name_of(principal);
    auto arn = name ? names.find(*name) : names.end();
    if (arn == names.end() || principal.needs_binding()) return;
    bool session = principal.kind == Principal::Kind::SessionId;
    replacement.replace(text, session ? session_arn(arn->second, principal.session) : arn->second);
  });
  return replacement.result();
}

}  // namespace skerry::iam::policy
