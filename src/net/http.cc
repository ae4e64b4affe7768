#include "net/http.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/response_head.h"

namespace skerry::net {

Response Handler::refuse(int status, std::string_view reason) {
  Response response;
  response.status = status;
  response.headers.add("content-type", "text/plain");
  response.body = fmt::format("{} {}: {}\n", status, reason_phrase(status), reason);
  return response;
}

void Headers::add(std::string name, std::string value) {
  constexpr std::size_t kUsual = 16;
  if (fields_.capacity() == 0) fields_.reserve(kUsual);  // one allocation instead of five
  fields_.emplace_back(std::move(name), std::move(value));
}

const std::string* Headers::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.first == name) return &field.second;
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : std::string_view();
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.first == name; }));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return field.first == name; });
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

std::string_view Request::path() const {
  std::string_view all = target;
  return all.substr(0, all.find('?'));
}

std::string_view Request::query() const {
  std::string_view all = target;
  auto mark = all.find('?');
  return mark == all.npos ? std::string_view() : all.substr(mark + 1);
}

}  // namespace skerry::net
