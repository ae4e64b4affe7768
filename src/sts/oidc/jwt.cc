#include "sts/oidc/jwt.h"

#include <algorithm>
#include <cmath>

#include "base/bytes.h"

namespace skerry::sts::oidc {
namespace {

using wire::Node;
using wire::Tree;

constexpr double kLatest = 253'402'300'799;  // 9999-12-31T23:59:59Z

std::optional<Tree> parse_object(std::string_view base64url) {
  auto json = unbase64url(base64url);
  if (!json) return std::nullopt;
  auto tree = Tree::from_json(*std::move(json));
  if (!tree || tree->root().type != Node::Type::Object || has_doubled_names(*tree, tree->root())) return std::nullopt;
  return *std::move(tree);
}

}  // namespace

const Node* find_of_type(const Tree& tree, const Node& object, std::string_view name, Node::Type type) {
  const Node* found = tree.find(object, name);
  return found && found->type == type ? found : nullptr;
}

bool has_doubled_names(const Tree& tree, const Node& object) {
  std::vector<std::string_view> names;
  for (const Node* member = tree.child(object); member; member = tree.next(*member)) names.push_back(member->key);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

std::optional<std::string_view> Jwt::text(std::string_view claim) const {
  const Node* found = find_of_type(claims, claims.root(), claim, Node::Type::String);
  if (!found) return std::nullopt;
  return found->text;
}

std::optional<std::vector<std::string_view>> Jwt::texts(std::string_view claim) const {
  if (auto one = text(claim)) return std::vector{*one};
  const Node* list = find_of_type(claims, claims.root(), claim, Node::Type::Array);
  if (!list) return std::nullopt;
  std::vector<std::string_view> out;
  for (const Node* item = claims.child(*list); item; item = claims.next(*item)) {
    if (item->type != Node::Type::String) return std::nullopt;
    out.push_back(item->text);
  }
  return out;
}

std::optional<std::int64_t> Jwt::seconds(std::string_view claim) const {
  const Node* found = claims.find(claims.root(), claim);
  if (!found || (found->type != Node::Type::Integer && found->type != Node::Type::Real)) return std::nullopt;
  if (!(found->real >= 0 && found->real <= kLatest)) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(found->real));
}

std::optional<Jwt> parse_jwt(std::string_view token) {
  std::size_t first = token.find('.');
  std::size_t second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos) return std::nullopt;
  auto header = parse_object(token.substr(0, first));
  auto claims = parse_object(token.substr(first + 1, second - first - 1));
  auto signature = unbase64url(token.substr(second + 1));  // a third dot is not in the alphabet
  if (!header || !claims || !signature) return std::nullopt;
  if (header->find(header->root(), "crit")) return std::nullopt;
  const Node* algorithm = find_of_type(*header, header->root(), "alg", Node::Type::String);
  const Node* key_id = header->find(header->root(), "kid");
  if (!algorithm || (key_id && key_id->type != Node::Type::String)) return std::nullopt;
  return Jwt{.algorithm = std::string(algorithm->text),
             .key_id = std::string(key_id ? key_id->text : ""),
             .signing_input = std::string(token.substr(0, second)),
             .signature = *std::move(signature),
             .claims = *std::move(claims)};
}

}  // namespace skerry::sts::oidc
