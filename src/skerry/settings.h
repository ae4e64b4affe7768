#pragma once
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skerry {

enum class SettingKind { Text, Flag, Number, Bytes, Duration, Choice };

// One thing that an operator can set. The table of all of them is the only list: the parser, `config show` and the
// documentation's table come from it.
struct Setting {
  std::string_view name;  // as in the file: "http.header_bytes_max" is header_bytes_max of [http]
  SettingKind kind;
  std::string_view default_value;
  std::string_view help;
  std::string_view choices = {};  // of a Choice, divided by |

  std::string environment() const;  // SKERRY_HTTP_HEADER_BYTES_MAX
};

std::span<const Setting> all_settings();

// The values in force, each with where it came from: command line > environment > file > default.
//
// Life: made once at start. Threads: any.
class Settings {
 public:
  using Environment = std::map<std::string, std::string>;

  // `flags` and the file use the settings' names. A name that is not known, or a value that is not of its kind, is an
  // error that says which and where.
  static std::expected<Settings, std::string> load(const std::map<std::string, std::string>& flags,
                                                   const Environment& environment,
                                                   const std::optional<std::string>& file);

  std::string text(std::string_view name) const;
  bool flag(std::string_view name) const;
  std::int64_t number(std::string_view name) const;
  std::int64_t bytes(std::string_view name) const;         // "256MiB", "64KiB", "1000"
  std::int64_t milliseconds(std::string_view name) const;  // "15s", "500ms", "2m", "1h"

  struct Shown {
    std::string name, value, origin;
  };
  std::vector<Shown> show() const;

 private:
  struct Value {
    std::string text;
    std::string origin;
  };
  std::expected<void, std::string> set(const Setting& setting, std::string text, std::string origin);
  const Value& value(std::string_view name) const;

  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace skerry
