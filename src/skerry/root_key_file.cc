#include "skerry/root_key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace skerry {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::write(fd, text.data(), text.size());
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

std::string root_key_path(const std::string& data_folder) { return data_folder + "/root.credentials"; }

std::expected<void, std::string> write_root_key(const std::string& data_folder, const RootKey& key) {
  std::string path = root_key_path(data_folder);
  std::string next = path + ".new";
  std::string text = fmt::format("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n", key.access_key_id,
                                 key.secret_access_key);
  int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = fd >= 0 && ::fchmod(fd, 0600) == 0 && write_all(fd, text) && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  good = good && ::rename(next.c_str(), path.c_str()) == 0;
  int folder = good ? ::open(data_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  good = good && folder >= 0 && ::fsync(folder) == 0;
  int failed = errno;
  if (folder >= 0) ::close(folder);
  if (!good) return std::unexpected(fmt::format("cannot write {}: {}", path, std::strerror(failed)));
  return {};
}

std::expected<std::optional<RootKey>, std::string> read_root_key(const std::string& data_folder) {
  std::string path = root_key_path(data_folder);
  std::ifstream in(path);
  if (!in) {
    if (::access(path.c_str(), R_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    return std::unexpected(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  RootKey key;
  for (std::string line; std::getline(in, line);) {
    auto value = [&](std::string_view name) -> std::optional<std::string> {
      if (!line.starts_with(name)) return std::nullopt;
      return line.substr(name.size());
    };
    if (auto id = value("aws_access_key_id = ")) key.access_key_id = *id;
    if (auto secret = value("aws_secret_access_key = ")) key.secret_access_key = *secret;
  }
  if (key.access_key_id.empty() || key.secret_access_key.empty()) {
    return std::unexpected(path + " does not hold an access key");
  }
  return key;
}

}  // namespace skerry
