#include "storage/sealed_writer.h"

#include <coroutine>
#include <deque>
#include <vector>

#include "base/bytes.h"
#include "storage/record_cipher.h"

namespace skerry::storage {
namespace {

// Four records: a worker's hand-off (some 10 µs) is small beside them, and three of them in memory are, too.
constexpr std::size_t kChunk = 4 * kRecordPlain;
// One that is written and one that is encrypted.
constexpr std::size_t kInFlight = 2;
// Encrypting this takes less time than handing it to a worker.
constexpr std::size_t kInline = 32 * 1024;

struct Slice {
  std::shared_ptr<const std::string> owner;
  std::string_view bytes;
};

struct Chunk {
  std::uint64_t number;
  std::vector<Slice> plain;
  std::size_t size;
  Last last;
};

// The bytes as they go into the store; the first chunk brings the header.
std::string sealed(const RecordCipher& cipher, KekId kek, const Chunk& chunk) {
  std::vector<std::string_view> pieces;
  pieces.reserve(chunk.plain.size());
  for (const Slice& slice : chunk.plain) pieces.push_back(slice.bytes);
  const std::string header = chunk.number == 0 ? blob_header(kek) : std::string();
  std::string out = uninitialised(header.size() + chunk.size + record_count(chunk.size) * kTagBytes);
  header.copy(out.data(), header.size());
  cipher.seal(chunk.number * (kChunk / kRecordPlain), pieces, chunk.last, out.data() + header.size());
  return out;
}

}  // namespace

// Kept by the writer and by each chunk on its way, so that either may end first.
struct SealedWriter::State {
  std::unique_ptr<BlobWriter> out;
  const KekId kek;
  const RecordCipher cipher;
  Workers& workers;
  Gate& tasks;

  std::deque<Slice> pending;  // taken in, not yet in a chunk
  std::size_t pending_size = 0;
  std::uint64_t total = 0;

  std::uint64_t started = 0;  // chunks
  std::uint64_t written = 0;  // chunks, or given up
  std::optional<StoreError> error;
  bool abandoned = false;
  std::vector<std::coroutine_handle<>> waiting;

  std::uint64_t in_flight() const { return started - written; }

  // Resumes after the next chunk has been written.
  auto progress() {
    struct Awaiter {
      State& state;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) { state.waiting.push_back(handle); }
      void await_resume() noexcept {}
    };
    return Awaiter{*this};
  }

  Chunk take_chunk(Last last) {
    Chunk chunk{.number = started++, .plain = {}, .size = 0, .last = last};
    while (chunk.size < kChunk && !pending.empty()) {
      Slice& front = pending.front();
      std::string_view bytes = front.bytes.substr(0, kChunk - chunk.size);
      chunk.plain.push_back({front.owner, bytes});
      chunk.size += bytes.size();
      front.bytes.remove_prefix(bytes.size());
      if (front.bytes.empty()) pending.pop_front();
    }
    pending_size -= chunk.size;
    return chunk;
  }

  // Encrypts and writes the next chunk in the background; false: the server is stopping.
  static bool start(const std::shared_ptr<State>& state, Last last) {
    if (state->tasks.spawn(carry(state, state->take_chunk(last)))) return true;
    state->error = StoreError{StoreErrc::Unavailable, "stopping"};
    return false;
  }

  static Task<> carry(std::shared_ptr<State> state, Chunk chunk) {
    std::string bytes =
        co_await run_on(state->workers, [&s = *state, &chunk] { return sealed(s.cipher, s.kek, chunk); });
    chunk.plain.clear();
    while (state->written != chunk.number) co_await state->progress();
    if (!state->error && !state->abandoned) {
      auto done = co_await state->out->append(bytes);
      if (!done) state->error = done.error();
    }
    ++state->written;
    for (std::coroutine_handle<> handle : std::exchange(state->waiting, {})) {
      Executor::current().post([handle] { handle.resume(); });
    }
  }
};

SealedWriter::SealedWriter(std::unique_ptr<BlobWriter> out, std::shared_ptr<const Kek> kek, const BlobId& id,
                           Workers& workers, Gate& tasks)
    : state_(new State{.out = std::move(out),
                       .kek = kek->id(),
                       .cipher = RecordCipher(*kek, id),
                       .workers = workers,
                       .tasks = tasks}) {}

SealedWriter::~SealedWriter() { state_->abandoned = true; }

Task<StoreResult<void>> SealedWriter::append(std::string_view plain) {
  auto owned = std::make_shared<const std::string>(plain);
  co_return co_await append(std::move(owned));
}

Task<StoreResult<void>> SealedWriter::append(std::shared_ptr<const std::string> plain) {
  State& state = *state_;
  if (state.error) co_return std::unexpected(*state.error);
  if (plain->empty()) co_return StoreResult<void>{};
  state.total += plain->size();
  state.pending_size += plain->size();
  state.pending.push_back({plain, *plain});
  // A full chunk waits for one byte more: it may be the last, and its records say so.
  while (state.pending_size > kChunk) {
    while (state.in_flight() >= kInFlight) co_await state.progress();
    if (state.error || !State::start(state_, Last::No)) co_return std::unexpected(*state.error);
  }
  co_return StoreResult<void>{};
}

Task<StoreResult<std::uint64_t>> SealedWriter::seal() {
  State& state = *state_;
  bool in_background = state.pending_size > kInline;
  if (!state.error && in_background) State::start(state_, Last::Yes);
  while (!state.error && state.in_flight() > 0) co_await state.progress();
  if (state.error) co_return std::unexpected(*state.error);
  if (!in_background) {
    Chunk chunk = state.take_chunk(Last::Yes);
    std::string bytes = sealed(state.cipher, state.kek, chunk);
    auto done = co_await state.out->append(bytes);
    if (!done) co_return std::unexpected(done.error());
  }
  auto done = co_await state.out->seal();
  if (!done) co_return std::unexpected(done.error());
  co_return state.total;
}

}  // namespace skerry::storage
