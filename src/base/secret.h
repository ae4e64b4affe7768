#pragma once
#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace skerry {

// Bytes that must not be seen: a key, a password. Wiped when destroyed, printed as <redacted>.
//
// Lives on the heap and moves by pointer, so that no copy stays behind where it was. Copying is explicit.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size);        // zeros, to be filled through writable()
  explicit Secret(std::string_view bytes);  // copies; the caller wipes its own (wipe())
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  Secret copy() const { return Secret(reveal()); }
  std::string_view reveal() const { return {bytes_.get(), size_}; }  // not to be kept, not to be logged
  std::span<char> writable() { return {bytes_.get(), size_}; }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

// Overwrites bytes so that the compiler cannot leave it out.
void wipe(std::span<char> bytes);

}  // namespace skerry

template <>
struct fmt::formatter<skerry::Secret> : fmt::formatter<std::string_view> {
  auto format(const skerry::Secret&, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format("<redacted>", context);
  }
};
