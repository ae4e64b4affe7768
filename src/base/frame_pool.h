#pragma once
#include <cstddef>

namespace skerry {

// Memory of coroutine frames, kept for the next ones: a request makes some thirty frames of a few sizes, many above
// what malloc keeps at hand, and they come and go as a stack does.
//
// Each thread has lists of its own, so nothing is locked; a frame that ends on another thread stays with that one.
// Under AddressSanitizer and ThreadSanitizer this is plain new and delete, so that they see each frame's life.
//
// Threads: any.
void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;  // `bytes` as it was allocated

}  // namespace skerry
