#include "auth/signing_key.h"

#include <openssl/crypto.h>

#include <functional>

#include "base/bytes.h"

namespace skerry::auth {

HmacKey derive_signing_key(std::string_view secret, const SigningScope& scope) {
  std::string first = "AWS4";
  first += secret;
  Digest256 key = HmacKey(first).sign({scope.date});
  OPENSSL_cleanse(first.data(), first.size());
  for (std::string_view step : {scope.region, scope.service, std::string_view("aws4_request")}) {
    key = HmacKey(view(key)).sign({step});
  }
  HmacKey out(view(key));
  OPENSSL_cleanse(key.data(), key.size());
  return out;
}

struct SigningKeys::Entry {
  std::string access_key_id, secret, date, region, service;
  HmacKey key;

  bool is_for(std::string_view id, std::string_view the_secret, const SigningScope& scope) const {
    return access_key_id == id && date == scope.date && region == scope.region && service == scope.service &&
           equal_constant_time(secret, the_secret);
  }
  ~Entry() { OPENSSL_cleanse(secret.data(), secret.size()); }
};

std::shared_ptr<const HmacKey> SigningKeys::get(std::string_view access_key_id, std::string_view secret,
                                                const SigningScope& scope) {
  std::hash<std::string_view> hash;
  std::size_t h = hash(access_key_id) ^ hash(scope.region) * 31 ^ hash(scope.service) * 131 ^ hash(scope.date) * 1031;
  Shard& shard = shards_[h % kShards];
  std::shared_ptr<const Entry>& slot = shard.slots[h / kShards % kSlots];
  std::shared_ptr<const Entry> entry;
  {
    std::lock_guard lock(shard.mutex);
    entry = slot;
  }
  if (!entry || !entry->is_for(access_key_id, secret, scope)) {
    entry = std::shared_ptr<const Entry>(new Entry{std::string(access_key_id), std::string(secret),
                                                   std::string(scope.date), std::string(scope.region),
                                                   std::string(scope.service), derive_signing_key(secret, scope)});
    std::lock_guard lock(shard.mutex);
    slot = entry;
  }
  const HmacKey* key = &entry->key;
  return {std::move(entry), key};
}

}  // namespace skerry::auth
