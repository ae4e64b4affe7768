#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/access.h"

// What all readers of requests share: where they are, and what they found wrong.
namespace skerry::wire {

// A value that the model does not allow. Readers and validate() collect them; the service decides how they are worded.
struct Violation {
  enum class What { Missing, Length, Range, Pattern, Value } what;
  std::string path;   // as AWS writes it: targets.1.member.id
  std::string value;  // as it was sent; empty when it must not be shown
  std::string rule;   // "Member must not be null"
  Loc where;          // of the outermost member
};

// What could not be read at all. `wire` and `value` are of the header or query parameter, where it was one.
struct Malformed {
  std::string reason;
  Loc where;
  std::string wire;
  std::string value;
};

struct Reading {
  std::string path;
  Loc where = Loc::Body;
  std::vector<Violation> violations;
  std::optional<Malformed> malformed;  // nothing more was read

  // Gives false, so that a reader can `return in.fail("…")`. The first reason stays.
  bool fail(std::string_view reason) {
    if (!malformed) {
      std::string text = path.empty() ? std::string(reason) : path + ": " + std::string(reason);
      malformed = Malformed{std::move(text), where, {}, {}};
    }
    return false;
  }
};

// One step down the path, for as long as it lives. AWS writes members with a small first letter.
class Step {
 public:
  Step(Reading& reading, std::string_view member) : path_(reading.path), length_(path_.size()) {
    if (length_ > 0) path_ += '.';
    std::size_t start = path_.size();
    path_ += member;
    if (start < path_.size() && path_[start] >= 'A' && path_[start] <= 'Z') path_[start] += 'a' - 'A';
  }
  Step(Reading& reading, std::size_t index) : path_(reading.path), length_(path_.size()) {
    path_ += '.';
    path_ += std::to_string(index + 1);
    path_ += ".member";
  }
  ~Step() { path_.resize(length_); }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  std::string& path_;
  std::size_t length_;
};

// Which members of a structure have come.
class Seen {
 public:
  explicit Seen(const Shape& structure) : structure_(structure), seen_(structure.members.size()) {}
  void mark(const Member& member) { seen_[static_cast<std::size_t>(&member - structure_.members.data())] = true; }
  bool has(const Member& member) const { return seen_[static_cast<std::size_t>(&member - structure_.members.data())]; }
  std::size_t count() const;
  // Reports the required members that have not come. Those outside `only` are someone else's to look at.
  void report_missing(Reading& reading, bool (*only)(Loc)) const;

 private:
  const Shape& structure_;
  std::vector<bool> seen_;
};

// Reads a scalar from text: header, label, query, form, XML. `custom` is the place's usual format of times.
bool read_scalar(std::string_view text, const Shape& shape, const Member* member, TimeFormat custom, void* into,
                 Reading& in);

// Writes one as text. Not for structures, lists and maps.
void append_scalar(std::string& out, const Shape& shape, const Member* member, TimeFormat custom, bool millis,
                   const void* value);

}  // namespace skerry::wire
