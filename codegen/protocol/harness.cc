// Runs one protocol case a line: JSON on stdin, JSON on stdout. run_suites.py speaks to it.
//
//   {"entry": "suite/Op", "method": …, "uri": …, "headers": {…}, "body": base64}  → {"params": {…}, "violations": […]}
//   {"entry": "suite/Op", "value": {…}}                                            → {"status": …, "headers": {…},
//   "body": base64}
//   {"error": "suite/Error", "message": …, "value": {…}}                           → the same
// What cannot be read gives {"malformed": why}.
#include "protocol/harness.h"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <string>

#include "base/bytes.h"
#include "protocol/by_name.h"
#include "wire/codec.h"
#include "wire/text.h"
#include "wire/validate.h"

namespace skerry::ptest {
namespace {

using wire::Node;
using wire::Tree;

std::string text_of(const Tree& tree, const Node& object, std::string_view key) {
  const Node* node = tree.find(object, key);
  return node ? std::string(node->text) : std::string();
}

std::string quoted(std::string_view text) {
  std::string out;
  wire::append_json_string(out, text);
  return out;
}

// The suites' services have routes that no server could tell apart, so labels are taken by the operation's own
// template.
bool take_labels(std::string_view uri, std::string_view path, wire::Route::Labels& labels) {
  uri = uri.substr(0, uri.find('?'));
  if (uri.find('{') == uri.npos) return true;  // some cases come by another path than their operation's own
  while (!uri.empty()) {
    if (uri[0] != '{') {
      if (path.empty() || path[0] != uri[0]) return false;
      uri.remove_prefix(1);
      path.remove_prefix(1);
      continue;
    }
    std::string_view name = uri.substr(1, uri.find('}') - 1);
    uri.remove_prefix(name.size() + 2);
    bool greedy = name.ends_with('+');
    if (greedy) name.remove_suffix(1);
    std::size_t length = greedy ? path.size() - uri.size() : std::min(path.find('/'), path.size());
    auto value = wire::percent_decode(path.substr(0, length));
    if (!value) return false;
    labels.emplace_back(name, std::move(*value));
    path.remove_prefix(length);
  }
  return true;
}

std::string answer(const net::Response& response) {
  std::string headers;
  for (const auto& [name, value] : response.headers) {
    headers += (headers.empty() ? "" : ",") + quoted(name) + ":" + quoted(value);
  }
  return fmt::format("{{\"status\":{},\"headers\":{{{}}},\"body\":\"{}\"}}", response.status, headers,
                     base64(std::get<std::string>(response.body)));
}

std::string read(const Entry& entry, const Tree& tree) {
  net::Request request;
  request.method = text_of(tree, tree.root(), "method");
  request.target = text_of(tree, tree.root(), "uri");
  if (const Node* headers = tree.find(tree.root(), "headers")) {
    for (const Node* node = tree.child(*headers); node; node = tree.next(*node)) {
      request.headers.add(std::string(node->key), std::string(node->text));
    }
  }
  wire::Route route{entry.operation->service, entry.operation, entry.operation->service->protocols[0], {}, false, {}};
  auto query = wire::parse_parameters(request.query());
  if (!query) return "{\"malformed\":\"query\"}";
  route.query = std::move(*query);
  if (!take_labels(entry.operation->uri, request.path(), route.labels)) return "{\"malformed\":\"path\"}";
  wire::Payload payload{unbase64(text_of(tree, tree.root(), "body")).value_or(""), {}};
  StringSource source(payload.bytes);
  if (entry.operation->streams_in && !payload.bytes.empty()) payload.stream = {&source, payload.bytes.size()};
  auto input = entry.make_input();
  wire::Reading in;
  if (!wire::read_request(route, request, std::move(payload), input.get(), in)) {
    return "{\"malformed\":" + quoted(in.malformed->reason) + "}";
  }
  std::string out = "{\"params\":";
  if (entry.operation->input) {
    wire::validate(*entry.operation->input, input.get(), in);
    dump(out, *entry.operation->input, input.get());
  } else {
    out += "{}";
  }
  out += ",\"violations\":[";
  for (const auto& violation : in.violations) {
    out += (out.back() == '[' ? "" : ",") + quoted(violation.path + ": " + violation.rule);
  }
  return out + "]}";
}

std::string write(const Entry& entry, const Tree& tree) {
  auto output = entry.make_output();
  const wire::Operation& operation = *entry.operation;
  if (operation.output) load(tree, *tree.find(tree.root(), "value"), *operation.output, output.get());
  return answer(wire::write_response(operation, operation.service->protocols[0], output.get(), "RID"));
}

std::string write_failure(const ErrorEntry& entry, const Tree& tree) {
  wire::ApiError error = wire::make_error(*entry.info, text_of(tree, tree.root(), "message"));
  if (entry.info->shape) {
    auto modelled = entry.make();
    load(tree, *tree.find(tree.root(), "value"), *entry.info->shape, modelled.get());
    error.modelled = modelled;
  }
  return answer(wire::write_error(*entry.service, entry.service->protocols[0], error, {"RID", "HID", "/", false}));
}

}  // namespace
}  // namespace skerry::ptest

int main() {
  using namespace skerry::ptest;
  Suites suites;
  fill(suites);
  std::map<std::string_view, const Entry*> operations;
  std::map<std::string_view, const ErrorEntry*> errors;
  for (const Entry& entry : suites.operations) operations[entry.name] = &entry;
  for (const ErrorEntry& entry : suites.errors) errors[entry.name] = &entry;
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    auto tree = skerry::wire::Tree::from_json(line);
    if (!tree) {
      std::cout << "{\"harness\":" << quoted(tree.error()) << "}" << std::endl;
      continue;
    }
    std::string error = text_of(*tree, tree->root(), "error"), name = text_of(*tree, tree->root(), "entry");
    if (auto found = errors.find(error); found != errors.end()) {
      std::cout << write_failure(*found->second, *tree) << std::endl;
    } else if (auto operation = operations.find(name); operation != operations.end()) {
      bool write_it = tree->find(tree->root(), "value") != nullptr;
      std::cout << (write_it ? write(*operation->second, *tree) : read(*operation->second, *tree)) << std::endl;
    } else {
      std::cout << "{\"harness\":\"no such entry\"}" << std::endl;
    }
  }
}
