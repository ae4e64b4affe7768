#pragma once
#include <memory>
#include <string_view>

#include "digest/digest.h"

namespace skerry::digest {

// Computes one digest of bytes that come in pieces; how they are cut makes no difference.
//
// Life: movable; one that was moved from or has given its digest can only be destroyed or assigned to.
// Threads: one at a time.
class Hasher {
 public:
  explicit Hasher(Algorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  Algorithm algorithm() const { return algorithm_; }
  void update(std::string_view bytes);
  Digest final();  // once

 private:
  struct State;

  Algorithm algorithm_;
  std::uint64_t crc_ = 0;         // of the CRCs, which so need no allocation
  std::unique_ptr<State> state_;  // of all others
};

// The digest of bytes that lie in one piece.
Digest digest_of(Algorithm algorithm, std::string_view bytes);

}  // namespace skerry::digest
