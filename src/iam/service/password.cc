#include "iam/service/password.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "iam/rows.h"
#include "wire/text.h"

namespace skerry::iam {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kHeadBytes = 4;

constexpr std::size_t kDefaultLengthMin = 8;
constexpr std::size_t kDefaultKindsMin = 3;

// What IAM's user guide lists as non-alphanumeric characters.
constexpr std::string_view kSymbols = "!@#$%^&*()_+-=[]{}|'";

struct Parameters {
  unsigned char log_n, r, p;
};
// What scrypt's author proposes for a login today: 32 MiB.
constexpr Parameters kParameters{15, 8, 1};

std::string derive(std::string_view password, std::string_view salt, Parameters parameters) {
  constexpr std::uint64_t kMemoryMax = 64 << 20;
  std::string out(kHashBytes, '\0');
  int good = EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                            salt.size(), 1ull << parameters.log_n, parameters.r, parameters.p, kMemoryMax,
                            reinterpret_cast<unsigned char*>(out.data()), out.size());
  return good == 1 ? out : std::string();
}

struct Kind {
  bool (*has)(char);
  std::string_view lacking;
};
constexpr Kind kUppercase{[](char c) { return c >= 'A' && c <= 'Z'; },
                          "Password should have at least one uppercase letter"};
constexpr Kind kLowercase{[](char c) { return c >= 'a' && c <= 'z'; },
                          "Password should have at least one lowercase letter"};
constexpr Kind kNumber{[](char c) { return c >= '0' && c <= '9'; }, "Password should have at least one number"};
constexpr Kind kSymbol{[](char c) { return kSymbols.find(c) != kSymbols.npos; },
                       "Password should have at least one symbol"};

std::string too_short(std::size_t length_min) {
  return fmt::format("Password should have a minimum length of {}", length_min);
}

std::vector<std::string> lacks(std::string_view password, std::initializer_list<Kind> kinds) {
  std::vector<std::string> out;
  for (const Kind& kind : kinds) {
    if (std::ranges::none_of(password, kind.has)) out.emplace_back(kind.lacking);
  }
  return out;
}

std::expected<void, std::string> check_default(std::string_view password, std::string_view account_name) {
  if (wire::utf8_length(password) < kDefaultLengthMin) return std::unexpected(too_short(kDefaultLengthMin));
  if (rows::lower_name(password) == rows::lower_name(account_name)) {
    return std::unexpected("Password should not be identical to your AWS account name or email address");
  }
  auto lacking = lacks(password, {kUppercase, kLowercase, kNumber, kSymbol});
  const std::size_t has = 4 - lacking.size();
  if (has >= kDefaultKindsMin) return {};
  return std::unexpected(fmt::format("Password should meet {} more of the following requirements: {}",
                                     kDefaultKindsMin - has, fmt::join(lacking, ", ")));
}

}  // namespace

std::string hash_password(std::string_view password, Random& random) {
  const std::string salt = random.bytes(kSaltBytes);
  const std::string hash = derive(password, salt, kParameters);
  CHECK(!hash.empty(), "scrypt has no memory");
  std::string out{kVersion, static_cast<char>(kParameters.log_n), static_cast<char>(kParameters.r),
                  static_cast<char>(kParameters.p)};
  return out + salt + hash;
}

bool is_password(std::string_view password, std::string_view hash) {
  if (hash.size() != kHeadBytes + kSaltBytes + kHashBytes || hash[0] != kVersion) return false;
  const Parameters parameters{static_cast<unsigned char>(hash[1]), static_cast<unsigned char>(hash[2]),
                              static_cast<unsigned char>(hash[3])};
  if (parameters.log_n > 20) return false;
  const std::string derived = derive(password, hash.substr(kHeadBytes, kSaltBytes), parameters);
  return equal_constant_time(derived, hash.substr(kHeadBytes + kSaltBytes));
}

std::expected<void, std::string> check_password(std::string_view password, const record::PasswordPolicy* policy,
                                                std::string_view account_name) {
  if (!policy) return check_default(password, account_name);
  std::vector<std::string> wrong;
  if (wire::utf8_length(password) < policy->minimum_length()) wrong.push_back(too_short(policy->minimum_length()));
  const std::pair<bool, Kind> kinds[] = {{policy->require_uppercase(), kUppercase},
                                         {policy->require_lowercase(), kLowercase},
                                         {policy->require_numbers(), kNumber},
                                         {policy->require_symbols(), kSymbol}};
  for (const auto& [required, kind] : kinds) {
    if (required && std::ranges::none_of(password, kind.has)) wrong.emplace_back(kind.lacking);
  }
  if (wrong.empty()) return {};
  return std::unexpected(fmt::format("{}", fmt::join(wrong, ", ")));
}

std::vector<std::string> forbidden_hashes(const record::LoginProfile& login, std::size_t reuse_prevention) {
  std::vector<std::string> out{login.password_hash()};
  out.insert(out.end(), login.earlier_hashes().begin(), login.earlier_hashes().end());
  if (out.size() > reuse_prevention) out.resize(reuse_prevention);
  return out;
}

}  // namespace skerry::iam
