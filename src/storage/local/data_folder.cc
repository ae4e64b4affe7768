#include "storage/local/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>

namespace skerry::storage::local {
namespace {

constexpr std::string_view kFormatWord = "skerry ";

bool exists(const std::string& path) {
  struct stat status;
  return ::lstat(path.c_str(), &status) == 0;
}

std::string first_line(int fd) {
  char buffer[64];
  ssize_t n = ::pread(fd, buffer, sizeof buffer, 0);
  std::string_view text(buffer, n > 0 ? static_cast<std::size_t>(n) : 0);
  return std::string(text.substr(0, text.find('\n')));
}

StoreResult<void> make_directories(const std::string& path) {
  if (exists(path)) return {};
  if (std::string parent = parent_of(path); parent != path) {
    if (auto made = make_directories(parent); !made) return made;
  }
  return make_directory(path);
}

std::expected<Fd, OpenError> lock_folder(const std::string& folder) {
  const std::string path = folder + "/lock";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return std::unexpected(open_error(system_error("open", path)));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return std::unexpected(open_error(system_error("flock", path)));
    std::string holder = first_line(fd.get());
    return std::unexpected(
        OpenError{OpenErrc::Locked, fmt::format("{} is in use by another server{}; stop it, or use another data folder",
                                                folder, holder.empty() ? "" : fmt::format(" (process {})", holder))});
  }
  const std::string pid = fmt::format("{}\n", ::getpid());  // a courtesy: the lock itself needs no contents
  if (::ftruncate(fd.get(), 0) == 0) (void)write_all(fd.get(), pid, 0, path);
  return fd;
}

bool has_entries(const std::string& folder) {
  std::error_code error;
  return std::filesystem::directory_iterator(folder, error) != std::filesystem::directory_iterator();
}

// Blobs come after the database, and so does the reserve. Where either is left without it, an empty database would
// take the blobs for nobody's, and what is lost for new.
std::expected<void, OpenError> check_database(const DataFolder& folder) {
  if (exists(folder.meta() + "/CURRENT")) return {};
  if (!has_entries(folder.blobs()) && !exists(folder.reserve())) return {};
  return std::unexpected(OpenError{
      OpenErrc::Corrupt,
      fmt::format("{} has been in use, but {} has no database: mount it or put it back, or use another data folder",
                  folder.path(), folder.meta())});
}

std::expected<void, OpenError> check_format(const std::string& folder) {
  const std::string path = folder + "/format";
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno != ENOENT) return std::unexpected(open_error(system_error("open", path)));
  if (!fd) {
    // The format is the first thing written to a new folder, so data without one is not ours.
    if (exists(folder + "/meta") || exists(folder + "/blobs")) {
      return std::unexpected(OpenError{
          OpenErrc::Foreign, fmt::format("{} has data but no `format` file: it is not a data folder of Skerry, or a "
                                         "damaged one; put the file back, or use another data folder",
                                         folder)});
    }
    // A folder that somebody made for us becomes ours alone; what an operator changes later is his.
    if (::chmod(folder.c_str(), 0700) != 0) return std::unexpected(open_error(system_error("chmod", folder)));
    auto written = replace_file(folder, "format", fmt::format("{}{}\n", kFormatWord, DataFolder::kFormat));
    if (!written) return std::unexpected(open_error(written.error()));
    return {};
  }
  const std::string line = first_line(fd.get());
  int version = 0;
  bool known = line.starts_with(kFormatWord);
  if (known) {
    auto [end, error] = std::from_chars(line.data() + kFormatWord.size(), line.data() + line.size(), version);
    known = error == std::errc{} && end == line.data() + line.size() && version >= 1;
  }
  if (!known) {
    return std::unexpected(
        OpenError{OpenErrc::Foreign,
                  fmt::format("{} says '{}', not a format of Skerry: put the file back, or use another data folder",
                              path, line)});
  }
  if (version > DataFolder::kFormat) {
    return std::unexpected(OpenError{
        OpenErrc::NewerFormat,
        fmt::format("{} was written by a newer version (format {}; this one reads up to {}): run that version, or use "
                    "another data folder",
                    folder, version, DataFolder::kFormat)});
  }
  return {};
}

}  // namespace

OpenError open_error(const StoreError& error) {
  switch (error.errc) {
    case StoreErrc::NoSpace:
      return {OpenErrc::NoSpace, error.detail};
    case StoreErrc::Corrupt:
      return {OpenErrc::Corrupt, error.detail};
    case StoreErrc::NotFound:
    case StoreErrc::Conflict:
    case StoreErrc::Exists:
    case StoreErrc::Unavailable:
      return {OpenErrc::Unavailable, error.detail};
  }
  std::unreachable();
}

std::expected<DataFolder, OpenError> DataFolder::open(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (auto made = make_directories(path); !made) return std::unexpected(open_error(made.error()));
  auto lock = lock_folder(path);
  if (!lock) return std::unexpected(lock.error());
  if (auto format = check_format(path); !format) return std::unexpected(format.error());
  DataFolder folder(std::move(path), std::move(*lock));
  if (auto database = check_database(folder); !database) return std::unexpected(database.error());
  for (const std::string& child : {folder.meta(), folder.blobs(), folder.temporary()}) {
    if (exists(child)) continue;
    if (auto made = make_directory(child); !made) return std::unexpected(open_error(made.error()));
  }
  return folder;
}

}  // namespace skerry::storage::local
