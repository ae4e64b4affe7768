#include "storage/master_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "storage/kek.h"

namespace skerry::storage {
namespace {

constexpr std::size_t kTextMax = 256;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<KeyError> failed(const char* what, const std::filesystem::path& path) {
  return std::unexpected(
      KeyError{KeyErrc::Unavailable, fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno))});
}

std::expected<std::optional<Secret>, KeyError> parsed(std::string_view text, const std::string& where) {
  auto key = parse_master_key(text);
  if (key) return key;
  return std::unexpected(KeyError{KeyErrc::Unusable, fmt::format("{} holds no master key: it takes 32 bytes, as they "
                                                                 "are, as 64 hex digits or as base64",
                                                                 where)});
}

enum class Privacy { Required, Given };

std::expected<std::optional<Secret>, KeyError> load_file(const std::filesystem::path& path, Privacy privacy,
                                                         const std::string& where) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT) return std::optional<Secret>();
    return failed("open", path);
  }
  struct stat status;
  if (::fstat(file.fd(), &status) != 0) return failed("look at", path);
  if (!S_ISREG(status.st_mode)) {
    return std::unexpected(
        KeyError{KeyErrc::Unusable, where + " is no file: put the master key there, or say where it is"});
  }
  if (privacy == Privacy::Required && (status.st_mode & 077) != 0) {
    return std::unexpected(KeyError{KeyErrc::Unusable, fmt::format("{} can be read by others: chmod 600 it, and think "
                                                                   "about who has seen it",
                                                                   where)});
  }
  Secret text(kTextMax);
  ssize_t size = ::read(file.fd(), text.writable().data(), kTextMax);
  if (size < 0) return failed("read", path);
  return parsed(text.reveal().substr(0, static_cast<std::size_t>(size)), where);
}

std::expected<std::optional<Secret>, KeyError> load_variable(const std::string& name, const std::string& where) {
  char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::optional<Secret>();
  auto key = parsed(value, where);
  wipe({value, std::strlen(value)});  // /proc/PID/environ shows this memory for as long as we run
  ::unsetenv(name.c_str());
  return key;
}

std::expected<void, KeyError> sync_directory_of(const std::filesystem::path& path) {
  std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  File file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.fd() < 0 || ::fsync(file.fd()) != 0) return failed("sync", directory);
  return {};
}

}  // namespace

std::string MasterKeyOrigin::describe() const {
  switch (kind) {
    case Kind::File:
      return "file " + name;
    case Kind::Environment:
      return "environment variable " + name;
    case Kind::SystemdCredential:
      return "systemd credential " + name;
  }
  std::unreachable();
}

std::optional<Secret> parse_master_key(std::string_view text) {
  if (text.size() == kKeyBytes) return Secret(text);
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::optional<std::string> bytes = text.size() == 2 * kKeyBytes ? unhex(text) : unbase64(text);
  if (!bytes) return std::nullopt;
  std::optional<Secret> key;
  if (bytes->size() == kKeyBytes) key.emplace(std::string_view(*bytes));
  wipe(*bytes);
  return key;
}

std::expected<std::optional<Secret>, KeyError> load_master_key(const MasterKeyOrigin& origin) {
  switch (origin.kind) {
    case MasterKeyOrigin::Kind::File:
      return load_file(origin.name, Privacy::Required, origin.describe());
    case MasterKeyOrigin::Kind::Environment:
      return load_variable(origin.name, origin.describe());
    case MasterKeyOrigin::Kind::SystemdCredential: {
      const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
      if (directory == nullptr) return std::optional<Secret>();
      return load_file(std::filesystem::path(directory) / origin.name, Privacy::Given, origin.describe());
    }
  }
  std::unreachable();
}

std::expected<void, KeyError> write_master_key(const std::filesystem::path& path, const Secret& key) {
  CHECK(key.size() == kKeyBytes, "a master key of {} bytes", key.size());
  std::filesystem::path fresh = path;
  fresh += ".new";
  ::unlink(fresh.c_str());  // of a start that died
  File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) return failed("create", fresh);
  std::string text = hex(key.reveal());
  text += '\n';
  ssize_t written = ::write(file.fd(), text.data(), text.size());
  bool complete = written == static_cast<ssize_t>(text.size());
  wipe(text);
  if (!complete || ::fsync(file.fd()) != 0) {
    auto error = failed("write", fresh);
    ::unlink(fresh.c_str());
    return error;
  }
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    auto error = failed("create", path);
    ::unlink(fresh.c_str());
    return error;
  }
  return sync_directory_of(path);
}

std::filesystem::path next_master_key_path(const std::filesystem::path& path) {
  std::filesystem::path next = path;
  next += ".next";
  return next;
}

std::expected<void, KeyError> adopt_next_master_key(const std::filesystem::path& path) {
  if (::rename(next_master_key_path(path).c_str(), path.c_str()) != 0) return failed("replace", path);
  return sync_directory_of(path);
}

}  // namespace skerry::storage
