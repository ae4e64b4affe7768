#pragma once
#include <type_traits>
#include <utility>

#include "iam/directory.h"
#include "iam/service/errors.h"
#include "iam/service/parts.h"

namespace skerry::iam {

// Runs `body` in a change of the account's rows and commits it; where another change came first, all of it again, on
// what is there then. An error of the body's is the answer, and nothing is written.
//
//   Task<Result<User>> create_user_in(Change& change, const Parts& parts, const CreateUserRequest& request);
//   auto made = co_await in_change(parts.directory, std::move(account), create_user_in, parts, std::move(request));
template <class T, class... Given>
Task<Result<T>> in_change(Directory& directory, std::string account_id,
                          Task<Result<T>> (*body)(Change&, const Given&...), std::type_identity_t<Given>... given) {
  // Each attempt that is lost is another change that was made: whoever loses so many is one of very many.
  constexpr int kAttemptsMax = 200;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto change = co_await directory.begin(account_id);
    if (!change) co_return std::unexpected(store_error(change.error()));
    auto done = co_await body(*change, given...);
    if (!done) co_return done;
    auto committed = co_await directory.commit(std::move(*change));
    if (!committed) co_return std::unexpected(store_error(committed.error()));
    if (*committed) co_return done;
  }
  co_return std::unexpected(concurrent_modification());
}

template <class Answer, class Request>
Request request_of(Task<Result<Answer>> (*body)(Change&, const Request&));  // never called: tells the type

// The handler of an operation that is one change of the caller's account, of which the body gives the answer:
//   serve<UntagUserOp>(registry, parts, by_change<untag_in>);
template <auto Body>
auto by_change(Parts parts, wire::Context& context, decltype(request_of(Body)) request)
    -> std::invoke_result_t<decltype(Body), Change&, decltype(request_of(Body))> {
  co_return co_await in_change(parts.directory, context.principal.account_id, Body, std::move(request));
}

// What a look-up found, or what is said when it found nothing.
template <class Record>
Result<Record> found_or(Found<Record> found, rows::Entity entity, std::string_view name) {
  if (!found) return std::unexpected(store_error(found.error()));
  if (!*found) return std::unexpected(no_such(entity, name));
  return std::move(**found);
}

}  // namespace skerry::iam
