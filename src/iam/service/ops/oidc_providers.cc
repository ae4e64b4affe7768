#include <algorithm>

#include "iam/api/ops.h"
#include "iam/arns.h"
#include "iam/service/change.h"
#include "iam/service/ops/bind.h"
#include "iam/service/paging.h"
#include "iam/service/quotas.h"
#include "iam/service/shown.h"
#include "iam/service/tags.h"
#include "model/arn.h"

// Identity providers of OpenID Connect, whose tokens AssumeRoleWithWebIdentity takes. A URL is a provider's name as it
// is written: another case or a slash at its end is another provider, as tokens name it in the same words.
namespace skerry::iam {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr std::string_view kScheme = "https://";
constexpr std::string_view kResource = "oidc-provider/";

wire::ApiError no_such_provider(std::string_view arn) {
  return error(Errc::NoSuchEntityException, fmt::format("OpenIDConnect Provider not found for arn {}", arn));
}

// The URL as it is kept: behind the scheme there is a host, and no query or fragment. AWS advises against a port;
// whoever runs a provider of their own often has one.
Result<std::string> url_of(std::string_view given) {
  std::string_view url = given;
  const bool secure = url.starts_with(kScheme);
  if (secure) url.remove_prefix(kScheme.size());
  const std::string_view host = url.substr(0, url.find('/'));
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!secure || host.empty() || host.contains('@') || url.find_first_of("?#") != url.npos || !printable) {
    return std::unexpected(validation_error("Invalid Open ID Connect Provider URL"));
  }
  return std::string(url);
}

// The URL in the ARN of a provider of that account.
Result<std::string> url_in(std::string_view account_id, std::string_view text) {
  auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with(kResource)) {
    return std::unexpected(invalid_input(fmt::format("ARN {} is not valid.", text)));
  }
  if (arn->account != account_id) return std::unexpected(no_such_provider(text));
  return arn->resource.substr(kResource.size());
}

Result<record::OidcProvider> found_or_none(Found<record::OidcProvider> found, std::string_view arn) {
  if (!found) return std::unexpected(store_error(found.error()));
  if (!*found) return std::unexpected(no_such_provider(arn));
  return std::move(**found);
}

Task<Result<record::OidcProvider>> read(Directory& directory, std::string account_id, std::string arn) {
  auto url = url_in(account_id, arn);
  if (!url) co_return std::unexpected(url.error());
  co_return found_or_none(co_await directory.oidc_provider(std::move(account_id), std::move(*url)), arn);
}

Result<void> set_thumbprints(record::OidcProvider& provider, const wire::List<std::string>& thumbprints) {
  if (thumbprints.size() > quotas::kThumbprintsPerProvider) {
    return std::unexpected(invalid_input("Thumbprint list must contain fewer than 5 entries."));
  }
  for (const std::string& thumbprint : thumbprints) {
    if (!std::ranges::all_of(thumbprint, [](unsigned char c) { return std::isxdigit(c); })) {
      return std::unexpected(invalid_input("Thumbprints must be hex-encoded SHA-1 hashes."));
    }
  }
  provider.mutable_thumbprints()->Assign(thumbprints.begin(), thumbprints.end());
  return {};
}

// One that is there is no error.
Result<void> add_client_id(record::OidcProvider& provider, const std::string& client_id) {
  Strings& ids = *provider.mutable_client_ids();
  if (std::ranges::find(ids, client_id) != ids.end()) return {};
  if (static_cast<std::size_t>(ids.size()) >= quotas::kClientIdsPerProvider) {
    return std::unexpected(quota_exceeded("ClientIdsPerOpenIdConnectProvider", quotas::kClientIdsPerProvider));
  }
  *ids.Add() = client_id;
  return {};
}

Task<Result<record::OidcProvider>> create_in(Change& change, const Parts& parts,
                                             const CreateOpenIDConnectProviderRequest& request) {
  auto url = url_of(request.url);
  if (!url) co_return std::unexpected(url.error());
  auto there = co_await change.oidc_provider(*url);
  if (!there) co_return std::unexpected(store_error(there.error()));
  if (*there) {
    co_return std::unexpected(
        error(Errc::EntityAlreadyExistsException, fmt::format("Provider with url {} already exists.", request.url)));
  }
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (settings->oidc_providers() >= quotas::kOidcProviders) {
    co_return std::unexpected(quota_exceeded("OpenIdConnectProvidersPerAccount", quotas::kOidcProviders));
  }
  record::OidcProvider provider;
  provider.set_url(std::move(*url));
  provider.set_created_us(us_of(parts.clock.now()));
  for (const std::string& id : request.client_id_list.value_or(wire::List<std::string>())) {
    if (auto added = add_client_id(provider, id); !added) co_return std::unexpected(added.error());
  }
  if (auto set = set_thumbprints(provider, request.thumbprint_list.value_or(wire::List<std::string>())); !set) {
    co_return std::unexpected(set.error());
  }
  if (auto good = add_tags(*provider.mutable_tags(), request.tags, KeyCase::Matters); !good)
    co_return std::unexpected(good.error());
  settings->set_oidc_providers(settings->oidc_providers() + 1);
  change.put(*settings);
  change.put(provider);
  co_return provider;
}

Task<Result<CreateOpenIDConnectProviderResponse>> create(Parts parts, wire::Context& context,
                                                         CreateOpenIDConnectProviderRequest request) {
  const std::string& account_id = context.principal.account_id;
  auto made = co_await in_change(parts.directory, account_id, create_in, parts, std::move(request));
  if (!made) co_return std::unexpected(made.error());
  co_return CreateOpenIDConnectProviderResponse{
      .open_id_connect_provider_arn = oidc_provider_arn(account_id, made->url()),
      .tags = to_optional_tags(made->tags())};
}

Task<Result<GetOpenIDConnectProviderResponse>> get(Parts parts, wire::Context& context,
                                                   GetOpenIDConnectProviderRequest request) {
  auto provider =
      co_await read(parts.directory, context.principal.account_id, std::move(request.open_id_connect_provider_arn));
  if (!provider) co_return std::unexpected(provider.error());
  co_return GetOpenIDConnectProviderResponse{
      .url = provider->url(),
      .client_id_list = wire::List<std::string>(provider->client_ids().begin(), provider->client_ids().end()),
      .thumbprint_list = wire::List<std::string>(provider->thumbprints().begin(), provider->thumbprints().end()),
      .create_date = time_of(provider->created_us()),
      .tags = to_optional_tags(provider->tags())};
}

Task<Result<ListOpenIDConnectProvidersResponse>> list(Parts parts, wire::Context& context,
                                                      ListOpenIDConnectProvidersRequest) {
  const std::string& account_id = context.principal.account_id;
  const Paging all{.limit = quotas::kOidcProviders};
  auto whichever = [](const record::OidcProvider&) { return true; };
  std::string providers = rows::oidc_providers(account_id);
  auto page = co_await page_of_rows<record::OidcProvider>(parts.directory, std::move(providers), all, whichever);
  if (!page) co_return std::unexpected(page.error());
  ListOpenIDConnectProvidersResponse response;
  response.open_id_connect_provider_list.emplace();
  for (const record::OidcProvider& provider : page->items) {
    response.open_id_connect_provider_list->push_back({.arn = oidc_provider_arn(account_id, provider.url())});
  }
  co_return response;
}

Task<Result<Nothing>> delete_in(Change& change, const DeleteOpenIDConnectProviderRequest& request) {
  const std::string& arn = request.open_id_connect_provider_arn;
  auto url = url_in(change.account_id(), arn);
  if (!url) co_return std::unexpected(url.error());
  auto provider = found_or_none(co_await change.oidc_provider(*url), arn);
  if (!provider) co_return std::unexpected(provider.error());
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  settings->set_oidc_providers(settings->oidc_providers() - 1);
  change.put(*settings);
  change.erase(rows::oidc_provider(change.account_id(), *url));
  co_return Nothing{};
}

// What a request changes of a provider.

Result<void> apply(record::OidcProvider& provider, const AddClientIDToOpenIDConnectProviderRequest& request) {
  return add_client_id(provider, request.client_id);
}

Result<void> apply(record::OidcProvider& provider, const RemoveClientIDFromOpenIDConnectProviderRequest& request) {
  Strings& ids = *provider.mutable_client_ids();
  ids.erase(std::ranges::remove(ids, request.client_id).begin(), ids.end());
  return {};
}

Result<void> apply(record::OidcProvider& provider, const UpdateOpenIDConnectProviderThumbprintRequest& request) {
  return set_thumbprints(provider, request.thumbprint_list);
}

Result<void> apply(record::OidcProvider& provider, const TagOpenIDConnectProviderRequest& request) {
  return add_tags(*provider.mutable_tags(), request.tags, KeyCase::Matters);
}

Result<void> apply(record::OidcProvider& provider, const UntagOpenIDConnectProviderRequest& request) {
  remove_tags(*provider.mutable_tags(), request.tag_keys, KeyCase::Matters);
  return {};
}

template <class Request>
Task<Result<Nothing>> update_in(Change& change, const Request& request) {
  const std::string& arn = request.open_id_connect_provider_arn;
  auto url = url_in(change.account_id(), arn);
  if (!url) co_return std::unexpected(url.error());
  auto provider = found_or_none(co_await change.oidc_provider(std::move(*url)), arn);
  if (!provider) co_return std::unexpected(provider.error());
  if (auto applied = apply(*provider, request); !applied) co_return std::unexpected(applied.error());
  change.put(*provider);
  co_return Nothing{};
}

Task<Result<ListOpenIDConnectProviderTagsResponse>> list_tags(Parts parts, wire::Context& context,
                                                              ListOpenIDConnectProviderTagsRequest request) {
  auto wanted = paging(request.marker, request.max_items);
  if (!wanted) co_return std::unexpected(wanted.error());
  auto provider =
      co_await read(parts.directory, context.principal.account_id, std::move(request.open_id_connect_provider_arn));
  if (!provider) co_return std::unexpected(provider.error());
  auto page = page_of_tags(to_tags(provider->tags()), *wanted);
  ListOpenIDConnectProviderTagsResponse response{.tags = std::move(page.items)};
  std::move(page).tell(response);
  co_return response;
}

}  // namespace

void bind_oidc_providers(wire::Registry& registry, const Parts& parts) {
  serve<CreateOpenIDConnectProviderOp>(registry, parts, create);
  serve<GetOpenIDConnectProviderOp>(registry, parts, get);
  serve<ListOpenIDConnectProvidersOp>(registry, parts, list);
  serve<DeleteOpenIDConnectProviderOp>(registry, parts, by_change<delete_in>);
  serve<AddClientIDToOpenIDConnectProviderOp>(registry, parts,
                                              by_change<update_in<AddClientIDToOpenIDConnectProviderRequest>>);
  serve<RemoveClientIDFromOpenIDConnectProviderOp>(
      registry, parts, by_change<update_in<RemoveClientIDFromOpenIDConnectProviderRequest>>);
  serve<UpdateOpenIDConnectProviderThumbprintOp>(registry, parts,
                                                 by_change<update_in<UpdateOpenIDConnectProviderThumbprintRequest>>);
  serve<TagOpenIDConnectProviderOp>(registry, parts, by_change<update_in<TagOpenIDConnectProviderRequest>>);
  serve<UntagOpenIDConnectProviderOp>(registry, parts, by_change<update_in<UntagOpenIDConnectProviderRequest>>);
  serve<ListOpenIDConnectProviderTagsOp>(registry, parts, list_tags);
}

}  // namespace skerry::iam
