#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/byte_source.h"

namespace skerry::wire {

// The payload of a request whose operation streams (PutObject): bytes that are pulled and never stand in memory whole.
// What frames them (chunked, aws-chunked) is already taken off, and what was announced of them is checked as they pass.
struct BodyIn {
  ByteSource* source = nullptr;         // owned by whoever dispatched the request; null where no body came
  std::optional<std::uint64_t> length;  // bytes that source will give, where the client said so
};

// The payload of a response whose operation streams (GetObject). A source tells its length by ByteSource::size().
struct BodyOut {
  std::variant<std::string, std::unique_ptr<ByteSource>> bytes;
};

// Owns a T that is also allowed to be incomplete: for a structure that holds itself. Never empty once it is in use.
template <class T>
class Box {
 public:
  Box() = default;
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }

  explicit operator bool() const { return value_ != nullptr; }
  const T& operator*() const { return *value_; }
  const T* get() const { return value_.get(); }
  T& emplace() {
    value_ = std::make_unique<T>();
    return *value_;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace skerry::wire
