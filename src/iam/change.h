#pragma once
#include <expected>
#include <type_traits>
#include <utility>

#include "iam/directory.h"

namespace skerry::iam {

// Runs `body` in a change of the account's rows and commits it; where another change came first, all of it again, on
// what is there then. An error of the body's is the answer, and nothing is written.
//
// `failed` says in the body's words what the store could not do; Conflict: so many other changes came first that it was
// given up.
template <class T, class E, class... Given>
Task<std::expected<T, E>> change_account(Directory& directory, std::string account_id,
                                         Task<std::expected<T, E>> (*body)(Change&, const Given&...),
                                         E (*failed)(const storage::StoreError&),
                                         std::type_identity_t<Given>... given) {
  // Each attempt that is lost is another change that was made: whoever loses so many is one of very many.
  constexpr int kAttemptsMax = 200;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto change = co_await directory.begin(account_id);
    if (!change) co_return std::unexpected(failed(change.error()));
    auto done = co_await body(*change, given...);
    if (!done) co_return done;
    auto committed = co_await directory.commit(std::move(*change));
    if (!committed) co_return std::unexpected(failed(committed.error()));
    if (*committed) co_return done;
  }
  co_return std::unexpected(failed({storage::StoreErrc::Conflict, "other changes of the account came first"}));
}

}  // namespace skerry::iam
