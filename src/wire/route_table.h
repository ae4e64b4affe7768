#pragma once
#include <cstdint>
#include <span>
#include <string_view>

// A REST service's operations as a tree over path segments. Generated, and proven unambiguous when generated: of two
// operations that one request could mean, one always asks for strictly more and comes first.
//
// Indices are into the spans of RouteTable; kNone is no node.
namespace skerry::wire {

inline constexpr std::uint16_t kNone = 0xffff;

struct RouteCondition {
  enum What : std::uint8_t { QueryKey, QueryValue, Header } what;
  std::string_view name;
  std::string_view value;  // of QueryValue
};

struct RouteCandidate {
  std::uint16_t operation;  // in the service's operations
  std::span<const RouteCondition> conditions;
};

// Operations of one path and method whose first condition is a query key.
struct RouteKey {
  std::string_view key;
  std::span<const RouteCandidate> candidates;  // the most demanding first
};

struct RouteMethod {
  std::string_view method;
  std::span<const RouteKey> keys;              // by key
  std::span<const RouteCandidate> candidates;  // those that ask for no query key, the most demanding first
};

struct RouteEdge {
  std::string_view segment;
  std::uint16_t node;
};

struct RouteNode {
  std::span<const RouteEdge> edges;      // literal segments, sorted
  std::uint16_t parameter = kNone;       // any one segment that is not empty
  std::uint16_t greedy = kNone;          // all that is left of the path, if that is not empty
  std::span<const RouteMethod> methods;  // of a path that ends here
};

struct RouteTable {
  std::span<const RouteNode> nodes;  // the first is the root
  std::span<const std::string_view>
      subresources;  // every query key that chooses an operation anywhere in the service, sorted
  std::span<const std::string_view> unserved;  // query keys that mean an operation which the model lacks, sorted
};

}  // namespace skerry::wire
