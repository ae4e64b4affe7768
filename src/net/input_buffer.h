#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace skerry::net {

// What all buffers of a reactor together may take for long heads, which anybody can begin and let wait.
//
// Life: outlives the buffers. Threads: the reactor's.
struct LongHeads {
  std::size_t limit_bytes;
  std::size_t used_bytes = 0;
};

// Bytes that came from a socket and were not used yet. Grows to its maximum only while a long head needs it.
class InputBuffer {
 public:
  static constexpr std::size_t kUsual = 8 * 1024;  // holds an SDK's head, and a small object with it

  InputBuffer(std::size_t maximum, LongHeads& shared) : shared_(shared), maximum_(maximum < kUsual ? kUsual : maximum) {
    resize(kUsual);
  }
  ~InputBuffer() { shared_.used_bytes -= capacity_ - kUsual; }
  InputBuffer(const InputBuffer&) = delete;

  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Room behind the bytes; empty when the maximum is reached, or others have taken what is shared.
  std::span<char> room() {
    if (end_ == capacity_ && begin_ > 0) {
      std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    }
    if (end_ == capacity_ && capacity_ < maximum_) grow(std::min(capacity_ * 2, maximum_));
    return {data_.get() + end_, capacity_ - end_};
  }
  void filled(std::size_t n) { end_ += n; }

  // Gives back what a long head has taken.
  void relax() {
    if (!empty() || capacity_ == kUsual) return;
    shared_.used_bytes -= capacity_ - kUsual;
    resize(kUsual);
  }

 private:
  void grow(std::size_t capacity) {
    std::size_t more = capacity - capacity_;
    if (more > shared_.limit_bytes - shared_.used_bytes) return;
    shared_.used_bytes += more;
    resize(capacity);
  }
  void resize(std::size_t capacity) {
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > begin_) std::memcpy(data.get(), data_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  LongHeads& shared_;
  std::size_t maximum_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace skerry::net
