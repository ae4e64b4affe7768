#pragma once
#include <type_traits>
#include <utility>

#include "iam/change.h"
#include "iam/service/errors.h"
#include "iam/service/parts.h"

namespace skerry::iam {

// change_account in IAM's words.
//
//   Task<Result<User>> create_user_in(Change& change, const Parts& parts, const CreateUserRequest& request);
//   auto made = co_await in_change(parts.directory, std::move(account), create_user_in, parts, std::move(request));
template <class T, class... Given>
Task<Result<T>> in_change(Directory& directory, std::string account_id,
                          Task<Result<T>> (*body)(Change&, const Given&...), std::type_identity_t<Given>... given) {
  return change_account(directory, std::move(account_id), body, store_error, std::move(given)...);
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
