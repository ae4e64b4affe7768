#include "auth/payload.h"

#include <algorithm>
#include <charconv>

#include "auth/aws_chunked.h"

namespace skerry::auth {
namespace {

// Holds what all payloads share: the source, and the error once there is one.
class PayloadBase : public Payload {
 public:
  explicit PayloadBase(ByteSource& raw) : raw_(raw) {}
  const net::Headers& trailers() const override { return none_; }
  const AuthError* failure() const override { return failure_ ? &*failure_ : nullptr; }

 protected:
  ReadError fail(AuthError error) {
    failure_ = std::move(error);
    return failed_error();
  }
  ReadError failed_error() const {
    switch (failure_->errc) {
      case AuthErrc::SignatureMismatch:
        return {ReadErrc::BadSignature, failure_->message};
      case AuthErrc::ContentSha256Mismatch:
        return {ReadErrc::BadDigest, failure_->message};
      default:
        return {ReadErrc::Malformed, failure_->message};
    }
  }

  ByteSource& raw_;
  std::optional<AuthError> failure_;

 private:
  net::Headers none_;
};

class PlainPayload final : public PayloadBase {
 public:
  using PayloadBase::PayloadBase;
  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override { return raw_.read(into); }
  std::optional<std::uint64_t> size() const override { return raw_.size(); }
};

class HashedPayload final : public PayloadBase {
 public:
  HashedPayload(ByteSource& raw, const Authenticated& who) : PayloadBase(raw), who_(who) {}

  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override {
    if (failure_) co_return std::unexpected(failed_error());
    auto got = co_await raw_.read(into);
    if (!got || ended_) co_return got;
    if (*got > 0) {
      hash_.update({into.data(), *got});
      co_return got;
    }
    ended_ = true;
    if (auto error = check_payload_sha256(who_, hash_.finish())) co_return std::unexpected(fail(std::move(*error)));
    co_return got;
  }
  std::optional<std::uint64_t> size() const override { return raw_.size(); }

 private:
  const Authenticated who_;
  Sha256 hash_;
  bool ended_ = false;
};

class ChunkedPayload final : public PayloadBase {
 public:
  ChunkedPayload(ByteSource& raw, const Authenticated& who, std::uint64_t decoded_length,
                 std::vector<std::string> trailers)
      : PayloadBase(raw), size_(decoded_length), decoder_(who, decoded_length, std::move(trailers)) {}

  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override {
    while (!ended_ && !failure_) {
      auto got = co_await raw_.read(into);
      if (!got) co_return got;
      if (*got == 0) {
        ended_ = true;
        if (auto error = decoder_.finish()) co_return std::unexpected(fail(std::move(*error)));
        break;
      }
      auto decoded = decoder_.decode(into.first(*got));
      if (!decoded) co_return std::unexpected(fail(std::move(decoded.error())));
      if (*decoded > 0) co_return *decoded;
    }
    if (failure_) co_return std::unexpected(failed_error());
    co_return 0;
  }
  std::optional<std::uint64_t> size() const override { return size_; }
  const net::Headers& trailers() const override { return decoder_.trailers(); }

 private:
  const std::uint64_t size_;
  AwsChunkedDecoder decoder_;
  bool ended_ = false;
};

std::optional<std::uint64_t> decoded_length(const net::Request& request) {
  std::string_view text = request.headers.get("x-amz-decoded-content-length");
  std::uint64_t value = 0;
  auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool number = !text.empty() && errc == std::errc() && end == text.data() + text.size();
  return number && request.headers.count("x-amz-decoded-content-length") == 1 ? std::optional(value) : std::nullopt;
}

// The names in x-amz-trailer, lower case. Only checksums travel so; nothing where another is announced.
std::optional<std::vector<std::string>> announced_trailers(const net::Request& request) {
  std::vector<std::string> names;
  for (const auto& [field, value] : request.headers) {
    if (field != "x-amz-trailer") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::size_t comma = std::min(rest.find(','), rest.size());
      std::string name;
      for (char c : rest.substr(0, comma)) {
        if (c != ' ' && c != '\t') name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (!name.starts_with("x-amz-checksum-") || std::ranges::find(names, name) != names.end()) return std::nullopt;
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

std::optional<AuthError> check_payload_sha256(const Authenticated& who, const Digest256& computed) {
  HexDigest256 hex = to_hex(computed);
  if (who.payload != PayloadMode::Literal || hex == who.payload_sha256) return std::nullopt;
  return auth_error(who.family, AuthErrc::ContentSha256Mismatch, {},
                    {{"ClientComputedContentSHA256", std::string(view(who.payload_sha256))},
                     {"S3ComputedContentSHA256", std::string(view(hex))}});
}

std::expected<std::unique_ptr<Payload>, AuthError> wrap_payload(ByteSource& raw, const net::Request& request,
                                                                const Authenticated& who, LiteralHash hash) {
  switch (who.payload) {
    case PayloadMode::Plain:
    case PayloadMode::Unsigned:
      return std::make_unique<PlainPayload>(raw);
    case PayloadMode::Literal:
      if (hash == LiteralHash::Elsewhere) return std::make_unique<PlainPayload>(raw);
      return std::make_unique<HashedPayload>(raw, who);
    case PayloadMode::StreamingSigned:
    case PayloadMode::StreamingSignedTrailer:
    case PayloadMode::StreamingUnsignedTrailer:
      break;
  }
  auto length = decoded_length(request);
  if (!length) return std::unexpected(auth_error(who.family, AuthErrc::MissingContentLength));
  auto trailers = announced_trailers(request);
  if (!trailers) return std::unexpected(auth_error(who.family, AuthErrc::UnsupportedTrailer));
  return std::make_unique<ChunkedPayload>(raw, who, *length, std::move(*trailers));
}

}  // namespace skerry::auth
