#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace skerry::api {

// Counts what the server does, for /_skerry/metrics in Prometheus' text format.
//
// Life: outlives the server. Threads: any.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // One request answered. `operation` is the model's name, a constant; `took` until the answer's head was ready.
  void count_request(std::string_view service, std::string_view operation, int status, microseconds took);

  // Adds a number that is asked for whenever somebody looks. `read` is called on any thread.
  enum class Kind { Counter, Gauge };
  void add_reading(Kind kind, std::string name, std::string help, std::function<double()> read);

  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skerry::api
