#include "sts/oidc/provider_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "sts/oidc/jwt.h"

namespace skerry::sts::oidc {
namespace {

constexpr microseconds kFresh = std::chrono::hours(1);
constexpr microseconds kUsable = std::chrono::hours(24);
constexpr microseconds kBetweenAttempts = std::chrono::minutes(1);
// Fetches that wait for a thread. Whoever comes then is told to come back.
constexpr int kWaitingMax = 64;

bool is_url(std::string_view location) { return location.starts_with("https://") || location.starts_with("http://"); }

KeysError keys_error(const FetchError& error) {
  return {error.errc == FetchErrc::Unreachable ? KeysErrc::Unreachable : KeysErrc::NoKey, error.detail};
}

// Null: none fits, or several that the token does not tell apart.
const PublicKey* pick(const KeySet& keys, std::string_view algorithm, std::string_view key_id) {
  const PublicKey* found = nullptr;
  for (const PublicKey& key : keys) {
    if (!key.fits(algorithm) || (!key_id.empty() && key.id() != key_id)) continue;
    if (found) return nullptr;
    found = &key;
  }
  return found;
}

std::expected<std::string, std::string> read_configuration(std::string json) {
  auto tree = wire::Tree::from_json(std::move(json));
  if (!tree || tree->root().type != wire::Node::Type::Object) return std::unexpected("its configuration is no object");
  const wire::Node* uri = find_of_type(*tree, tree->root(), "jwks_uri", wire::Node::Type::String);
  if (!uri || !uri->text.starts_with("https://")) return std::unexpected("its configuration has no jwks_uri of https");
  return std::string(uri->text);
}

}  // namespace

std::expected<KeyLocations, std::string> parse_key_locations(std::string_view text) {
  KeyLocations out;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    std::string_view item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    std::size_t equals = item.find('=');
    std::string_view provider = item.substr(0, equals);
    if (provider.starts_with("https://")) provider.remove_prefix(8);
    if (equals == item.npos || provider.empty() || equals + 1 == item.size()) {
      return std::unexpected(fmt::format("\"{}\" is not PROVIDER=FILE or PROVIDER=URL", item));
    }
    if (!out.emplace(provider, item.substr(equals + 1)).second) {
      return std::unexpected(fmt::format("{} stands there twice", provider));
    }
  }
  return out;
}

const std::string* ProviderKeys::location_of(std::string_view provider) const {
  auto found = locations_.find(provider);
  return found == locations_.end() ? nullptr : &found->second;
}

std::shared_ptr<ProviderKeys::Entry> ProviderKeys::entry_of(const std::string& provider) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(provider);
  if (found != entries_.end()) return found->second;
  if (entries_.size() >= kProvidersMax) entries_.erase(entries_.begin());  // any: it is fetched again when needed
  return entries_[provider] = std::make_shared<Entry>();
}

// What is known without asking the provider; nothing: ask it. `wanting`: what is remembered lacks a token's key.
std::optional<ProviderKeys::Keys> ProviderKeys::at_hand(Entry& entry, bool wanting, bool is_file) {
  std::lock_guard lock(entry.mutex);
  const microseconds now = clock_.steady();
  bool may_ask = is_file || !entry.attempted_at || now - *entry.attempted_at >= kBetweenAttempts;
  if (entry.keys && now - entry.fetched_at < kUsable) {
    bool ask = wanting || now - entry.fetched_at >= kFresh;
    if (!ask || !may_ask) return Keys(entry.keys);
    return std::nullopt;
  }
  if (may_ask || !entry.failure) return std::nullopt;
  return Keys(std::unexpected(*entry.failure));
}

std::expected<KeySet, KeysError> ProviderKeys::fetch(const std::string& provider) {
  std::string location;
  if (const std::string* listed = location_of(provider)) {
    location = *listed;
  } else {
    std::string_view slash = provider.ends_with('/') ? "" : "/";
    auto configuration = fetcher_.fetch(fmt::format("https://{}{}.well-known/openid-configuration", provider, slash));
    if (!configuration) return std::unexpected(keys_error(configuration.error()));
    auto uri = read_configuration(*std::move(configuration));
    if (!uri) return std::unexpected(KeysError{KeysErrc::NoKey, fmt::format("{}: {}", provider, uri.error())});
    location = *std::move(uri);
  }
  auto document = fetcher_.fetch(location);
  if (!document) return std::unexpected(keys_error(document.error()));
  auto keys = parse_key_set(*std::move(document));
  if (!keys) return std::unexpected(KeysError{KeysErrc::NoKey, fmt::format("{}: {}", provider, keys.error())});
  return *std::move(keys);
}

// On a worker.
ProviderKeys::Keys ProviderKeys::fetch_into(Entry& entry, const std::string& provider, bool wanting, bool is_file) {
  std::lock_guard one(entry.fetching);
  if (auto known = at_hand(entry, wanting, is_file)) return *std::move(known);  // another has fetched them meanwhile
  auto fetched = fetch(provider);
  std::lock_guard lock(entry.mutex);
  const microseconds now = clock_.steady();
  entry.attempted_at = now;
  if (fetched) {
    entry.keys = std::make_shared<const KeySet>(*std::move(fetched));
    entry.fetched_at = now;
    entry.failure.reset();
    return entry.keys;
  }
  entry.failure = std::move(fetched.error());
  if (entry.keys && now - entry.fetched_at < kUsable) return entry.keys;
  return std::unexpected(*entry.failure);
}

Task<std::expected<PublicKey, KeysError>> ProviderKeys::find(std::string provider, std::string algorithm,
                                                             std::string key_id) {
  const std::string* listed = location_of(provider);
  const bool is_file = listed && !is_url(*listed);
  std::shared_ptr<Entry> entry = entry_of(provider);
  auto known = at_hand(*entry, false, is_file);
  if (known && *known) {
    if (const PublicKey* key = pick(***known, algorithm, key_id)) co_return *key;
    known = at_hand(*entry, true, is_file);
  }
  if (!known) {
    bool wanting = false;
    {
      std::lock_guard lock(entry->mutex);
      wanting = entry->keys != nullptr;
    }
    if (waiting_.fetch_add(1) >= kWaitingMax) {
      waiting_.fetch_sub(1);
      co_return std::unexpected(KeysError{KeysErrc::Unreachable, "too many wait for providers' keys"});
    }
    auto work = [this, entry, provider, wanting, is_file] { return fetch_into(*entry, provider, wanting, is_file); };
    known = co_await run_on(workers_, std::move(work));
    waiting_.fetch_sub(1);
  }
  if (!*known) co_return std::unexpected(known->error());
  if (const PublicKey* key = pick(***known, algorithm, key_id)) co_return *key;
  co_return std::unexpected(
      KeysError{KeysErrc::NoKey, fmt::format("{} has no key \"{}\" for {}", provider, key_id, algorithm)});
}

}  // namespace skerry::sts::oidc
