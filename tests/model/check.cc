#include "tests/model/check.h"

#include <map>

namespace skerry::model {

std::vector<std::string> check(const History& history) {
  std::vector<Operation> operations = history.operations();
  std::vector<std::string> wrong;
  std::map<std::string, std::vector<Operation>> by_key;
  for (const Operation& operation : operations) by_key[operation.key].push_back(operation);
  for (auto& [key, of_key] : by_key)
    if (auto found = check_register(std::move(of_key))) wrong.push_back(std::move(*found));
  for (const Listing& listing : history.listings())
    if (auto found = check_listing(listing, operations)) wrong.push_back(std::move(*found));
  return wrong;
}

}  // namespace skerry::model
