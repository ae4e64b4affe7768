#include "skerry/admin.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "iam/account_removal.h"
#include "s3/bucket_registry.h"
#include "wire/text.h"

namespace skerry {
namespace {

std::string argument(const AdminRequest& request, const std::string& name) {
  auto found = request.arguments.find(name);
  return found == request.arguments.end() ? "" : found->second;
}

std::string json_string(std::string_view text) {
  std::string out;
  wire::append_json_string(out, text);
  return out;
}

// The secret is shown once, to whoever makes the account.
enum class ShowSecret { No, Yes };

std::string account_json(const iam::Account& account, ShowSecret show) {
  std::string secret = show == ShowSecret::Yes ? fmt::format(R"(,"SecretAccessKey":"{}")", account.root_secret) : "";
  return fmt::format(R"({{"AccountId":"{}","CanonicalId":"{}","Name":{},"AccessKeyId":"{}"{}}})", account.account_id,
                     account.canonical_id, json_string(account.name), account.root_access_key_id, secret);
}

std::string report_text(const storage::ScrubReport& report) {
  std::string out;
  for (const auto& finding : report.findings) {
    std::string blob = finding.id ? fmt::format("blob {}: ", finding.id->text()) : "";
    out += fmt::format("{}: {}{}{}\n", storage::ScrubReport::name(finding.kind), blob, finding.detail,
                       finding.repaired ? " (removed)" : "");
  }
  if (report.found > report.findings.size()) {
    out += fmt::format("… and {} more\n", report.found - report.findings.size());
  }
  out += fmt::format("{} blobs and {} bytes read; {} findings{}\n", report.blobs, report.bytes, report.found,
                     report.complete ? "" : "; the check did not come to its end: " + report.reason);
  return out;
}

}  // namespace

Task<AdminResult> Admin::run(AdminRequest request) {
  bool json = argument(request, "json") == "true";
  if (request.command == "account.create") {
    std::string name = argument(request, "name");
    co_return co_await create_account(std::move(name), json);
  }
  if (request.command == "account.list") co_return list_accounts(json);
  if (request.command == "account.rm") {
    std::string account_id = argument(request, "id");
    co_return co_await remove_account(std::move(account_id));
  }
  if (request.command == "verify") co_return co_await verify(argument(request, "repair") == "true");
  co_return std::unexpected("there is no command " + request.command);
}

Task<AdminResult> Admin::create_account(std::string name, bool json) {
  auto made = co_await stack_.accounts().create(std::move(name));
  if (!made) co_return std::unexpected("the account was not made: " + made.error().detail);
  if (json) co_return account_json(*made, ShowSecret::Yes) + "\n";
  co_return fmt::format("account            {}\ncanonical id       {}\naccess key id      {}\nsecret access key  {}\n",
                        made->account_id, made->canonical_id, made->root_access_key_id, made->root_secret);
}

AdminResult Admin::list_accounts(bool json) const {
  std::string out;
  for (const iam::Account& account : stack_.accounts().list()) {
    if (json) {
      out += (out.empty() ? "[" : ",\n ") + account_json(account, ShowSecret::No);
    } else {
      out += fmt::format("{}  {}  {:%Y-%m-%d}  {}\n", account.account_id, account.root_access_key_id,
                         fmt::gmtime(std::chrono::system_clock::to_time_t(account.created)), account.name);
    }
  }
  if (json) out = (out.empty() ? "[" : out) + "]\n";
  return out;
}

Task<AdminResult> Admin::remove_account(std::string account_id) {
  auto accounts = stack_.accounts().list();
  if (!accounts.empty() && accounts.front().account_id == account_id) {
    co_return std::unexpected("account " + account_id + " is the one whose key lies in the data folder: it stays");
  }
  // A bucket that is being made at this very moment may be missed: it is nobody's then.
  s3::BucketRegistry buckets(stack_.meta(), stack_.keyring(), stack_.clock(), stack_.random());
  s3::BucketRegistry::Query query{.account_id = account_id, .limit = 1};
  auto page = co_await buckets.list(std::move(query));
  if (!page) co_return std::unexpected("the account's buckets cannot be listed: " + page.error().detail);
  if (!page->buckets.empty()) {
    co_return std::unexpected(fmt::format("account {} still has buckets, {} for one: delete them first", account_id,
                                          page->buckets.front().name));
  }
  auto removed = co_await iam::remove_account(stack_.identities().directory(), stack_.accounts(), account_id);
  if (!removed) co_return std::unexpected("the account was not removed: " + removed.error().detail);
  if (!*removed) co_return std::unexpected("there is no account " + account_id);
  auto forgotten = co_await buckets.set_account_public_access_block(account_id, std::nullopt);
  if (!forgotten)
    co_return std::unexpected("what S3 keeps of the account was not removed: " + forgotten.error().detail);
  co_return "removed account " + account_id + "\n";
}

void Admin::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  for (storage::Scrub* scrub : running_) scrub->stop();
}

Task<AdminResult> Admin::verify(bool repair) {
  storage::Sweeper::Stores stores{stack_.meta(), stack_.blobs(), stack_.epochs(), stack_.keyring(), stack_.readers()};
  storage::Scrub scrub(stores, scrubbed_, stack_.clock(), {.repair = repair});
  {
    std::lock_guard lock(mutex_);
    running_.insert(&scrub);
    if (stopping_) scrub.stop();
  }
  auto report = co_await scrub.run();
  {
    std::lock_guard lock(mutex_);
    running_.erase(&scrub);
  }
  std::string text = report_text(report);
  if (report.found > report.repaired) co_return std::unexpected(text + "the store is not in order");
  if (!report.complete) co_return std::unexpected(text + "not everything was checked");
  co_return text;
}

}  // namespace skerry
