#include <cstdlib>

#include "s3/ops/range.h"

// Whatever a Range header says, what is given lies within the object and is not empty.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::uint64_t object = data[0] == 255 ? ~std::uint64_t{0} : data[0];
  std::string_view header(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto range = skerry::s3::resolve_range(header, object);
  if (!range || !*range) return 0;
  const auto& [offset, length] = **range;
  if (length == 0 || offset >= object || length > object - offset) std::abort();
  return 0;
}
