#include "skerry/storage_stack.h"

namespace skerry {

std::expected<storage::MasterKeyOrigin, std::string> master_key_origin(const Settings& settings) {
  using Kind = storage::MasterKeyOrigin::Kind;
  std::string text = settings.text("master_key");
  if (text.empty()) return storage::MasterKeyOrigin{Kind::File, settings.text("data") + "/master.key"};
  auto colon = text.find(':');
  std::string kind = text.substr(0, colon);
  std::string name = colon == text.npos ? "" : text.substr(colon + 1);
  if (!name.empty() && kind == "file") return storage::MasterKeyOrigin{Kind::File, name};
  if (!name.empty() && kind == "env") return storage::MasterKeyOrigin{Kind::Environment, name};
  if (!name.empty() && kind == "credential") return storage::MasterKeyOrigin{Kind::SystemdCredential, name};
  return std::unexpected("master_key is \"" + text + "\"; it has to be file:PATH, env:NAME or credential:NAME");
}

Task<std::expected<std::unique_ptr<StorageStack>, std::string>> StorageStack::open(const Settings& settings, Log& log) {
  std::unique_ptr<StorageStack> stack(new StorageStack);
  auto memory = static_cast<std::size_t>(settings.bytes("memory"));
  storage::local::LocalStore::Options options{
      .folder = settings.text("data"),
      // Of which the allocator makes half as much again in the worst loads (docs/performance.md).
      .memory_bytes = memory / 8 * 3,
      .reserve_bytes = static_cast<std::uint64_t>(settings.bytes("storage.reserve")),
      .log = [&log](const std::string& line) { log.warning(line); }};
  auto store = storage::local::LocalStore::open(std::move(options));
  if (!store) co_return std::unexpected(store.error().message);
  stack->store_ = std::move(*store);

  auto origin = master_key_origin(settings);
  if (!origin) co_return std::unexpected(origin.error());
  storage::MasterKeyOrigin from = std::move(*origin);
  auto keyring = co_await storage::Keyring::open(stack->meta(), stack->random_, stack->clock_, std::move(from));
  if (!keyring) co_return std::unexpected(keyring.error().message);
  stack->keyring_ = std::move(*keyring);

  storage::Epochs::Options exclusive{.exclusive = true};
  stack->epochs_ = std::make_unique<storage::Epochs>(stack->meta(), stack->random_, stack->clock_, exclusive);
  if (auto started = co_await stack->epochs_->start(); !started) co_return std::unexpected(started.error().detail);

  stack->accounts_ = std::make_unique<iam::Accounts>(stack->meta(), *stack->keyring_, stack->clock_, stack->random_);
  if (auto loaded = co_await stack->accounts_->load(); !loaded) co_return std::unexpected(loaded.error().detail);
  // Nobody else writes to this folder: nothing is to be polled for.
  stack->identities_ =
      std::make_unique<iam::Identities>(stack->meta(), *stack->accounts_, stack->clock_,
                                        iam::AccountEpochs::Options{.poll_interval = microseconds::zero()});
  co_return stack;
}

Task<> StorageStack::stop() {
  co_await identities_->stop();
  co_await epochs_->stop();
}

}  // namespace skerry
