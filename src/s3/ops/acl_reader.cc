#include "s3/ops/acl_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "iam/records.pb.h"
#include "iam/rows.h"
#include "s3/errors.h"

namespace skerry::s3 {
namespace {

struct PermissionName {
  AclPermission permission;
  std::string_view name;
};
constexpr std::array kPermissions = {
    PermissionName{record::Grant::FULL_CONTROL, Permission::kFullControl},
    PermissionName{record::Grant::READ, Permission::kRead},
    PermissionName{record::Grant::WRITE, Permission::kWrite},
    PermissionName{record::Grant::READ_ACP, Permission::kReadAcp},
    PermissionName{record::Grant::WRITE_ACP, Permission::kWriteAcp},
};

constexpr std::string_view kId = "id", kUri = "uri", kEmail = "emailaddress";

wire::ApiError bad_grant_header(const SentAcl::Grant& sent) {
  return invalid_argument("Argument format not recognized", sent.header, sent.grantees);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// id="…", uri="…": type in lower case, and value; quotes may be missing. Nothing: it is none of that form.
std::optional<std::vector<std::pair<std::string, std::string>>> split_grantees(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    auto comma = text.find(',');
    std::string_view one = trimmed(text.substr(0, comma));
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
    auto equals = one.find('=');
    if (equals == one.npos) return std::nullopt;
    std::string type(trimmed(one.substr(0, equals)));
    std::ranges::transform(type, type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    std::string_view value = trimmed(one.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    }
    if (value.empty() || (type != kId && type != kUri && type != kEmail)) return std::nullopt;
    out.emplace_back(std::move(type), value);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

// What a document's grantee is named by. Nothing: its members are not those of its type.
std::optional<std::pair<std::string, std::string>> named_by(const Grantee& grantee) {
  auto named = [](std::string_view type,
                  const std::optional<std::string>& value) -> std::optional<std::pair<std::string, std::string>> {
    if (!value || value->empty()) return std::nullopt;
    return std::pair(std::string(type), *value);
  };
  if (grantee.type == Type::kCanonicalUser) return named(kId, grantee.id);
  if (grantee.type == Type::kGroup) return named(kUri, grantee.uri);
  return named(kEmail, grantee.email_address);
}

}  // namespace

Task<std::expected<AccessControlList, wire::ApiError>> AclReader::read(SentAcl sent, AclOwners owners) const {
  if (sent.canned && !sent.grants.empty()) {
    co_return std::unexpected(
        error(Errc::InvalidRequest, "Specifying both Canned ACLs and Header Grants is not allowed"));
  }
  if (sent.canned) {
    // For a service that is not here: a grant to it would do nothing.
    if (*sent.canned == ObjectCannedACL::kAwsExecRead) {
      co_return std::unexpected(not_implemented_header("x-amz-acl", "aws-exec-read"));
    }
    auto acl = canned_acl(*sent.canned, owners.owner, owners.bucket_owner);
    if (!acl) co_return std::unexpected(invalid_argument("", "x-amz-acl", *sent.canned));
    co_return std::move(*acl);
  }
  if (sent.grants.empty()) co_return private_acl(owners.owner);
  AccessControlList acl;
  acl.set_owner(owners.owner);
  for (const SentAcl::Grant& header : sent.grants) {
    auto grantees = split_grantees(header.grantees);
    if (!grantees) co_return std::unexpected(bad_grant_header(header));
    for (auto& [type, value] : *grantees) {
      auto granted = co_await grantee(std::move(type), std::move(value));
      if (!granted) co_return std::unexpected(granted.error());
      granted->set_permission(header.permission);
      *acl.add_grants() = std::move(*granted);
    }
  }
  if (acl.grants_size() > kGrantsMax) co_return std::unexpected(error(Errc::MalformedACLError));
  co_return acl;
}

Task<std::expected<AccessControlList, wire::ApiError>> AclReader::read_document(AccessControlPolicy document,
                                                                                AclOwners owners) const {
  if (!document.owner || !document.owner->id || !document.grants) {
    co_return std::unexpected(error(Errc::MalformedACLError));
  }
  // Nobody gives away what is theirs.
  if (*document.owner->id != owners.owner) co_return std::unexpected(error(Errc::AccessDenied));
  if (document.grants->size() > std::size_t{kGrantsMax}) co_return std::unexpected(error(Errc::MalformedACLError));
  AccessControlList acl;
  acl.set_owner(owners.owner);
  for (const Grant& sent : *document.grants) {
    auto permission =
        sent.permission ? std::ranges::find(kPermissions, *sent.permission, &PermissionName::name) : kPermissions.end();
    auto named = sent.grantee ? named_by(*sent.grantee) : std::nullopt;
    if (permission == kPermissions.end() || !named) co_return std::unexpected(error(Errc::MalformedACLError));
    auto granted = co_await grantee(std::move(named->first), std::move(named->second));
    if (!granted) co_return std::unexpected(granted.error());
    granted->set_permission(permission->permission);
    *acl.add_grants() = std::move(*granted);
  }
  co_return acl;
}

Task<std::expected<AccessControlList, wire::ApiError>> AclReader::read_either(
    SentAcl sent, std::optional<AccessControlPolicy> document, AclOwners owners) const {
  if (document && !sent.empty()) co_return std::unexpected(error(Errc::UnexpectedContent));
  if (document) co_return co_await read_document(std::move(*document), std::move(owners));
  if (sent.empty()) {
    co_return std::unexpected(error(Errc::MissingSecurityHeader).with("MissingHeaderName", "x-amz-acl"));
  }
  co_return co_await read(std::move(sent), std::move(owners));
}

Task<std::expected<std::optional<AccessControlList>, wire::ApiError>> AclReader::of_new_object(
    const wire::Principal& writer, const FoundBucket& bucket, std::string_view key, SentAcl sent) const {
  using Ownership = record::BucketAccess;
  const std::string bucket_owner = bucket.access->owner;
  bool hands_over = sent.canned && *sent.canned == ObjectCannedACL::kBucketOwnerFullControl;
  if (sent.canned && *sent.canned == "log-delivery-write") {
    co_return std::unexpected(invalid_argument("", "x-amz-acl", *sent.canned));  // it is for buckets
  }
  AclOwners owners{writer.canonical_id.empty() ? std::string(kAnonymousId) : writer.canonical_id, bucket_owner};
  const SentAcl said = sent;
  auto acl = co_await read(std::move(sent), std::move(owners));
  if (!acl) co_return std::unexpected(acl.error());
  if (!bucket.access->acls_enabled()) {
    if (!said.empty() && !is_good_without_acls(said, *acl, bucket_owner)) {
      co_return std::unexpected(error(Errc::AccessControlListNotSupported));
    }
    co_return std::nullopt;
  }
  if (hands_over && bucket.access->record.ownership() == Ownership::BUCKET_OWNER_PREFERRED) co_return std::nullopt;
  if (acl->owner() == bucket_owner && is_private(*acl)) co_return std::nullopt;
  if (auto good = co_await check_public(writer, bucket, key, *acl, "s3:PutObject"); !good) {
    co_return std::unexpected(good.error());
  }
  co_return std::move(*acl);
}

Task<std::expected<void, wire::ApiError>> AclReader::check_public(const wire::Principal& caller,
                                                                  const FoundBucket& bucket, std::string_view key,
                                                                  const AccessControlList& acl,
                                                                  std::string_view action) const {
  using Done = std::expected<void, wire::ApiError>;
  if (!is_public(acl)) co_return Done();
  auto block = co_await buckets_->public_access_block(bucket);
  if (!block) co_return std::unexpected(block.error());
  if (!block->block_public_acls()) co_return Done();
  if (caller.arn.empty()) co_return std::unexpected(error(Errc::AccessDenied));
  co_return std::unexpected(
      error(Errc::AccessDenied,
            fmt::format(
                "User: {} is not authorized to perform: {} on resource: \"arn:aws:s3:::{}{}{}\" because public access "
                "control lists (ACLs) are blocked by the BlockPublicAcls block public access setting",
                caller.arn, action, bucket.name, key.empty() ? "" : "/", key)));
}

Task<std::expected<record::Grant, wire::ApiError>> AclReader::grantee(std::string type, std::string value) const {
  record::Grant out;
  if (type == kUri) {
    if (value != kAllUsers && value != kAuthenticatedUsers && value != kLogDelivery) {
      co_return std::unexpected(invalid_argument("Invalid group uri", "Group/URI", value));
    }
    out.set_group(std::move(value));
    co_return out;
  }
  // Accounts have no addresses here.
  if (type == kEmail) co_return std::unexpected(error(Errc::UnresolvableGrantByEmailAddress));
  std::string id = value;
  auto known = co_await is_account(std::move(id));
  if (!known) co_return std::unexpected(known.error());
  if (!*known) co_return std::unexpected(invalid_argument("Invalid id", "CanonicalUser/ID", value));
  out.set_canonical_id(std::move(value));
  co_return out;
}

// Reads all accounts: they are few, and lists are seldom written.
Task<std::expected<bool, wire::ApiError>> AclReader::is_account(std::string canonical_id) const {
  std::string prefix = iam::rows::account("");
  storage::ScanRequest request{
      .partition = storage::Partition::Accounts, .begin = prefix, .end = iam::rows::after(prefix)};
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_->scan(std::move(ask));
    if (!page) co_return std::unexpected(store_error(page.error()));
    for (const storage::Row& row : page->rows) {
      iam::record::Account account;
      if (!account.ParseFromString(row.value)) co_return std::unexpected(corrupt("an account"));
      if (account.canonical_id() == canonical_id) co_return true;
    }
    if (!page->next) co_return false;
    request.begin = *page->next;
  }
}

bool is_good_without_acls(const SentAcl& sent, const AccessControlList& acl, std::string_view bucket_owner) {
  if (sent.canned) return *sent.canned == ObjectCannedACL::kBucketOwnerFullControl;
  return is_bucket_owner_full_control(acl, bucket_owner);
}

wire::List<Grant> shown_grants(const AccessControlList& acl) {
  wire::List<Grant> out;
  for (const record::Grant& given : acl.grants()) {
    Grant shown;
    Grantee& grantee = shown.grantee.emplace();
    if (given.group().empty()) {
      grantee.id = given.canonical_id();
      grantee.type = Type::kCanonicalUser;
    } else {
      grantee.uri = given.group();
      grantee.type = Type::kGroup;
    }
    shown.permission = std::ranges::find(kPermissions, given.permission(), &PermissionName::permission)->name;
    out.push_back(std::move(shown));
  }
  return out;
}

}  // namespace skerry::s3
