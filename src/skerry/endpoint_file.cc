#include "skerry/endpoint_file.h"

#include <unistd.h>

#include <fstream>

namespace skerry {
namespace {

std::string path_in(const std::string& data_folder) { return data_folder + "/endpoint"; }

}  // namespace

std::string client_url(const net::Endpoint& listening, bool tls) {
  net::Endpoint reached = listening;
  if (reached.address == "0.0.0.0") reached.address = "127.0.0.1";
  if (reached.address == "::") reached.address = "::1";
  return (tls ? "https://" : "http://") + reached.text();
}

// A convenience only: when it cannot be written, commands use the configured address.
EndpointFile::EndpointFile(const std::string& data_folder, const std::string& url) : path_(path_in(data_folder)) {
  std::ofstream(path_, std::ios::trunc) << url << "\n";
}

EndpointFile::~EndpointFile() { ::unlink(path_.c_str()); }

std::optional<std::string> EndpointFile::read(const std::string& data_folder) {
  std::ifstream in(path_in(data_folder));
  std::string url;
  if (!std::getline(in, url) || url.empty()) return std::nullopt;
  return url;
}

}  // namespace skerry
