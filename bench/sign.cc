#include "sign.h"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace bench {
namespace {

constexpr std::size_t kBlockBytes = 64;  // of SHA-256, for HMAC

std::string raw_finish(DigestContext context) {
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

void update(const DigestContext& context, std::string_view bytes) {
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// SHA-256 that has read the key's block, xor `pad`. Keys here have at most 64 bytes.
DigestContext begin_hmac(std::string_view key, char pad) {
  std::array<char, kBlockBytes> block;
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] = static_cast<char>(key[i] ^ pad);
  DigestContext context = begin_sha256();
  update(context, {block.data(), block.size()});
  return context;
}

std::string hmac(const DigestContext& inner, const DigestContext& outer, std::string_view text) {
  DigestContext in = copy(inner), out = copy(outer);
  update(in, text);
  update(out, raw_finish(std::move(in)));
  return raw_finish(std::move(out));
}

std::string hmac(std::string_view key, std::string_view text) {
  return hmac(begin_hmac(key, 0x36), begin_hmac(key, 0x5c), text);
}

std::string join_query(const Pairs& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    if (!text.empty()) text += '&';
    text += uri_encode(name) + '=' + uri_encode(value);
  }
  return text;
}

}  // namespace

DigestContext begin_sha256() {
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // looked up once: it costs more than a hash
  DigestContext context(EVP_MD_CTX_new());
  EVP_DigestInit_ex(context.get(), sha256, nullptr);
  return context;
}

DigestContext copy(const DigestContext& context) {
  DigestContext twin(EVP_MD_CTX_new());
  EVP_MD_CTX_copy_ex(twin.get(), context.get());
  return twin;
}

std::string finish_hex(DigestContext context) { return to_hex(raw_finish(std::move(context))); }

std::string sha256_hex(std::string_view bytes) {
  DigestContext context = begin_sha256();
  update(context, bytes);
  return finish_hex(std::move(context));
}

std::string uri_encode(std::string_view text) {
  std::string encoded;
  for (unsigned char c : text) {
    bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                 c == '_' || c == '~';
    if (plain) {
      encoded += static_cast<char>(c);
    } else {
      encoded += fmt::format("%{:02X}", c);
    }
  }
  return encoded;
}

std::string iso_date(std::int64_t unix_seconds) {
  std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

Signer::Signer(std::string access_key, std::string_view secret_key, std::string host)
    : access_key_(std::move(access_key)), host_(std::move(host)), day_(iso_date(std::time(nullptr)).substr(0, 8)) {
  std::string key = hmac("AWS4" + std::string(secret_key), day_);
  for (std::string_view part : {"us-east-1", "s3", "aws4_request"}) key = hmac(key, part);
  inner_ = begin_hmac(key, 0x36);
  outer_ = begin_hmac(key, 0x5c);
}

std::string Signer::scope() const { return day_ + "/us-east-1/s3/aws4_request"; }

std::string Signer::signature(std::string_view date, std::string_view canonical_request) const {
  return to_hex(
      hmac(inner_, outer_, fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", date, scope(), sha256_hex(canonical_request))));
}

std::string Signer::presign_get(std::string_view path, int age_s, int expires_s) const {
  std::string date = iso_date(std::time(nullptr) - age_s);
  if (!date.starts_with(day_)) date = day_ + "T000000Z";  // shortly after midnight: not yesterday's
  std::string query = fmt::format(
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}%2F{}%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date={}"
      "&X-Amz-Expires={}&X-Amz-SignedHeaders=host",
      access_key_, day_, date, expires_s);
  std::string proof =
      signature(date, fmt::format("GET\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD", path, query, host_));
  return fmt::format("{}?{}&X-Amz-Signature={}", path, query, proof);
}

std::string Signer::head(std::string_view method, std::string_view path, const Pairs& query,
                         std::string_view payload_hash, std::uint64_t nonce) const {
  static constexpr std::string_view kSigned = "amz-sdk-invocation-id;host;x-amz-content-sha256;x-amz-date";
  std::string parameters = join_query(query);
  std::string date = iso_date(std::time(nullptr));
  std::string proof = signature(
      date, fmt::format("{}\n{}\n{}\namz-sdk-invocation-id:{:032x}\nhost:{}\nx-amz-content-sha256:{}\nx-amz-date:{}\n\n"
                        "{}\n{}",
                        method, path, parameters, nonce, host_, payload_hash, date, kSigned, payload_hash));
  return fmt::format(
      "{} {}{}{} HTTP/1.1\r\nhost: {}\r\namz-sdk-invocation-id: {:032x}\r\nx-amz-content-sha256: {}\r\n"
      "x-amz-date: {}\r\nauthorization: AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}\r\n",
      method, path, parameters.empty() ? "" : "?", parameters, host_, nonce, payload_hash, date, access_key_, scope(),
      kSigned, proof);
}

}  // namespace bench
