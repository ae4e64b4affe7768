// A library to preload, for crash tests: it keeps beside a folder what a power cut would leave of it.
//
//   SKERRY_SYNC_ROOT=/t/data SKERRY_SYNC_MIRROR=/t/after LD_PRELOAD=liblose_unsynced.so skerry serve --data /t/data
//   kill -9 ...                                             then /t/after is the folder after the power cut
//
// Worst case: nothing survives that was not synced, neither bytes nor names. SKERRY_SYNC_SURVIVE=30 lets 30 % of
// unsynced pages and folders survive, by the seed SKERRY_SYNC_SEED. README.md says what is and is not covered; mirror.h
// how.
//
// This file has the calls of the C library that change files, and says what each means to the mirror. Each does the
// system's call itself, without the library's: nothing here may come back into itself.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "mirror.h"

#define ALSO(name) __attribute__((alias(name)))

enum { kDescriptors = 65536 };

// Descriptors of watched files that may write. The others, and folders, are looked up when they are synced.
static _Atomic(Inode*) files[kDescriptors];
static _Atomic int open_flags[kDescriptors];

static Inode* file_of(int fd) { return fd >= 0 && fd < kDescriptors ? atomic_load(&files[fd]) : NULL; }

// ---- Where a path leads

typedef struct Place {
  struct stat folder;
  char name[NAME_MAX + 1];
} Place;

static bool path_of(int fd, char* out) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX - 1);
  if (n < 0) return false;
  out[n] = '\0';
  return true;
}

// Whether `folder` is watched; then the mirror is kept from now on.
static bool watch_folder(int at, const char* folder, struct stat* st) {
  int fd = (int)syscall(SYS_openat, at, folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return false;
  char path[PATH_MAX];
  bool watched = path_of(fd, path) && mirror_watches(path) && syscall(SYS_fstat, fd, st) == 0;
  syscall(SYS_close, fd);
  if (watched) mirror_begin();
  return watched && mirror_is_wanted();
}

// Whether the name that `path` ends with is in a watched folder.
static bool find_place(int at, const char* path, Place* place) {
  if (!mirror_is_wanted() || !path) return false;
  int saved = errno;
  char folder[PATH_MAX];
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') --length;
  size_t name = length;
  while (name > 0 && path[name - 1] != '/') --name;
  bool watched = false;
  if (length - name > 0 && length - name <= NAME_MAX && name < PATH_MAX) {
    memcpy(place->name, path + name, length - name);
    place->name[length - name] = '\0';
    memcpy(folder, path, name);
    folder[name] = '\0';
    watched = watch_folder(at, name > 0 ? folder : ".", &place->folder);
  }
  errno = saved;
  return watched;
}

// With the names' lock held.
static Inode* inode_of(const struct stat* st) {
  Inode* inode = mirror_find(st);
  return inode ? inode : mirror_add(st, true);
}
static void set_name(const Place* place, Inode* inode) {
  mirror_set_name(inode_of(&place->folder), place->name, inode);
}

static bool stat_at(int at, const char* path, int flags, struct stat* st) {
  return syscall(SYS_newfstatat, at, path, st, flags) == 0;
}

// ---- Descriptors

static void forget_fd(int fd) {
  if (fd < 0 || fd >= kDescriptors) return;
  Inode* file = atomic_exchange(&files[fd], NULL);
  if (!file) return;
  struct stat st;
  bool has_name = syscall(SYS_fstat, fd, &st) != 0 || st.st_nlink > 0;
  mirror_names_lock();
  if (--file->open_count == 0) {
    if (has_name) {
      mirror_close_files(file);
    } else {
      mirror_drop(file);
    }
  }
  mirror_names_unlock();
}

// With the names' lock held.
static void remember_fd(int fd, Inode* file, int flags) {
  if (fd >= kDescriptors) mirror_cannot("so many open files");
  ++file->open_count;
  atomic_store(&open_flags[fd], flags);
  atomic_store(&files[fd], file);
}

static int copied_fd(int from, int to) {
  Inode* file = file_of(from);
  if (to < 0 || to == from || !file) return to;
  mirror_names_lock();
  remember_fd(to, file, atomic_load(&open_flags[from]));
  mirror_names_unlock();
  return to;
}

int dup(int fd) { return copied_fd(fd, (int)syscall(SYS_dup, fd)); }
int dup2(int fd, int to) {
  if (fd != to) forget_fd(to);
  return copied_fd(fd, (int)syscall(SYS_dup2, fd, to));
}
int dup3(int fd, int to, int flags) {
  if (fd != to) forget_fd(to);
  return copied_fd(fd, (int)syscall(SYS_dup3, fd, to, flags));
}
int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  int result = (int)syscall(SYS_fcntl, fd, command, argument);
  return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? copied_fd(fd, result) : result;
}
int fcntl64(int fd, int command, ...) ALSO("fcntl");

int close(int fd) {
  forget_fd(fd);
  return (int)syscall(SYS_close, fd);
}
int close_range(unsigned first, unsigned last, int flags) {
  bool closes = (flags & CLOSE_RANGE_CLOEXEC) == 0;
  for (unsigned fd = first; closes && fd <= last && fd < kDescriptors; ++fd) forget_fd((int)fd);
  return (int)syscall(SYS_close_range, first, last, flags);
}
void closefrom(int first) { close_range((unsigned)(first < 0 ? 0 : first), ~0u, 0); }

// ---- Opening

static int open_at(int at, const char* path, int flags, mode_t mode) {
  bool temporary = (flags & O_TMPFILE) == O_TMPFILE;
  bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  Place place;
  bool watched = writes && !(flags & O_PATH) && mirror_is_wanted() &&
                 (temporary ? watch_folder(at, path, &place.folder) : find_place(at, path, &place));
  if (!watched) return (int)syscall(SYS_openat, at, path, flags, mode);
  mirror_names_lock();
  struct stat st;
  bool existed = !temporary && stat_at(at, path, 0, &st);
  int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  if (fd >= 0 && syscall(SYS_fstat, fd, &st) == 0 && S_ISREG(st.st_mode)) {
    Inode* file = existed ? inode_of(&st) : mirror_add(&st, false);
    if (!existed && !temporary) set_name(&place, file);
    remember_fd(fd, file, flags);
    if (existed && (flags & O_TRUNC)) mirror_resized(file, fd, 0);
  }
  mirror_names_unlock();
  return fd;
}

#define MODE_OF(flags)                                    \
  mode_t mode = 0;                                        \
  if ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) { \
    va_list arguments;                                    \
    va_start(arguments, flags);                           \
    mode = va_arg(arguments, mode_t);                     \
    va_end(arguments);                                    \
  }

int open(const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) ALSO("open");
int openat(int at, const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_at(at, path, flags, mode);
}
int openat64(int at, const char* path, int flags, ...) ALSO("openat");
int creat(const char* path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char* path, mode_t mode) ALSO("creat");
// What a program calls that was compiled with _FORTIFY_SOURCE.
int __open_2(const char* path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) ALSO("__open_2");
int __openat_2(int at, const char* path, int flags) { return open_at(at, path, flags, 0); }
int __openat64_2(int at, const char* path, int flags) ALSO("__openat_2");

// A file that the C library has opened past us. What stdio writes is not seen: a sync copies all of the file.
static void adopt(int fd, const Place* place, bool existed, bool opaque) {
  struct stat st;
  if (fd < 0 || syscall(SYS_fstat, fd, &st) != 0 || !S_ISREG(st.st_mode)) return;
  mirror_names_lock();
  Inode* file = existed ? inode_of(&st) : mirror_add(&st, false);
  if (opaque) mirror_became_opaque(file);
  if (!existed) set_name(place, file);
  remember_fd(fd, file, O_RDWR);
  mirror_names_unlock();
}

FILE* fopen(const char* path, const char* mode) {
  static FILE* (*real)(const char*, const char*);
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, "fopen");
  Place place;
  struct stat st;
  bool watched = strpbrk(mode, "wa+") && find_place(AT_FDCWD, path, &place);
  bool existed = watched && stat_at(AT_FDCWD, path, 0, &st);
  FILE* stream = real(path, mode);
  if (watched && stream) adopt(fileno(stream), &place, existed, true);
  return stream;
}
FILE* fopen64(const char* path, const char* mode) ALSO("fopen");
FILE* fdopen(int fd, const char* mode) {
  static FILE* (*real)(int, const char*);
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, "fdopen");
  Inode* file = file_of(fd);
  if (file) mirror_became_opaque(file);
  return real(fd, mode);
}
int fclose(FILE* stream) {
  static int (*real)(FILE*);
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, "fclose");
  forget_fd(fileno(stream));
  return real(stream);
}
int closedir(DIR* folder) {
  static int (*real)(DIR*);
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, "closedir");
  forget_fd(dirfd(folder));
  return real(folder);
}

int mkostemps(char* path, int suffix, int flags) {
  static int (*real)(char*, int, int);
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, "mkostemps");
  Place place;
  bool watched = find_place(AT_FDCWD, path, &place);
  int fd = real(path, suffix, flags);
  if (watched && fd >= 0 && find_place(AT_FDCWD, path, &place)) adopt(fd, &place, false, false);
  return fd;
}
int mkostemps64(char* path, int suffix, int flags) ALSO("mkostemps");
int mkstemps(char* path, int suffix) { return mkostemps(path, suffix, 0); }
int mkstemps64(char* path, int suffix) ALSO("mkstemps");
int mkostemp(char* path, int flags) { return mkostemps(path, 0, flags); }
int mkostemp64(char* path, int flags) ALSO("mkostemp");
int mkstemp(char* path) { return mkostemps(path, 0, 0); }
int mkstemp64(char* path) ALSO("mkstemp");

// ---- Writing

static void wrote_vector(Inode* file, int fd, off_t at, size_t count, const struct iovec* parts) {
  for (; count > 0; ++parts) {
    size_t n = parts->iov_len < count ? parts->iov_len : count;
    if (n > 0) mirror_wrote(file, fd, at, n, parts->iov_base);
    at += (off_t)n, count -= n;
  }
}

// Every write comes here. `at`: -1 for the descriptor's own position.
static ssize_t write_at(int fd, const struct iovec* parts, int count, off_t at, int flags) {
  Inode* file = file_of(fd);
  if (!file) return syscall(SYS_pwritev2, fd, parts, count, at, 0, flags);
  int opened = atomic_load(&open_flags[fd]);
  bool appends = (opened & O_APPEND) || (flags & RWF_APPEND);
  bool places = at == -1 || appends;
  if (places) pthread_mutex_lock(&file->placing);
  ssize_t n = syscall(SYS_pwritev2, fd, parts, count, at, 0, flags);
  if (n > 0) {
    struct stat st;
    if (appends && syscall(SYS_fstat, fd, &st) == 0) at = st.st_size - n;
    if (at == -1) at = (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR) - n;
    wrote_vector(file, fd, at, (size_t)n, parts);
  }
  if (places) pthread_mutex_unlock(&file->placing);
  if (n > 0 && ((opened & O_DSYNC) || (flags & (RWF_DSYNC | RWF_SYNC))) && !mirror_is_lied_to())
    mirror_sync_file(file, fd);
  return n;
}

ssize_t write(int fd, const void* bytes, size_t count) {
  if (!file_of(fd)) return syscall(SYS_write, fd, bytes, count);
  struct iovec part = {(void*)bytes, count};
  return write_at(fd, &part, 1, -1, 0);
}
ssize_t pwrite(int fd, const void* bytes, size_t count, off_t at) {
  if (!file_of(fd) || at < 0) return syscall(SYS_pwrite64, fd, bytes, count, at);
  struct iovec part = {(void*)bytes, count};
  return write_at(fd, &part, 1, at, 0);
}
ssize_t pwrite64(int fd, const void* bytes, size_t count, off_t at) ALSO("pwrite");
ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (!file_of(fd)) return syscall(SYS_writev, fd, parts, count);
  return write_at(fd, parts, count, -1, 0);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t at) {
  if (!file_of(fd) || at < 0) return syscall(SYS_pwritev, fd, parts, count, at, 0);
  return write_at(fd, parts, count, at, 0);
}
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off_t at) ALSO("pwritev");
ssize_t pwritev2(int fd, const struct iovec* parts, int count, off_t at, int flags) {
  return write_at(fd, parts, count, at, flags);
}
ssize_t pwritev64v2(int fd, const struct iovec* parts, int count, off_t at, int flags) ALSO("pwritev2");

ssize_t copy_file_range(int in, off_t* in_at, int out, off_t* out_at, size_t count, unsigned flags) {
  ssize_t n = syscall(SYS_copy_file_range, in, in_at, out, out_at, count, flags);
  Inode* file = file_of(out);
  if (n <= 0 || !file) return n;
  off_t end = out_at ? *out_at : (off_t)syscall(SYS_lseek, out, 0, SEEK_CUR);
  mirror_wrote(file, out, end - n, (size_t)n, NULL);
  return n;
}
ssize_t sendfile(int out, int in, off_t* at, size_t count) {
  ssize_t n = syscall(SYS_sendfile, out, in, at, count);
  Inode* file = file_of(out);
  if (n > 0 && file) mirror_wrote(file, out, (off_t)syscall(SYS_lseek, out, 0, SEEK_CUR) - n, (size_t)n, NULL);
  return n;
}
ssize_t sendfile64(int out, int in, off_t* at, size_t count) ALSO("sendfile");
ssize_t splice(int in, off_t* in_at, int out, off_t* out_at, size_t count, unsigned flags) {
  if (file_of(out)) mirror_cannot("splice into a file");
  return syscall(SYS_splice, in, in_at, out, out_at, count, flags);
}
void* mmap(void* address, size_t length, int protection, int flags, int fd, off_t at) {
  bool shared = (flags & MAP_TYPE) == MAP_SHARED || (flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
  if (shared && (protection & PROT_WRITE) && file_of(fd)) mirror_cannot("a shared mapping that is written to");
  return (void*)syscall(SYS_mmap, address, length, protection, flags, fd, at);
}
void* mmap64(void* address, size_t length, int protection, int flags, int fd, off_t at) ALSO("mmap");

// ---- Size

int ftruncate(int fd, off_t size) {
  int result = (int)syscall(SYS_ftruncate, fd, size);
  Inode* file = file_of(fd);
  if (result == 0 && file) mirror_resized(file, fd, size);
  return result;
}
int ftruncate64(int fd, off_t size) ALSO("ftruncate");
int truncate(const char* path, off_t size) {
  int fd = open_at(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  int result = ftruncate(fd, size);
  int saved = errno;
  close(fd);
  errno = saved;
  return result;
}
int truncate64(const char* path, off_t size) ALSO("truncate");

int fallocate(int fd, int mode, off_t at, off_t length) {
  Inode* file = file_of(fd);
  if (file && (mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE))) mirror_cannot("moving a range of a file");
  int result = (int)syscall(SYS_fallocate, fd, mode, at, length);
  struct stat st;
  if (result != 0 || !file || syscall(SYS_fstat, fd, &st) != 0) return result;
  off_t end = at + length < st.st_size ? at + length : st.st_size;
  bool zeroes = (mode & ~FALLOC_FL_KEEP_SIZE) != 0;
  if (zeroes && at < end) {
    mirror_wrote(file, fd, at, (size_t)(end - at), NULL);
  } else if (!(mode & FALLOC_FL_KEEP_SIZE) && end == at + length) {
    mirror_wrote(file, fd, end, 0, NULL);  // it may have grown; what was allocated holds zeros already
  }
  return result;
}
int fallocate64(int fd, int mode, off_t at, off_t length) ALSO("fallocate");
int posix_fallocate(int fd, off_t at, off_t length) { return fallocate(fd, 0, at, length) == 0 ? 0 : errno; }
int posix_fallocate64(int fd, off_t at, off_t length) ALSO("posix_fallocate");

// ---- Syncing. The kernel's own is left out: what kill -9 leaves is in its cache all the same.

static Inode* look_up(int fd) {
  char path[PATH_MAX];
  struct stat st;
  if (!mirror_is_wanted() || !path_of(fd, path) || !mirror_watches(path)) return NULL;
  mirror_begin();
  if (!mirror_is_wanted() || syscall(SYS_fstat, fd, &st) != 0) return NULL;
  if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return NULL;
  mirror_names_lock();
  Inode* inode = inode_of(&st);
  mirror_names_unlock();
  return inode;
}

int fsync(int fd) {
  Inode* inode = file_of(fd);
  if (!inode) inode = look_up(fd);
  if (!inode) return (int)syscall(SYS_fsync, fd);
  mirror_takes_its_time();
  if (mirror_is_lied_to()) return 0;
  if (inode->is_folder) {
    mirror_names_lock();
    mirror_sync_folder(inode);
    mirror_names_unlock();
  } else {
    mirror_sync_file(inode, fd);
  }
  return 0;
}
int fdatasync(int fd) ALSO("fsync");
int sync_file_range(int fd, off_t at, off_t count, unsigned flags) {
  return file_of(fd) ? 0 : (int)syscall(SYS_sync_file_range, fd, at, count, flags);  // promises nothing
}
int syncfs(int fd) {
  if (mirror_is_wanted()) mirror_cannot("syncfs");
  return (int)syscall(SYS_syncfs, fd);
}
void sync(void) {
  if (mirror_is_wanted()) mirror_cannot("sync");
  syscall(SYS_sync);
}

// ---- Names

// With the names' lock held: `st` had its name taken away.
static void lost_a_name(const struct stat* st) {
  Inode* inode = mirror_find(st);
  if (inode && inode->open_count == 0 && (S_ISDIR(st->st_mode) || st->st_nlink == 1)) mirror_drop(inode);
}

static int rename_at(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  Place from_place, to_place;
  bool leaves = find_place(from_at, from, &from_place), arrives = find_place(to_at, to, &to_place);
  if (!leaves && !arrives) return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
  if (flags & RENAME_EXCHANGE) mirror_cannot("RENAME_EXCHANGE");
  mirror_names_lock();
  struct stat st, replaced;
  bool known = stat_at(from_at, from, AT_SYMLINK_NOFOLLOW, &st);
  bool replaces = stat_at(to_at, to, AT_SYMLINK_NOFOLLOW, &replaced);
  int result = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
  bool same = known && replaces && st.st_dev == replaced.st_dev && st.st_ino == replaced.st_ino;
  if (result == 0 && known && !same) {
    if (S_ISDIR(st.st_mode) && leaves != arrives) mirror_cannot("a folder that is moved in or out");
    if (arrives) set_name(&to_place, inode_of(&st));
    if (leaves) set_name(&from_place, NULL);
    if (replaces) lost_a_name(&replaced);
  }
  mirror_names_unlock();
  return result;
}
int rename(const char* from, const char* to) { return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_at, const char* from, int to_at, const char* to) {
  return rename_at(from_at, from, to_at, to, 0);
}
int renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  return rename_at(from_at, from, to_at, to, flags);
}

int linkat(int from_at, const char* from, int to_at, const char* to, int flags) {
  Place place;
  if (!find_place(to_at, to, &place)) return (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
  mirror_names_lock();
  struct stat st;
  int follow = (flags & AT_EMPTY_PATH) | ((flags & AT_SYMLINK_FOLLOW) ? 0 : AT_SYMLINK_NOFOLLOW);
  bool known = stat_at(from_at, from, follow, &st);
  int result = (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
  if (result == 0 && known && S_ISREG(st.st_mode)) set_name(&place, inode_of(&st));
  mirror_names_unlock();
  return result;
}
int link(const char* from, const char* to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int at, const char* path, int flags) {
  Place place;
  if (!find_place(at, path, &place)) return (int)syscall(SYS_unlinkat, at, path, flags);
  mirror_names_lock();
  struct stat st;
  bool known = stat_at(at, path, AT_SYMLINK_NOFOLLOW, &st);
  int result = (int)syscall(SYS_unlinkat, at, path, flags);
  if (result == 0 && known) {
    set_name(&place, NULL);
    lost_a_name(&st);
  }
  mirror_names_unlock();
  return result;
}
int unlink(const char* path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char* path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) {
  int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

int mkdirat(int at, const char* path, mode_t mode) {
  Place place;
  if (!find_place(at, path, &place)) return (int)syscall(SYS_mkdirat, at, path, mode);
  mirror_names_lock();
  int result = (int)syscall(SYS_mkdirat, at, path, mode);
  struct stat st;
  if (result == 0 && stat_at(at, path, 0, &st)) set_name(&place, mirror_add(&st, false));
  mirror_names_unlock();
  return result;
}
int mkdir(const char* path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
