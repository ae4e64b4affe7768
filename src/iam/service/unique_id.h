#pragma once
#include <string>

#include "base/random.h"
#include "iam/rows.h"

namespace skerry::iam {

// AIDA… of a user, AGPA…, AROA…, ANPA…: four letters and 17 characters of base32, as AWS makes them. Never given twice.
std::string new_unique_id(rows::Entity entity, Random& random);

}  // namespace skerry::iam
