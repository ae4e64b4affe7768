#pragma once
#include <string>
#include <string_view>

#include "iam/directory.h"
#include "iam/service/errors.h"

// Policy documents as the API shows them.
namespace skerry::iam {

// IAM's answers carry them percent-encoded (RFC 3986).
std::string encoded(std::string_view document);

// A trust policy that is kept with unique ids, with ARNs again; not encoded.
Task<Result<std::string>> trust_with_arns(Directory& directory, std::string kept);

}  // namespace skerry::iam
