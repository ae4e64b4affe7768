#pragma once
#include "auth/auth_error.h"
#include "base/byte_source.h"
#include "wire/descriptor.h"
#include "wire/error.h"

// The border between authentication's vocabulary and the wire's.
namespace skerry::api {

wire::ApiError api_error(const auth::AuthError& error);

// Of who has signed nothing, where nobody may come unsigned.
wire::ApiError unsigned_error(auth::ErrorFamily family);

// What HTTP says by a status alone, with the code that S3 has for it.
wire::ApiError http_error(int status, std::string_view reason);

// An error of no service's model, by code: interned, because errors refer to constants.
wire::ApiError common_error(std::string_view code, int status, std::string message);

// A body that could not be read to its end, or within its limit.
wire::ApiError body_error(const wire::Service& service, const ReadError& error, std::uint64_t limit_bytes);

}  // namespace skerry::api
