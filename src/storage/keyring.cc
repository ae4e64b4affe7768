#include "storage/keyring.h"

#include "base/bytes.h"
#include "base/check.h"
#include "storage/records.pb.h"
#include "storage/row_class.h"
#include "storage/row_seal.h"

namespace skerry::storage {
namespace {

constexpr std::string_view kCheckText = "skerry master key";
constexpr std::string_view kCheckPlace = "master key check";
// Each conflict means that somebody else has created a key meanwhile, so this many in a row are a crowd beyond measure.
constexpr int kAttempts = 1000;
// Of a start: another server that begins this store at the same moment has soon begun it.
constexpr int kOpenAttempts = 50;

std::string check_key() { return class_begin(RowClass::MasterKeyCheck); }

std::string kek_place(KekId id) {
  std::string place = "kek";
  append_be64(place, static_cast<std::uint64_t>(id));
  return place;
}

std::string check_row(const Kek& master, std::uint64_t revision, Random& random) {
  records::MasterKeyCheck check;
  check.set_sealed(seal_row(master, kCheckPlace, kCheckText, random));
  check.set_revision(revision);
  return check.SerializeAsString();
}

bool opens(const Kek& master, const std::string& row) {
  records::MasterKeyCheck check;
  return check.ParseFromString(row) && open_row(master, kCheckPlace, check.sealed()) == kCheckText;
}

std::uint64_t revision_of(const std::string& row) {
  records::MasterKeyCheck check;
  check.ParseFromString(row);
  return check.revision();
}

// The same key's check, one revision on.
std::string advanced(const std::string& row) {
  records::MasterKeyCheck check;
  check.ParseFromString(row);
  check.set_revision(check.revision() + 1);
  return check.SerializeAsString();
}

std::string kek_row(const Kek& master, KekId id, std::string_view key, std::int64_t created_us, Random& random) {
  records::Kek record;
  record.set_sealed(seal_row(master, kek_place(id), key, random));
  record.set_created_us(created_us);
  return record.SerializeAsString();
}

struct OpenedKek {
  Secret key;
  std::int64_t created_us;
};

StoreResult<OpenedKek> open_kek_row(const Kek& master, KekId id, const std::string& row) {
  records::Kek record;
  if (!record.ParseFromString(row)) return std::unexpected(StoreError{StoreErrc::Corrupt, "a key's row"});
  auto bytes = open_row(master, kek_place(id), record.sealed());
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() != kKeyBytes) return std::unexpected(StoreError{StoreErrc::Corrupt, "a key's length"});
  OpenedKek opened{Secret(std::string_view(*bytes)), record.created_us()};
  wipe(*bytes);
  return opened;
}

std::shared_ptr<const Kek> master_kek(const Secret& key) { return std::make_shared<const Kek>(KekId::Master, key); }

StoreError store_error(CommitError error) { return {error.errc, std::move(error.detail)}; }

KeyError key_error(const StoreError& error) {
  KeyErrc errc = error.errc == StoreErrc::Corrupt ? KeyErrc::Corrupt : KeyErrc::Unavailable;
  return {errc, "cannot read or write the store's key check: " + error.detail};
}

KeyError missing(const MasterKeyOrigin& origin) {
  return {KeyErrc::Missing, fmt::format("this store is encrypted and its master key is not there ({}): put it back, "
                                        "or say where it is; without it nothing can be read",
                                        origin.describe())};
}

KeyError wrong(const MasterKeyOrigin& origin) {
  return {KeyErrc::Wrong,
          fmt::format("the {} holds another master key than this store's: put the store's own there, or "
                      "say where it is; nothing was read or changed",
                      origin.describe())};
}

// The master key of a store that has one. A change of a file's key may have stopped half-way: then the store's key is
// the next one.
std::expected<std::shared_ptr<const Kek>, KeyError> matching_master(const MasterKeyOrigin& origin,
                                                                    const std::optional<Secret>& given,
                                                                    const std::string& check) {
  if (given) {
    auto master = master_kek(*given);
    if (opens(*master, check)) return master;
  }
  if (origin.kind == MasterKeyOrigin::Kind::File) {
    auto next = load_master_key({origin.kind, next_master_key_path(origin.name).string()});
    if (next && *next) {
      auto master = master_kek(**next);
      if (opens(*master, check)) {
        if (auto adopted = adopt_next_master_key(origin.name); !adopted) return std::unexpected(adopted.error());
        return master;
      }
    }
  }
  return std::unexpected(given ? wrong(origin) : missing(origin));
}

// Makes the master key of a store that has none yet, where the origin lets us.
std::expected<Secret, KeyError> make_master(const MasterKeyOrigin& origin, Random& random) {
  if (origin.kind != MasterKeyOrigin::Kind::File) {
    return std::unexpected(KeyError{KeyErrc::Missing, fmt::format("there is no master key in {}: put 32 random bytes "
                                                                  "there, as `openssl rand -hex 32` makes them",
                                                                  origin.describe())});
  }
  Secret made(kKeyBytes);
  random.fill(made.writable());
  if (auto written = write_master_key(origin.name, made); !written) return std::unexpected(written.error());
  return made;
}

Task<StoreResult<bool>> has_rows(MetaStore& meta) {
  ScanRequest request{.partition = Partition::Registry, .begin = {}, .end = {}, .limit = 1};
  for (;;) {
    auto page = co_await meta.scan(request);
    if (!page) co_return std::unexpected(page.error());
    if (!page->rows.empty()) co_return true;
    if (!page->next) co_return false;
    request.begin = *page->next;
  }
}

}  // namespace

Task<std::expected<std::unique_ptr<Keyring>, KeyError>> Keyring::open(MetaStore& meta, Random& random,
                                                                      const Clock& clock, MasterKeyOrigin origin) {
  const std::string key = check_key();
  auto given = load_master_key(origin);  // once: a variable is gone after it
  if (!given) co_return std::unexpected(given.error());
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    auto found = co_await meta.get(Partition::Registry, key);
    if (!found) co_return std::unexpected(key_error(found.error()));
    if (*found) {
      auto master = matching_master(origin, *given, **found);
      if (!master) co_return std::unexpected(master.error());
      co_return std::unique_ptr<Keyring>(new Keyring(meta, random, clock, *master, **found));
    }
    auto used = co_await has_rows(meta);
    if (!used) co_return std::unexpected(key_error(used.error()));
    if (*used) continue;  // another server has just begun this store; if not, the loop ends
    if (!*given) {
      auto made = make_master(origin, random);
      if (!made) co_return std::unexpected(made.error());
      given->emplace(std::move(*made));
    }
    Batch batch{.partition = Partition::Registry};
    batch.requirements.push_back({key, std::nullopt});
    batch.puts.push_back({key, check_row(*master_kek(**given), 1, random)});
    auto done = co_await meta.commit(std::move(batch));
    // Whether it was us or another server, on success, conflict and unknown outcome alike: look at what is there now.
    if (!done && done.error().errc != StoreErrc::Conflict && done.error().errc != StoreErrc::Unavailable) {
      co_return std::unexpected(key_error(store_error(done.error())));
    }
  }
  co_return std::unexpected(
      KeyError{KeyErrc::Corrupt, "the store holds data but no key check: its registry is damaged"});
}

Keyring::Master Keyring::master() const {
  std::lock_guard lock(mutex_);
  return {master_, check_};
}

// The master key with the check row as it is now. Conflict: the store has another master key than ours.
Task<StoreResult<Keyring::Master>> Keyring::load_master() {
  const std::string key = check_key();
  auto found = co_await meta_.get(Partition::Registry, key);
  if (!found) co_return std::unexpected(found.error());
  std::lock_guard lock(mutex_);
  if (!*found || !opens(*master_, **found)) {
    co_return std::unexpected(StoreError{StoreErrc::Conflict, "the store's master key was changed by another server"});
  }
  check_ = **found;
  co_return Master{master_, check_};
}

Task<StoreResult<std::shared_ptr<const Kek>>> Keyring::create_kek() {
  Secret key(kKeyBytes);
  random_.fill(key.writable());
  Master known = master();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    KekId id{random_.next_u64()};
    if (id == KekId::Master) continue;
    std::int64_t created_us = clock_.now().time_since_epoch().count();
    std::string next_check = advanced(known.check);
    Batch batch{.partition = Partition::Registry};
    batch.requirements.push_back({check_key(), known.check});
    batch.requirements.push_back({kek_key(id), std::nullopt});
    batch.puts.push_back({check_key(), next_check});
    batch.puts.push_back({kek_key(id), kek_row(*known.key, id, key.reveal(), created_us, random_)});
    auto done = co_await meta_.commit(std::move(batch));
    if (done) {
      std::lock_guard lock(mutex_);
      if (check_ == known.check) check_ = next_check;
    }
    if (done) co_return remember(id, key);
    if (done.error().errc != StoreErrc::Conflict) co_return std::unexpected(store_error(done.error()));
    auto reloaded = co_await load_master();
    if (!reloaded) co_return std::unexpected(reloaded.error());
    known = *reloaded;
  }
  co_return std::unexpected(StoreError{StoreErrc::Unavailable, "too many create keys at once"});
}

std::shared_ptr<const Kek> Keyring::remember(KekId id, const Secret& key) {
  auto kek = std::make_shared<const Kek>(id, key);
  std::lock_guard lock(mutex_);
  return opened_.try_emplace(id, std::move(kek)).first->second;
}

Task<StoreResult<std::shared_ptr<const Kek>>> Keyring::kek(KekId id) {
  std::shared_ptr<const Kek> with;
  {
    std::lock_guard lock(mutex_);
    if (auto found = opened_.find(id); found != opened_.end()) co_return found->second;
    with = master_;
  }
  const std::string key = kek_key(id);
  auto row = co_await meta_.get(Partition::Registry, key);
  if (!row) co_return std::unexpected(row.error());
  if (!*row)
    co_return std::unexpected(StoreError{StoreErrc::NotFound, fmt::format("no key {:016x}", std::uint64_t(id))});
  auto opened = open_kek_row(*with, id, **row);
  if (!opened) co_return std::unexpected(opened.error());
  co_return remember(id, opened->key);
}

void Keyring::forget(KekId id) {
  std::lock_guard lock(mutex_);
  opened_.erase(id);
}

void Keyring::erase_kek(Batch& registry_batch, KekId id) {
  CHECK(registry_batch.partition == Partition::Registry, "keys are in the registry");
  registry_batch.erases.push_back(kek_key(id));
}

// Asserts every key's row, so that one that is erased meanwhile does not come back.
Task<StoreResult<void>> Keyring::add_rewrapped(Batch& batch, const Kek& from, const Kek& to) {
  ScanRequest request{.partition = Partition::Registry,
                      .begin = class_begin(RowClass::Kek),
                      .end = class_end(RowClass::Kek),
                      .limit = 1000};
  for (;;) {
    auto page = co_await meta_.scan(request);
    if (!page) co_return std::unexpected(page.error());
    for (Row& row : page->rows) {
      auto id = parse_kek_key(row.key);
      if (!id) co_return std::unexpected(StoreError{StoreErrc::Corrupt, "a key's row has no key id"});
      auto opened = open_kek_row(from, *id, row.value);
      if (!opened) co_return std::unexpected(opened.error());
      batch.puts.push_back({row.key, kek_row(to, *id, opened->key.reveal(), opened->created_us, random_)});
      batch.requirements.push_back({std::move(row.key), std::move(row.value)});
    }
    if (!page->next) co_return StoreResult<void>{};
    request.begin = *page->next;
  }
}

Task<StoreResult<void>> Keyring::rotate(Secret next_master) {
  auto next = master_kek(next_master);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto current = co_await load_master();
    if (!current) co_return std::unexpected(current.error());
    std::string check = check_row(*next, revision_of(current->check) + 1, random_);
    Batch batch{.partition = Partition::Registry};
    batch.requirements.push_back({check_key(), current->check});
    batch.puts.push_back({check_key(), check});
    auto rewrapped = co_await add_rewrapped(batch, *current->key, *next);
    if (!rewrapped) co_return std::unexpected(rewrapped.error());
    auto done = co_await meta_.commit(std::move(batch));
    if (done) {
      std::lock_guard lock(mutex_);
      master_ = next;
      check_ = check;
      co_return StoreResult<void>{};
    }
    if (done.error().errc != StoreErrc::Conflict) co_return std::unexpected(store_error(done.error()));
  }
  co_return std::unexpected(StoreError{StoreErrc::Unavailable, "too many create keys at once"});
}

}  // namespace skerry::storage
