#include "iam/arns.h"

#include "model/arn.h"

namespace skerry::iam {

std::string entity_arn(std::string_view account_id, rows::Entity entity, std::string_view path, std::string_view name) {
  Arn arn;
  arn.service = "iam";
  arn.account = account_id;
  arn.resource = std::string(rows::word(entity)).append(path).append(name);
  return arn.str();
}

}  // namespace skerry::iam
