#include "iam/request_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/timestamp.h"

namespace skerry::iam {

enum class RequestKeys::Name : std::uint8_t {
  CurrentTime,
  EpochTime,
  FederatedProvider,
  MultiFactorAuthAge,
  MultiFactorAuthPresent,
  PrincipalAccount,
  PrincipalArn,
  PrincipalIsAWSService,
  PrincipalType,
  Referer,
  RequestedRegion,
  SecureTransport,
  SourceIdentity,
  SourceIp,
  TokenIssueTime,
  UserAgent,
  UserId,
  Username,
  ViaAWSService,
};

struct RequestKeys::Entry {
  std::string_view key;
  Name name;
};

namespace {

constexpr std::string_view kTag = "aws:principaltag/";

std::string_view type_of(const Principal* principal) {
  if (!principal) return "Anonymous";
  switch (principal->kind) {
    case Principal::Kind::User:
      return "User";
    case Principal::Kind::RoleSession:
      return "AssumedRole";
    case Principal::Kind::FederatedUser:
      return "FederatedUser";
    case Principal::Kind::Root:
    case Principal::Kind::Anonymous:
    case Principal::Kind::Service:
    case Principal::Kind::Provider:
      break;
  }
  return "Account";
}

std::int64_t seconds_of(Time time) { return std::chrono::duration_cast<seconds>(time.time_since_epoch()).count(); }

}  // namespace

// Ascending: found by a binary search.
constexpr std::array<RequestKeys::Entry, 19> RequestKeys::kNames{{
    {"aws:currenttime", Name::CurrentTime},
    {"aws:epochtime", Name::EpochTime},
    {"aws:federatedprovider", Name::FederatedProvider},
    {"aws:multifactorauthage", Name::MultiFactorAuthAge},
    {"aws:multifactorauthpresent", Name::MultiFactorAuthPresent},
    {"aws:principalaccount", Name::PrincipalAccount},
    {"aws:principalarn", Name::PrincipalArn},
    {"aws:principalisawsservice", Name::PrincipalIsAWSService},
    {"aws:principaltype", Name::PrincipalType},
    {"aws:referer", Name::Referer},
    {"aws:requestedregion", Name::RequestedRegion},
    {"aws:securetransport", Name::SecureTransport},
    {"aws:sourceidentity", Name::SourceIdentity},
    {"aws:sourceip", Name::SourceIp},
    {"aws:tokenissuetime", Name::TokenIssueTime},
    {"aws:useragent", Name::UserAgent},
    {"aws:userid", Name::UserId},
    {"aws:username", Name::Username},
    {"aws:viaawsservice", Name::ViaAWSService},
}};

std::span<const std::string_view> RequestKeys::names() {
  static const auto names = [] {
    std::array<std::string_view, kNames.size()> out;
    std::ranges::transform(kNames, out.begin(), &Entry::key);
    return out;
  }();
  return names;
}

std::span<const std::string_view> RequestKeys::one(Name name, std::string_view value) const {
  std::string_view& place = values_[static_cast<std::size_t>(name)];
  place = value;
  return {&place, 1};
}

std::span<const std::string_view> RequestKeys::unless_empty(Name name, std::string_view value) const {
  if (value.empty()) return {};
  return one(name, value);
}

std::span<const std::string_view> RequestKeys::text(Name name, std::string value) const {
  std::string_view& place = values_[static_cast<std::size_t>(name)];
  if (place.data() == nullptr) place = texts_[texts_used_++] = std::move(value);
  return {&place, 1};
}

std::span<const std::string_view> RequestKeys::find(std::string_view key) const {
  if (service_) {
    if (auto found = service_->find(key); !found.empty()) return found;
  }
  if (!key.starts_with("aws:")) return {};
  if (key.starts_with(kTag)) {
    return principal_ ? principal_->tag_keys.find(key) : std::span<const std::string_view>();
  }
  auto entry = std::ranges::lower_bound(kNames, key, {}, &Entry::key);
  if (entry == kNames.end() || entry->key != key) return {};
  auto of_caller = of_principal(entry->name);
  return of_caller.empty() ? of_request(entry->name) : of_caller;
}

std::span<const std::string_view> RequestKeys::of_principal(Name name) const {
  if (name == Name::PrincipalType) return one(name, type_of(principal_));
  if (!principal_) return name == Name::UserId ? one(name, "anonymous") : std::span<const std::string_view>();
  const Principal& who = *principal_;
  // A provider vouches for somebody who is nobody yet.
  if (who.kind == Principal::Kind::Provider && name != Name::FederatedProvider) return {};
  switch (name) {
    case Name::PrincipalAccount:
      return one(name, who.account_id);
    case Name::PrincipalArn:
      return one(name, who.principal_arn);
    case Name::UserId:
      return one(name, who.user_id);
    case Name::Username:
      return who.kind == Principal::Kind::User ? one(name, who.name) : std::span<const std::string_view>();
    case Name::SourceIdentity:
      return unless_empty(name, who.source_identity);
    case Name::FederatedProvider:
      return unless_empty(name, who.federated_provider);
    case Name::TokenIssueTime:
      if (!who.token_issued) return {};
      return text(name, auth::format_extended_time(*who.token_issued));
    case Name::MultiFactorAuthPresent:
      // Of long-term credentials it says nothing, not even false.
      if (!who.token_issued) return {};
      return one(name, who.mfa_at ? "true" : "false");
    case Name::MultiFactorAuthAge:
      if (!who.mfa_at) return {};
      return text(name, fmt::to_string(seconds_of(now_) - seconds_of(*who.mfa_at)));
    default:
      return {};
  }
}

std::span<const std::string_view> RequestKeys::of_request(Name name) const {
  const net::Request& request = context_.request;
  switch (name) {
    case Name::CurrentTime:
      return text(name, auth::format_extended_time(now_));
    case Name::EpochTime:
      return text(name, fmt::to_string(seconds_of(now_)));
    case Name::SourceIp:
      return unless_empty(name, request.peer.address);
    case Name::SecureTransport:
      return one(name, request.peer.secure ? "true" : "false");
    case Name::UserAgent:
      return unless_empty(name, request.headers.get("user-agent"));
    case Name::Referer:
      return unless_empty(name, request.headers.get("referer"));
    case Name::RequestedRegion:
      return unless_empty(name, context_.region);
    case Name::ViaAWSService:
    case Name::PrincipalIsAWSService:
      return one(name, "false");
    default:
      return {};
  }
}

}  // namespace skerry::iam
