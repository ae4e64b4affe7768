#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "iam/policy/policy.h"

namespace skerry::iam {

// Stored documents as they are evaluated, each compiled once however many principals have it, and forgotten with the
// last of them.
//
// Life: one per server. Threads: any.
class CompiledPolicies {
 public:
  // Null: not a policy, which what was stored always is; it may have held a Deny, so nothing may be decided without it.
  std::shared_ptr<const policy::Policy> get(policy::Kind kind, std::string text);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const policy::Policy>> known_;  // protected by mutex_; by digest of kind and text
  std::size_t purge_at_ = 64;                                         // protected by mutex_
};

}  // namespace skerry::iam
