// Whatever comes as a token or as a provider's key set: it is read or refused, and no signature of nobody's is good.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "sts/oidc/public_key.h"
#include "sts/oidc/web_identity.h"

using namespace skerry;
using namespace skerry::sts::oidc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::size_t split = input.find('\n');
  auto token = parse_jwt(input.substr(0, split));
  if (token) {
    if (auto identity = read_identity(*token)) (void)check_times(*token, *identity, Time(seconds(1)));
  }
  if (split == input.npos) return 0;
  auto keys = parse_key_set(std::string(input.substr(split + 1)));
  if (!keys) return 0;
  for (const PublicKey& key : *keys) {
    if (token) (void)key.verify(token->algorithm, token->signing_input, token->signature);
    CHECK(!key.verify("none", "message", "") && !key.verify("HS256", "message", ""), "an unsigned token");
  }
  return 0;
}
