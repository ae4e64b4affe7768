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

wire::ApiError document_error(policy::PolicyError wrong) {
  auto code = wrong.code == "LimitExceeded" ? Errc::LimitExceededException : Errc::MalformedPolicyDocumentException;
  return error(code, std::move(wrong.message)).because(std::move(wrong.place));
}

Task<Result<std::string>> trust_with_ids(Directory& directory, std::string sent) {
  if (policy::size_of(sent) > policy::kTrustSizeMax) {
    co_return std::unexpected(quota_exceeded("ACLSizePerRole", policy::kTrustSizeMax));
  }
  auto document = policy::parse(std::move(sent), policy::Kind::Trust);
  if (!document) co_return std::unexpected(document_error(std::move(document.error())));
  std::vector<std::string> arns = policy::names_in(*document);
  auto names = co_await directory.names(std::move(arns));
  if (!names) co_return std::unexpected(store_error(names.error()));
  auto bound = policy::bind_principals(*document, *names);
  if (!bound) co_return std::unexpected(document_error(std::move(bound.error())));
  co_return std::move(*bound);
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
