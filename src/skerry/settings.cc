#include "skerry/settings.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <fstream>
#include <sstream>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/check.h"

namespace skerry {
namespace {

using enum SettingKind;

constexpr Setting kSettings[] = {
    {"data", Text, "skerry-data", "folder of everything that is kept"},
    {"listen", Text, "127.0.0.1:4566", "address and port of the API; loopback until told otherwise"},
    {"threads", Number, "0", "reactor threads; 0: one for each core"},
    {"memory", Bytes, "256MiB", "what the server may use for requests, caches and buffers"},
    {"domain", Text, "localhost", "host name behind virtual-host buckets: BUCKET.s3.DOMAIN"},
    {"region", Text, "us-east-1", "region that `skerry env` prints"},
    {"master_key", Text, "",
     "`file:PATH`, `env:NAME` or `credential:NAME` (systemd); empty: a file in the data folder"},
    {"tls.certificate", Text, "", "PEM file with the certificate chain; empty: plain HTTP. Read again on SIGHUP"},
    {"tls.key", Text, "", "PEM file with the certificate's private key"},
    {"http.header_bytes_max", Bytes, "32KiB", "request line and headers; longer ones get 431"},
    {"http.request_line_bytes_max", Bytes, "16KiB", "method, path and query; longer ones get 414"},
    {"http.body_bytes_max", Bytes, "0",
     "body of a request; longer ones get 413; 0: as much as AWS takes for the operation"},
    {"http.connections_max", Number, "10000", "open connections; past it new ones get 503"},
    {"http.header_timeout", Duration, "30s", "from a request's first byte to the end of its headers"},
    {"http.idle_timeout", Duration, "75s", "a kept connection without a request"},
    {"http.body_timeout", Duration, "60s", "between two pieces of a request's body"},
    {"http.write_timeout", Duration, "60s", "between two pieces of an answer that the client takes"},
    {"http.rate_min", Bytes, "1KiB",
     "a second that bodies and answers have to move at on the whole, after a first minute"},
    {"http.drain_timeout", Duration, "30s", "what requests in progress have after SIGTERM"},
    {"auth.sigv2", Flag, "true", "accept SigV2 for S3, which boto3 still makes for presigned URLs in us-east-1"},
    {"auth.encoded_messages", Flag, "false",
     "tell who is denied the sealed details, for aws sts decode-authorization-message"},
    {"auth.max_skew", Duration, "15m", "how far a client's clock may be off"},
    {"s3.any_region", Flag, "false", "accept a signature for another region than the bucket's"},
    {"s3.new_bucket_defaults", Choice, "aws-2023",
     "who may use a new bucket: its owner, without ACLs; legacy: ACLs on and public access not blocked, as before 2023",
     "aws-2023|legacy"},
    {"s3.sweep_interval", Duration, "5s", "how often removed objects' bytes are looked for"},
    {"s3.sweep_grace", Duration, "30s", "how long a removed object's bytes stay for readers that have begun"},
    {"sts.oidc_keys", Text, "",
     "where identity providers' keys are: `PROVIDER=FILE PROVIDER=URL`; of others, where the provider says"},
    {"storage.reserve", Bytes, "64MiB", "free disk space kept back for deletes: writes are refused below it"},
    {"log.level", Choice, "info", "what is logged; debug has a line a request", "debug|info|warning|error"},
    {"log.format", Choice, "auto", "auto: human on a terminal, JSON otherwise", "human|json|auto"},
    {"metrics.public", Flag, "false", "answer /_skerry/metrics to others than loopback"},
};

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : kSettings) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

struct Unit {
  std::string_view suffix;
  std::int64_t factor;
};
constexpr Unit kByteUnits[] = {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}, {"", 1}};
constexpr Unit kTimeUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& unit : units) {
    if (suffix == unit.suffix)
      return number > INT64_MAX / unit.factor ? std::nullopt : std::optional(number * unit.factor);
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::string expected_form(const Setting& setting) {
  switch (setting.kind) {
    case Text:
      return "text";
    case Choice:
      return "one of " + std::string(setting.choices);
    case Flag:
      return "true or false";
    case Number:
      return "a whole number";
    case Bytes:
      return "a number of bytes such as 256MiB";
    case Duration:
      return "a time such as 500ms, 15s or 2m";
  }
  std::unreachable();
}

bool is_choice(std::string_view choices, std::string_view text) {
  if (text.empty() || text.find('|') != text.npos) return false;
  return fmt::format("|{}|", choices).find(fmt::format("|{}|", text)) != std::string::npos;
}

bool valid(const Setting& setting, std::string_view text) {
  switch (setting.kind) {
    case Text:
      return true;
    case Choice:
      return is_choice(setting.choices, text);
    case Flag:
      return text == "true" || text == "false";
    case Number:
      return parse_number(text).has_value();
    case Bytes:
      return parse_with_unit(text, kByteUnits).has_value();
    case Duration:
      return parse_with_unit(text, kTimeUnits).has_value();
  }
  std::unreachable();
}

using Entries = std::map<std::string, std::string>;

std::expected<void, std::string> flatten(const toml::table& table, const std::string& prefix, Entries& out) {
  for (const auto& [key, node] : table) {
    std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      if (auto done = flatten(*inner, name + ".", out); !done) return done;
    } else if (auto text = node.value<std::string>(); node.is_string()) {
      out[name] = *text;
    } else if (node.is_boolean()) {
      out[name] = *node.value<bool>() ? "true" : "false";
    } else if (node.is_integer()) {
      out[name] = std::to_string(*node.value<std::int64_t>());
    } else {
      return std::unexpected("the value of `" + name + "` is neither text, a whole number nor true or false");
    }
  }
  return {};
}

std::expected<Entries, std::string> read_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) return std::unexpected("cannot read the configuration file " + path);
  std::stringstream content;
  content << in.rdbuf();
  toml::parse_result parsed = toml::parse(content.str());
  if (!parsed) {
    return std::unexpected(path + " line " + std::to_string(parsed.error().source().begin.line) + ": " +
                           std::string(parsed.error().description()));
  }
  Entries entries;
  if (auto done = flatten(parsed.table(), "", entries); !done) return std::unexpected(path + ": " + done.error());
  return entries;
}

}  // namespace

std::span<const Setting> all_settings() { return kSettings; }

std::string Setting::environment() const {
  std::string out = "SKERRY_";
  for (char c : name) out += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::expected<void, std::string> Settings::set(const Setting& setting, std::string text, std::string origin) {
  if (!valid(setting, text)) {
    return std::unexpected(std::string(setting.name) + " (" + origin + ") is \"" + text + "\"; it has to be " +
                           expected_form(setting));
  }
  values_[std::string(setting.name)] = {std::move(text), std::move(origin)};
  return {};
}

std::expected<Settings, std::string> Settings::load(const std::map<std::string, std::string>& flags,
                                                    const Environment& environment,
                                                    const std::optional<std::string>& file) {
  Settings settings;
  for (const Setting& setting : kSettings) {
    settings.values_[std::string(setting.name)] = {std::string(setting.default_value), "default"};
  }
  if (file) {
    auto entries = read_file(*file);
    if (!entries) return std::unexpected(entries.error());
    for (auto& [name, text] : *entries) {
      const Setting* setting = find_setting(name);
      if (!setting) return std::unexpected(*file + ": there is no setting `" + name + "` (see `skerry config show`)");
      if (auto done = settings.set(*setting, text, *file); !done) return std::unexpected(done.error());
    }
  }
  for (const Setting& setting : kSettings) {
    auto found = environment.find(setting.environment());
    if (found == environment.end()) continue;
    if (auto done = settings.set(setting, found->second, "environment " + setting.environment()); !done) {
      return std::unexpected(done.error());
    }
  }
  for (const auto& [name, text] : flags) {
    const Setting* setting = find_setting(name);
    if (!setting) return std::unexpected("there is no setting `" + name + "` (see `skerry config show`)");
    if (auto done = settings.set(*setting, text, "command line"); !done) return std::unexpected(done.error());
  }
  return settings;
}

const Settings::Value& Settings::value(std::string_view name) const {
  auto found = values_.find(name);
  CHECK(found != values_.end(), "there is no setting {}", name);
  return found->second;
}

std::string Settings::text(std::string_view name) const { return value(name).text; }
bool Settings::flag(std::string_view name) const { return value(name).text == "true"; }
std::int64_t Settings::number(std::string_view name) const { return *parse_number(value(name).text); }
std::int64_t Settings::bytes(std::string_view name) const { return *parse_with_unit(value(name).text, kByteUnits); }
std::int64_t Settings::milliseconds(std::string_view name) const {
  return *parse_with_unit(value(name).text, kTimeUnits);
}

std::vector<Settings::Shown> Settings::show() const {
  std::vector<Shown> out;
  for (const Setting& setting : kSettings) {
    const Value& shown = value(setting.name);
    out.push_back({std::string(setting.name), shown.text, shown.origin});
  }
  return out;
}

}  // namespace skerry
