#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/spool.h"

// JSON requests that carry files in base64 (Lambda's code: 50 MB of it): the long strings leave the text while it is
// read, so that neither text nor tree nor structure ever holds them.
namespace skerry::wire {

// A string that left the text. Two quotes with nothing between them stand there instead.
struct Spill {
  std::size_t at = 0;                    // of the first quote
  std::shared_ptr<const Spooled> bytes;  // decoded; null where it was no base64 after all
};

struct SpilledText {
  std::string text;
  std::vector<Spill> spills;  // in the order of the text
};

struct SpillLimits {
  std::size_t body_bytes = 0;         // as sent
  std::size_t text_bytes = 1 << 20;   // of what is left
  std::size_t spill_from = 64 << 10;  // characters of a string that begins to look like base64
  std::size_t spills = 8;             // of one request; no operation has more than one
};

// Reads `body` to its end. Whether the text is JSON is for its parser to say: what is wrong with it changes nothing of
// how far it is read, because a signature covers all of it. `tasks` is the spool's.
// Errors: those of the body and the spool; TooLarge past a limit.
Task<std::expected<SpilledText, ReadError>> read_spilling(ByteSource& body, Spool& spool, Gate& tasks,
                                                          SpillLimits limits);

// The value of a member that may be large: here when it is short, spooled when it is not. A source of it does not
// outlive it.
class LargeBlob {
 public:
  LargeBlob() = default;
  explicit LargeBlob(std::string bytes) : bytes_(std::move(bytes)) {}
  explicit LargeBlob(std::shared_ptr<const Spooled> spooled) : spooled_(std::move(spooled)) {}

  std::uint64_t size() const { return spooled_ ? spooled_->size() : bytes_.size(); }
  std::unique_ptr<ByteSource> open() const {
    return spooled_ ? spooled_->open() : std::make_unique<StringSource>(bytes_);
  }

 private:
  std::string bytes_;
  std::shared_ptr<const Spooled> spooled_;
};

}  // namespace skerry::wire
