#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "s3/ops/listing_token.h"

// Whatever a client sends as a token is refused or is one that we made; what we make comes back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skerry::s3;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto position = open_token("objects-v2", "scope", text)) {
    CHECK(make_token("objects-v2", "scope", *position) == text, "a token that was not made here");
  }
  auto back = open_token("buckets", "scope", make_token("buckets", "scope", text));
  CHECK(back && *back == text, "a token that does not come back");
  return 0;
}
