#pragma once
#include <string>
#include <utility>
#include <vector>

#include "net/http.h"

// Requests as clients write them, for tests of what they mean.
namespace skerry::wire {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline net::Request make_request(std::string method, std::string target, Fields headers = {}) {
  net::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.host = "localhost:4566";
  for (auto& [name, value] : headers) {
    if (name == "host") {
      request.host = value;
    } else {
      request.headers.add(name, value);
    }
  }
  return request;
}

// The header by which a signature names the service.
inline std::pair<std::string, std::string> signed_for(const std::string& service) {
  return {"authorization", "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/eu-central-1/" + service +
                               "/aws4_request, SignedHeaders=host, Signature=00"};
}

}  // namespace skerry::wire
