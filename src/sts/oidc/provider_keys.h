#pragma once
#include <atomic>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/task.h"
#include "base/workers.h"
#include "sts/oidc/fetcher.h"
#include "sts/oidc/public_key.h"

namespace skerry::sts::oidc {

// Where providers' key sets are, by their URL without https://: a file or a URL. Of a provider that is not listed it is
// what its own /.well-known/openid-configuration says, which has to be https.
using KeyLocations = std::map<std::string, std::string, std::less<>>;

// "issuer.example=/etc/skerry/keys.json other.example/realm=https://…": a setting's value. The error is for the
// operator.
std::expected<KeyLocations, std::string> parse_key_locations(std::string_view text);

enum class KeysErrc {
  Unreachable,  // the provider does not answer
  NoKey,        // it does, and has no key of that name and kind
};

struct KeysError {
  KeysErrc errc;
  std::string detail;  // for our log
};

// The keys with which providers sign.
//
// They are remembered for an hour, for kProvidersMax providers. A token whose key is not among them, as after a
// provider has changed its keys, has them fetched again, but from the network at most once a minute, whoever asks how
// often; keys that could be fetched earlier go on being used for a day while the provider does not answer.
//
// Life: one per server; what it was made with outlives it. Threads: any.
class ProviderKeys {
 public:
  // `workers`: for fetching, which blocks; it should have more than one thread and nothing else to do.
  ProviderKeys(Fetcher& fetcher, Workers& workers, const Clock& clock, KeyLocations locations)
      : fetcher_(fetcher), workers_(workers), clock_(clock), locations_(std::move(locations)) {}

  // The key of a provider (its URL without https://) that may have made a signature of `algorithm`. Where the token
  // names no key, the only one that fits.
  Task<std::expected<PublicKey, KeysError>> find(std::string provider, std::string algorithm, std::string key_id);

  static constexpr std::size_t kProvidersMax = 1000;

 private:
  // Of one provider. One fetch at a time; whoever waits for it uses what it brought.
  struct Entry {
    std::mutex fetching;
    std::mutex mutex;
    std::shared_ptr<const KeySet> keys;          // protected by mutex; null: never fetched
    microseconds fetched_at{};                   // likewise; steady
    std::optional<microseconds> attempted_at{};  // likewise
    std::optional<KeysError> failure{};          // of the latest attempt; likewise
  };
  using Keys = std::expected<std::shared_ptr<const KeySet>, KeysError>;

  std::shared_ptr<Entry> entry_of(const std::string& provider);
  std::optional<Keys> at_hand(Entry& entry, bool wanting, bool is_file);
  Keys fetch_into(Entry& entry, const std::string& provider, bool wanting, bool is_file);
  std::expected<KeySet, KeysError> fetch(const std::string& provider);
  const std::string* location_of(std::string_view provider) const;

  Fetcher& fetcher_;
  Workers& workers_;
  const Clock& clock_;
  const KeyLocations locations_;
  std::atomic<int> waiting_{0};
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;  // protected by mutex_
};

}  // namespace skerry::sts::oidc
