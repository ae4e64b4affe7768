#pragma once
#include <expected>
#include <memory>

#include "auth/authenticated.h"
#include "base/byte_source.h"
#include "net/http.h"

namespace skerry::auth {

// A request's body without its framing, checked against what was signed of it.
//
// Bytes are handed on before everything that vouches for them has arrived: a chunk's signature can be checked only at
// the chunk's end, a hash only at the body's. So whoever reads commits nothing until read() has given 0; an error
// instead means that none of the bytes may be kept.
//
// Life: refers to the raw source, which outlives it. Threads: one executor's.
class Payload : public ByteSource {
 public:
  // The trailer fields that x-amz-trailer announced, complete once read() has given the end. Kept apart from headers:
  // whoever wants a trailing checksum asks for it here, and nothing else of a trailer ever counts.
  virtual const net::Headers& trailers() const = 0;

  // What to tell the client after read() failed by the client's fault; null otherwise. The ReadErrc is BadSignature,
  // BadDigest or Malformed then.
  virtual const AuthError* failure() const = 0;
};

// Who computes the hash of a body whose SHA-256 was signed.
enum class LiteralHash {
  Here,      // as bytes pass; a mismatch is an error in place of the end
  Elsewhere  // the reader, beside its other hashes; it asks check_payload_sha256 at the end
};

// Wraps `raw` as `who` says the body is framed. Nothing is read yet.
// Errors: MissingContentLength (a framed body without x-amz-decoded-content-length), UnsupportedTrailer.
std::expected<std::unique_ptr<Payload>, AuthError> wrap_payload(ByteSource& raw, const net::Request& request,
                                                                const Authenticated& who,
                                                                LiteralHash hash = LiteralHash::Here);

// The error where the body hashed to something else than was signed; nothing also where no hash was signed.
std::optional<AuthError> check_payload_sha256(const Authenticated& who, const Digest256& computed);

}  // namespace skerry::auth
