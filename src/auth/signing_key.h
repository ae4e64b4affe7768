#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/hmac.h"

namespace skerry::auth {

// What a SigV4 key is derived for: <date>/<region>/<service>/aws4_request.
struct SigningScope {
  std::string_view date;  // yyyymmdd
  std::string_view region;
  std::string_view service;
};

// Four HMACs, about 2 µs: kept by SigningKeys.
HmacKey derive_signing_key(std::string_view secret, const SigningScope& scope);

// Derived keys of late requests. A client signs all its requests of a day with one, so nearly every request finds its
// own.
//
// Threads: any. Bounded: a fixed table in which a newcomer replaces what lay in its slot.
// Invariant: an entry is only given to the secret it was derived from, so that a replaced secret never lives on here.
class SigningKeys {
 public:
  std::shared_ptr<const HmacKey> get(std::string_view access_key_id, std::string_view secret,
                                     const SigningScope& scope);

 private:
  struct Entry;
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kSlots = 64;  // a shard; 1,024 in all, some 500 bytes each when used
  struct Shard {
    std::mutex mutex;
    std::array<std::shared_ptr<const Entry>, kSlots> slots;  // protected by mutex
  };
  std::array<Shard, kShards> shards_;
};

}  // namespace skerry::auth
