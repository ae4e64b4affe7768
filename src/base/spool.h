#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "base/byte_source.h"
#include "base/gate.h"

// A place for what one request brings and memory should not hold: written once, read as often as wanted, and gone when
// nobody holds it any more.
namespace skerry {

// Bytes that were put aside; the last owner's going gives the space back. Threads: one executor's.
class Spooled {
 public:
  virtual ~Spooled() = default;
  virtual std::uint64_t size() const = 0;  // bytes
  // Reads them from the beginning. The source does not outlive them.
  virtual std::unique_ptr<ByteSource> open() const = 0;
};

// Bytes that are being put aside. Destroyed before finish() has succeeded: nothing remains.
class SpoolWriter {
 public:
  virtual ~SpoolWriter() = default;
  // Errors: Unavailable, final for this writer.
  virtual Task<std::expected<void, ReadError>> append(std::string_view bytes) = 0;
  // No append after it. Errors: Unavailable.
  virtual Task<std::expected<std::shared_ptr<const Spooled>, ReadError>> finish() = 0;
};

// Life: outlives what it makes. Threads: any executor; what it makes stays on the one that made it.
class Spool {
 public:
  virtual ~Spool() = default;
  // `tasks`: this executor's, for what goes on behind the caller's back; it closes before the spool goes.
  // Errors: Unavailable.
  virtual Task<std::expected<std::unique_ptr<SpoolWriter>, ReadError>> create(Gate& tasks) = 0;
};

}  // namespace skerry
