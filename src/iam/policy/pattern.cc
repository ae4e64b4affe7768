#include "iam/policy/pattern.h"

#include <algorithm>

namespace skerry::iam::policy {
namespace {

// After the character at `at`: `?` stands for a character, not for a byte.
std::size_t after(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return at;
}

std::string_view trim(std::string_view text) {
  auto begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<VariableText> read_variable(std::string_view text) {
  if (!text.starts_with("${")) return std::nullopt;
  auto close = text.find('}');
  if (close == text.npos || close == 2) return std::nullopt;
  VariableText out{.key = text.substr(2, close - 2), .fallback = std::nullopt, .length = close + 1};
  auto comma = out.key.find(',');
  if (comma == out.key.npos) return out;
  std::string_view quoted = trim(out.key.substr(comma + 1));
  if (quoted.size() >= 2 && quoted.starts_with('\'') && quoted.ends_with('\'')) {
    out.fallback = quoted.substr(1, quoted.size() - 2);
    out.key = trim(out.key.substr(0, comma));
  }
  return out;
}

Pattern::Pattern(std::string_view text, Wildcards wildcards, Variables variables, Case letters) : case_(letters) {
  while (!text.empty()) {
    auto variable = variables == Variables::Yes ? read_variable(text) : std::nullopt;
    if (!variable) {
      append_character(text[0], wildcards);
      text.remove_prefix(1);
      continue;
    }
    if (variable->is_character()) {
      append_text(variable->key);
    } else {
      append_variable(*variable);
    }
    text.remove_prefix(variable->length);
  }
}

void Pattern::append_character(char c, Wildcards wildcards) {
  if (wildcards == Wildcards::Yes && c == '*') {
    if (pieces_.empty() || pieces_.back().kind != Kind::AnyRun) pieces_.push_back({Kind::AnyRun});
  } else if (wildcards == Wildcards::Yes && c == '?') {
    pieces_.push_back({Kind::AnyOne});
  } else {
    append_text(std::string_view(&c, 1));
  }
}

void Pattern::append_text(std::string_view text) {
  if (pieces_.empty() || pieces_.back().kind != Kind::Text) {
    pieces_.push_back({Kind::Text, static_cast<std::uint32_t>(text_.size()), 0});
  }
  pieces_.back().size += static_cast<std::uint32_t>(text.size());
  text_ += case_ == Case::Ignore ? lower(text) : std::string(text);
}

void Pattern::append_variable(const VariableText& written) {
  pieces_.push_back({Kind::Variable, static_cast<std::uint32_t>(variables_.size())});
  variables_.push_back({lower(written.key), std::nullopt});
  if (written.fallback) variables_.back().fallback = std::string(*written.fallback);
}

// A key with several values cannot be put into a text.
std::optional<std::string_view> Pattern::resolve(const Variable& variable, Substitution& substitution) const {
  auto values = substitution.keys.find(variable.key);
  if (values.size() == 1) return values[0];
  if (values.empty() && variable.fallback) return *variable.fallback;
  substitution.unresolved = true;
  return std::nullopt;
}

bool Pattern::equal(std::string_view ours, std::string_view theirs) const {
  if (case_ == Case::Exact) return ours == theirs;
  return std::ranges::equal(ours, theirs, {}, [](char c) { return lower(c); }, [](char c) { return lower(c); });
}

// The first place from `at` where what follows a run can begin; npos: none.
std::size_t Pattern::seek(std::size_t piece, std::string_view value, std::size_t at) const {
  const Piece& wanted = pieces_[piece];
  if (wanted.kind != Kind::Text || case_ == Case::Ignore) return at;
  std::string_view text = text_of(wanted);
  if (piece + 1 < pieces_.size()) return value.find(text, at);
  bool fits = value.size() >= at + text.size() && value.ends_with(text);
  return fits ? value.size() - text.size() : value.npos;
}

// A run that matched too little is tried again with one character more; only the last one has to be, because whatever
// an earlier run could take as well, the last one can take.
bool Pattern::matches(std::string_view value, Substitution& substitution) const {
  constexpr auto kNone = static_cast<std::size_t>(-1);
  std::size_t piece = 0, at = 0, run_piece = kNone, run_at = 0;
  while (true) {
    bool fits = false;
    if (piece == pieces_.size()) {
      if (at == value.size()) return true;
    } else {
      const Piece& wanted = pieces_[piece];
      switch (wanted.kind) {
        case Kind::AnyRun:
          if (++piece == pieces_.size()) return true;
          run_piece = piece;
          at = run_at = seek(piece, value, at);
          if (at == value.npos) return false;
          continue;
        case Kind::AnyOne:
          fits = at < value.size();
          if (fits) at = after(value, at);
          break;
        case Kind::Text:
          fits = equal(text_of(wanted), value.substr(at, wanted.size));
          if (fits) at += wanted.size;
          break;
        case Kind::Variable: {
          auto text = resolve(variables_[wanted.begin], substitution);
          if (!text) return false;
          fits = equal(*text, value.substr(at, text->size()));
          if (fits) at += text->size();
          break;
        }
      }
    }
    if (fits) {
      ++piece;
      continue;
    }
    if (run_piece == kNone || run_at >= value.size()) return false;
    at = run_at = seek(run_piece, value, after(value, run_at));
    if (at == value.npos) return false;
    piece = run_piece;
  }
}

std::string_view Pattern::prefix() const {
  return pieces_.empty() || pieces_[0].kind != Kind::Text ? std::string_view() : text_of(pieces_[0]);
}

std::optional<std::string_view> Pattern::literal() const {
  if (pieces_.empty()) return std::string_view();
  if (pieces_.size() == 1 && pieces_[0].kind == Kind::Text) return text_;
  return std::nullopt;
}

void Pattern::append_keys(std::vector<std::string>& out) const {
  for (const Variable& variable : variables_) out.push_back(variable.key);
}

}  // namespace skerry::iam::policy
