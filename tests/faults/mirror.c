#define _GNU_SOURCE
#include "mirror.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// All calls of the system here are raw, so that none comes back into lose_unsynced.c.

typedef struct Change {
  char* name;
  Inode* inode;  // null: the name is gone
  struct Change* next;
} Change;

enum { kBuckets = 4096, kPage = 4096, kCopyBytes = 256 * 1024 };

static pthread_once_t begun = PTHREAD_ONCE_INIT;
static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static char mirror[PATH_MAX];
static Inode* buckets[kBuckets];  // protected by `names`
static Inode* folders;            // protected by `names`; never freed
static unsigned long last_id;     // protected by `names`

// What survives although it was not synced: percent, and the state of a generator that need not be good.
static unsigned survive;
static uint64_t dice;
static useconds_t sync_takes;
static bool lies;

static void fail(const char* what, const char* path) {
  fprintf(stderr, "lose_unsynced: %s %s: %s\n", what, path, strerror(errno));
  abort();  // a mirror that is not true must not let a test pass
}

_Noreturn void mirror_cannot(const char* what) {
  fprintf(stderr, "lose_unsynced: %s cannot be mirrored\n", what);
  abort();
}

static int open_raw(const char* path, int flags, mode_t mode) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
  if (fd < 0) fail("open", path);
  return fd;
}
static void close_raw(int fd) { syscall(SYS_close, fd); }
static int rename_raw(const char* from, const char* to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
static int unlink_raw(const char* path) { return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0); }

static bool survives(void) {
  if (survive == 0) return false;
  uint64_t z = __atomic_add_fetch(&dice, 0x9e3779b97f4a7c15, __ATOMIC_RELAXED);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (z ^ (z >> 31)) % 100 < survive;
}

static void nameless_path(const Inode* inode, char* out) {
  if (snprintf(out, PATH_MAX, "%s.inodes/%lu", mirror, inode->id) >= PATH_MAX) abort();
}

static void folder_path(const Inode* folder, char* out) {
  if (!folder->parent && !folder->name) return nameless_path(folder, out);
  if (!folder->parent) {  // the root
    strcpy(out, mirror);
    return;
  }
  folder_path(folder->parent, out);
  size_t length = strlen(out);
  if (snprintf(out + length, PATH_MAX - length, "/%s", folder->name) >= (int)(PATH_MAX - length)) abort();
}

static void path_in(const Inode* folder, const char* name, char* out) {
  folder_path(folder, out);
  size_t length = strlen(out);
  if (snprintf(out + length, PATH_MAX - length, "/%s", name) >= (int)(PATH_MAX - length)) abort();
}

// ---- Inodes

static Inode** bucket_of(dev_t dev, ino_t ino) { return &buckets[(dev * 31 + ino) % kBuckets]; }

Inode* mirror_find(const struct stat* st) {
  Inode* inode = *bucket_of(st->st_dev, st->st_ino);
  while (inode && (inode->dev != st->st_dev || inode->ino != st->st_ino)) inode = inode->next;
  return inode;
}

static void forget(Inode* inode) {
  Inode** at = bucket_of(inode->dev, inode->ino);
  while (*at && *at != inode) at = &(*at)->next;
  if (*at) *at = inode->next;
}

Inode* mirror_add(const struct stat* st, bool opaque) {
  Inode* former = mirror_find(st);
  if (former) forget(former);
  Inode* inode = calloc(1, sizeof *inode);  // never freed: another thread may be about to look at it
  inode->dev = st->st_dev;
  inode->ino = st->st_ino;
  inode->id = ++last_id;
  inode->opaque = opaque;
  inode->changed = opaque;
  inode->real_fd = inode->mirror_fd = -1;
  inode->shrunk_to = inode->size = st->st_size;
  pthread_mutex_init(&inode->placing, NULL);
  pthread_mutex_init(&inode->syncing, NULL);
  pthread_mutex_init(&inode->mutex, NULL);
  Inode** bucket = bucket_of(st->st_dev, st->st_ino);
  inode->next = *bucket;
  *bucket = inode;
  char path[PATH_MAX];
  nameless_path(inode, path);
  if (S_ISDIR(st->st_mode)) {
    inode->is_folder = true;
    inode->next_folder = folders;
    folders = inode;
    if (syscall(SYS_mkdirat, AT_FDCWD, path, st->st_mode & 07777) != 0) fail("mkdir", path);
  } else {
    int fd = open_raw(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    syscall(SYS_fchmod, fd, st->st_mode & 07777);
    close_raw(fd);
  }
  return inode;
}

void mirror_drop(Inode* inode) {
  forget(inode);
  if (inode->is_folder) return;  // its place in the mirror goes with its name
  char path[PATH_MAX];
  nameless_path(inode, path);
  unlink_raw(path);
  pthread_mutex_lock(&inode->mutex);
  inode->changed = false;
  pthread_mutex_unlock(&inode->mutex);
  mirror_close_files(inode);
}

// ---- Names

void mirror_names_lock(void) { pthread_mutex_lock(&names); }
void mirror_names_unlock(void) { pthread_mutex_unlock(&names); }

void mirror_set_name(Inode* folder, const char* name, Inode* inode) {
  Change* change = folder->changes;
  while (change && strcmp(change->name, name) != 0) change = change->next;
  if (!change) {
    change = calloc(1, sizeof *change);
    change->name = strdup(name);
    change->next = folder->changes;
    folder->changes = change;
  }
  change->inode = inode;
  if (survives()) mirror_sync_folder(folder);
}

// Takes a folder's name away in the mirror, with all that is in it.
static void unname_folder_at(const Inode* parent, const char* name) {
  for (Inode* folder = folders; folder; folder = folder->next_folder) {
    if (folder->parent != parent || !folder->name || strcmp(folder->name, name) != 0) continue;
    char from[PATH_MAX], to[PATH_MAX];
    folder_path(folder, from);
    nameless_path(folder, to);
    if (rename_raw(from, to) != 0) fail("rename", from);
    free(folder->name);
    folder->name = NULL;
    folder->parent = NULL;
  }
}

static void name_folder(Inode* parent, const char* name, Inode* folder) {
  if (folder->parent == parent && strcmp(folder->name, name) == 0) return;
  char from[PATH_MAX], to[PATH_MAX];
  unname_folder_at(parent, name);
  folder_path(folder, from);
  path_in(parent, name, to);
  if (rename_raw(from, to) != 0) fail("rename", from);
  free(folder->name);
  folder->name = strdup(name);
  folder->parent = parent;
}

static void name_file(const Inode* parent, const char* name, const Inode* file) {
  char from[PATH_MAX], to[PATH_MAX], aside[PATH_MAX];
  nameless_path(file, from);
  path_in(parent, name, to);
  if (syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0) == 0) return;
  if (errno != EEXIST) fail("link", to);
  // It takes the place of another at one moment, as rename does.
  if (snprintf(aside, sizeof aside, "%s.inodes/new", mirror) >= PATH_MAX) abort();
  if (syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, aside, 0) != 0) fail("link", aside);
  if (rename_raw(aside, to) != 0) fail("rename", to);
  unlink_raw(aside);  // rename leaves it where both are the same file
}

void mirror_sync_folder(Inode* folder) {
  // New names first: killed between the two, a renamed file has both names, never none.
  for (Change* change = folder->changes; change; change = change->next) {
    if (!change->inode) continue;
    if (change->inode->is_folder) {
      name_folder(folder, change->name, change->inode);
    } else {
      name_file(folder, change->name, change->inode);
    }
  }
  while (folder->changes) {
    Change* change = folder->changes;
    if (!change->inode) {
      char path[PATH_MAX];
      path_in(folder, change->name, path);
      if (unlink_raw(path) != 0 && errno != ENOENT) unname_folder_at(folder, change->name);
    }
    folder->changes = change->next;
    free(change->name);
    free(change);
  }
}

// ---- Bytes

// With file->mutex held.
static void open_files(Inode* file, int fd) {
  char path[PATH_MAX];
  if (file->real_fd < 0) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    file->real_fd = open_raw(path, O_RDONLY, 0);
  }
  if (file->mirror_fd < 0) {
    nameless_path(file, path);
    file->mirror_fd = open_raw(path, O_WRONLY, 0);
  }
}

void mirror_close_files(Inode* file) {
  pthread_mutex_lock(&file->mutex);
  if (!file->changed) {
    if (file->real_fd >= 0) close_raw(file->real_fd);
    if (file->mirror_fd >= 0) close_raw(file->mirror_fd);
    file->real_fd = file->mirror_fd = -1;
  }
  pthread_mutex_unlock(&file->mutex);
}

static void write_mirror(const Inode* file, const char* bytes, size_t count, off_t at) {
  while (count > 0) {
    ssize_t n = syscall(SYS_pwrite64, file->mirror_fd, bytes, count, at);
    if (n <= 0) fail("pwrite", "to the mirror");
    bytes += n, at += n, count -= (size_t)n;
  }
}

// With file->mutex held. Only by chance: pages that the kernel has happened to write already.
static void let_pages_survive(const Inode* file, off_t from, size_t count, const char* bytes) {
  while (count > 0) {
    size_t n = kPage - (size_t)(from % kPage);
    if (n > count) n = count;
    if (survives()) write_mirror(file, bytes, n, from);
    bytes += n, from += (off_t)n, count -= n;
  }
}

void mirror_wrote(Inode* file, int fd, off_t from, size_t count, const char* bytes) {
  pthread_mutex_lock(&file->mutex);
  open_files(file, fd);
  off_t to = from + (off_t)count;
  if (file->dirty_to == file->dirty_from) file->dirty_from = from, file->dirty_to = to;
  if (from < file->dirty_from) file->dirty_from = from;
  if (to > file->dirty_to) file->dirty_to = to;
  if (to > file->size) file->size = to;
  file->changed = true;
  if (bytes && survive > 0) let_pages_survive(file, from, count, bytes);
  pthread_mutex_unlock(&file->mutex);
}

void mirror_resized(Inode* file, int fd, off_t size) {
  pthread_mutex_lock(&file->mutex);
  open_files(file, fd);
  file->size = size;
  if (size < file->shrunk_to) file->shrunk_to = size;
  file->changed = true;
  pthread_mutex_unlock(&file->mutex);
}

void mirror_became_opaque(Inode* file) {
  pthread_mutex_lock(&file->mutex);
  file->opaque = true;
  pthread_mutex_unlock(&file->mutex);
}

void mirror_takes_its_time(void) {
  if (sync_takes > 0) usleep(sync_takes);
}

static void copy_range(const Inode* file, off_t from, off_t to) {
  static __thread char buffer[kCopyBytes];
  while (from < to) {
    size_t want = to - from < kCopyBytes ? (size_t)(to - from) : kCopyBytes;
    ssize_t n = syscall(SYS_pread64, file->real_fd, buffer, want, from);
    if (n < 0) fail("pread", "of the file");
    if (n == 0) return;  // it has been cut off since
    write_mirror(file, buffer, (size_t)n, from);
    from += n;
  }
}

void mirror_sync_file(Inode* file, int fd) {
  pthread_mutex_lock(&file->syncing);
  pthread_mutex_lock(&file->mutex);
  bool changed = file->changed || file->opaque;
  if (changed) open_files(file, fd);
  struct stat st;
  if (changed && syscall(SYS_fstat, file->real_fd, &st) != 0) fail("fstat", "of the file");
  if (file->opaque) file->size = st.st_size;
  off_t size = file->size, shrunk_to = file->shrunk_to;
  off_t from = file->opaque ? 0 : file->dirty_from, to = file->opaque ? size : file->dirty_to;
  file->changed = false;
  file->shrunk_to = size;
  file->dirty_from = file->dirty_to = 0;
  pthread_mutex_unlock(&file->mutex);
  // Writes go on meanwhile: what they have not returned from may or may not be copied, as on a disk.
  if (changed) {
    syscall(SYS_fchmod, file->mirror_fd, st.st_mode & 07777);
    struct stat copied;
    if (syscall(SYS_fstat, file->mirror_fd, &copied) != 0) fail("fstat", "of the mirror");
    if (shrunk_to < copied.st_size && syscall(SYS_ftruncate, file->mirror_fd, shrunk_to) != 0) fail("ftruncate", "");
    copy_range(file, from, to < size ? to : size);
    if (syscall(SYS_ftruncate, file->mirror_fd, size) != 0) fail("ftruncate", "");
  }
  pthread_mutex_unlock(&file->syncing);
}

// ---- The begin

bool mirror_is_wanted(void) { return root[0] != '\0'; }
bool mirror_is_lied_to(void) { return lies; }

bool mirror_watches(const char* path) {
  size_t length = strlen(root);
  return length > 0 && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static void take_file(const char* path, Inode* file) {
  int fd = open_raw(path, O_RDONLY, 0);
  file->opaque = true;
  mirror_sync_file(file, fd);
  file->opaque = false;
  mirror_close_files(file);
  close_raw(fd);
}

static void take_folder(const char* path, Inode* folder) {
  DIR* entries = opendir(path);
  if (!entries) fail("opendir", path);
  for (struct dirent* entry; (entry = readdir(entries));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char child_path[PATH_MAX];
    struct stat st;
    if (snprintf(child_path, sizeof child_path, "%s/%s", path, entry->d_name) >= PATH_MAX) abort();
    if (syscall(SYS_newfstatat, AT_FDCWD, child_path, &st, AT_SYMLINK_NOFOLLOW) != 0) fail("stat", child_path);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) continue;
    Inode* child = mirror_find(&st);  // of a file with several names
    if (!child) {
      child = mirror_add(&st, false);
      if (S_ISREG(st.st_mode)) take_file(child_path, child);
    }
    mirror_set_name(folder, entry->d_name, child);
    if (S_ISDIR(st.st_mode)) take_folder(child_path, child);
  }
  closedir(entries);
  mirror_sync_folder(folder);
}

static void begin(void) {
  char inodes[PATH_MAX];
  if (snprintf(inodes, sizeof inodes, "%s.inodes", mirror) >= PATH_MAX) abort();
  if (syscall(SYS_mkdirat, AT_FDCWD, inodes, 0700) != 0) {
    // Another process keeps this mirror (a parent, most likely), or an old one was left.
    fprintf(stderr, "lose_unsynced: %s: %s; this process is not mirrored\n", inodes, strerror(errno));
    root[0] = '\0';
    return;
  }
  struct stat st;
  if (syscall(SYS_newfstatat, AT_FDCWD, root, &st, 0) != 0) fail("stat", root);
  pthread_mutex_lock(&names);
  Inode* folder = mirror_add(&st, false);
  char path[PATH_MAX];
  nameless_path(folder, path);
  if (rename_raw(path, mirror) != 0) fail("rename", mirror);
  folder->name = strdup("");  // a name without a parent: the root
  take_folder(root, folder);
  pthread_mutex_unlock(&names);
  // Killed before this, the mirror is a part of what was there, and the root has not changed yet.
  if (snprintf(path, sizeof path, "%s/begun", inodes) >= PATH_MAX) abort();
  close_raw(open_raw(path, O_CREAT | O_WRONLY, 0600));
}

void mirror_begin(void) { pthread_once(&begun, begin); }

static void stop_in_child(void) { root[0] = '\0'; }

__attribute__((constructor)) static void configure(void) {
  const char* watched = getenv("SKERRY_SYNC_ROOT");
  const char* kept = getenv("SKERRY_SYNC_MIRROR");
  if (!watched || !kept) return;
  if (watched[0] != '/' || kept[0] != '/' || strlen(watched) >= PATH_MAX || strlen(kept) >= PATH_MAX - 32) {
    fprintf(stderr, "lose_unsynced: SKERRY_SYNC_ROOT and SKERRY_SYNC_MIRROR are absolute paths\n");
    abort();
  }
  strcpy(root, watched);
  strcpy(mirror, kept);
  const char* seed = getenv("SKERRY_SYNC_SEED");
  const char* percent = getenv("SKERRY_SYNC_SURVIVE");
  if (seed) dice = strtoull(seed, NULL, 10);
  if (percent) survive = (unsigned)strtoul(percent, NULL, 10);
  const char* takes = getenv("SKERRY_SYNC_MICROSECONDS");
  if (takes) sync_takes = (useconds_t)strtoul(takes, NULL, 10);
  lies = getenv("SKERRY_SYNC_LIES") != NULL;
  pthread_atfork(NULL, NULL, stop_in_child);  // a child that writes to the folder would not be seen here
}
