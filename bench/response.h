#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

// One HTTP/1.1 answer as its bytes come: just enough for servers that are not hostile.
class ResponseReader {
 public:
  using OnBody = std::function<void(std::string_view)>;  // pieces of the body, framing taken off

  void begin(bool head_request);  // HEAD: an answer without a body, whatever its length says

  // Takes the next bytes. The answer may be complete() then; nothing may follow it.
  void take(std::string_view bytes, const OnBody& on_body);

  bool complete() const { return state_ == State::Complete; }
  bool broken() const { return state_ == State::Broken; }
  bool closes() const { return closes_; }
  int status() const { return status_; }
  std::uint64_t announced() const { return announced_; }  // content-length, also of HEAD
  std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  enum class State { Head, Sized, ChunkSize, ChunkData, ChunkEnd, Trailers, Complete, Broken };

  void read_head(std::string_view head);
  bool take_line(std::string_view& bytes);  // into line_, without its end; false: not whole yet
  void take_body(std::string_view& bytes, const OnBody& on_body);

  State state_ = State::Complete;
  bool head_request_ = false;
  bool closes_ = false;
  int status_ = 0;
  std::uint64_t announced_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t remaining_ = 0;  // of the body or of the chunk
  std::string line_;             // the head, a chunk's size or a trailer, while it is not whole
};

}  // namespace bench
