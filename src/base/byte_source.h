#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/task.h"

namespace skerry {

// Why a body ended before its end.
enum class ReadErrc {
  Disconnected,  // the peer went away or was too slow
  TooLarge,      // more bytes than the reader's limit
  Malformed,     // the framing is broken; `code` may say how
  BadSignature,  // a chunk's signature does not match
  BadDigest,     // a digest that the sender announced is not that of the bytes
  Unavailable,   // storage behind the body failed
  Corrupt,       // storage behind the body gave bytes that are not the ones written
};

struct ReadError {
  ReadErrc errc;
  std::string detail;  // for our log; a wrapper that knows a public message keeps it itself
};

// Bytes that are pulled: a request's body, an object's content. Encryption, checksums, limits and framing are wrappers
// around one another.
//
// Threads: one executor's; one read at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the front of `into` (not empty); gives how many bytes, 0 at the end. May give fewer than asked for.
  // After an error or the end, later calls give the same again.
  virtual Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) = 0;

  // Bytes in all, where known before reading.
  virtual std::optional<std::uint64_t> size() const = 0;
};

// Reads until `into` is full or the source ends; gives how many bytes.
Task<std::expected<std::size_t, ReadError>> read_full(ByteSource& source, std::span<char> into);

// Reads all; TooLarge past `limit` bytes.
Task<std::expected<std::string, ReadError>> read_all(ByteSource& source, std::size_t limit);

// Reads to the end and keeps nothing; TooLarge past `limit` bytes.
Task<std::expected<void, ReadError>> read_through(ByteSource& source, std::size_t limit);

class StringSource final : public ByteSource {
 public:
  explicit StringSource(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override;
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t position_ = 0;
};

}  // namespace skerry
