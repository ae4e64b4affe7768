#include "auth/aws_chunked.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "auth/timestamp.h"
#include "base/bytes.h"
#include "base/check.h"

namespace skerry::auth {
namespace {

constexpr std::size_t kLineMax = 1024;          // a chunk's header takes about 100
constexpr std::size_t kTrailerBytesMax = 8192;  // a checksum and a signature take about 150
constexpr std::size_t kBlankLinesMax = 2;       // the one that ends the body, and one more
constexpr std::string_view kChunkSignature = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";
constexpr std::string_view kEmptySha256Line = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";

bool is_framed(PayloadMode mode) {
  return mode == PayloadMode::StreamingSigned || mode == PayloadMode::StreamingSignedTrailer ||
         mode == PayloadMode::StreamingUnsignedTrailer;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

ChunkChain::ChunkChain(const Authenticated& who)
    : key_(who.signing_key),
      dated_scope_([&] {
        std::string timestamp = format_basic_time(who.signed_at);
        return fmt::format("\n{}\n{}/{}/{}/aws4_request\n", timestamp, timestamp.substr(0, 8), who.region, who.service);
      }()),
      previous_(who.signature) {
  CHECK(key_ != nullptr, "a chain of signatures starts from a SigV4 request");
}

bool ChunkChain::accept_chunk(std::string_view signature, const Digest256& hash) {
  HexDigest256 hex_hash = to_hex(hash);
  return accept(signature, to_hex(key_->sign({"AWS4-HMAC-SHA256-PAYLOAD", dated_scope_, view(previous_), "\n",
                                              kEmptySha256Line, view(hex_hash)})));
}

bool ChunkChain::accept_trailer(std::string_view signature, const Digest256& hash) {
  HexDigest256 hex_hash = to_hex(hash);
  return accept(signature,
                to_hex(key_->sign({"AWS4-HMAC-SHA256-TRAILER", dated_scope_, view(previous_), "\n", view(hex_hash)})));
}

bool ChunkChain::accept(std::string_view signature, const HexDigest256& expected) {
  previous_ = expected;
  return equal_constant_time(signature, view(expected));
}

AwsChunkedDecoder::AwsChunkedDecoder(const Authenticated& who, std::uint64_t decoded_length,
                                     std::vector<std::string> trailers)
    : family_(who.family),
      with_trailer_(who.payload != PayloadMode::StreamingSigned),
      decoded_length_(decoded_length),
      announced_(std::move(trailers)) {
  CHECK(is_framed(who.payload), "the payload is framed");
  if (who.payload != PayloadMode::StreamingUnsignedTrailer) chain_.emplace(who);
}

AuthError AwsChunkedDecoder::error(AuthErrc errc) const { return auth_error(family_, errc); }

std::expected<std::size_t, AuthError> AwsChunkedDecoder::decode(std::span<char> bytes) {
  std::size_t in = 0, out = 0;
  while (in < bytes.size()) {
    if (state_ == State::Data) {
      std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size() - in));
      if (is_signed()) chunk_hash_.update({bytes.data() + in, n});
      if (in != out) std::memmove(bytes.data() + out, bytes.data() + in, n);
      in += n, out += n;
      remaining_ -= n;
      if (remaining_ > 0) continue;
      if (auto failed = end_chunk()) return std::unexpected(std::move(*failed));
      state_ = State::DataEnd;
      continue;
    }
    const char* from = bytes.data() + in;
    const void* found = std::memchr(from, '\n', bytes.size() - in);
    std::size_t n = found ? static_cast<std::size_t>(static_cast<const char*>(found) - from) : bytes.size() - in;
    if (line_.size() + n > kLineMax) {
      return std::unexpected(error(state_ == State::Trailers ? AuthErrc::MalformedTrailer : AuthErrc::IncompleteBody));
    }
    line_.append(from, n);
    in += found ? n + 1 : n;
    if (!found) break;
    if (auto failed = line_ended()) return std::unexpected(std::move(*failed));
    line_.clear();
  }
  return out;
}

std::optional<AuthError> AwsChunkedDecoder::line_ended() {
  if (line_.ends_with('\r')) {
    line_.pop_back();
  } else if (state_ != State::Trailers) {
    return error(AuthErrc::IncompleteBody);
  }
  switch (state_) {
    case State::ChunkHeader:
      return read_chunk_header();
    case State::DataEnd:
      state_ = State::ChunkHeader;
      return line_.empty() ? std::nullopt : std::optional(error(AuthErrc::IncompleteBody));
    case State::Trailers:
      if (!line_.empty()) return read_trailer();
      return ++blank_lines_ <= kBlankLinesMax ? std::nullopt : std::optional(trailing_error());
    case State::Data:
      break;
  }
  std::unreachable();
}

std::optional<AuthError> AwsChunkedDecoder::read_chunk_header() {
  std::string_view rest = line_;
  std::string_view digits = trimmed(rest.substr(0, rest.find(';')));
  std::uint64_t size = 0;
  auto [end, errc] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || errc != std::errc() || end != digits.data() + digits.size()) {
    return error(AuthErrc::IncompleteBody);
  }
  // AWS tells at the chunk that follows a small one, and counts from 1 up to that.
  if (size > 0 && chunk_count_ > 0 && chunk_size_ < kChunkSizeMin) {
    return auth_error(
        family_, AuthErrc::ChunkTooSmall, {},
        {{"Chunk", fmt::format("{}", chunk_count_ + 1)}, {"BadChunkSize", fmt::format("{}", chunk_size_)}});
  }
  if (size > decoded_length_ - received_) return error(AuthErrc::IncompleteBody);
  if (is_signed()) {
    std::size_t at = rest.find(kChunkSignature);
    if (at == rest.npos) return error(AuthErrc::SignatureMismatch);
    rest.remove_prefix(at + kChunkSignature.size());
    chunk_signature_ = trimmed(rest.substr(0, rest.find(';')));
    chunk_hash_ = Sha256();
  }
  ++chunk_count_;
  received_ += size;
  remaining_ = chunk_size_ = size;
  state_ = size > 0 ? State::Data : State::Trailers;
  return size > 0 ? std::nullopt : end_chunk();
}

std::optional<AuthError> AwsChunkedDecoder::end_chunk() {
  if (!is_signed() || chain_->accept_chunk(chunk_signature_, chunk_hash_.finish())) return std::nullopt;
  return error(AuthErrc::SignatureMismatch);
}

AuthError AwsChunkedDecoder::trailing_error() const {
  return error(with_trailer_ ? AuthErrc::MalformedTrailer : AuthErrc::IncompleteBody);
}

std::optional<AuthError> AwsChunkedDecoder::read_trailer() {
  if (!with_trailer_) return trailing_error();
  trailer_bytes_ += line_.size();
  std::size_t colon = line_.find(':');
  if (colon == line_.npos || trailer_bytes_ > kTrailerBytesMax || !trailer_signature_.empty()) {
    return error(AuthErrc::MalformedTrailer);
  }
  std::string name(trimmed(std::string_view(line_).substr(0, colon)));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  std::string value(trimmed(std::string_view(line_).substr(colon + 1)));
  if (is_signed() && name == kTrailerSignature) {
    trailer_signature_ = std::move(value);
    return trailer_signature_.empty() ? std::optional(error(AuthErrc::MalformedTrailer)) : std::nullopt;
  }
  bool wanted = std::ranges::find(announced_, name) != announced_.end() && trailers_.find(name) == nullptr;
  if (!wanted) return error(AuthErrc::MalformedTrailer);
  for (std::string_view piece :
       {std::string_view(name), std::string_view(":"), std::string_view(value), std::string_view("\n")}) {
    trailer_hash_.update(piece);
  }
  trailers_.add(std::move(name), std::move(value));
  return std::nullopt;
}

std::optional<AuthError> AwsChunkedDecoder::finish() {
  if (state_ != State::Trailers) return error(AuthErrc::IncompleteBody);
  if (!line_.empty()) {  // some clients leave out the very last line end
    if (auto failed = line_ended()) return failed;
    line_.clear();
  }
  if (received_ != decoded_length_) return error(AuthErrc::IncompleteBody);
  if (!with_trailer_) return std::nullopt;
  if (trailers_.size() != announced_.size()) return error(AuthErrc::MalformedTrailer);
  if (!is_signed()) return std::nullopt;
  if (trailer_signature_.empty()) return error(AuthErrc::MalformedTrailer);
  bool good = chain_->accept_trailer(trailer_signature_, trailer_hash_.finish());
  return good ? std::nullopt : std::optional(error(AuthErrc::SignatureMismatch));
}

}  // namespace skerry::auth
