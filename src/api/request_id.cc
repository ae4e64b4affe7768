#include "api/request_id.h"

#include <array>

#include "base/bytes.h"

namespace skerry::api {

RequestId RequestId::make(Random& random) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<char, 10 + 42> raw;  // 42 bytes of base64 need no padding
  random.fill(raw);
  RequestId out;
  out.id.reserve(16);
  for (std::size_t group = 0; group < 2; ++group) {  // five bytes make eight characters
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | static_cast<unsigned char>(raw[group * 5 + i]);
    for (int shift = 35; shift >= 0; shift -= 5) out.id += kAlphabet[bits >> shift & 31];
  }
  out.id2 = base64(std::string_view(raw.data() + 10, raw.size() - 10));
  return out;
}

void RequestId::put_on(net::Response& response) const {
  response.headers.set("x-amz-request-id", id);
  response.headers.set("x-amz-id-2", id2);
  response.headers.set("server", "Skerry");
}

}  // namespace skerry::api
