#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace skerry::iam {

// Access key ids as AWS makes them: four letters for the kind, then base32 of ten bytes, of which bits 1 to 40 (from
// the top) are the account's number and the rest is random. So an id alone tells whose it is (GetAccessKeyInfo), and a
// server finds an account that another one made.
enum class KeyKind { LongTerm, Temporary };  // AKIA, ASIA

std::string new_access_key_id(KeyKind kind, std::string_view account_id, Random& random);

// The twelve digits of the account; nullopt: not an id of ours.
std::optional<std::string> account_of(std::string_view access_key_id);

bool is_temporary(std::string_view access_key_id);  // by its first letters

std::string new_secret_access_key(Random& random);  // 40 characters of base64's alphabet

// Where a secret is sealed for: see storage::seal_row.
std::string secret_place(std::string_view access_key_id);

}  // namespace skerry::iam
