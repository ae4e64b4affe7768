#pragma once
#include <expected>
#include <string_view>

#include "net/http.h"
#include "wire/error.h"
#include "wire/route.h"
#include "wire/route_table.h"

// Walks a service's generated route tree. For Router.
namespace skerry::wire {

struct RouteMatch {
  const Operation* operation;
  Route::Labels labels;
};

// `bucket`, where not empty, stands before the path. `query` is the request's, decoded.
std::expected<RouteMatch, ApiError> match_route(const Service& service, const net::Request& request,
                                                const Parameters& query, std::string_view bucket);

// Whether some operation, of whatever method, has this path.
bool matches_path(const RouteTable& table, std::string_view path);

}  // namespace skerry::wire
