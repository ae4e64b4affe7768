#include "iam/policy/position.h"

#include <string_view>

namespace skerry::iam::policy {
namespace {

// Goes through a text once, from place to place.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  // `offset` is not before the last one.
  Position at(std::size_t offset) {
    for (; at_ < offset; ++at_) {
      const char c = text_[at_];
      const bool inside_break = c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
      const bool inside_character = (static_cast<unsigned char>(c) & 0xc0) == 0x80;  // of UTF-8
      if (c == '\n' || (c == '\r' && !inside_break)) {
        ++position_.line;
        position_.column = 1;
      } else if (!inside_break && !inside_character) {
        ++position_.column;
      }
    }
    return position_;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  Position position_;
};

// What comes before the statement, and where: `[`, `,` or `:`.
std::size_t mark_before(std::string_view text, std::size_t statement) {
  return text.substr(0, statement).find_last_not_of(" \t\r\n");
}

}  // namespace

std::vector<StatementPlace> places_of(const Document& document) {
  std::vector<StatementPlace> out;
  const std::string_view text = document.text;
  Cursor cursor(text);
  for (const StatementText& statement : document.statements) {
    StatementPlace place;
    const std::size_t mark = mark_before(text, statement.begin);
    if (text[mark] == ',') {
      place.start = out.back().end;
    } else {
      place.start = cursor.at((text[mark] == '[' ? mark : statement.begin) + 1);
    }
    place.end = cursor.at(statement.end);
    out.push_back(place);
  }
  return out;
}

}  // namespace skerry::iam::policy
