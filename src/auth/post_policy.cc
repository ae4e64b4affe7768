#include "auth/post_policy.h"

#include <fmt/format.h>

#include <charconv>

#include "auth/policy_json.h"
#include "auth/timestamp.h"
#include "base/bytes.h"

namespace skerry::auth {
namespace {

using Kind = PolicyJson::Kind;

AuthError invalid(std::string_view reason) {
  return auth_error(ErrorFamily::S3, AuthErrc::InvalidPolicy, fmt::format("Invalid Policy: {}", reason));
}

AuthError violated(std::string_view reason) {
  return auth_error(ErrorFamily::S3, AuthErrc::PolicyViolated, fmt::format("Invalid according to Policy: {}", reason));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// A bound may be a number or a string of digits: S3 takes both.
std::optional<std::uint64_t> bound(const PolicyJson& json) {
  std::uint64_t value = 0;
  const std::string& text = json.text;
  auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool good = !text.empty() && errc == std::errc() && end == text.data() + text.size();
  return good ? std::optional(value) : std::nullopt;
}

// The fields that no condition has to cover.
bool is_exempt(std::string_view name) {
  for (std::string_view other : {"x-amz-signature", "signature", "AWSAccessKeyId", "policy", "file"}) {
    if (equal_ignoring_case(name, other)) return true;
  }
  return lower(name.substr(0, 9)) == "x-ignore-";
}

// A list of types meets a prefix when each of them does; other values may hold commas.
bool starts_with(std::string_view value, std::string_view prefix, bool list) {
  if (!list) return value.starts_with(prefix);
  for (;;) {
    if (!value.starts_with(prefix)) return false;
    std::size_t comma = value.find(',');
    if (comma == value.npos) return true;
    value.remove_prefix(comma + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  }
}

}  // namespace

// Fills in a policy from its parsed document, and says the first thing that is wrong.
struct PostPolicy::Reader {
  PostPolicy& policy;

  std::optional<AuthError> read(const PolicyJson& document) {
    if (document.kind != Kind::Object) return invalid("Invalid JSON.");
    const PolicyJson *expiration = nullptr, *conditions = nullptr;
    for (std::size_t i = 0; i < document.names.size(); ++i) {
      const std::string& name = document.names[i];
      const PolicyJson& value = document.items[i];
      if (name == "expiration" && !expiration) {
        expiration = &value;
      } else if (name == "conditions" && !conditions) {
        conditions = &value;
      } else {
        return invalid(fmt::format("Unexpected: '{}'", lower(name)));
      }
    }
    if (!expiration) return invalid("Policy missing expiration.");
    if (!conditions) return invalid("Policy missing conditions.");
    auto time = expiration->kind == Kind::String ? parse_extended_time(expiration->text) : std::nullopt;
    if (!time) return invalid(fmt::format("Invalid 'expiration' value: '{}'", expiration->text));
    policy.expiration_ = *time;
    if (conditions->kind != Kind::Array) return invalid("Invalid 'conditions' value: must be a List.");
    for (const PolicyJson& condition : conditions->items) {
      if (auto error = read_condition(condition)) return error;
    }
    return std::nullopt;
  }

  std::optional<AuthError> read_condition(const PolicyJson& json) {
    if (json.kind == Kind::Object) return read_simple(json);
    if (json.kind == Kind::Array) return read_list(json);
    return invalid("Invalid condition test: must be a List or Object.");
  }

  std::optional<AuthError> read_simple(const PolicyJson& json) {
    if (json.names.size() != 1) {
      return invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
    }
    const std::string& name = json.names.front();
    const PolicyJson& value = json.items.front();
    if (value.kind != Kind::String) return invalid("Invalid Simple-Condition: value must be a string.");
    std::string printed = fmt::format(R"(["eq", {}, {}])", quoted("$" + name), quoted(value.text));
    policy.conditions_.push_back({Operator::Equals, name, value.text, true, std::move(printed)});
    return std::nullopt;
  }

  std::optional<AuthError> read_list(const PolicyJson& json) {
    if (json.items.empty() || json.items[0].kind != Kind::String) {
      return invalid("Invalid Condition: missing operation identifier.");
    }
    const std::string& written = json.items[0].text;
    std::string op = lower(written);
    bool range = op == "content-length-range";
    if (!range && op != "eq" && op != "starts-with") {
      return invalid(fmt::format("Invalid Condition: unknown operation '{}'.", written));
    }
    if (json.items.size() != 3) return invalid(fmt::format("Invalid {}: wrong number of arguments.", op));
    return range ? read_range(json) : read_comparison(json, op == "eq" ? Operator::Equals : Operator::StartsWith);
  }

  std::optional<AuthError> read_comparison(const PolicyJson& json, Operator op) {
    const PolicyJson &name = json.items[1], &value = json.items[2];
    if (name.kind != Kind::String || value.kind != Kind::String) return invalid("Invalid JSON.");
    bool meaningful = name.text.starts_with('$');
    policy.conditions_.push_back({op, name.text.substr(meaningful ? 1 : 0), value.text, meaningful, print(json)});
    return std::nullopt;
  }

  std::optional<AuthError> read_range(const PolicyJson& json) {
    for (const PolicyJson* item : {&json.items[1], &json.items[2]}) {
      if (item->kind != Kind::String && item->kind != Kind::Number) return invalid("Invalid JSON.");
    }
    auto least = bound(json.items[1]), most = bound(json.items[2]);
    policy.conditions_.push_back({Operator::SizeRange, {}, {}, least && most, print(json)});
    if (least) policy.size_min_ = std::max(policy.size_min_, *least);
    if (most) policy.size_max_ = std::min(policy.size_max_, *most);
    return std::nullopt;
  }

  static std::string print(const PolicyJson& json) {
    std::string out = "[";
    for (const PolicyJson& item : json.items) {
      if (out.size() > 1) out += ", ";
      out += item.kind == Kind::String ? quoted(item.text) : item.text;
    }
    return out + "]";
  }
};

std::expected<PostPolicy, AuthError> PostPolicy::parse(std::string_view text) {
  auto json_text = unbase64(text);
  if (!json_text) return std::unexpected(invalid("invalid Base64 encoding."));
  if (json_text->empty()) return std::unexpected(invalid("Expecting '{' but found End-of-Input"));
  auto document = parse_policy_json(*json_text);
  if (!document) return std::unexpected(invalid("Invalid JSON."));
  PostPolicy policy;
  if (auto error = Reader{policy}.read(*document)) return std::unexpected(std::move(*error));
  return policy;
}

bool PostPolicy::is_met(const Condition& condition, const FormFields& fields, std::string_view bucket) const {
  if (!condition.meaningful) return false;
  if (condition.op == Operator::SizeRange) return true;  // check_size, once the size is known
  std::string_view value = bucket;
  if (!equal_ignoring_case(condition.name, "bucket")) {
    const std::string* field = fields.find(condition.name);
    if (!field) return false;
    value = *field;
  }
  if (condition.op == Operator::Equals) return value == condition.operand;
  return starts_with(value, condition.operand, equal_ignoring_case(condition.name, "content-type"));
}

std::optional<AuthError> PostPolicy::check(const FormFields& fields, std::string_view bucket, Time now) const {
  if (now > expiration_) return violated("Policy expired.");
  for (const Condition& condition : conditions_) {
    if (!is_met(condition, fields, bucket)) {
      return violated(fmt::format("Policy Condition failed: {}", condition.printed));
    }
  }
  auto covered = [&](std::string_view name) {
    for (const Condition& condition : conditions_) {
      if (equal_ignoring_case(condition.name, name)) return true;
    }
    return false;
  };
  // The bucket of the URL counts as a field: a policy that names no bucket would be good for all of them.
  if (!covered("bucket")) return violated("Extra input fields: bucket");
  for (const auto& [name, value] : fields) {
    if (!is_exempt(name) && !covered(name)) return violated(fmt::format("Extra input fields: {}", name));
  }
  return std::nullopt;
}

std::optional<AuthError> PostPolicy::check_size(std::uint64_t size_bytes) const {
  auto proposed = std::pair<std::string, std::string>("ProposedSize", fmt::format("{}", size_bytes));
  if (size_bytes > size_max_) {
    return auth_error(ErrorFamily::S3, AuthErrc::EntityTooLarge, {},
                      {std::move(proposed), {"MaxSizeAllowed", fmt::format("{}", size_max_)}});
  }
  if (size_bytes < size_min_) {
    return auth_error(ErrorFamily::S3, AuthErrc::EntityTooSmall, {},
                      {std::move(proposed), {"MinSizeAllowed", fmt::format("{}", size_min_)}});
  }
  return std::nullopt;
}

}  // namespace skerry::auth
