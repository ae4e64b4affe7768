#include "wire/router.h"

#include <algorithm>

#include "base/check.h"
#include "wire/faults.h"
#include "wire/route_match.h"
#include "wire/text.h"

namespace skerry::wire {
namespace {

std::unexpected<RouteFailure> fail(const Service& service, Protocol protocol, ApiError error) {
  return std::unexpected(RouteFailure{&service, protocol, std::move(error)});
}

ApiError bad_query(const Service& service) { return bad_uri(service, "the query string is not well-formed"); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return out;
}

// "eu-central-1", "us-gov-west-1"
bool is_region(std::string_view text) {
  auto last = text.rfind('-');
  if (last == text.npos || last < 4 || last + 1 == text.size()) return false;
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string_view number = text.substr(last + 1), name = text.substr(0, last);
  return std::all_of(number.begin(), number.end(), digit) && name.find('-') != name.npos &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

// The service of `AKID/20260101/eu-central-1/s3/aws4_request`; empty when it is no such thing.
std::string_view scope_service(std::string_view credential) {
  auto last = credential.rfind('/');
  if (last == credential.npos || !credential.substr(last + 1).starts_with("aws4_request")) return {};
  credential = credential.substr(0, last);
  auto slash = credential.rfind('/');
  return slash == credential.npos ? std::string_view() : credential.substr(slash + 1);
}

std::string signing_service(const net::Request& request, const Parameters& query) {
  std::string_view authorization = request.headers.get("authorization");
  constexpr std::string_view kCredential = "Credential=";
  if (auto at = authorization.find(kCredential); at != authorization.npos) {
    std::string_view credential = authorization.substr(at + kCredential.size());
    credential = credential.substr(0, credential.find_first_of(", "));
    return std::string(scope_service(credential));
  }
  for (const auto& [key, value] : query) {
    if (key == "X-Amz-Credential") return std::string(scope_service(value));
  }
  return {};
}

std::string_view parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

Protocol json_protocol(const Service& service) {
  for (Protocol protocol : service.protocols) {
    if (protocol == Protocol::Json10 || protocol == Protocol::Json11) return protocol;
  }
  return service.protocols[0];
}

bool is_form(const net::Request& request) {
  return lower(request.headers.get("content-type")).starts_with("application/x-www-form-urlencoded");
}

// `/`, or `/123456789012/name`: where old SDKs post their forms.
bool is_form_path(std::string_view path) {
  if (path == "/") return true;
  if (path.size() < 15 || path[13] != '/') return false;
  return std::all_of(path.begin() + 1, path.begin() + 13, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Router::Router(std::vector<const Service*> services, std::vector<std::string> domains)
    : services_(std::move(services)), domains_(std::move(domains)) {
  for (const Service* service : services_) {
    if (service->claim.made()) {
      claiming_.push_back(service);
    } else if (service->faults == FaultStyle::S3) {
      s3_ = service;
    }
  }
  CHECK(s3_, "one of {} services has to be S3", services_.size());
}

Router::Host Router::split_host(std::string_view host) const {
  if (host.starts_with('[')) return {};
  std::string name = lower(host.substr(0, host.rfind(':')));
  for (const std::string& domain : domains_) {
    if (name.size() <= domain.size() + 1 || !name.ends_with(domain) || name[name.size() - domain.size() - 1] != '.')
      continue;
    std::string_view prefix = std::string_view(name).substr(0, name.size() - domain.size() - 1);
    auto take_last = [&] {
      auto dot = prefix.rfind('.');
      std::string_view last = prefix.substr(dot == prefix.npos ? 0 : dot + 1);
      prefix = dot == prefix.npos ? std::string_view() : prefix.substr(0, dot);
      return last;
    };
    std::string_view whole = prefix, last = take_last();
    bool regional = is_region(last);
    if (regional) last = take_last();
    bool website = last == "s3-website" || (last.starts_with("s3-website-") && is_region(last.substr(11)));
    if (last == "s3" || website) return {std::string(prefix), true, website};
    return {std::string(whole), false, false};
  }
  return {};
}

const Service* Router::find_claiming(const net::Request& request) const {
  for (const Service* service : claiming_) {
    const Claim& claim = service->claim;
    if (request.path().starts_with(claim.path) && request.headers.find(claim.header)) return service;
  }
  return nullptr;
}

const Service* Router::find_signing(std::string_view signing_name) const {
  if (signing_name.empty()) return nullptr;
  for (const Service* service : services_) {
    if (service->signing_name == signing_name && !service->claim.made()) return service;
  }
  return nullptr;
}

const Service* Router::find_version(std::string_view version) const {
  for (const Service* service : services_) {
    if (service->speaks(Protocol::Query) && service->api_version == version) return service;
  }
  return nullptr;
}

std::expected<Route, RouteFailure> Router::route(const net::Request& request) const {
  Host host = split_host(request.host);
  if (host.website)
    return fail(*s3_, Protocol::RestXml, not_implemented(*s3_, "Website endpoints are not implemented."));
  auto query = parse_parameters(request.query());
  // Before the host: an account's name stands there where a bucket's would.
  if (const Service* service = find_claiming(request)) {
    if (!query) return fail(*service, service->protocols[0], bad_query(*service));
    return by_path(*service, request, std::move(*query), {});
  }
  if (host.certain) {
    if (!query) return fail(*s3_, Protocol::RestXml, bad_query(*s3_));
    return by_path(*s3_, request, std::move(*query), host.bucket);
  }

  if (request.headers.get("smithy-protocol") == "rpc-v2-cbor") {
    // /service/GraniteServiceVersion20100801/operation/ListMetrics
    std::string_view path = request.path();
    auto middle = path.find("/operation/");
    if (path.starts_with("/service/") && middle != path.npos) {
      std::string_view prefix = path.substr(9, middle - 9), name = path.substr(middle + 11);
      for (const Service* service : services_) {
        if (service->target_prefix != prefix || !service->speaks(Protocol::RpcV2Cbor)) continue;
        const Operation* operation = service->find_operation(name);
        if (!operation) return fail(*service, Protocol::RpcV2Cbor, unknown_operation(*service, name));
        return Route{service, operation, Protocol::RpcV2Cbor, {}, false, {}};
      }
    }
  }

  if (std::string_view target = request.headers.get("x-amz-target"); !target.empty()) {
    auto dot = target.find('.');
    std::string_view name = dot == target.npos ? std::string_view() : target.substr(dot + 1);
    for (const Service* service : services_) {
      if (service->target_prefix.empty() || service->target_prefix != target.substr(0, dot)) continue;
      Protocol protocol = json_protocol(*service);
      const Operation* operation = service->find_operation(name);
      if (!operation) return fail(*service, protocol, unknown_operation(*service, name));
      return Route{service, operation, protocol, {}, false, {}};
    }
  }

  std::string signing = query ? signing_service(request, *query) : std::string();
  const Service* signed_for = find_signing(signing);
  // A path of somebody else's service could be any bucket's: S3 says itself that the signature is for another service.
  bool like_s3 = !is_form_path(request.path());
  if (!signing.empty() && !signed_for && !like_s3) {
    return fail(*s3_, Protocol::RestXml, not_implemented(*s3_, "The service " + signing + " is not implemented."));
  }
  if (!query) return fail(*s3_, Protocol::RestXml, bad_query(*s3_));
  if (signed_for && signed_for->routes) {
    // Only S3's paths begin with a bucket: in the Host of another service's request stands that service.
    return by_path(*signed_for, request, std::move(*query), signed_for == s3_ ? host.bucket : std::string());
  }

  if (std::string_view action = parameter(*query, "Action"); !action.empty() && is_form_path(request.path())) {
    std::string_view version = parameter(*query, "Version");
    // A bucket's host says whose request it is, unless some service knows better.
    if (signed_for || host.bucket.empty() || find_version(version)) return by_action(action, version, signing);
  }
  if (request.method == "POST" && is_form(request) && is_form_path(request.path()) &&
      (signed_for || host.bucket.empty())) {
    // Until its Action is known, S3 speaks for a form that nobody has signed.
    return Route{signed_for ? signed_for : s3_, nullptr, Protocol::Query, {}, false, {}};
  }
  if (signed_for) {
    Protocol protocol = signed_for->protocols[0];
    return fail(*signed_for, protocol, unknown_operation(*signed_for, "without a name"));
  }
  for (const Service* service : services_) {
    if (host.bucket.empty() && service != s3_ && service->routes && !service->claim.made() &&
        matches_path(*service->routes, request.path()))
      return by_path(*service, request, std::move(*query), {});
  }
  return by_path(*s3_, request, std::move(*query), host.bucket);
}

std::expected<Route, RouteFailure> Router::route_form(const net::Request& request, std::string_view body) const {
  auto query = parse_parameters(request.query());
  auto form = parse_parameters(body);
  std::string signing = query ? signing_service(request, *query) : std::string();
  if (!form) {
    const Service* service = find_signing(signing);
    if (!service) service = s3_;
    return fail(*service, Protocol::Query, malformed_form(*service));
  }
  return by_action(parameter(*form, "Action"), parameter(*form, "Version"), signing);
}

// The signature names the service. Without one (STS with a web identity) the version does: no two services share one.
std::expected<Route, RouteFailure> Router::by_action(std::string_view action, std::string_view version,
                                                     std::string_view signing) const {
  for (const Service* service : services_) {
    if (!service->speaks(Protocol::Query)) continue;
    if (signing.empty() ? service->api_version != version : service->signing_name != signing) continue;
    if (!version.empty() && service->api_version != version) {
      return fail(*service, Protocol::Query, unknown_operation(*service, action));
    }
    const Operation* operation = service->find_operation(action);
    if (!operation) return fail(*service, Protocol::Query, unknown_operation(*service, action));
    return Route{service, operation, Protocol::Query, {}, false, {}};
  }
  std::string what = version.empty() ? std::string("The request names no version of a service.")
                                     : "No service of version " + std::string(version) + " is implemented.";
  return fail(*s3_, Protocol::Query, not_implemented(*s3_, std::move(what)));
}

std::expected<Route, RouteFailure> Router::by_path(const Service& service, const net::Request& request,
                                                   Parameters query, std::string_view bucket) const {
  Protocol protocol = service.protocols[0];
  auto match = match_route(service, request, query, bucket);
  if (!match) return fail(service, protocol, std::move(match.error()));
  return Route{&service, match->operation, protocol, std::move(match->labels), !bucket.empty(), std::move(query)};
}

}  // namespace skerry::wire
