#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy/keys.h"

namespace skerry::iam::policy {

enum class Wildcards : std::uint8_t { No, Yes };
enum class Variables : std::uint8_t { No, Yes };  // No: version 2008-10-17, in which ${…} is text like any other
enum class Case : std::uint8_t { Exact, Ignore };

// Where variables get their values, and whether one had none.
struct Substitution {
  const Keys& keys;
  bool unresolved = false;  // set by a match that failed because a variable has neither a value nor a default
};

// ${key} or ${key, 'default'}, with which a text begins, as it is written.
struct VariableText {
  std::string_view key;
  std::optional<std::string_view> fallback;
  std::size_t length = 0;  // of all of it
  // ${*} ${?} ${$} are characters.
  bool is_character() const { return !fallback && (key == "*" || key == "?" || key == "$"); }
};
std::optional<VariableText> read_variable(std::string_view text);

// A text of a policy that values of requests are held against: `*` any characters, `?` one, ${key} and
// ${key, 'default'} what the request has under that key, ${*} ${?} ${$} the characters themselves.
//
// Invariant: the value of a variable is compared as it is. Wildcards in it match themselves only, and it cannot reach
// beyond its place.
// Threads: any, once made. Matching does not allocate.
class Pattern {
 public:
  Pattern(std::string_view text, Wildcards wildcards, Variables variables, Case letters = Case::Exact);

  bool matches(std::string_view value, Substitution& substitution) const;

  // The text that is the only one to match; nothing where there are several.
  std::optional<std::string_view> literal() const;
  // What every value that matches begins with; empty where that is unknown. Not of patterns that ignore case.
  std::string_view prefix() const;
  // Is the pattern one variable and nothing else?
  bool is_one_variable() const { return pieces_.size() == 1 && pieces_[0].kind == Kind::Variable; }
  void append_keys(std::vector<std::string>& out) const;  // of its variables, in lower case

 private:
  enum class Kind : std::uint8_t { Text, AnyRun, AnyOne, Variable };
  struct Piece {
    Kind kind;
    std::uint32_t begin = 0, size = 0;  // Text: in text_; Variable: begin is an index of variables_
  };
  struct Variable {
    std::string key;
    std::optional<std::string> fallback;
  };

  void append_character(char c, Wildcards wildcards);
  void append_text(std::string_view text);
  void append_variable(const VariableText& written);
  std::optional<std::string_view> resolve(const Variable& variable, Substitution& substitution) const;
  std::string_view text_of(const Piece& piece) const { return std::string_view(text_).substr(piece.begin, piece.size); }
  std::size_t seek(std::size_t piece, std::string_view value, std::size_t at) const;
  bool equal(std::string_view ours, std::string_view theirs) const;

  Case case_;
  std::string text_;
  std::vector<Piece> pieces_;
  std::vector<Variable> variables_;
};

}  // namespace skerry::iam::policy
