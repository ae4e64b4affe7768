#include "storage/local/posix.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace skerry::storage::local {

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

StoreError system_error(std::string_view call, const std::string& path, int error) {
  StoreErrc errc = StoreErrc::Unavailable;
  if (error == ENOSPC || error == EDQUOT) errc = StoreErrc::NoSpace;
  if (error == ENOENT) errc = StoreErrc::NotFound;
  if (error == EEXIST) errc = StoreErrc::Exists;
  return {errc, fmt::format("{} {}: {}", call, path, ::strerror(error))};
}

StoreResult<void> sync_directory(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return std::unexpected(system_error("open", path));
  if (::fsync(fd.get()) != 0) return std::unexpected(system_error("fsync", path));
  return {};
}

StoreResult<void> make_directory(const std::string& path,
                                 const std::function<StoreResult<void>(const std::string&)>& sync) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return std::unexpected(system_error("mkdir", path));
  return sync(parent_of(path));
}

StoreResult<void> write_all(int fd, std::string_view bytes, std::uint64_t offset, const std::string& path) {
  while (!bytes.empty()) {
    ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("write", path));
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

StoreResult<void> replace_file(const std::string& folder, const std::string& name, std::string_view contents) {
  const std::string path = folder + "/" + name;
  const std::string fresh = path + ".new";
  {
    Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return std::unexpected(system_error("open", fresh));
    if (auto written = write_all(fd.get(), contents, 0, fresh); !written) return written;
    if (::fsync(fd.get()) != 0) return std::unexpected(system_error("fsync", fresh));
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return std::unexpected(system_error("rename", path));
  return sync_directory(folder);
}

std::string parent_of(const std::string& path) {
  std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace skerry::storage::local
