#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "s3/records.pb.h"

namespace skerry::s3 {

// What a read demands of the version that it finds: If-Match, If-None-Match, If-(Un)Modified-Since. Refers to the
// request.
struct ReadConditions {
  const std::string* if_match = nullptr;
  const std::string* if_none_match = nullptr;
  std::optional<Time> if_modified_since;
  std::optional<Time> if_unmodified_since;

  bool any() const { return if_match || if_none_match || if_modified_since || if_unmodified_since; }
};

template <class Request>
ReadConditions read_conditions(const Request& request) {
  return {.if_match = request.if_match ? &*request.if_match : nullptr,
          .if_none_match = request.if_none_match ? &*request.if_none_match : nullptr,
          .if_modified_since = request.if_modified_since,
          .if_unmodified_since = request.if_unmodified_since};
}

enum class ReadVerdict {
  Proceed,
  Unchanged,  // the client has it already: 304 to a read, 412 to a copy
  Failed,     // 412
};

struct ReadJudgement {
  ReadVerdict verdict = ReadVerdict::Proceed;
  std::string_view condition;  // the header that decided, as AWS spells it
};

// AWS's precedence: an ETag condition that was sent settles it, whatever the date beside it says; a date in the future
// is no condition.
ReadJudgement judge(const ReadConditions& conditions, const record::VersionRow& row, Time now);

}  // namespace skerry::s3
