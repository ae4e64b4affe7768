#pragma once
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/secret.h"

namespace skerry::storage {

// Why there are no keys.
enum class KeyErrc {
  Missing,      // no master key, and a store that needs one
  Wrong,        // not the master key of this store
  Unusable,     // a file that others can read, or no key inside
  Unavailable,  // the store, or the disk under the file, does not answer
  Corrupt,      // the store's own rows about keys are not as written
};

struct KeyError {
  KeyErrc errc;
  std::string message;  // for the operator: what is wrong and what to do; holds no secret
};

// Where the master key comes from. It is 32 bytes, written raw, as 64 hex digits or as base64.
struct MasterKeyOrigin {
  enum class Kind {
    File,               // `name` is a path; made at first start, 0600
    Environment,        // `name` is a variable; unset after it was read, so that no child inherits it
    SystemdCredential,  // `name` is a file in $CREDENTIALS_DIRECTORY
  };
  Kind kind = Kind::File;
  std::string name;

  std::string describe() const;  // "file /var/lib/skerry/master.key"
};

// Reads the master key; nullopt: there is none. Blocks; for the start.
// Errors: Unusable; Unavailable when reading fails.
std::expected<std::optional<Secret>, KeyError> load_master_key(const MasterKeyOrigin& origin);

// Writes a key to a file that must not exist, 0600, durably: file and directory are synced before this returns. The
// file gets its name when it is whole: half a key would refuse every later start.
std::expected<void, KeyError> write_master_key(const std::filesystem::path& path, const Secret& key);

// 32 bytes from the text of a file or variable.
std::optional<Secret> parse_master_key(std::string_view text);

// While the master key of a file is being changed, the next one lies beside it: written first, renamed last, so that
// at every moment the store's key is in one of the two.
std::filesystem::path next_master_key_path(const std::filesystem::path& path);
std::expected<void, KeyError> adopt_next_master_key(const std::filesystem::path& path);

}  // namespace skerry::storage
