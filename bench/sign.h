#pragma once
#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

struct EvpFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, EvpFree>;

DigestContext begin_sha256();
DigestContext copy(const DigestContext& context);
std::string finish_hex(DigestContext context);
std::string sha256_hex(std::string_view bytes);

std::string uri_encode(std::string_view text);  // everything but A-Z a-z 0-9 - . _ ~

// Parameters or headers, sorted by name, names as they are signed.
using Pairs = std::vector<std::pair<std::string, std::string>>;

// Signature Version 4 as a client makes it, for one host, region us-east-1 and service s3.
//
// On purpose apart from the server's code: two readings of the specification meet in every request. The day of the
// signing key is the day on which this is made; a run over midnight (UTC) fails.
// Paths are given as they stand on the wire and hold nothing that needs encoding.
class Signer {
 public:
  Signer(std::string access_key, std::string_view secret_key, std::string host);

  // "PATH?X-Amz-...&X-Amz-Signature=...", valid for `expires_s` from `age_s` ago. The two make a signature distinct:
  // every second of either signs another text.
  std::string presign_get(std::string_view path, int age_s, int expires_s) const;

  // The head of a request: its line, `headers`, host, date, payload hash and Authorization, but no empty line. `nonce`
  // is signed as amz-sdk-invocation-id, which SDKs send too, so that no two requests have one signature.
  std::string head(std::string_view method, std::string_view path, const Pairs& query, std::string_view payload_hash,
                   std::uint64_t nonce) const;

 private:
  std::string scope() const;
  std::string signature(std::string_view date, std::string_view canonical_request) const;

  const std::string access_key_;
  const std::string host_;
  std::string day_;              // "20260101"
  DigestContext inner_, outer_;  // HMAC with the signing key, begun
};

std::string iso_date(std::int64_t unix_seconds);  // "20260101T000000Z"

}  // namespace bench
