// Whatever a client sends for a session token: nothing but what was sealed opens.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "iam/session_token.h"

using namespace skerry;
using namespace skerry::iam;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const storage::Kek kek(storage::KekId{5}, Secret(std::string(storage::kKeyBytes, 'k')));
  static const record::Session session = [] {
    record::Session out;
    out.set_access_key_id("ASIAQAAAAAAAAAAAAAAA");
    return out;
  }();
  static const std::string token = [] {
    SeededRandom random(1);
    return *seal_session_token(kek, session, random);
  }();
  std::string_view input(reinterpret_cast<const char*>(data), size);
  CHECK(!open_session_token(kek, session.access_key_id(), input) || input == token, "a forged token");
  CHECK(!open_session_token(kek, input.substr(0, 20), token) || input.starts_with(session.access_key_id()),
        "a token of another key");
  return 0;
}
