#pragma once
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/spool.h"
#include "wire/tree.h"

// What tests of spilling share: a spool in memory that counts what it holds, and a look at trees.
namespace skerry::wire {

class MemorySpool final : public Spool {
 public:
  Task<std::expected<std::unique_ptr<SpoolWriter>, ReadError>> create(Gate&) override {
    ++created;
    if (failing) co_return std::unexpected(ReadError{ReadErrc::Unavailable, "no spool"});
    co_return std::make_unique<Writer>(*this);
  }

  bool failing = false;
  int created = 0;
  std::size_t held = 0;  // of what was finished and is not gone

 private:
  struct Bytes final : Spooled {
    Bytes(MemorySpool& to, std::string what) : spool(to), bytes(std::move(what)) { spool.held += bytes.size(); }
    ~Bytes() override { spool.held -= bytes.size(); }
    std::uint64_t size() const override { return bytes.size(); }
    std::unique_ptr<ByteSource> open() const override { return std::make_unique<StringSource>(bytes); }
    MemorySpool& spool;
    const std::string bytes;
  };
  struct Writer final : SpoolWriter {
    explicit Writer(MemorySpool& to) : spool(to) {}
    Task<std::expected<void, ReadError>> append(std::string_view more) override {
      bytes += more;
      if (spool.failing) co_return std::unexpected(ReadError{ReadErrc::Unavailable, "no spool"});
      co_return std::expected<void, ReadError>();
    }
    Task<std::expected<std::shared_ptr<const Spooled>, ReadError>> finish() override {
      co_return std::make_shared<const Bytes>(spool, std::move(bytes));
    }
    MemorySpool& spool;
    std::string bytes;
  };
};

// The tree as text in which a string and what it spilled to look alike: to compare one read plainly with one read so.
// `read` gives what was spooled.
template <class Read>
std::string outline(const Tree& tree, const Node& node, const Read& read) {
  using Type = Node::Type;
  std::string out = std::string(node.key) + "=";
  if (node.type == Type::Spilled) return out + "\"" + base64(read(*tree.spilled(node))) + "\"";
  if (node.type == Type::String) return out + "\"" + std::string(node.text) + "\"";
  out += static_cast<char>('0' + static_cast<int>(node.type));
  if (node.type == Type::Boolean) return out + (node.boolean ? "t" : "f");
  if (node.type != Type::Array && node.type != Type::Object) return out + std::string(node.text);
  for (const Node* child = tree.child(node); child; child = tree.next(*child)) out += outline(tree, *child, read) + ",";
  return out + ";";
}

}  // namespace skerry::wire
