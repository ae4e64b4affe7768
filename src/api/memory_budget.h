#pragma once
#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace skerry::api {

// What all requests together may hold in memory. One that does not fit is told to come back (503), which costs a
// client a retry; letting it in would cost everybody the server.
//
// Life: outlives its shares. Threads: any.
class MemoryBudget {
 public:
  class Share {
   public:
    Share(Share&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (budget_) budget_->used_.fetch_sub(bytes_, std::memory_order_relaxed);
    }

   private:
    friend MemoryBudget;
    Share(MemoryBudget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {}
    MemoryBudget* budget_;
    std::size_t bytes_;
  };

  explicit MemoryBudget(std::size_t bytes) : limit_(bytes) {}

  std::optional<Share> try_take(std::size_t bytes) {
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used) return std::nullopt;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return Share(this, bytes);
  }

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t limit() const { return limit_; }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};  // never more than limit_
};

}  // namespace skerry::api
