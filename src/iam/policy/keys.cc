#include "iam/policy/keys.h"

#include <algorithm>

namespace skerry::iam::policy {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

namespace {

bool before(std::string_view a, std::string_view b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

}  // namespace

void KeyList::add(std::string_view key, std::string_view value) {
  std::string name = lower(key);
  auto at = std::ranges::lower_bound(entries_, name, before, &Entry::key);
  if (at == entries_.end() || at->key != name) at = entries_.insert(at, Entry{std::move(name), {}});
  at->values.push_back(texts_.emplace_back(value));
}

std::span<const std::string_view> KeyList::find(std::string_view key) const {
  auto at = std::ranges::lower_bound(entries_, key, before, &Entry::key);
  if (at == entries_.end() || at->key != key) return {};
  return at->values;
}

}  // namespace skerry::iam::policy
