#include <fmt/format.h>

#include "iam/api/ops.h"
#include "iam/service/change.h"
#include "iam/service/ops/bind.h"
#include "iam/service/shown.h"
#include "wire/text.h"

// The report of all users and what they sign in with, a line each, as auditors read it.
namespace skerry::iam {
namespace {

constexpr std::string_view kColumns =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_"
    "region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,"
    "cert_2_last_rotated";
constexpr std::string_view kNoCertificates = "false,N/A,false,N/A";
constexpr std::string_view kNoKey = "false,N/A,N/A,N/A,N/A";

// AWS makes a report anew when the last is older.
constexpr auto kFreshFor = std::chrono::hours(4);

// Whole seconds, and an offset for the Z of other answers.
std::string date(std::int64_t us) {
  std::string out;
  wire::append_time(out, time_of(us), wire::TimeFormat::Iso8601, false);
  if (out.ends_with('Z')) out.replace(out.size() - 1, 1, "+00:00");
  return out;
}

std::string truth(bool is) { return is ? "true" : "false"; }

std::string columns_of_key(bool active, std::int64_t created_us, const std::optional<record::LastUsed>& used) {
  std::string last =
      used ? fmt::format("{},{},{}", date(used->at_us()), used->region(), used->service()) : std::string("N/A,N/A,N/A");
  return fmt::format("{},{},{}", truth(active), date(created_us), last);
}

std::string columns_of_password(const record::User& user, const record::PasswordPolicy& policy) {
  if (!user.has_login()) return "false,N/A,N/A,N/A";
  const record::LoginProfile& login = user.login();
  std::string next = "N/A";
  if (policy.max_age_days() > 0) {
    const Time changed{microseconds(login.changed_us())};
    next = date(us_of(changed + std::chrono::days(policy.max_age_days())));
  }
  // Nobody signs in with one yet.
  return fmt::format("true,no_information,{},{}", date(login.changed_us()), next);
}

Task<Result<std::string>> line_of_root(Parts parts, std::string account_id, bool has_mfa) {
  auto account = co_await parts.accounts.read(account_id);
  if (!account) co_return std::unexpected(store_error(account.error()));
  if (!*account) co_return std::string();
  auto used = co_await parts.directory.last_used((**account).root_access_key_id);
  if (!used) co_return std::unexpected(store_error(used.error()));
  const std::int64_t created_us = us_of((**account).created);
  co_return fmt::format(
      "<root_account>,{},{},not_supported,no_information,not_supported,"
      "not_supported,{},{},{},{}\n",
      root_arn(account_id), date(created_us), truth(has_mfa), columns_of_key(true, created_us, *used), kNoKey,
      kNoCertificates);
}

Task<Result<std::string>> line_of(Parts parts, std::string account_id, record::User user,
                                  const record::PasswordPolicy& policy) {
  const record::Identity& identity = user.identity();
  std::string line =
      fmt::format("{},{},{},{},{}", identity.name(), arn_of_user(account_id, user), date(identity.created_us()),
                  columns_of_password(user, policy), truth(!user.mfa_devices().empty()));
  for (int i = 0; i < 2; ++i) {
    line += ',';
    if (i >= user.access_key_ids_size()) {
      line += kNoKey;
      continue;
    }
    auto key = co_await parts.directory.access_key(user.access_key_ids(i));
    if (!key) co_return std::unexpected(store_error(key.error()));
    auto used = co_await parts.directory.last_used(user.access_key_ids(i));
    if (!used) co_return std::unexpected(store_error(used.error()));
    line += *key ? columns_of_key(!(**key).inactive(), (**key).created_us(), *used) : std::string(kNoKey);
  }
  co_return fmt::format("{},{}\n", line, kNoCertificates);
}

Task<Result<std::string>> make_report(Parts parts, std::string account_id, record::AccountSettings settings) {
  constexpr std::size_t kRows = 1000;
  auto root = co_await line_of_root(parts, account_id, !settings.root_mfa_devices().empty());
  if (!root) co_return std::unexpected(root.error());
  std::string report = fmt::format("{}\n{}", kColumns, *root);
  const std::string prefix = rows::entities(account_id, rows::Entity::User);
  std::string after;
  for (;;) {
    auto page = co_await parts.directory.scan(prefix, after, kRows);
    if (!page) co_return std::unexpected(store_error(page.error()));
    for (const storage::Row& row : *page) {
      record::User user;
      if (!user.ParseFromString(row.value)) {
        co_return std::unexpected(store_error({storage::StoreErrc::Corrupt, "IAM's row " + row.key}));
      }
      auto line = co_await line_of(parts, account_id, std::move(user), settings.password_policy());
      if (!line) co_return std::unexpected(line.error());
      report += *line;
    }
    if (page->size() < kRows) break;
    after = std::move(page->back().key);
  }
  report.pop_back();
  co_return report;
}

bool fresh(const Parts& parts, const record::AccountSettings& settings) {
  if (settings.credential_report_us() == 0) return false;
  return parts.clock.now() - Time{microseconds(settings.credential_report_us())} < kFreshFor;
}

struct MadeReport {
  std::string account_id;
  std::int64_t at_us;
};

Task<Result<Nothing>> note_in(Change& change, const MadeReport& made) {
  auto settings = co_await change.settings();
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  settings->set_credential_report_us(made.at_us);
  change.put(*settings);
  co_return Nothing{};
}

// The first call starts a report and the next finds it complete, as on AWS. Kept is only when it was started: what it
// says is worked out when it is fetched, and true at that moment.
Task<Result<GenerateCredentialReportResponse>> generate_credential_report(Parts parts, wire::Context& context,
                                                                          Nothing) {
  const std::string& account_id = context.principal.account_id;
  auto settings = co_await parts.directory.settings(account_id);
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (fresh(parts, *settings)) {
    co_return GenerateCredentialReportResponse{.state = std::string(ReportStateType::kComplete)};
  }
  MadeReport made{account_id, us_of(parts.clock.now())};
  auto noted = co_await in_change(parts.directory, account_id, note_in, std::move(made));
  if (!noted) co_return std::unexpected(noted.error());
  co_return GenerateCredentialReportResponse{.state = std::string(ReportStateType::kStarted),
                                             .description = "No report exists. Starting a new report generation task"};
}

Task<Result<GetCredentialReportResponse>> get_credential_report(Parts parts, wire::Context& context, Nothing) {
  const std::string& account_id = context.principal.account_id;
  auto settings = co_await parts.directory.settings(account_id);
  if (!settings) co_return std::unexpected(store_error(settings.error()));
  if (settings->credential_report_us() == 0) {
    co_return std::unexpected(error(Errc::CredentialReportNotPresentException));
  }
  if (!fresh(parts, *settings)) co_return std::unexpected(error(Errc::CredentialReportExpiredException));
  auto report = co_await make_report(parts, account_id, std::move(*settings));
  if (!report) co_return std::unexpected(report.error());
  co_return GetCredentialReportResponse{.content = std::move(*report),
                                        .report_format = std::string(ReportFormatType::kTextCsv),
                                        .generated_time = time_of(us_of(parts.clock.now()))};
}

}  // namespace

void bind_credential_report(wire::Registry& registry, const Parts& parts) {
  serve<GenerateCredentialReportOp>(registry, parts, generate_credential_report);
  serve<GetCredentialReportOp>(registry, parts, get_credential_report);
}

}  // namespace skerry::iam
