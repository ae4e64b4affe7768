#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/form.h"
#include "wire/test_shapes.h"
#include "wire/validate.h"

using namespace skerry::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto parameters = parse_parameters(bytes);
  if (!parameters) return 0;
  Sample sample;
  Reading in;
  read_form(Form(std::move(*parameters)), sample::kShape, &sample, in);
  return 0;
}
