#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "iam/records.pb.h"

// Passwords of users: what may be one, and what is kept of it.
namespace skerry::iam {

// scrypt's result, with its salt and parameters in front:
//
//   1 byte   version, 1
//   3 bytes  log2 N, r, p
//   16 bytes salt
//   32 bytes hash
//
// Takes some 100 ms and 32 MiB: for a worker thread.
std::string hash_password(std::string_view password, Random& random);
// False for another password, and for what is not a hash of that form.
bool is_password(std::string_view password, std::string_view hash);

// What is wrong with a new password, in AWS's words. `policy` null: the account has none of its own, and AWS's default
// goes: eight characters, three of the four kinds, not the account's name.
std::expected<void, std::string> check_password(std::string_view password, const record::PasswordPolicy* policy,
                                                std::string_view account_name);

// The hashes that a new password must not match: the latest first.
std::vector<std::string> forbidden_hashes(const record::LoginProfile& login, std::size_t reuse_prevention);

}  // namespace skerry::iam
