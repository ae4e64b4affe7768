#pragma once
#include "iam/policy/document.h"

namespace skerry::iam::policy {

// Whether the statement gives something to people whom nobody chose, as S3 sees it (GetBucketPolicyStatus, Block Public
// Access): an Allow for everyone, or for everyone but some, without a condition that holds it to fixed networks,
// accounts, resources or users. A wildcard or a variable is nothing fixed.
// Source: "The meaning of public", S3's user guide.
bool is_public(const StatementText& statement);
bool is_public(const Document& document);  // any of its statements

}  // namespace skerry::iam::policy
