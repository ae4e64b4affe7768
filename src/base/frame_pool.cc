#include "base/frame_pool.h"

#include <array>
#include <new>

namespace skerry {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)

void* allocate_frame(std::size_t bytes) { return ::operator new(bytes); }
void free_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }

#else

namespace {

constexpr std::size_t kStep = 128;
constexpr std::size_t kPooledMax = 8192;
constexpr std::size_t kKeptBytesMax = 64 << 10;  // of each size, on each thread

struct Free {
  Free* next;
};

struct List {
  Free* first = nullptr;
  std::size_t bytes = 0;
};

class Pool {
 public:
  ~Pool() {
    for (List& list : lists_) {
      while (Free* free = list.first) {
        list.first = free->next;
        ::operator delete(free);
      }
      list.bytes = kKeptBytesMax;  // what still ends on this thread is not kept any more
    }
  }

  void* take(std::size_t index) {
    List& list = lists_[index];
    if (!list.first) return nullptr;
    list.bytes -= (index + 1) * kStep;
    Free* free = list.first;
    list.first = free->next;
    return free;
  }

  bool keep(std::size_t index, void* frame) {
    List& list = lists_[index];
    std::size_t bytes = (index + 1) * kStep;
    if (list.bytes + bytes > kKeptBytesMax) return false;
    list.bytes += bytes;
    list.first = new (frame) Free{list.first};
    return true;
  }

 private:
  std::array<List, kPooledMax / kStep> lists_{};
};

thread_local Pool pool;

}  // namespace

void* allocate_frame(std::size_t bytes) {
  if (bytes > kPooledMax) return ::operator new(bytes);
  std::size_t index = (bytes - 1) / kStep;
  if (void* frame = pool.take(index)) return frame;
  return ::operator new((index + 1) * kStep);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  if (bytes <= kPooledMax && pool.keep((bytes - 1) / kStep, frame)) return;
  ::operator delete(frame);
}

#endif

}  // namespace skerry
