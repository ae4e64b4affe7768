#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticated.h"
#include "auth/hmac.h"
#include "net/http.h"

namespace skerry::auth {

// S3 wants this much in every chunk but the last.
inline constexpr std::uint64_t kChunkSizeMin = 8192;

// The chain of signatures through a body, of which each covers the one before.
class ChunkChain {
 public:
  explicit ChunkChain(const Authenticated& who);  // SigV4

  // True where `signature` follows for a chunk, or for the trailer, of that hash; the chain then goes on from it.
  bool accept_chunk(std::string_view signature, const Digest256& hash);
  bool accept_trailer(std::string_view signature, const Digest256& hash);

 private:
  bool accept(std::string_view signature, const HexDigest256& expected);

  std::shared_ptr<const HmacKey> key_;
  std::string dated_scope_;  // "\n<timestamp>\n<scope>\n"
  HexDigest256 previous_;
};

// Takes the framing out of an aws-chunked body, in place, however its bytes are split:
//
//   <hex size>[;chunk-signature=<64 hex>]\r\n <bytes> \r\n   ... once a chunk, the last of size 0, without bytes
//   <name>:<value>\r\n                                       ... trailers
//   [x-amz-trailer-signature:<64 hex>\r\n] \r\n
//
// Trailers may end with a bare LF, and one blank line too many may stand before, between or after them, because clients
// in the field send both (minio-go, and AWS's own page of examples). Nothing else may follow: what a proxy or a broken
// client has added is refused rather than skipped.
// Holds one line at most; memory is bounded whatever comes.
//
// Threads: one. After an error it is spent.
class AwsChunkedDecoder {
 public:
  // `trailers`: the lower-case names that may, and have to, come. `decoded_length`: the payload's bytes.
  AwsChunkedDecoder(const Authenticated& who, std::uint64_t decoded_length, std::vector<std::string> trailers);

  // Moves the payload within `bytes` to its front; gives its length, which may be 0.
  // Errors: IncompleteBody (broken framing, or more or less than decoded_length), ChunkTooSmall, SignatureMismatch,
  // MalformedTrailer.
  std::expected<std::size_t, AuthError> decode(std::span<char> bytes);

  // The framed bytes have ended. The same errors.
  std::optional<AuthError> finish();

  const net::Headers& trailers() const { return trailers_; }

 private:
  enum class State { ChunkHeader, Data, DataEnd, Trailers };

  std::optional<AuthError> line_ended();
  std::optional<AuthError> read_chunk_header();
  std::optional<AuthError> end_chunk();
  std::optional<AuthError> read_trailer();
  AuthError error(AuthErrc errc) const;
  AuthError trailing_error() const;  // of what stands after the last chunk
  bool is_signed() const { return chain_.has_value(); }

  const ErrorFamily family_;
  const bool with_trailer_;
  const std::uint64_t decoded_length_;
  const std::vector<std::string> announced_;
  std::optional<ChunkChain> chain_;

  State state_ = State::ChunkHeader;
  std::string line_;
  std::uint64_t received_ = 0;     // payload bytes of chunks announced so far
  std::uint64_t remaining_ = 0;    // of the current chunk
  std::uint64_t chunk_size_ = 0;   // of the current chunk
  std::uint64_t chunk_count_ = 0;  // chunks begun
  std::string chunk_signature_;
  Sha256 chunk_hash_;
  net::Headers trailers_;
  Sha256 trailer_hash_;
  std::string trailer_signature_;
  std::size_t trailer_bytes_ = 0;
  std::size_t blank_lines_ = 0;  // around trailers
};

}  // namespace skerry::auth
