#pragma once
#include <string>

#include "base/random.h"
#include "net/http.h"

namespace skerry::api {

// What an answer carries so that it can be found in the log: x-amz-request-id, 16 characters, and x-amz-id-2, 56
// characters of base64 that say nothing (AWS's are its own affair too).
struct RequestId {
  std::string id;
  std::string id2;

  static RequestId make(Random& random);

  // On an answer, with the server's name.
  void put_on(net::Response& response) const;
};

}  // namespace skerry::api
