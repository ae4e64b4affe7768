#include "s3/ops/read_conditions.h"

#include "s3/version.h"

namespace skerry::s3 {
namespace {

// Conditions are in whole seconds, as Last-Modified is.
bool modified_since(const record::VersionRow& row, Time time) {
  return modified_seconds(row) > std::chrono::floor<seconds>(time).time_since_epoch().count();
}

}  // namespace

ReadJudgement judge(const ReadConditions& conditions, const record::VersionRow& row, Time now) {
  if (conditions.if_match) {
    if (!etag_matches(*conditions.if_match, row)) return {ReadVerdict::Failed, "If-Match"};
  } else if (conditions.if_unmodified_since && modified_since(row, *conditions.if_unmodified_since)) {
    return {ReadVerdict::Failed, "If-Unmodified-Since"};
  }
  if (conditions.if_none_match) {
    if (etag_matches(*conditions.if_none_match, row)) return {ReadVerdict::Unchanged, "If-None-Match"};
  } else if (conditions.if_modified_since && *conditions.if_modified_since <= now &&
             !modified_since(row, *conditions.if_modified_since)) {
    return {ReadVerdict::Unchanged, "If-Modified-Since"};
  }
  return {};
}

}  // namespace skerry::s3
