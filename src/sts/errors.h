#pragma once
#include <expected>
#include <string>

#include "storage/store_error.h"
#include "sts/api/errors.h"
#include "wire/error.h"

// STS's errors as handlers make them: those that its model has, and these.
namespace skerry::sts {

template <class T>
using Result = std::expected<T, wire::ApiError>;

// The border between storage's vocabulary and STS's.
wire::ApiError store_error(const storage::StoreError& failed);

wire::ApiError access_denied(std::string message);
wire::ApiError validation_error(std::string message);
wire::ApiError invalid_parameter(std::string message);

// Of an MFA device that is not the caller's, or not there.
wire::ApiError unknown_mfa_device();

}  // namespace skerry::sts
