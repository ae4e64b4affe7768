#pragma once
#include <string>
#include <string_view>

#include "iam/directory.h"
#include "iam/policy/error.h"
#include "iam/service/errors.h"

// Policy documents as the API takes and shows them.
namespace skerry::iam {

// IAM's answers carry them percent-encoded (RFC 3986).
std::string encoded(std::string_view document);

// Of a document that is none.
wire::ApiError document_error(policy::PolicyError wrong);

// A role's trust policy as it is kept: with unique ids, so that whoever is made anew under a name is not trusted.
// Errors: MalformedPolicyDocument, for principals that do not exist too; LimitExceeded.
Task<Result<std::string>> trust_with_ids(Directory& directory, std::string sent);

// A trust policy that is kept with unique ids, with ARNs again; not encoded.
Task<Result<std::string>> trust_with_arns(Directory& directory, std::string kept);

}  // namespace skerry::iam
