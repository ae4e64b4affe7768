#include "storage/local/db_slot.h"

namespace skerry::storage::local {

std::optional<DbSlot::Pin> DbSlot::try_pin() {
  std::shared_lock lock(access_, std::try_to_lock);
  if (!lock.owns_lock()) return std::nullopt;
  return Pin(std::move(lock), db_.get());
}

DbSlot::Pin DbSlot::pin() {
  {
    std::lock_guard wait_for_a_reopening(turnstile_);
  }
  std::shared_lock lock(access_);
  return Pin(std::move(lock), db_.get());
}

StoreResult<void> DbSlot::reopen(std::uint64_t acknowledged) {
  std::lock_guard turn(turnstile_);
  if (db_) db_->cancel_compactions();  // they hold a pin for as long as they run
  std::unique_lock alone(access_);
  db_.reset();
  auto opened = RowDb::open(options_);
  if (!opened) return std::unexpected(opened.error());
  if (std::uint64_t found = (*opened)->last_sequence(); found < acknowledged) {
    return std::unexpected(StoreError{
        StoreErrc::Corrupt, fmt::format("{}: acknowledged writes are gone: the log ends at {}, {} was acknowledged",
                                        options_.folder, found, acknowledged)});
  }
  db_ = std::move(*opened);
  return {};
}

}  // namespace skerry::storage::local
