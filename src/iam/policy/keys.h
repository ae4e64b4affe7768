#pragma once
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skerry::iam::policy {

// The condition keys of one request: aws:SourceIp, s3:prefix, aws:PrincipalTag/team. Asked for one by one, so that what
// no policy mentions need not be worked out.
//
// Threads: those of the evaluation that it is given to.
class Keys {
 public:
  virtual ~Keys() = default;
  // `key` is in lower case: names of keys have no case. Nothing: the request does not have the key, which is the same
  // as having it with no values. The views live until the evaluation returns. An implementation should not allocate.
  virtual std::span<const std::string_view> find(std::string_view key) const = 0;
};

// Keys that are all known beforehand.
class KeyList final : public Keys {
 public:
  KeyList() = default;
  KeyList(const KeyList&) = delete;
  KeyList& operator=(const KeyList&) = delete;

  // One more value of the key.
  void add(std::string_view key, std::string_view value);
  std::span<const std::string_view> find(std::string_view key) const override;

 private:
  struct Entry {
    std::string key;
    std::vector<std::string_view> values;
  };

  std::vector<Entry> entries_;  // the shorter key first: most keys begin alike, few are as long as another
  std::deque<std::string> texts_;
};

// Of ASCII letters alone, as everything here that ignores case.
char lower(char c);
std::string lower(std::string_view text);

}  // namespace skerry::iam::policy
