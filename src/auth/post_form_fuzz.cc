// Any bytes as a multipart body, in pieces of any size: no crash, bounded fields, and the split makes no difference.
#include "auth/auth_test_support.h"
#include "auth/post_form.h"
#include "base/pieced_source.h"

namespace {

using namespace skerry;
using namespace skerry::auth;

std::string receive(std::string_view body, std::size_t piece) {
  SimExecutor sim;
  PiecedSource raw(std::string(body), piece);
  PostForm form(raw, "b");
  std::string out;
  auto fields = sim.run(form.read_fields());
  if (!fields) return form.failure()->code;
  for (const auto& [name, value] : *fields) out += name + "=" + value + "\n";
  CHECK(out.size() <= 2 * kFormFieldsMax, "fields are bounded");
  auto file = sim.run(read_all(form, 1u << 20));
  return file ? out + *file : form.failure()->code;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  CHECK(receive(text, text.size() + 1) == receive(text, data[0] % 32u + 1), "the split decides nothing");
  auto boundary = form_boundary("multipart/form-data; " + std::string(text));
  CHECK(!boundary || (!boundary->empty() && boundary->size() <= 70), "a boundary is one");
  return 0;
}
