#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/history.h"

namespace skerry::concurrency {

// The buckets of a run, by what happens to them.
inline constexpr std::string_view kPlain = "plain";  // never versioned
inline constexpr std::string_view kKept = "kept";  // versioned, now enabled, now suspended; no version is ever removed
inline constexpr std::string_view kBrief = "brief";  // deleted and made again
inline constexpr std::string_view kChurn = "churn";  // versioned; versions are removed

// What the clients of one run have sent and been told, for the judgement at its end.
//
// Every body is unlike all others, and its ETag stands for it. In `history` a key is `bucket/key`; the keys of kChurn
// are not in it, for a removed version brings an older one back, which no register does: its versions are judged one by
// one.
//
// Threads: one.
struct Notebook {
  struct Version {
    std::string key;
    std::string id;
    std::string etag;            // empty: a delete marker
    bool removal_asked = false;  // from then on it may be gone
    bool removal_told = false;   // from then on it is gone
  };

  model::History history;
  std::map<std::string, std::string> bodies;     // by ETag
  std::vector<Version> versions;                 // of kChurn, whose ids were told
  std::map<std::string, std::uint64_t> answers;  // "PutObject 200": how often
  std::vector<std::string> wrong;                // what no server may ever answer
};

}  // namespace skerry::concurrency
