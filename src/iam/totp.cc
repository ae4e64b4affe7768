#include "iam/totp.h"

#include <fmt/format.h>

#include "auth/hmac.h"
#include "base/bytes.h"

namespace skerry::iam::totp {

Step step_at(Time now) { return std::chrono::floor<seconds>(now).time_since_epoch().count() / 30; }

std::string code(std::string_view seed, Step step) {
  std::string counter;
  append_be64(counter, static_cast<std::uint64_t>(step));
  const std::string mac = auth::hmac_sha1(seed, counter);
  // RFC 4226: the last four bits say where the 31 bits lie that make the number.
  const std::size_t at = static_cast<unsigned char>(mac.back()) & 0x0f;
  const std::uint32_t number = load_be32(mac.data() + at) & 0x7fffffff;
  return fmt::format("{:06}", number % 1'000'000);
}

std::optional<Step> find_code(std::string_view seed, std::string_view wanted, Step first, Step last) {
  std::optional<Step> found;
  for (Step step = last; step >= first; --step) {
    if (equal_constant_time(code(seed, step), wanted)) found = step;
  }
  return found;
}

std::optional<Step> find_pair(std::string_view seed, std::string_view code1, std::string_view code2, Step first,
                              Step last) {
  std::optional<Step> found;
  bool is_second = false;  // the code of the step behind
  for (Step step = last; step >= first - 1; --step) {
    const std::string here = code(seed, step);
    if (is_second && equal_constant_time(here, code1)) found = step + 1;
    is_second = equal_constant_time(here, code2);
  }
  return found;
}

}  // namespace skerry::iam::totp
