// Does to the files of a folder what its script says, one step a line, then dies as by a power cut:
//
//   files_probe FOLDER SCRIPT
//
// Steps: create F | tmp F | open F | openw F (O_TRUNC) | append F TEXT | write F AT TEXT | pages F COUNT | truncate F N
// | allocate F N | sync F | close F | linkfd F NAME | linkempty F NAME | mkdir D | rmdir D | syncdir D | rename A B |
// link A B | unlink A | remove A | stdio F TEXT | temp F | syncstdio F
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

namespace {

std::map<std::string, int> fds;

void must(bool ok, const std::string& what) {
  if (ok) return;
  std::cerr << what << ": " << strerror(errno) << std::endl;
  exit(1);
}

int opened(const std::string& name, int fd) {
  must(fd >= 0, "open " + name);
  return fds[name] = fd;
}

void write_all(int fd, const std::string& text, off_t at) {
  ssize_t n = at < 0 ? write(fd, text.data(), text.size()) : pwrite(fd, text.data(), text.size(), at);
  must(n == static_cast<ssize_t>(text.size()), "write");
}

void sync_folder(const std::string& name) {
  int fd = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  must(fd >= 0 && fsync(fd) == 0, "sync of folder " + name);
  close(fd);
}

void link_fd(int fd, const std::string& name) {
  std::string path = "/proc/self/fd/" + std::to_string(fd);
  must(linkat(AT_FDCWD, path.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0, "linkat");
}

void write_stdio(const std::string& name, const std::string& text, bool sync) {
  FILE* file = fopen(name.c_str(), "w");
  must(file != nullptr, "fopen");
  must(fwrite(text.data(), 1, text.size(), file) == text.size() && fflush(file) == 0, "fwrite");
  if (sync) must(fsync(fileno(file)) == 0, "fsync");
  fclose(file);
}

void make_temp(const std::string& name) {
  std::string path = name + "XXXXXX";
  opened(name, mkstemp(path.data()));
  must(rename(path.c_str(), name.c_str()) == 0, "rename");
}

using Words = std::vector<std::string>;

const std::map<std::string, std::function<void(const Words&)>> kSteps = {
    {"create", [](const Words& w) { opened(w[1], open(w[1].c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600)); }},
    {"tmp", [](const Words& w) { opened(w[1], open(".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)); }},
    {"open", [](const Words& w) { opened(w[1], open(w[1].c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)); }},
    {"openw", [](const Words& w) { opened(w[1], open(w[1].c_str(), O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600)); }},
    {"append", [](const Words& w) { write_all(fds.at(w[1]), w[2], -1); }},
    {"write", [](const Words& w) { write_all(fds.at(w[1]), w[3], std::stol(w[2])); }},
    {"pages", [](const Words& w) { write_all(fds.at(w[1]), std::string(4096 * std::stoul(w[2]), 'p'), -1); }},
    {"truncate", [](const Words& w) { must(ftruncate(fds.at(w[1]), std::stol(w[2])) == 0, "truncate"); }},
    {"allocate", [](const Words& w) { must(posix_fallocate(fds.at(w[1]), 0, std::stol(w[2])) == 0, "allocate"); }},
    {"sync", [](const Words& w) { must(fdatasync(fds.at(w[1])) == 0, "sync"); }},
    {"close", [](const Words& w) { must(close(fds.at(w[1])) == 0, "close"); }},
    {"linkfd", [](const Words& w) { link_fd(fds.at(w[1]), w[2]); }},
    {"linkempty",
     [](const Words& w) { must(linkat(fds.at(w[1]), "", AT_FDCWD, w[2].c_str(), AT_EMPTY_PATH) == 0, "linkat"); }},
    {"mkdir", [](const Words& w) { must(mkdir(w[1].c_str(), 0700) == 0, "mkdir"); }},
    {"rmdir", [](const Words& w) { must(rmdir(w[1].c_str()) == 0, "rmdir"); }},
    {"syncdir", [](const Words& w) { sync_folder(w[1]); }},
    {"rename", [](const Words& w) { must(rename(w[1].c_str(), w[2].c_str()) == 0, "rename"); }},
    {"link", [](const Words& w) { must(link(w[1].c_str(), w[2].c_str()) == 0, "link"); }},
    {"unlink", [](const Words& w) { must(unlink(w[1].c_str()) == 0, "unlink"); }},
    {"remove", [](const Words& w) { must(remove(w[1].c_str()) == 0, "remove"); }},
    {"stdio", [](const Words& w) { write_stdio(w[1], w[2], false); }},
    {"syncstdio", [](const Words& w) { write_stdio(w[1], w[2], true); }},
    {"temp", [](const Words& w) { make_temp(w[1]); }},
};

}  // namespace

int main(int argc, char** argv) {
  must(argc == 3 && chdir(argv[1]) == 0, "usage: files_probe FOLDER SCRIPT");
  std::istringstream script(argv[2]);
  for (std::string line; std::getline(script, line);) {
    std::istringstream step(line);
    Words words;
    for (std::string word; step >> word;) words.push_back(word);
    if (!words.empty()) kSteps.at(words[0])(words);
  }
  raise(SIGKILL);
}
