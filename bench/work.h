#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pattern.h"
#include "sign.h"

namespace bench {

enum class Op { Get, Put, Head, List, Delete };

// What one run asks for.
struct WorkOptions {
  Op op = Op::Get;
  std::string host;  // ADDRESS:PORT
  std::string bucket;
  std::string key_format = "o/{:08}";  // of an object's number
  std::uint64_t keys = 1;              // the working set: objects 0 to keys - 1
  bool once = false;                   // every key once, in random order, instead of random keys without end
  std::size_t size = 0;                // of an object, in bytes
  bool anonymous = false;              // without any signature: for servers that serve files
  bool payload_signed = true;
  std::string list_prefix;
  std::string list_delimiter;
  bool list_anywhere = false;   // start after a random key of the working set, instead of at the beginning
  std::uint64_t list_room = 0;  // ... that has at least so many keys after it
};

struct Request {
  std::string head;          // up to the empty line, which is in it
  std::uint64_t number = 0;  // of the object
  std::size_t body_bytes = 0;
};

// Makes the requests of a run, each signed for itself: no signature is ever used twice.
class Work {
 public:
  Work(WorkOptions options, std::string access_key, std::string secret_key);

  void prepare(std::size_t count);  // makes requests ahead, so that signing is no part of what is timed
  std::optional<Request> next();    // a prepared one while there are any; nullopt: every key had its turn

  const WorkOptions& options() const { return options_; }
  const Pattern& pattern() const { return pattern_; }
  std::uint64_t made_live() const { return made_live_; }

 private:
  std::optional<Request> make();
  std::optional<std::uint64_t> pick();
  std::uint64_t random();
  std::string key(std::uint64_t number) const;
  std::string body_hash(std::uint64_t number) const;

  const WorkOptions options_;
  const Pattern pattern_;
  const Signer signer_;
  DigestContext common_hash_;         // SHA-256 that has read what all bodies share
  std::vector<std::uint32_t> turns_;  // with `once`: the keys that are left
  std::vector<Request> prepared_;
  std::size_t taken_ = 0;
  std::uint64_t made_live_ = 0;
  std::uint64_t state_;
  std::uint64_t nonce_;
};

}  // namespace bench
