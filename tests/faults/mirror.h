#ifndef SKERRY_TESTS_FAULTS_MIRROR_H_
#define SKERRY_TESTS_FAULTS_MIRROR_H_

#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

// The mirror: what a power cut would leave of the folder that is watched.
//
// Every inode below the root has one in MIRROR.inodes/, made when the inode is. A sync of a file copies what is dirty
// of it there. Names are apart from that, as on a disk: a sync of a folder gives its inodes their names below MIRROR
// (hard links; folders move), and takes away what was unlinked or renamed. What has a name in MIRROR survives, with the
// bytes that were synced; the rest of MIRROR.inodes is what was lost.
//
// Threads: any. mirror_names_lock() serialises whatever changes names, so that their order here is the kernel's; the
// bytes of a file have locks of their own.

typedef struct Inode Inode;

struct Inode {
  dev_t dev;
  ino_t ino;
  unsigned long id;  // its name in MIRROR.inodes
  Inode* next;       // in its bucket

  // Of a folder; protected by the names' lock.
  bool is_folder;
  Inode* parent;  // where the mirror has it; null: without a name
  char* name;
  struct Change* changes;  // of names in it, not synced yet
  Inode* next_folder;

  // Of a file.
  int open_count;              // descriptors that may write; protected by the names' lock
  pthread_mutex_t placing;     // held by a write that learns only afterwards where it wrote; taken before all others
  pthread_mutex_t syncing;     // one sync at a time: none may return before the bytes it found clean are copied
  pthread_mutex_t mutex;       // protects what follows; taken after `syncing`
  int real_fd, mirror_fd;      // -1: not open
  bool opaque;                 // written behind our back (stdio): a sync copies everything
  bool changed;                // anything since the last sync
  off_t dirty_from, dirty_to;  // one range for all: copying what is clean does no harm
  off_t shrunk_to;             // the least size since the last sync
  off_t size;                  // by the calls that have returned
};

bool mirror_is_wanted(void);            // by the environment, in this process
bool mirror_is_lied_to(void);           // syncs say that they are done, and do nothing
bool mirror_watches(const char* path);  // an absolute path without links: the root or below it
// Begins: copies what is there to the mirror as durable. Does nothing the second time.
void mirror_begin(void);

void mirror_names_lock(void);
void mirror_names_unlock(void);

// Something was asked for that cannot be mirrored: says so and ends the process.
_Noreturn void mirror_cannot(const char* what);

// With the names' lock held.
Inode* mirror_find(const struct stat* st);                            // null: unknown
Inode* mirror_add(const struct stat* st, bool opaque);                // a new inode; one that had its number is gone
void mirror_set_name(Inode* folder, const char* name, Inode* inode);  // null: the name is gone
void mirror_drop(Inode* inode);                                       // it has no name and nobody has it open
void mirror_sync_folder(Inode* folder);

// Of files, without the names' lock. `fd` is any descriptor of the file.
void mirror_wrote(Inode* file, int fd, off_t from, size_t count, const char* bytes);  // bytes: null where not at hand
void mirror_resized(Inode* file, int fd, off_t size);
void mirror_became_opaque(Inode* file);
void mirror_takes_its_time(void);  // what a sync takes on a disk, if that was asked for
void mirror_sync_file(Inode* file, int fd);
void mirror_close_files(Inode* file);  // the last descriptor goes

#endif  // SKERRY_TESTS_FAULTS_MIRROR_H_
