#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/test_shapes.h"
#include "wire/validate.h"
#include "wire/xml.h"

using namespace skerry::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Sample sample;
  Reading in;
  if (!read_xml_document(bytes, "", sample::kShape, &sample, in) || !in.violations.empty()) return 0;
  std::string written;
  XmlWriter writer(written);
  write_xml(writer, {}, "Sample", sample::kShape, &sample);
  Sample again;
  Reading second;
  CHECK(read_xml_document(written, "Sample", sample::kShape, &again, second), "what was written cannot be read: {}",
        written);
  return 0;
}
