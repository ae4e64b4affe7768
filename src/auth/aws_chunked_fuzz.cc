// Any bytes as an aws-chunked body, split anywhere: no crash, never more payload than announced, and the split makes no
// difference.
#include "auth/auth_test_support.h"
#include "auth/aws_chunked.h"

namespace {

using namespace skerry;
using namespace skerry::auth;

struct Outcome {
  std::string bytes;
  std::optional<AuthErrc> errc;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(const Authenticated& who, std::uint64_t length, std::string_view body, std::size_t piece) {
  AwsChunkedDecoder decoder(who, length, {"x-amz-checksum-crc32"});
  Outcome out;
  while (!body.empty()) {
    std::string bytes(body.substr(0, piece));
    body.remove_prefix(bytes.size());
    auto got = decoder.decode(bytes);
    if (!got) {
      out.errc = got.error().errc;
      return out;
    }
    out.bytes.append(bytes, 0, *got);
  }
  if (auto error = decoder.finish()) out.errc = error->errc;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  constexpr PayloadMode kModes[] = {PayloadMode::StreamingSigned, PayloadMode::StreamingSignedTrailer,
                                    PayloadMode::StreamingUnsignedTrailer};
  Authenticated who;
  who.payload = kModes[data[0] % 3];
  who.region = "us-east-1";
  who.service = "s3";
  who.signing_key = std::make_shared<const HmacKey>("key");
  std::uint64_t length = data[1];
  std::string_view body(reinterpret_cast<const char*>(data) + 3, size - 3);
  Outcome whole = decode(who, length, body, body.size() + 1);
  Outcome split = decode(who, length, body, data[2] % 16u + 1);
  CHECK(whole.errc == split.errc, "the split decides nothing");
  CHECK(whole.errc || whole.bytes == split.bytes, "the split decides nothing");
  CHECK(whole.bytes.size() <= length && split.bytes.size() <= length, "no more than was announced");
  CHECK(whole.errc || whole.bytes.size() == length, "no less either");
  return 0;
}
