#include "iam/service/documents.h"

#include "auth/canonical.h"
#include "iam/policy/binding.h"
#include "iam/policy/parse.h"

namespace skerry::iam {

std::string encoded(std::string_view document) {
  std::string out;
  auth::append_uri_encoded(out, document, auth::Slash::Encode);
  return out;
}

Task<Result<std::string>> trust_with_arns(Directory& directory, std::string kept) {
  auto document = policy::parse(std::move(kept), policy::Kind::Trust);
  if (!document) {
    co_return std::unexpected(
        store_error({storage::StoreErrc::Corrupt, "a trust policy: " + document.error().message}));
  }
  std::vector<std::string> ids = policy::names_in(*document);
  auto names = co_await directory.arns(std::move(ids));
  if (!names) co_return std::unexpected(store_error(names.error()));
  co_return policy::unbind_principals(*document, *names);
}

}  // namespace skerry::iam
