#include "api/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <shared_mutex>
#include <tuple>
#include <vector>

namespace skerry::api {
namespace {

// Seconds; from a cached read to the longest Complete.
const prometheus::Histogram::BucketBoundaries kLatency = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

}  // namespace

struct Metrics::State {
  struct Series {
    prometheus::Counter* requests;
    prometheus::Histogram* latency;
  };
  struct Reading {
    Kind kind;
    std::string name, help;
    std::function<double()> read;
  };

  // Prometheus finds a series by its labels through a lock and a map of strings; here the operation's constant name
  // and the status are key enough.
  using Key = std::tuple<const char*, const char*, int>;

  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("skerry_requests_total").Help("Requests answered").Register(registry);
  prometheus::Family<prometheus::Histogram>& latency = prometheus::BuildHistogram()
                                                           .Name("skerry_request_seconds")
                                                           .Help("From a request's head to its answer's head")
                                                           .Register(registry);
  std::shared_mutex mutex;
  std::map<Key, Series> series;  // protected by mutex
  std::vector<Reading> readings;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::count_request(std::string_view service, std::string_view operation, int status, microseconds took) {
  State::Key key{service.data(), operation.data(), status};
  State::Series found{};
  {
    std::shared_lock lock(state_->mutex);
    auto known = state_->series.find(key);
    if (known != state_->series.end()) found = known->second;
  }
  if (!found.requests) {
    std::string service_name(service), operation_name(operation);
    found.requests = &state_->requests.Add(
        {{"service", service_name}, {"operation", operation_name}, {"status", std::to_string(status)}});
    found.latency = &state_->latency.Add({{"service", service_name}, {"operation", operation_name}}, kLatency);
    std::unique_lock lock(state_->mutex);
    state_->series.emplace(key, found);
  }
  found.requests->Increment();
  found.latency->Observe(static_cast<double>(took.count()) / 1e6);
}

void Metrics::add_reading(Kind kind, std::string name, std::string help, std::function<double()> read) {
  state_->readings.push_back({kind, std::move(name), std::move(help), std::move(read)});
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
  for (const State::Reading& reading : state_->readings) {
    prometheus::MetricFamily family;
    family.name = reading.name;
    family.help = reading.help;
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    if (reading.kind == Kind::Counter) {
      family.type = prometheus::MetricType::Counter;
      metric.counter.value = reading.read();
    } else {
      family.type = prometheus::MetricType::Gauge;
      metric.gauge.value = reading.read();
    }
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace skerry::api
