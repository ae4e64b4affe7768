#include "wire/route_match.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "wire/faults.h"
#include "wire/text.h"

namespace skerry::wire {
namespace {

using Values = std::vector<std::string_view>;  // of the labels, as sent

// `rest` is what follows a slash. Literal segments go before parameters; a greedy label takes all that is left.
const RouteNode* descend(const RouteTable& table, const RouteNode& node, std::string_view rest, Values& values) {
  if (rest.empty()) return node.methods.empty() ? nullptr : &node;
  auto slash = rest.find('/');
  std::string_view segment = rest.substr(0, slash),
                   next = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
  auto edge = std::lower_bound(node.edges.begin(), node.edges.end(), segment,
                               [](const RouteEdge& e, std::string_view wanted) { return e.segment < wanted; });
  if (edge != node.edges.end() && edge->segment == segment) {
    if (const RouteNode* found = descend(table, table.nodes[edge->node], next, values)) return found;
  }
  if (node.parameter != kNone && !segment.empty()) {
    values.push_back(segment);
    if (const RouteNode* found = descend(table, table.nodes[node.parameter], next, values)) return found;
    values.pop_back();
  }
  if (node.greedy == kNone) return nullptr;
  values.push_back(rest);
  return &table.nodes[node.greedy];
}

class Chooser {
 public:
  Chooser(const Service& service, const net::Request& request, const Parameters& query)
      : service_(service), request_(request), query_(query) {}

  std::expected<const Operation*, ApiError> choose(const RouteNode& node) const {
    auto method = std::find_if(node.methods.begin(), node.methods.end(),
                               [&](const RouteMethod& m) { return m.method == request_.method; });
    if (method == node.methods.end()) return std::unexpected(method_not_allowed(service_, request_.method));
    const RouteCandidate* chosen = nullptr;
    std::string_view chosen_key, unfinished;
    for (const auto& [key, value] : query_) {
      const RouteKey* entry = find_key(*method, key);
      if (!entry) continue;
      const RouteCandidate* candidate = first_satisfied(entry->candidates);
      if (!candidate) {
        unfinished = key;
      } else if (chosen && candidate != chosen) {
        return std::unexpected(conflict(chosen_key, key));
      } else {
        chosen = candidate;
        chosen_key = entry->key;
      }
    }
    if (chosen) return &service_.operations[chosen->operation];
    if (!unfinished.empty()) return std::unexpected(incomplete(unfinished));
    if (auto error = stray_subresource(*method)) return std::unexpected(std::move(*error));
    const RouteCandidate* candidate = first_satisfied(method->candidates);
    if (!candidate) return std::unexpected(method_not_allowed(service_, request_.method));
    return &service_.operations[candidate->operation];
  }

 private:
  bool s3() const { return service_.faults == FaultStyle::S3; }

  static const RouteKey* find_key(const RouteMethod& method, std::string_view key) {
    auto it = std::lower_bound(method.keys.begin(), method.keys.end(), key,
                               [](const RouteKey& k, std::string_view wanted) { return k.key < wanted; });
    return it != method.keys.end() && it->key == key ? &*it : nullptr;
  }

  const std::string* find_query(std::string_view name) const {
    for (const auto& [key, value] : query_) {
      if (key == name) return &value;
    }
    return nullptr;
  }

  bool holds(const RouteCondition& condition) const {
    switch (condition.what) {
      case RouteCondition::QueryKey:
        return find_query(condition.name) != nullptr;
      case RouteCondition::QueryValue: {
        const std::string* value = find_query(condition.name);
        return value && *value == condition.value;
      }
      // A presigned URL may carry x-amz-* headers in its query.
      case RouteCondition::Header:
        return request_.headers.find(condition.name) || (s3() && find_query(condition.name));
    }
    return false;
  }

  const RouteCandidate* first_satisfied(std::span<const RouteCandidate> candidates) const {
    for (const RouteCandidate& candidate : candidates) {
      if (std::all_of(candidate.conditions.begin(), candidate.conditions.end(),
                      [&](const auto& c) { return holds(c); })) {
        return &candidate;
      }
    }
    return nullptr;
  }

  // A request that names two subresources means two operations. S3 refuses it, and so do we everywhere.
  ApiError conflict(std::string_view a, std::string_view b) const {
    Violation violation{Violation::What::Value, "ResourceType", std::string(a),
                        "Conflicting query string parameters: " + std::string(a) + ", " + std::string(b), Loc::Query};
    return violation_error(service_, {violation});
  }

  ApiError incomplete(std::string_view key) const {
    Violation violation{Violation::What::Value, std::string(key), "",
                        "A query parameter that goes with " + std::string(key) + " is missing", Loc::Query};
    return violation_error(service_, {violation});
  }

  // `PUT /bucket/key?uploads` must not become a plain PutObject.
  std::optional<ApiError> stray_subresource(const RouteMethod& method) const {
    if (!s3()) return std::nullopt;
    for (const auto& [key, value] : query_) {
      if (std::binary_search(service_.routes->unserved.begin(), service_.routes->unserved.end(),
                             std::string_view(key))) {
        return not_implemented(service_, "The subresource " + key + " is not implemented.");
      }
      if (std::binary_search(service_.routes->subresources.begin(), service_.routes->subresources.end(),
                             std::string_view(key))) {
        return method_not_allowed(service_, method.method).with("ResourceType", key);
      }
    }
    return std::nullopt;
  }

  const Service& service_;
  const net::Request& request_;
  const Parameters& query_;
};

// What follows the first slash. The network gives every request a path; `OPTIONS *` has none and means the whole
// server.
std::string_view below_root(std::string_view path) { return path.empty() ? path : path.substr(1); }

// Gives the values the names that the operation's own template has for them.
std::optional<Route::Labels> name_labels(const Operation& operation, const Values& values) {
  Route::Labels labels;
  std::string_view uri = operation.uri;
  for (std::string_view value : values) {
    auto open = uri.find('{'), close = uri.find('}');
    std::string_view name = uri.substr(open + 1, close - open - 1);
    if (name.ends_with('+')) name.remove_suffix(1);
    auto decoded = percent_decode(value);
    if (!decoded) return std::nullopt;
    labels.emplace_back(name, std::move(*decoded));
    uri.remove_prefix(close + 1);
  }
  return labels;
}

}  // namespace

bool matches_path(const RouteTable& table, std::string_view path) {
  Values values;
  return descend(table, table.nodes[0], below_root(path), values) != nullptr;
}

std::expected<RouteMatch, ApiError> match_route(const Service& service, const net::Request& request,
                                                const Parameters& query, std::string_view bucket) {
  std::string_view path = below_root(request.path());
  const RouteTable& table = *service.routes;
  const RouteNode* start = &table.nodes[0];
  Values values;
  if (!bucket.empty()) {
    CHECK(start->parameter != kNone, "the paths of {} do not begin with a bucket", service.name);
    values.push_back(bucket);
    start = &table.nodes[start->parameter];
  }
  const RouteNode* node = descend(table, *start, path, values);
  if (!node) return std::unexpected(unknown_operation(service, request.path()));
  auto operation = Chooser(service, request, query).choose(*node);
  if (!operation) return std::unexpected(std::move(operation.error()));
  auto labels = name_labels(**operation, values);
  if (!labels) return std::unexpected(bad_uri(service, "the path is not well-formed"));
  return RouteMatch{*operation, std::move(*labels)};
}

}  // namespace skerry::wire
