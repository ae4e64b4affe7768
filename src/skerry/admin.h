#pragma once
#include <expected>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/task.h"
#include "skerry/storage_stack.h"
#include "storage/scrub.h"

namespace skerry {

// A command that needs the store: run by the server that has it open, or by the command line where none has.
struct AdminRequest {
  std::string command;                           // "account.create"
  std::map<std::string, std::string> arguments;  // "name" -> "ann"
};

// What the command line prints. Errors are sentences for the operator.
using AdminResult = std::expected<std::string, std::string>;

// The commands: account.create, account.list, account.rm, verify.
//
// Life: after the stack and what is scrubbed. Threads: any.
class Admin {
 public:
  Admin(StorageStack& stack, storage::ScrubHost& scrubbed) : stack_(stack), scrubbed_(scrubbed) {}

  Task<AdminResult> run(AdminRequest request);
  // What takes long ends soon, and says that it was stopped: a verify of terabytes must not hold up the end of a
  // server.
  void stop();

 private:
  Task<AdminResult> create_account(std::string name, bool json);
  AdminResult list_accounts(bool json) const;
  Task<AdminResult> remove_account(std::string account_id);
  Task<AdminResult> verify(bool repair);

  StorageStack& stack_;
  storage::ScrubHost& scrubbed_;
  std::mutex mutex_;
  std::set<storage::Scrub*> running_;  // protected by mutex_
  bool stopping_ = false;              // protected by mutex_
};

}  // namespace skerry
