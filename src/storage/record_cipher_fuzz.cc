// Whatever lies on the disk: it opens to what was sealed or not at all, and nothing is read past its end.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "storage/record_cipher.h"
#include "storage/row_seal.h"

using namespace skerry;
using namespace skerry::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Kek kek(KekId{5}, Secret(std::string(kKeyBytes, 'k')));
  static const std::string sealed = seal_bytes(kek, BlobId{}, "fuzz");
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto opened = open_bytes(kek, BlobId{}, input);
  CHECK(!opened || input == sealed, "a forged blob");
  CHECK(!open_row(kek, "place", input), "a forged row");
  return 0;
}
