#include "work.h"

#include <fmt/format.h>

#include <numeric>
#include <random>

namespace bench {
namespace {

constexpr int kAgeSeconds = 600;                                // how far back presigned URLs are dated
constexpr int kExpiresMin = 3600, kExpiresMax = 7 * 24 * 3600;  // S3's longest

constexpr std::string_view method(Op op) {
  switch (op) {
    case Op::Get:
    case Op::List:
      return "GET";
    case Op::Put:
      return "PUT";
    case Op::Head:
      return "HEAD";
    case Op::Delete:
      return "DELETE";
  }
  return "";
}

}  // namespace

Work::Work(WorkOptions options, std::string access_key, std::string secret_key)
    : options_(std::move(options)),
      pattern_(options_.size),
      signer_(std::move(access_key), secret_key, options_.host),
      state_(std::random_device{}() | 1),
      nonce_(static_cast<std::uint64_t>(std::random_device{}()) << 32) {
  if (options_.op == Op::Put) {
    common_hash_ = begin_sha256();
    EVP_DigestUpdate(common_hash_.get(), pattern_.common().data(), pattern_.common().size());
  }
  if (options_.once) {
    turns_.resize(options_.keys);
    std::iota(turns_.begin(), turns_.end(), 0);
    for (std::size_t i = turns_.size(); i > 1; --i) std::swap(turns_[i - 1], turns_[random() % i]);
  }
}

std::uint64_t Work::random() {
  state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
  return state_ >> 8;
}

std::string Work::key(std::uint64_t number) const { return fmt::format(fmt::runtime(options_.key_format), number); }

std::optional<std::uint64_t> Work::pick() {
  if (!options_.once) return random() % options_.keys;
  if (turns_.empty()) return std::nullopt;
  std::uint64_t number = turns_.back();
  turns_.pop_back();
  return number;
}

std::string Work::body_hash(std::uint64_t number) const {
  if (!options_.payload_signed) return "UNSIGNED-PAYLOAD";
  DigestContext context = copy(common_hash_);
  std::string tail = pattern_.tail(number);
  EVP_DigestUpdate(context.get(), tail.data(), tail.size());
  return finish_hex(std::move(context));
}

std::optional<Request> Work::make() {
  static const std::string kEmptyHash = sha256_hex("");
  std::optional<std::uint64_t> number = pick();
  if (!number) return std::nullopt;
  Request request{.head = "", .number = *number, .body_bytes = options_.op == Op::Put ? options_.size : 0};
  std::string bucket = "/" + options_.bucket, path = bucket + "/" + key(*number);
  if (options_.anonymous) {
    request.head = fmt::format("{} {} HTTP/1.1\r\nhost: {}\r\n", method(options_.op), path, options_.host);
  } else if (options_.op == Op::Get) {
    int age = static_cast<int>(random() % kAgeSeconds);
    int expires = kExpiresMin + static_cast<int>(random() % (kExpiresMax - kExpiresMin));
    request.head =
        fmt::format("GET {} HTTP/1.1\r\nhost: {}\r\n", signer_.presign_get(path, age, expires), options_.host);
  } else if (options_.op == Op::List) {
    Pairs query;
    if (!options_.list_delimiter.empty()) query.emplace_back("delimiter", options_.list_delimiter);
    query.emplace_back("list-type", "2");
    if (!options_.list_prefix.empty()) query.emplace_back("prefix", options_.list_prefix);
    if (options_.list_anywhere) query.emplace_back("start-after", key(*number % (options_.keys - options_.list_room)));
    request.head = signer_.head("GET", bucket, query, kEmptyHash, ++nonce_);
  } else {
    std::string hash = options_.op == Op::Put ? body_hash(*number) : kEmptyHash;
    request.head = signer_.head(method(options_.op), path, {}, hash, ++nonce_);
  }
  if (options_.op == Op::Put) request.head += fmt::format("content-length: {}\r\n", request.body_bytes);
  request.head += "\r\n";
  return request;
}

void Work::prepare(std::size_t count) {
  prepared_.reserve(count);
  while (prepared_.size() < count) {
    std::optional<Request> request = make();
    if (!request) return;
    prepared_.push_back(std::move(*request));
  }
}

std::optional<Request> Work::next() {
  if (taken_ < prepared_.size()) return std::move(prepared_[taken_++]);
  std::optional<Request> request = make();
  made_live_ += request.has_value();
  return request;
}

}  // namespace bench
