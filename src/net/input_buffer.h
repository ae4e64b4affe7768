#pragma once
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace skerry::net {

// Bytes that came from a socket and were not used yet. Grows to its maximum only while a long head needs it.
class InputBuffer {
 public:
  static constexpr std::size_t kUsual = 8 * 1024;  // holds an SDK's head, and a small object with it

  explicit InputBuffer(std::size_t maximum) : maximum_(maximum < kUsual ? kUsual : maximum) { resize(kUsual); }

  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Room behind the bytes, at least one; empty when the maximum is reached.
  std::span<char> room() {
    if (end_ == capacity_ && begin_ > 0) {
      std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    }
    if (end_ == capacity_ && capacity_ < maximum_) resize(std::min(capacity_ * 2, maximum_));
    return {data_.get() + end_, capacity_ - end_};
  }
  void filled(std::size_t n) { end_ += n; }

  // Gives back what a long head has taken.
  void relax() {
    if (empty() && capacity_ > kUsual) resize(kUsual);
  }

 private:
  void resize(std::size_t capacity) {
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > begin_) std::memcpy(data.get(), data_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::size_t maximum_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace skerry::net
