#include "base/log.h"

#include <fmt/chrono.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>

namespace skerry {
namespace {

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  std::unreachable();
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// A client chooses keys and user agents: a line break of theirs must not begin a line of ours.
void append_human(std::string& out, std::string_view text) {
  bool plain = !text.empty() && text.find_first_of(" \"\\=") == text.npos;
  for (char c : text) plain = plain && static_cast<unsigned char>(c) >= 0x20;
  if (plain) {
    out += text;
  } else {
    append_json(out, text);
  }
}

}  // namespace

struct Log::Sink {
  spdlog::logger logger{"skerry", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Log::Log(LogLevel level, LogFormat format) : level_(level), format_(format), sink_(std::make_unique<Sink>()) {
  sink_->logger.set_pattern("%v");
  sink_->logger.set_level(spdlog::level::trace);
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view sentence, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::string when = fmt::format("{:%Y-%m-%dT%H:%M:}{:06.3f}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                                 static_cast<double>(now.time_since_epoch().count() % 60'000) / 1000);
  std::string line = format_log_line(format_, when, level, sentence, fields);
  sink_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::string format_log_line(LogFormat format, std::string_view when, LogLevel level, std::string_view sentence,
                            std::initializer_list<Log::Field> fields) {
  std::string out;
  if (format == LogFormat::Json) {
    out = fmt::format(R"({{"time":"{}","level":"{}","message":)", when, level_name(level));
    append_json(out, sentence);
    for (const Log::Field& field : fields) {
      out += ',';
      append_json(out, field.name);
      out += ':';
      append_json(out, field.value);
    }
    out += '}';
    return out;
  }
  out = fmt::format("{} {:<7} {}", when, level_name(level), sentence);
  for (const Log::Field& field : fields) {
    out += ' ';
    out += field.name;
    out += '=';
    append_human(out, field.value);
  }
  return out;
}

}  // namespace skerry
