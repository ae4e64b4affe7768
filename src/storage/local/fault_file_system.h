#pragma once
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

namespace skerry::storage::local {

// RocksDB's file system with two levers: its fsyncs fail, or wait. For tests.
class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFileSystem"; }

  void fail_syncs(bool fail) {
    std::lock_guard lock(mutex_);
    failing_ = fail;
  }
  // Of the tables made from now on, the first `count` are; then the disk is full, until this is called again.
  void allow_tables(std::size_t count) {
    std::lock_guard lock(mutex_);
    tables_ = count;
  }
  // The next fsync of a log waits for uncork(); corked() returns when it does.
  void cork() {
    std::lock_guard lock(mutex_);
    cork_ = Cork::Set;
  }
  void corked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return cork_ == Cork::Holding; });
  }
  void uncork() {
    std::lock_guard lock(mutex_);
    cork_ = Cork::None;
    changed_.notify_all();
  }
  std::size_t failures() {
    std::lock_guard lock(mutex_);
    return failures_;
  }
  // Files on which fsync was called again after it had failed.
  std::size_t repeated() {
    std::lock_guard lock(mutex_);
    return repeated_;
  }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (name.ends_with(".sst") && !take_table()) return rocksdb::IOStatus::NoSpace("a fault of the test");
    std::unique_ptr<rocksdb::FSWritableFile> inner;
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &inner, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(inner), *this, name.ends_with(".log"));
    return status;
  }

 private:
  enum class Cork { None, Set, Holding };

  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, FaultFileSystem& faults, bool is_log)
        : FSWritableFileOwnerWrapper(std::move(file)), faults_(faults), is_log_(is_log) {}
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      rocksdb::IOStatus status = faults_.on_sync(*this);
      return status.ok() ? FSWritableFileOwnerWrapper::Sync(options, debug) : status;
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      rocksdb::IOStatus status = faults_.on_sync(*this);
      return status.ok() ? FSWritableFileOwnerWrapper::Fsync(options, debug) : status;
    }

   private:
    friend class FaultFileSystem;
    FaultFileSystem& faults_;
    const bool is_log_;
    bool failed_ = false;
  };

  bool take_table() {
    std::lock_guard lock(mutex_);
    if (tables_ == 0) return false;
    --tables_;
    return true;
  }

  rocksdb::IOStatus on_sync(File& file) {
    std::unique_lock lock(mutex_);
    if (file.is_log_ && cork_ == Cork::Set) {
      cork_ = Cork::Holding;
      changed_.notify_all();
      changed_.wait(lock, [this] { return cork_ == Cork::None; });
    }
    if (file.failed_) ++repeated_;
    if (!failing_) return rocksdb::IOStatus::OK();
    ++failures_;
    file.failed_ = true;
    return rocksdb::IOStatus::IOError("fsync", "a fault of the test");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool failing_ = false;
  std::size_t tables_ = SIZE_MAX;
  Cork cork_ = Cork::None;
  std::size_t failures_ = 0;
  std::size_t repeated_ = 0;
};

}  // namespace skerry::storage::local
