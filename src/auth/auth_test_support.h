#pragma once
#include <map>
#include <string>

#include "auth/authenticator.h"
#include "auth/timestamp.h"
#include "base/sim_executor.h"

// The world around an Authenticator, for tests and fuzz targets: a clock that stands where it is put, and credentials
// in a map, found at once or only by waiting.
namespace skerry::auth {

inline constexpr std::string_view kTestKeyId = "AKIAIOSFODNN7EXAMPLE";
inline constexpr std::string_view kTestSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
inline constexpr std::string_view kS3[] = {"s3"};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(std::string_view basic_time) { set(basic_time); }
  void set(std::string_view basic_time) { now_ = *parse_basic_time(basic_time); }
  void advance(microseconds by) { now_ += by; }
  Time now() const override { return now_; }
  microseconds steady() const override { return now_.time_since_epoch(); }

 private:
  Time now_;
};

class MapCredentials final : public CredentialSource {
 public:
  MapCredentials() { add(kTestKeyId, kTestSecret); }

  void add(std::string_view id, std::string_view secret, std::string_view token = {},
           std::shared_ptr<const Principal> owner = nullptr) {
    Entry entry{std::make_shared<const Credential>(
                    Credential{std::string(id), std::string(secret), "111122223333", std::move(owner)}),
                std::string(token)};
    entries_.insert_or_assign(std::string(id), std::move(entry));
  }
  void expire_tokens() { expired_ = true; }
  void only_by_waiting() { at_hand_ = false; }
  int waited() const { return waited_; }

  std::optional<CredentialResult> try_find(std::string_view id, std::optional<std::string_view> token) override {
    if (!at_hand_) return std::nullopt;
    return look_up(id, token);
  }
  Task<CredentialResult> find(std::string id, std::optional<std::string> token) override {
    ++waited_;
    co_await sleep_for(milliseconds(3));
    co_return look_up(id, token);
  }

 private:
  struct Entry {
    std::shared_ptr<const Credential> credential;
    std::string token;
  };
  CredentialResult look_up(std::string_view id, std::optional<std::string_view> token) {
    auto found = entries_.find(id);
    if (found == entries_.end()) return std::unexpected(CredentialErrc::Unknown);
    if (token.value_or("") != found->second.token) return std::unexpected(CredentialErrc::BadToken);
    if (token && expired_) return std::unexpected(CredentialErrc::Expired);
    return found->second.credential;
  }

  std::map<std::string, Entry, std::less<>> entries_;
  bool expired_ = false, at_hand_ = true;
  int waited_ = 0;
};

// A request from its parts; `headers` are lower case. A length makes a body.
inline net::Request make_request(std::string method, std::string target, std::string host,
                                 std::initializer_list<net::Headers::Field> headers = {}, std::uint64_t length = 0) {
  net::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.host = std::move(host);
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  request.length = length;
  return request;
}

// The value of an error's field, or "(none)".
inline std::string field(const AuthError& error, std::string_view name) {
  for (const auto& [key, value] : error.fields) {
    if (key == name) return value;
  }
  return "(none)";
}

}  // namespace skerry::auth
