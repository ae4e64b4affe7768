#include "net/refused_connection.h"

namespace skerry::net {

Task<> RefusedConnection::run() {
  static constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\n"
      "retry-after: 1\r\n"
      "content-type: text/plain\r\n"
      "content-length: 43\r\n"
      "connection: close\r\n"
      "\r\n"
      "503 Service Unavailable: too many clients.\n";
  idle_ = false;
  iovec part{const_cast<char*>(kAnswer.data()), kAnswer.size()};
  co_await channel_.write({&part, 1}, set_.limits().linger_time);
  co_await linger();
  channel_.close(false);
}

}  // namespace skerry::net
