#include "wire/late_response.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace skerry::wire {
namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

// Work in progress: kept by the task that does it and by the response that waits for it, whichever lives longer.
struct Work {
  std::optional<Outcome> outcome;
  Executor::Function wake;  // of the one that waits now
  std::uint64_t waits = 0;  // tells an old wait's timer from the present one's

  void finish(Outcome result) {
    outcome = std::move(result);
    if (wake) std::exchange(wake, nullptr)();
  }
};
using WorkPtr = std::shared_ptr<Work>;

Task<> run(WorkPtr work, Task<Outcome> task) {
  auto outcome = co_await std::move(task);
  work->finish(std::move(outcome));
}

// Until the work has ended, or `limit` has passed.
Task<> wait(WorkPtr work, microseconds limit) {
  if (work->outcome) co_return;
  co_await suspend<std::monostate>([&](auto done) {
    std::uint64_t number = ++work->waits;
    work->wake = [done = std::move(done)]() mutable { done(std::monostate{}); };
    Executor::current().post_after(limit, [work, number] {
      if (work->waits == number && work->wake) std::exchange(work->wake, nullptr)();
    });
  });
}

// The XML declaration, spaces, the rest of the document.
class LateSource final : public ByteSource {
 public:
  LateSource(WorkPtr work, std::function<std::string(const ApiError&)> render, microseconds interval)
      : work_(std::move(work)), render_(std::move(render)), interval_(interval), ready_(kDeclaration) {}

  std::optional<std::uint64_t> size() const override { return std::nullopt; }

  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override {
    if (ready_.empty() && !complete_) {
      co_await wait(work_, interval_);
      if (work_->outcome) {
        ready_ = document();
        complete_ = true;
      } else {
        ready_ = " ";
      }
    }
    std::size_t count = std::min(into.size(), ready_.size());
    std::memcpy(into.data(), ready_.data(), count);
    ready_.erase(0, count);
    co_return count;
  }

 private:
  // Nothing may stand before a declaration, and it has been sent already.
  std::string document() const {
    const Outcome& outcome = *work_->outcome;
    std::string text = outcome ? std::get<std::string>(outcome->body) : render_(outcome.error());
    if (text.starts_with(kDeclaration)) text.erase(0, kDeclaration.size());
    return text;
  }

  WorkPtr work_;
  std::function<std::string(const ApiError&)> render_;
  microseconds interval_;
  std::string ready_;
  bool complete_ = false;
};

}  // namespace

Task<Outcome> late_response(Gate& tasks, Task<Outcome> work, std::function<std::string(const ApiError&)> render,
                            LateSettings settings) {
  if (tasks.closing()) {
    auto outcome = co_await std::move(work);
    co_return outcome;
  }
  auto state = std::make_shared<Work>();
  Task<> running = run(state, std::move(work));
  bool started = tasks.spawn(std::move(running));
  CHECK(started, "a gate that was open has closed without a wait between");
  co_await wait(state, settings.patience);
  if (state->outcome) co_return std::move(*state->outcome);
  net::Response response;
  response.headers.add("content-type", "application/xml");
  response.body = std::make_unique<LateSource>(state, std::move(render), settings.interval);
  co_return response;
}

}  // namespace skerry::wire
