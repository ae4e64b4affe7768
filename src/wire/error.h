#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skerry::wire {

struct Shape;

// What every answer with one error code has in common. Constant, one per code and service; generated from the models
// and the overlay.
struct ErrorInfo {
  std::string_view name;        // the shape's name: what JSON's `__type` says
  std::string_view code;        // what XML's <Code> says
  std::string_view query_code;  // what clients of a service that moved from query to JSON still expect; else empty
  std::uint16_t status;
  bool sender;               // the caller's fault
  std::string_view message;  // AWS's usual words, for when the handler has none that fit better
  const Shape* shape;        // the modelled members besides the message; null when there are none
};

// A request's failure as the client will see it, with what only our log may see.
struct ApiError {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  const ErrorInfo* info;  // never null
  std::string message;
  Pairs fields;                          // as AWS orders them: BucketName, Key, ArgumentName …
  Pairs headers;                         // e.g. x-amz-delete-marker on S3's NoSuchKey; names in lower case
  std::string detail;                    // never leaves the server
  std::shared_ptr<const void> modelled;  // an info->shape, or null

  bool is(const ErrorInfo& other) const { return info == &other; }

  // To add to an error where it is made: `return std::unexpected(error(Errc::NoSuchKey).with("Key", key));`
  ApiError&& with(std::string_view name, std::string value) && {
    fields.emplace_back(name, std::move(value));
    return std::move(*this);
  }
  ApiError&& header(std::string_view name, std::string value) && {
    headers.emplace_back(name, std::move(value));
    return std::move(*this);
  }
  ApiError&& because(std::string log_detail) && {
    detail = std::move(log_detail);
    return std::move(*this);
  }
};

// `message` empty: the code's own.
inline ApiError make_error(const ErrorInfo& info, std::string message = {}) {
  if (message.empty()) message = info.message;
  return {&info, std::move(message), {}, {}, {}, nullptr};
}

}  // namespace skerry::wire
