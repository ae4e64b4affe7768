#pragma once
#include <optional>
#include <string>

#include "net/endpoint.h"

namespace skerry {

// How a client on this machine reaches who listens there: at a wildcard address by way of loopback.
std::string client_url(const net::Endpoint& listening, bool tls);

// Where the running server answers, in the data folder, so that commands beside it find it whatever port it took.
// Gone when the server has stopped; one that a kill left behind says where the server was.
class EndpointFile {
 public:
  EndpointFile(const std::string& data_folder, const std::string& url);
  ~EndpointFile();
  EndpointFile(const EndpointFile&) = delete;
  EndpointFile& operator=(const EndpointFile&) = delete;

  static std::optional<std::string> read(const std::string& data_folder);

 private:
  const std::string path_;
};

}  // namespace skerry
