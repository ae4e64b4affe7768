#pragma once
#include <deque>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/reading.h"
#include "wire/spill.h"

// JSON and CBOR bodies as one kind of tree, between the bytes and the structures.
namespace skerry::wire {

struct Node {
  enum class Type : std::uint8_t { Null, Boolean, Integer, Real, String, Bytes, Array, Object, Time, Spilled };

  Type type = Type::Null;
  bool boolean = false;
  std::uint32_t first = 0;  // child; 0: none
  std::uint32_t next = 0;   // sibling; 0: none
  // Of JSON: the bytes of the document that are this value, quotes and brackets included.
  std::uint32_t begin = 0, end = 0;
  std::int64_t integer = 0;  // also which of the spills
  double real = 0;           // also of an integer and of a time
  std::string_view text;
  std::string_view key;  // within an object
};

// Life: nodes and their text live as long as the tree. Threads: one.
// Invariant: at most kDepthMax values stand inside one another, so that walkers may recurse.
class Tree {
 public:
  static constexpr int kDepthMax = 64;

  // Strict RFC 8259, UTF-8 only. The error says what is wrong; it has none of the document's text.
  // `spills`: of read_spilling, whose text the document then is.
  static std::expected<Tree, std::string> from_json(std::string document, std::vector<Spill> spills = {});
  // RFC 8949 as far as rpc-v2-cbor uses it; text must be UTF-8.
  static std::expected<Tree, std::string> from_cbor(std::string document);

  const Node& root() const { return nodes_[1]; }
  const Node* child(const Node& node) const { return at(node.first); }
  const Node* next(const Node& node) const { return at(node.next); }
  const Node* find(const Node& object, std::string_view key) const;
  // Of a Spilled node; null where the string was no base64.
  const std::shared_ptr<const Spooled>& spilled(const Node& node) const {
    return spills_[static_cast<std::size_t>(node.integer)].bytes;
  }

 private:
  friend class JsonParser;
  friend class CborParser;
  explicit Tree(std::string document, std::vector<Spill> spills = {})
      : document_(std::make_unique<std::string>(std::move(document))), spills_(std::move(spills)), nodes_(1) {}
  const Node* at(std::uint32_t index) const { return index ? &nodes_[index] : nullptr; }
  // Appends a node to the children of `parent`, after `last`.
  std::uint32_t append(std::uint32_t parent, std::uint32_t last, std::string_view key);

  std::unique_ptr<std::string> document_;  // on the heap: views into it survive a move
  std::vector<Spill> spills_;
  std::deque<std::string> unescaped_;  // strings that do not stand in the document as they are
  std::vector<Node> nodes_;            // the first is nobody
};

// Fills a structure from an object. `json`: blobs are base64, times are in the member's format; in CBOR they have types
// of their own.
bool read_tree(const Tree& tree, const Shape& structure, bool json, void* into, Reading& in);

// Append a structure as a document. Only body members are written.
void write_json(std::string& out, const Shape& shape, const void* value);
void write_cbor(std::string& out, const Shape& shape, const void* value);
void append_cbor_text(std::string& out, std::string_view text);

}  // namespace skerry::wire
