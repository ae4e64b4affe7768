#pragma once
#include <expected>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/task.h"
#include "wire/codec.h"
#include "wire/context.h"
#include "wire/late_response.h"

namespace skerry::wire {

// A request answered: the response, and what the access log says of it.
struct Answer {
  net::Response response;
  std::string error_code;  // empty when it went well
  std::string detail;      // for our log only
};

// Handlers by operation: what parses a request into its type, calls the handler, and writes what it gives.
//
// A handler is callable as
//   Task<std::expected<Op::Response, ApiError>> (Context&, Op::Request)
// and is kept for the registry's life. Its Context outlives its task; its response's bodies outlive both.
//
// Life: filled at start, then constant. Threads: dispatch from any, many at once.
class Registry {
 public:
  template <class Op, class Handler>
  void bind(Handler handler) {
    add(Op::descriptor(), std::make_unique<Bound<Op, Handler>>(std::move(handler)));
  }

  // The same for an operation that may take long: its answer comes as late_response.h says, if context.tasks allows it.
  // The handler's Context is then a copy that lives as long as it works; its request has no body.
  template <class Op, class Handler>
  void bind_late(Handler handler, LateSettings settings = {}) {
    add(Op::descriptor(), std::make_unique<Late>(std::make_unique<Bound<Op, Handler>>(std::move(handler)), settings));
  }

  bool bound(const Operation& operation) const { return handlers_.contains(&operation); }

  // Route, signature and permission are settled. `payload` holds the whole body, or its stream where the operation
  // streams. Never throws: an exception of the handler's becomes InternalError, its words go into `detail`.
  // An operation without handler is answered 501 NotImplemented, naming it.
  Task<Answer> dispatch(Context& context, Payload payload) const;

  // An error before dispatch (route, signature, permission), in the caller's protocol.
  static Answer refuse(const Service& service, Protocol protocol, const net::Request& request, const ApiError& error,
                       std::string_view request_id, std::string_view host_id);

 private:
  class Handling {
   public:
    virtual ~Handling() = default;
    virtual Task<Outcome> run(Context& context, Payload payload) = 0;
  };

  template <class Op, class Handler>
  class Bound final : public Handling {
   public:
    explicit Bound(Handler handler) : handler_(std::move(handler)) {}
    Task<Outcome> run(Context& context, Payload payload) override {
      typename Op::Request input{};
      if (auto error = read_input(context, std::move(payload), &input)) co_return std::unexpected(std::move(*error));
      Task<std::expected<typename Op::Response, ApiError>> task = handler_(context, std::move(input));
      auto output = co_await std::move(task);
      if (!output) co_return std::unexpected(std::move(output.error()));
      co_return write_response(Op::descriptor(), context.route.protocol, &*output, context.request_id);
    }

   private:
    Handler handler_;
  };

  class Late final : public Handling {
   public:
    Late(std::unique_ptr<Handling> work, LateSettings settings) : work_(std::move(work)), settings_(settings) {}
    Task<Outcome> run(Context& context, Payload payload) override;

   private:
    std::unique_ptr<Handling> work_;
    LateSettings settings_;
  };

  void add(const Operation& operation, std::unique_ptr<Handling> handling);
  // Reads and validates; gives what is wrong.
  static std::optional<ApiError> read_input(Context& context, Payload payload, void* input);

  std::unordered_map<const Operation*, std::unique_ptr<Handling>> handlers_;
};

}  // namespace skerry::wire
