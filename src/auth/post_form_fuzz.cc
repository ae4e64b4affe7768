// Any bytes as a multipart body, in pieces of any size: no crash, bounded fields, and the split makes no difference.
#include "auth/auth_test_support.h"
#include "auth/post_form.h"

namespace {

using namespace skerry;
using namespace skerry::auth;

class Pieces final : public ByteSource {
 public:
  Pieces(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override {
    std::size_t n = std::min({into.size(), piece_, rest_.size()});
    rest_.copy(into.data(), n);
    rest_.remove_prefix(n);
    co_return n;
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

std::string receive(std::string_view body, std::size_t piece) {
  SimExecutor sim;
  Pieces raw(body, piece);
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
