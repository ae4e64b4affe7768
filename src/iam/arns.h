#pragma once
#include <string>
#include <string_view>

#include "iam/rows.h"

namespace skerry::iam {

// arn:aws:iam::<account>:user/<path>/<name>. `path` begins and ends with /.
std::string entity_arn(std::string_view account_id, rows::Entity entity, std::string_view path, std::string_view name);

}  // namespace skerry::iam
