#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace skerry {

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogFormat { Human, Json };

// Lines for the operator: a sentence and named values. What decides an error logs it, once, at the level it deserves;
// a client's mistake is no warning. Secrets never come here.
//
// Life: one per process, made first and destroyed last. Threads: any.
class Log {
 public:
  struct Field {
    std::string_view name;
    std::string value;
  };

  Log(LogLevel level, LogFormat format);  // to standard error
  ~Log();

  bool enabled(LogLevel level) const { return level >= level_; }
  void write(LogLevel level, std::string_view sentence, std::initializer_list<Field> fields = {});

  void debug(std::string_view sentence, std::initializer_list<Field> fields = {}) {
    if (enabled(LogLevel::Debug)) write(LogLevel::Debug, sentence, fields);
  }
  void info(std::string_view sentence, std::initializer_list<Field> fields = {}) {
    write(LogLevel::Info, sentence, fields);
  }
  void warning(std::string_view sentence, std::initializer_list<Field> fields = {}) {
    write(LogLevel::Warning, sentence, fields);
  }
  void error(std::string_view sentence, std::initializer_list<Field> fields = {}) {
    write(LogLevel::Error, sentence, fields);
  }

 private:
  struct Sink;
  const LogLevel level_;
  const LogFormat format_;
  std::unique_ptr<Sink> sink_;
};

// The line without its newline, for `when` as it is to be shown.
std::string format_log_line(LogFormat format, std::string_view when, LogLevel level, std::string_view sentence,
                            std::initializer_list<Log::Field> fields);

}  // namespace skerry
