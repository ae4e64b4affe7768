#include "net/refused_connection.h"

namespace skerry::net {

Task<> RefusedConnection::run() {
  idle_ = false;
  Response response = handler_.refuse(503, "too many clients");
  response.headers.set("retry-after", "1");
  ResponseFraming answer = ResponseFraming::of(response, false, false);
  co_await writer_.send(response, answer, "close");
  co_await linger();
  channel_.close(false);
}

}  // namespace skerry::net
