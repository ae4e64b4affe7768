#include "base/frame_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace skerry {
namespace {

struct Frame {
  void* memory;
  std::size_t bytes;
  char mark;
};

Frame make(std::size_t bytes, char mark) {
  Frame frame{allocate_frame(bytes), bytes, mark};
  std::memset(frame.memory, mark, bytes);
  return frame;
}

void check_and_free(const Frame& frame) {
  const char* bytes = static_cast<const char*>(frame.memory);
  for (std::size_t i = 0; i < frame.bytes; ++i) ASSERT_EQ(bytes[i], frame.mark) << i << " of " << frame.bytes;
  free_frame(frame.memory, frame.bytes);
}

TEST(FramePool, FramesOfAllSizesAreApart) {
  for (int round = 0; round < 3; ++round) {  // later rounds get the frames of earlier ones
    std::vector<Frame> frames;
    for (std::size_t bytes : {1, 127, 128, 129, 1000, 8191, 8192, 8193, 100'000}) {
      for (int i = 0; i < 600; ++i) frames.push_back(make(bytes, static_cast<char>(frames.size())));
    }
    for (const Frame& frame : frames) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame.memory) % alignof(std::max_align_t), 0u);
      check_and_free(frame);
    }
  }
}

TEST(FramePool, AFrameMayEndOnAnotherThread) {
  std::vector<Frame> frames;
  for (int i = 0; i < 1000; ++i) frames.push_back(make(700, static_cast<char>(i)));
  std::thread([&] {
    for (const Frame& frame : frames) check_and_free(frame);
  }).join();
  check_and_free(make(700, 'x'));
}

}  // namespace
}  // namespace skerry
