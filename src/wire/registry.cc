#include "wire/registry.h"

#include "base/check.h"
#include "wire/faults.h"
#include "wire/validate.h"

namespace skerry::wire {

void Registry::add(const Operation& operation, std::unique_ptr<Handling> handling) {
  bool added = handlers_.emplace(&operation, std::move(handling)).second;
  CHECK(added, "{} has two handlers", operation.name);
}

namespace {

// A request's context for a handler that outlives the request.
struct Kept {
  explicit Kept(const Context& of)
      : request(of.request),
        route(of.route),
        // Its body has been read: there are no trailers to come and no hash to check.
        context{request, route, of.principal, of.region, of.request_id, of.host_id, of.tasks, of.found, nullptr, {}} {
    request.body = nullptr;
    request.trailers = nullptr;
    request.tasks = nullptr;
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  net::Request request;
  Route route;
  Context context;
};

// Keeps `kept` until the work has ended. Nobody above can catch what it throws: its task is detached.
Task<Outcome> work_on(std::shared_ptr<Kept> kept, Task<Outcome> work) {
  std::string thrown;
  try {
    auto outcome = co_await std::move(work);
    co_return outcome;
  } catch (const std::exception& exception) {
    thrown = exception.what();
  }
  co_return std::unexpected(internal_error(*kept->route.service, "exception: " + thrown));
}

}  // namespace

Task<Outcome> Registry::Late::run(Context& context, Payload payload) {
  if (!context.tasks) {
    Task<Outcome> work = work_->run(context, std::move(payload));
    auto outcome = co_await std::move(work);
    co_return outcome;
  }
  CHECK(!context.operation().streams_in && !context.operation().spills,
        "what {} is given lasts as long as its request, so it cannot answer late", context.operation().name);
  auto kept = std::make_shared<Kept>(context);
  Task<Outcome> work = work_on(kept, work_->run(kept->context, std::move(payload)));
  auto render = [kept](const ApiError& error) {
    const Context& c = kept->context;
    return error_document(*c.route.service, c.route.protocol, error,
                          {c.request_id, c.host_id, c.request.path(), false});
  };
  Task<Outcome> answer = late_response(*context.tasks, std::move(work), render, settings_);
  auto outcome = co_await std::move(answer);
  co_return outcome;
}

std::optional<ApiError> Registry::read_input(Context& context, Payload payload, void* input) {
  Reading in;
  const Service& service = *context.route.service;
  if (!read_request(context.route, context.request, std::move(payload), input, in))
    return malformed_error(service, *in.malformed, context.operation().name);
  if (context.operation().input) validate(*context.operation().input, input, in);
  if (!in.violations.empty()) return violation_error(service, in.violations, context.operation().name);
  return std::nullopt;
}

Answer Registry::refuse(const Service& service, Protocol protocol, const net::Request& request, const ApiError& error,
                        std::string_view request_id, std::string_view host_id) {
  ErrorPlace place{request_id, host_id, request.path(), request.method == "HEAD"};
  return {write_error(service, protocol, error, place), std::string(error.info->code), error.detail};
}

Task<Answer> Registry::dispatch(Context& context, Payload payload) const {
  const Route& route = context.route;
  std::optional<ApiError> error;
  auto found = handlers_.find(route.operation);
  if (found == handlers_.end()) {
    error = not_implemented(*route.operation);
  } else {
    try {
      auto task = found->second->run(context, std::move(payload));
      auto response = co_await std::move(task);
      if (response) co_return Answer{std::move(*response), {}, {}};
      error = std::move(response.error());
    } catch (const std::exception& thrown) {
      error = internal_error(*route.service, std::string("exception: ") + thrown.what());
    }
  }
  co_return refuse(*route.service, route.protocol, context.request, *error, context.request_id, context.host_id);
}

}  // namespace skerry::wire
