#pragma once
#include <cstdint>
#include <vector>

#include "iam/policy/document.h"

namespace skerry::iam::policy {

// A place in a document's text as AWS counts: both from 1, columns in characters. \n, \r and \r\n end a line.
struct Position {
  std::uint32_t line = 1, column = 1;
  bool operator==(const Position&) const = default;
};

// Where a statement is, as IAM's simulator tells it. The end is behind the statement's last character. The beginning is
// where IAM's parser stood when it came to the statement: behind the `[` of a list or behind the statement before, and
// of a statement outside a list, behind its own `{`. Source: answers of AWS that others have recorded.
struct StatementPlace {
  Position start, end;
  bool operator==(const StatementPlace&) const = default;
};

// Of each statement.
std::vector<StatementPlace> places_of(const Document& document);

}  // namespace skerry::iam::policy
