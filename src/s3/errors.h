#pragma once
#include <string>
#include <string_view>

#include "base/byte_source.h"
#include "storage/meta_store.h"
#include "storage/store_error.h"
#include "wire/error.h"

// S3's errors as handlers make them: code, AWS's words and the fields that AWS sends with each.
namespace skerry::s3 {

// The border between storage's vocabulary and S3's.
wire::ApiError store_error(const storage::StoreError& error);
wire::ApiError store_error(const storage::CommitError& error);
wire::ApiError corrupt(std::string_view what);

// A body that broke off or was not what it promised to be, where nothing more exact is known.
wire::ApiError read_error(const ReadError& error);

wire::ApiError no_such_bucket(std::string_view bucket);
wire::ApiError no_such_key(std::string_view key);
wire::ApiError no_such_version(std::string_view key, std::string_view version_id);
wire::ApiError precondition_failed(std::string_view condition);  // the header that did not hold
wire::ApiError operation_aborted();
wire::ApiError invalid_argument(std::string message, std::string_view name, std::string_view value);
wire::ApiError not_implemented_header(std::string_view header, std::string_view message = {});

}  // namespace skerry::s3
