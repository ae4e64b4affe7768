#pragma once
#include <expected>
#include <optional>
#include <string>

#include "iam/accounts.h"

namespace skerry {

// The first account's root access key, kept mode 0600 in the data folder as an AWS credentials file, so that
// `skerry env` and AWS_SHARED_CREDENTIALS_FILE can use it.
struct RootKey {
  std::string access_key_id;
  std::string secret_access_key;
};

std::string root_key_path(const std::string& data_folder);

// Durable when it returns. Errors: a sentence for the operator.
std::expected<void, std::string> write_root_key(const std::string& data_folder, const RootKey& key);

// nullopt: there is none.
std::expected<std::optional<RootKey>, std::string> read_root_key(const std::string& data_folder);

}  // namespace skerry
