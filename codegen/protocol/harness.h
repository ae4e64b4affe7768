#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "wire/descriptor.h"

// The protocol suites' operations and errors by name. The tables are generated (make_suites.py), one list a suite file.
namespace skerry::ptest {

struct Entry {
  std::string_view name;  // suite/operation
  const wire::Operation* operation;
  std::shared_ptr<void> (*make_input)();
  std::shared_ptr<void> (*make_output)();
};

struct ErrorEntry {
  std::string_view name;  // suite/error
  const wire::Service* service;
  const wire::ErrorInfo* info;
  std::shared_ptr<void> (*make)();
};

struct Suites {
  std::vector<Entry> operations;
  std::vector<ErrorEntry> errors;
};

template <class T>
std::shared_ptr<void> make() {
  return std::make_shared<T>();
}

// Generated: adds everything.
void fill(Suites& suites);

}  // namespace skerry::ptest
