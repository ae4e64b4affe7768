// What clients send as checksums: whatever is taken is rendered back as it came, and nothing else is taken.
#include "base/check.h"
#include "digest/crc_kernels.h"
#include "digest/multipart.h"

namespace skerry::digest {
namespace {

void parse(Algorithm algorithm, std::string_view text) {
  if (auto digest = parse_checksum(algorithm, text)) {
    CHECK(digest->base64() == text, "{} was read as {}", text, digest->base64());
  }
  if (auto composite = parse_composite(algorithm, text)) {
    CHECK(composite->text() == text, "{} was read as {}", text, composite->text());
  }
}

template <class Crc>
void compare(std::span<const CrcKernel<Crc>> kernels, std::string_view bytes) {
  for (const CrcKernel<Crc>& kernel : kernels) {
    if (kernel.runs_here) CHECK(kernel.update(1, bytes) == update_portable<Crc>(1, bytes), "{} differs", kernel.name);
  }
}

}  // namespace

void fuzz(std::string_view input) {
  for (Algorithm algorithm : kAlgorithms) parse(algorithm, input);
  find_algorithm(input);
  find_algorithm_of_header(input);
  find_checksum_type(input);
  compare(crc32_kernels(), input);
  compare(crc32c_kernels(), input);
  compare(crc64nvme_kernels(), input);
}

}  // namespace skerry::digest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  skerry::digest::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
