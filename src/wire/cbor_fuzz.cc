#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/test_shapes.h"
#include "wire/tree.h"
#include "wire/validate.h"

using namespace skerry::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto tree = Tree::from_cbor(std::string(bytes));
  if (!tree) return 0;
  Sample sample;
  Reading in;
  if (!read_tree(*tree, sample::kShape, false, &sample, in)) return 0;
  std::string written;
  write_cbor(written, sample::kShape, &sample);
  auto again = Tree::from_cbor(written);
  CHECK(again.has_value(), "what was written cannot be read");
  return 0;
}
