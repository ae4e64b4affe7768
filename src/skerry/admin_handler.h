#pragma once
#include "net/http.h"
#include "skerry/admin.h"
#include "skerry/front_door.h"

namespace skerry {

// The commands over the 0600 unix socket in the data folder: `POST /account.create?name=ann`; and the server's own
// pages: `GET /_skerry/metrics`. Whoever can open the socket can read the data folder anyhow, so nothing is asked.
//
// Life: outlives the server. Threads: any reactor's.
class AdminHandler final : public net::Handler {
 public:
  AdminHandler(Admin& admin, const FrontDoor& pages) : admin_(admin), pages_(pages) {}
  Task<net::Response> handle(net::Request& request) override;

 private:
  Admin& admin_;
  const FrontDoor& pages_;
};

std::string admin_socket(const std::string& data_folder);

// Asks the server that has the data folder open. nullopt: none runs. Blocks.
std::optional<AdminResult> ask_server(const std::string& data_folder, const AdminRequest& request);

}  // namespace skerry
