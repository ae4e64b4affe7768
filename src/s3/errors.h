#pragma once
#include <string>
#include <string_view>

#include "base/byte_source.h"
#include "s3/api/errors.h"
#include "storage/meta_store.h"
#include "storage/store_error.h"
#include "wire/error.h"

// S3's errors as handlers make them: code, AWS's words and the fields that AWS sends with each.
namespace skerry::s3 {

// The border between storage's vocabulary and S3's.
wire::ApiError store_error(const storage::StoreError& failed);
wire::ApiError store_error(const storage::CommitError& failed);
wire::ApiError corrupt(std::string_view what);  // InternalError: what is stored is not what was

// A body that broke off or was not what it promised to be, where nothing more exact is known.
wire::ApiError read_error(const ReadError& failed);

wire::ApiError no_such_bucket(std::string_view bucket);
wire::ApiError bucket_exists(bool own, std::string_view bucket);
wire::ApiError bucket_not_empty(std::string_view bucket, bool versioned);
wire::ApiError no_such_key(std::string_view key);
wire::ApiError no_such_version(std::string_view key, std::string_view version_id);
wire::ApiError precondition_failed(std::string_view condition);  // names the header that did not hold
wire::ApiError conditional_request_conflict(std::string_view condition, std::string_view key);
wire::ApiError operation_aborted();  // too many others change the same thing
wire::ApiError invalid_argument(std::string message, std::string_view name, std::string_view value);
// A header of something that is not served here, or that AWS itself does not serve.
wire::ApiError not_implemented_header(std::string_view header, std::string_view additional = {});

}  // namespace skerry::s3
