#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/test_shapes.h"
#include "wire/tree.h"
#include "wire/validate.h"

using namespace skerry::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto tree = Tree::from_json(std::string(bytes));
  if (!tree) return 0;
  Sample sample;
  Reading in;
  if (!read_tree(*tree, sample::kShape, true, &sample, in)) return 0;
  validate(sample::kShape, &sample, in);
  std::string written;
  write_json(written, sample::kShape, &sample);
  auto again = Tree::from_json(written);
  CHECK(again.has_value(), "what was written cannot be read: {}", written);
  return 0;
}
