#pragma once
#include "net/http.h"
#include "skerry/admin.h"

namespace skerry {

// The commands over the 0600 unix socket in the data folder: `POST /account.create?name=ann`. Whoever can open the
// socket can read the data folder anyhow, so nothing is asked of him.
//
// Life: outlives the server. Threads: any reactor's.
class AdminHandler final : public net::Handler {
 public:
  explicit AdminHandler(Admin& admin) : admin_(admin) {}
  Task<net::Response> handle(net::Request& request) override;

 private:
  Admin& admin_;
};

std::string admin_socket(const std::string& data_folder);

// Asks the server that has the data folder open. nullopt: none runs. Blocks.
std::optional<AdminResult> ask_server(const std::string& data_folder, const AdminRequest& request);

}  // namespace skerry
