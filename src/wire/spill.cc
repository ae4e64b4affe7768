#include "wire/spill.h"

#include <algorithm>

#include "base/bytes.h"

namespace skerry::wire {
namespace {

constexpr std::size_t kRead = 64 << 10;
// Of base64, decoded at a time: whole groups of four characters.
constexpr std::size_t kDecode = 64 << 10;

// Takes one string's characters, puts the bytes that they mean into a spool. Once they are no base64 it only counts on
// until the string's end.
class Decoder {
 public:
  explicit Decoder(std::unique_ptr<SpoolWriter> out) : out_(std::move(out)) {}

  void add(std::string_view characters) {
    if (out_) pending_ += characters;
  }

  // Writes of what was added all but a rest.
  Task<std::expected<void, ReadError>> write() {
    std::size_t done = 0;
    while (out_ && pending_.size() - done > kDecode) {  // the last group, which may be padded, is left for finish()
      auto decoded = unbase64(std::string_view(pending_).substr(done, kDecode));
      done += kDecode;
      // Padding stands at the end of all only.
      if (!decoded || decoded->size() != kDecode / 4 * 3) {
        give_up();
        co_return std::expected<void, ReadError>();
      }
      if (auto written = co_await out_->append(*decoded); !written) co_return std::unexpected(written.error());
    }
    pending_.erase(0, done);
    co_return std::expected<void, ReadError>();
  }

  void give_up() {
    out_.reset();
    pending_.clear();
  }

  // Null: it was no base64.
  Task<std::expected<std::shared_ptr<const Spooled>, ReadError>> finish() {
    auto last = out_ ? unbase64(pending_) : std::nullopt;
    if (!last) co_return std::shared_ptr<const Spooled>();
    if (auto written = co_await out_->append(*last); !written) co_return std::unexpected(written.error());
    co_return co_await out_->finish();
  }

 private:
  std::unique_ptr<SpoolWriter> out_;  // null: given up
  std::string pending_;
};

// Where in the text the reader is. A string begins to be spilled when spill_from characters of it have come and all are
// base64; `\/`, which some writers make of every slash, is one.
class Scanner {
 public:
  Scanner(Spool& spool, Gate& tasks, SpillLimits limits) : spool_(spool), tasks_(tasks), limits_(limits) {}

  Task<std::expected<void, ReadError>> take(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t used = 0;
      if (decoder_) {
        auto done = co_await spill(bytes);
        if (!done) co_return std::unexpected(done.error());
        used = *done;
      } else {
        used = in_string_ ? string(bytes) : outside(bytes);
        if (out_.text.size() > limits_.text_bytes)
          co_return std::unexpected(ReadError{ReadErrc::TooLarge, "more text than an operation takes"});
        if (!has_to_look()) {
          bytes.remove_prefix(used);
          continue;  // nearly always, and a text of many short strings comes here for each
        }
        if (auto begun = co_await look(); !begun) co_return std::unexpected(begun.error());
      }
      bytes.remove_prefix(used);
    }
    co_return std::expected<void, ReadError>();
  }

  SpilledText finish() && { return std::move(out_); }

 private:
  std::size_t outside(std::string_view bytes) {
    std::size_t quote = bytes.find('"');
    std::size_t used = quote == bytes.npos ? bytes.size() : quote + 1;
    out_.text += bytes.substr(0, used);
    if (quote != bytes.npos) {
      in_string_ = true;
      look_ = true;
      start_ = out_.text.size() - 1;
    }
    return used;
  }

  std::size_t string(std::string_view bytes) {
    if (escaped_) {
      escaped_ = false;
      out_.text += bytes[0];
      return 1;
    }
    // Not beyond the length at which it is looked at.
    if (look_) bytes = bytes.substr(0, limits_.spill_from - (out_.text.size() - start_ - 1));
    std::size_t used = std::min(bytes.find_first_of("\"\\"), bytes.size());
    out_.text += bytes.substr(0, used);
    if (used == bytes.size()) return used;
    out_.text += bytes[used];
    if (bytes[used] == '"') {
      in_string_ = false;
    } else {
      escaped_ = true;
    }
    return used + 1;
  }

  bool has_to_look() const {
    return in_string_ && look_ && !escaped_ && out_.text.size() - start_ - 1 >= limits_.spill_from;
  }

  // Whether the string that has grown long is base64 so far; then it begins to be spilled.
  Task<std::expected<void, ReadError>> look() {
    look_ = false;
    std::string begun;
    std::string_view rest = std::string_view(out_.text).substr(start_ + 1);
    for (std::size_t slash; (slash = rest.find("\\/")) != rest.npos; rest.remove_prefix(slash + 2)) {
      begun += rest.substr(0, slash);
      begun += '/';
    }
    begun += rest;
    // At most three characters are not looked at here.
    if (!unbase64(std::string_view(begun).substr(0, begun.size() / 4 * 4))) co_return std::expected<void, ReadError>();
    if (out_.spills.size() == limits_.spills)
      co_return std::unexpected(ReadError{ReadErrc::TooLarge, "more long strings than an operation takes"});
    auto writer = co_await spool_.create(tasks_);
    if (!writer) co_return std::unexpected(writer.error());
    decoder_.emplace(std::move(*writer));
    out_.text.resize(start_ + 1);
    decoder_->add(begun);
    co_return std::expected<void, ReadError>();
  }

  // Takes the string as far as it goes; gives how far that was.
  Task<std::expected<std::size_t, ReadError>> spill(std::string_view bytes) {
    std::size_t used = 0;
    bool ended = false;
    while (used < bytes.size() && !ended) {
      if (escaped_) {
        escaped_ = false;
        if (bytes[used++] != '/') decoder_->give_up();
        decoder_->add("/");
        continue;
      }
      std::size_t run = std::min(bytes.find_first_of("\"\\", used), bytes.size());
      decoder_->add(bytes.substr(used, run - used));
      used = run;
      if (used == bytes.size()) break;
      (bytes[used++] == '\\' ? escaped_ : ended) = true;
    }
    if (auto written = co_await decoder_->write(); !written) co_return std::unexpected(written.error());
    if (!ended) co_return used;
    auto spooled = co_await decoder_->finish();
    if (!spooled) co_return std::unexpected(spooled.error());
    out_.spills.push_back({start_, std::move(*spooled)});
    out_.text += '"';
    decoder_.reset();
    in_string_ = false;
    co_return used;
  }

  Spool& spool_;
  Gate& tasks_;
  const SpillLimits limits_;
  SpilledText out_;
  bool in_string_ = false;
  bool escaped_ = false;            // the next character belongs to a backslash
  bool look_ = false;               // whether the string looks like base64 has not been asked yet
  std::size_t start_ = 0;           // of the string: its quote in the text
  std::optional<Decoder> decoder_;  // of the string that is being spilled
};

}  // namespace

Task<std::expected<SpilledText, ReadError>> read_spilling(ByteSource& body, Spool& spool, Gate& tasks,
                                                          SpillLimits limits) {
  Scanner scanner(spool, tasks, limits);
  std::string chunk = uninitialised(kRead);
  std::size_t total = 0;
  for (;;) {
    auto got = co_await body.read(chunk);
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) break;
    total += *got;
    if (total > limits.body_bytes)
      co_return std::unexpected(ReadError{ReadErrc::TooLarge, "more bytes than the operation takes"});
    if (auto taken = co_await scanner.take(std::string_view(chunk).substr(0, *got)); !taken)
      co_return std::unexpected(taken.error());
  }
  co_return std::move(scanner).finish();
}

}  // namespace skerry::wire
