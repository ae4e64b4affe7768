#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "wire/error.h"

// Continuation tokens: the place where a page ended, as a client hands it back.
//
// A token says its version and carries a check over what it is of: one that was mistyped, cut off, or made for another
// bucket is told from a good one and never taken for some other place. It is no secret and needs no key: whoever makes
// one up gets what start-after gives anybody.
namespace skerry::s3 {

// `kind` is the listing, `scope` what is listed (an account, a bucket); `position` any bytes.
std::string make_token(std::string_view kind, std::string_view scope, std::string_view position);
std::optional<std::string> open_token(std::string_view kind, std::string_view scope, std::string_view token);

wire::ApiError wrong_token(std::string_view token);  // InvalidArgument

}  // namespace skerry::s3
