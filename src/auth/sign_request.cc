#include "auth/sign_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "auth/canonical.h"
#include "auth/signing_key.h"
#include "auth/timestamp.h"

namespace skerry::auth {
namespace {

// What a proxy may change on the way, and so nobody signs.
bool is_volatile(std::string_view name) {
  for (std::string_view other : {"authorization", "connection", "expect", "transfer-encoding", "user-agent"}) {
    if (name == other) return true;
  }
  return false;
}

std::vector<std::string_view> names_to_sign(const net::Request& request, bool only_amz) {
  std::vector<std::string_view> names{"host"};
  for (const auto& [name, value] : request.headers) {
    if (is_volatile(name) || (only_amz && !name.starts_with("x-amz-"))) continue;
    names.push_back(name);
  }
  std::ranges::sort(names);
  auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

PathStyle path_style(const Signer& signer) { return signer.service == "s3" ? PathStyle::S3 : PathStyle::Others; }

std::string scope_of(const Signer& signer, std::string_view timestamp) {
  return fmt::format("{}/{}/{}/aws4_request", timestamp.substr(0, 8), signer.region, signer.service);
}

std::string signature_of(const std::string& canonical, const Signer& signer, const std::string& timestamp) {
  HexDigest256 hash = to_hex(Sha256::of(canonical));
  HmacKey key = derive_signing_key(signer.secret, {timestamp.substr(0, 8), signer.region, signer.service});
  std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", timestamp, scope_of(signer, timestamp), view(hash));
  return std::string(view(to_hex(key.sign({to_sign}))));
}

}  // namespace

std::string hex_sha256(std::string_view body) { return std::string(view(to_hex(Sha256::of(body)))); }

std::string sign_request(net::Request& request, const Signer& signer, Time now, std::string_view payload) {
  std::string timestamp = format_basic_time(now);
  request.headers.set("x-amz-date", timestamp);
  if (signer.service == "s3") request.headers.set("x-amz-content-sha256", std::string(payload));
  if (signer.session_token) request.headers.set("x-amz-security-token", *signer.session_token);
  auto names = names_to_sign(request, false);
  CanonicalQuery query(request.query());
  std::string signature =
      signature_of(canonical_request(request, query, names, payload, path_style(signer)), signer, timestamp);
  request.headers.set("authorization",
                      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                  signer.access_key_id, scope_of(signer, timestamp), fmt::join(names, ";"), signature));
  return signature;
}

void presign_request(net::Request& request, const Signer& signer, Time now, seconds expires) {
  std::string timestamp = format_basic_time(now);
  auto names = names_to_sign(request, true);
  std::string query(request.query());
  auto add = [&](std::string_view name, std::string_view value) {
    if (!query.empty()) query += '&';
    query += name;
    query += '=';
    append_uri_encoded(query, value, Slash::Encode);
  };
  add("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  add("X-Amz-Credential", signer.access_key_id + "/" + scope_of(signer, timestamp));
  add("X-Amz-Date", timestamp);
  add("X-Amz-Expires", fmt::format("{}", expires.count()));
  if (signer.session_token) add("X-Amz-Security-Token", *signer.session_token);
  add("X-Amz-SignedHeaders", fmt::format("{}", fmt::join(names, ";")));
  std::string payload = signer.service == "s3" ? "UNSIGNED-PAYLOAD" : hex_sha256("");
  if (const std::string* hash = request.headers.find("x-amz-content-sha256")) payload = *hash;
  std::string path(request.path());
  {
    CanonicalQuery canonical(query);
    std::string signature =
        signature_of(canonical_request(request, canonical, names, payload, path_style(signer)), signer, timestamp);
    query += "&X-Amz-Signature=" + signature;
  }
  request.target = path + "?" + query;
}

std::string frame_chunks(std::span<const std::string> chunks, const net::Headers& trailers, const Signer& signer,
                         Time now, std::string_view seed) {
  std::string timestamp = format_basic_time(now);
  HmacKey key = derive_signing_key(signer.secret, {timestamp.substr(0, 8), signer.region, signer.service});
  std::string dated = fmt::format("\n{}\n{}\n", timestamp, scope_of(signer, timestamp));
  std::string previous(seed), out;
  auto sign = [&](std::string_view kind, const std::string& tail) {
    previous = view(to_hex(key.sign({kind, dated, previous, "\n", tail})));
    return previous;
  };
  auto header = [&](std::string_view chunk) {
    out += fmt::format("{:x}", chunk.size());
    if (!seed.empty()) {
      out += ";chunk-signature=" + sign("AWS4-HMAC-SHA256-PAYLOAD", hex_sha256("") + "\n" + hex_sha256(chunk));
    }
    out += "\r\n";
  };
  for (const std::string& chunk : chunks) {
    header(chunk);
    out += chunk;
    out += "\r\n";
  }
  header("");
  std::string lines;
  for (const auto& [name, value] : trailers) {
    lines += name + ":" + value + "\n";
    out += name + ":" + value + "\r\n";
  }
  if (trailers.size() > 0 && !seed.empty()) {
    out += "x-amz-trailer-signature:" + sign("AWS4-HMAC-SHA256-TRAILER", hex_sha256(lines)) + "\r\n";
  }
  return out + "\r\n";
}

}  // namespace skerry::auth
