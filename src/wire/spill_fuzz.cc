#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/pieced_source.h"
#include "base/sim_executor.h"
#include "wire/test_spool.h"

using namespace skerry;
using namespace skerry::wire;

// The first byte says how the rest is cut. Whatever it is, reading it with and without spilling gives the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  SimExecutor sim;
  Gate tasks;
  MemorySpool spool;
  PiecedSource body(text, 1 + data[0] % 16);
  auto got = sim.run(read_spilling(body, spool, tasks, {.body_bytes = size, .spill_from = 8, .spills = 1000}));
  CHECK(got.has_value(), "nothing here is too large");
  bool all_good = true;
  for (const Spill& spill : got->spills) all_good = all_good && spill.bytes;

  auto plain = Tree::from_json(text);
  auto spilled = Tree::from_json(std::move(got->text), std::move(got->spills));
  if (!spilled) {
    CHECK(!plain || spilled.error() == "a key is expected", "good JSON was refused: {}", spilled.error());
    return 0;
  }
  if (!all_good) return 0;  // a member that is no base64 is refused by its name
  CHECK(plain.has_value(), "bad JSON was taken: {}", plain.error());
  auto read = [&](const Spooled& spooled) {
    auto source = spooled.open();
    return *sim.run(read_all(*source, size));
  };
  CHECK(outline(*plain, plain->root(), read) == outline(*spilled, spilled->root(), read), "they differ");
  return 0;
}
