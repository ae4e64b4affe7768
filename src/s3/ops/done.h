#pragma once
#include <expected>

#include "s3/api/ops.h"
#include "wire/error.h"

namespace skerry::s3 {

// The answer of an operation that gives nothing back.
using Done = std::expected<Nothing, wire::ApiError>;

inline Done done(std::expected<void, wire::ApiError> changed) {
  if (!changed) return std::unexpected(std::move(changed.error()));
  return Nothing{};
}

}  // namespace skerry::s3
