#include "iam/compiled_policies.h"

#include "digest/hasher.h"
#include "iam/policy/parse.h"

namespace skerry::iam {
namespace {

std::string key_of(policy::Kind kind, std::string_view text) {
  std::string out = digest::digest_of(digest::Algorithm::SHA256, text).hex();
  return out += static_cast<char>('0' + static_cast<int>(kind));
}

}  // namespace

std::shared_ptr<const policy::Policy> CompiledPolicies::get(policy::Kind kind, std::string text) {
  const std::string key = key_of(kind, text);
  {
    std::lock_guard lock(mutex_);
    if (auto found = known_.find(key); found != known_.end()) {
      if (auto policy = found->second.lock()) return policy;
    }
  }
  auto document = policy::parse(std::move(text), kind);
  if (!document) return nullptr;
  auto compiled = policy::Policy::compile(*document);
  if (!compiled) return nullptr;
  auto policy = std::make_shared<const policy::Policy>(std::move(*compiled));

  std::lock_guard lock(mutex_);
  if (known_.size() >= purge_at_) {
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    purge_at_ = std::max<std::size_t>(64, 2 * known_.size());
  }
  known_[key] = policy;
  return policy;
}

}  // namespace skerry::iam
