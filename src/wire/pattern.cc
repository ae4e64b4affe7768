#define PCRE2_CODE_UNIT_WIDTH 8
#include "wire/pattern.h"

#include <pcre2.h>

#include <memory>
#include <mutex>
#include <unordered_map>

namespace skerry::wire {
namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
using Code = std::unique_ptr<pcre2_code, FreeCode>;

// The models' patterns take some ten steps a character; what needs far more backtracks without end.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kHeapLimitKib = 4096;

Code compile(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  constexpr std::uint32_t kOptions =
      PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY;
  return Code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), kOptions, &error, &offset, nullptr));
}

// Compiled on first use: a service has hundreds, a run meets few.
const pcre2_code* compiled(std::string_view pattern) {
  static std::mutex mutex;
  static std::unordered_map<const char*, Code> codes;  // protected by mutex; entries are never removed
  std::lock_guard lock(mutex);
  auto [entry, added] = codes.try_emplace(pattern.data());
  if (added) entry->second = compile(pattern);
  return entry->second.get();
}

}  // namespace

bool compiles_pattern(std::string_view pattern) { return compiled(pattern) != nullptr; }

bool matches_pattern(std::string_view pattern, std::string_view text) {
  static const std::unique_ptr<pcre2_match_context, FreeContext> context = [] {
    std::unique_ptr<pcre2_match_context, FreeContext> made(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(made.get(), kMatchLimit);
    pcre2_set_heap_limit(made.get(), kHeapLimitKib);
    return made;
  }();
  const pcre2_code* code = compiled(pattern);
  if (!code) return true;
  std::unique_ptr<pcre2_match_data, FreeData> data(pcre2_match_data_create(1, nullptr));
  return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data.get(), context.get()) >=
         0;
}

}  // namespace skerry::wire
