#pragma once
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "base/random.h"
#include "storage/kek.h"
#include "storage/master_key.h"
#include "storage/meta_store.h"

namespace skerry::storage {

// The key-encryption keys of a store: kept in the registry, sealed by the master key, opened once and then at hand.
//
// Life: one per server; made at start, before anything is read or written; outlived by MetaStore, Random and Clock.
// Threads: any; open() and rotate() run alone on the server.
// Invariant: a key is durable before anybody gets it, so that nothing is ever sealed under a key that a crash loses.
class Keyring {
 public:
  // Opens the keys of a store. An empty store gets a key check for the master key it is given; with a file as origin
  // that does not exist, 256 random bits are written there first.
  // Errors: Missing, Wrong, Unusable, Unavailable, Corrupt, each with a message that says what to do.
  static Task<std::expected<std::unique_ptr<Keyring>, KeyError>> open(MetaStore& meta, Random& random,
                                                                      const Clock& clock, MasterKeyOrigin origin);

  // Makes a key. Errors: those of commit; Conflict: another server has changed the master key, and this one has to be
  // started again with the new one.
  Task<StoreResult<std::shared_ptr<const Kek>>> create_kek();

  // Errors: NotFound; Corrupt; Unavailable. Only the first call for an id reads the store.
  Task<StoreResult<std::shared_ptr<const Kek>>> kek(KekId id);

  // Forgets a key on this server; the row goes in a batch on the registry (erase_kek). What was sealed under it can
  // never be read again.
  void forget(KekId id);
  static void erase_kek(Batch& registry_batch, KekId id);

  // Seals all keys under another master key, in one batch: at every moment the store has one master key, the old one or
  // this. Keep the new one safe first, where the next start will find it. Blobs and rows stay as they are.
  // Errors: those of commit; on Unavailable either key may be the store's.
  Task<StoreResult<void>> rotate(Secret master);

 private:
  Keyring(MetaStore& meta, Random& random, const Clock& clock, std::shared_ptr<const Kek> master, std::string check)
      : meta_(meta), random_(random), clock_(clock), master_(std::move(master)), check_(std::move(check)) {}

  struct Master {
    std::shared_ptr<const Kek> key;
    std::string check;  // the row's value
  };
  Master master() const;
  Task<StoreResult<Master>> load_master();
  Task<StoreResult<void>> add_rewrapped(Batch& batch, const Kek& from, const Kek& to);
  std::shared_ptr<const Kek> remember(KekId id, const Secret& key);

  MetaStore& meta_;
  Random& random_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Kek> master_;                             // protected by mutex_
  std::string check_;                                             // protected by mutex_; the row as last seen
  std::unordered_map<KekId, std::shared_ptr<const Kek>> opened_;  // protected by mutex_; a key a bucket, 100 bytes
};

}  // namespace skerry::storage
