#include "skerry/known_actions.h"

#include <algorithm>

#include "iam/api/ops.h"
#include "s3/api/ops.h"
#include "s3control/api/ops.h"
#include "skerry/unserved.h"
#include "sts/api/ops.h"

namespace skerry {

std::vector<std::string_view> known_actions() {
  std::vector<std::string_view> out;
  std::vector<const wire::Service*> services = {&iam::kService, &s3::kService, &s3control::kService, &sts::kService};
  const auto others = unserved_fronts();
  for (const auto& front : others) services.push_back(&front->service());
  for (const wire::Service* service : services) {
    for (const wire::Action& action : service->actions) out.push_back(action.name);
  }
  std::ranges::sort(out);
  auto repeated = std::ranges::unique(out);
  out.erase(repeated.begin(), repeated.end());
  return out;
}

}  // namespace skerry
