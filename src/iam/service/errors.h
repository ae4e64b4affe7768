#pragma once
#include <expected>
#include <string_view>

#include "iam/api/errors.h"
#include "iam/rows.h"
#include "storage/store_error.h"
#include "wire/error.h"

// IAM's errors as handlers make them: code and AWS's words.
namespace skerry::iam {

template <class T>
using Result = std::expected<T, wire::ApiError>;

// The border between storage's vocabulary and IAM's.
wire::ApiError store_error(const storage::StoreError& failed);

wire::ApiError no_such(rows::Entity entity, std::string_view name);        // "The user with name X cannot be found."
wire::ApiError already_there(rows::Entity entity, std::string_view name);  // "User with name X already exists."
wire::ApiError no_such_key(std::string_view access_key_id);
wire::ApiError quota_exceeded(std::string_view quota,
                              std::size_t limit);        // "Cannot exceed quota for UsersPerAccount: …"
wire::ApiError delete_conflict(std::string_view first);  // what has to be done first: "delete access keys"
wire::ApiError concurrent_modification();

// What is wrong with a parameter beyond what its model says.
wire::ApiError validation_error(std::string message);
wire::ApiError invalid_input(std::string message);

// Of an operation that may go without UserName where whoever signs is no user.
wire::ApiError name_needed();

}  // namespace skerry::iam
