#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "wire/body.h"
#include "wire/descriptor.h"
#include "wire/spill.h"

// The C++ types of shapes, and the TypeOps of each, made only as far as a shape's use asks for. For generated code.
namespace skerry::wire {

// std::vector<bool> has no elements to point at.
template <class T>
struct ListType {
  using type = std::vector<T>;
};
template <>
struct ListType<bool> {
  using type = std::deque<bool>;
};
template <class T>
using List = typename ListType<T>::type;

template <class T>
using Map = std::map<std::string, T, std::less<>>;

enum Use : unsigned { kRead = 1, kWrite = 2, kInOptional = 4, kInBox = 8 };

namespace ops {
template <class T>
void* emplace(void* optional) {
  return &static_cast<std::optional<T>*>(optional)->emplace();
}
template <class T>
const void* get(const void* optional) {
  const auto& value = *static_cast<const std::optional<T>*>(optional);
  return value ? &*value : nullptr;
}
template <class T>
void* emplace_box(void* box) {
  return &static_cast<Box<T>*>(box)->emplace();
}
template <class T>
const void* get_box(const void* box) {
  return static_cast<const Box<T>*>(box)->get();
}
template <class T>
void* push(void* list) {
  return &static_cast<List<T>*>(list)->emplace_back();
}
template <class T>
const void* at(const void* list, std::size_t i) {
  return &(*static_cast<const List<T>*>(list))[i];
}
template <class C>
std::size_t size(const void* container) {
  return static_cast<const C*>(container)->size();
}
template <class T>
void* insert(void* map, std::string key) {
  return &(*static_cast<Map<T>*>(map))[std::move(key)];
}
template <class T>
void each(const void* map, void* context, void (*f)(void*, const std::string&, const void*)) {
  for (const auto& [key, value] : *static_cast<const Map<T>*>(map)) f(context, key, &value);
}

template <class T, unsigned use>
consteval TypeOps holders() {
  TypeOps made;
  if constexpr (use & kInOptional) {
    if constexpr (use & kRead) made.emplace = emplace<T>;
    made.get = get<T>;
  }
  if constexpr (use & kInBox) {
    if constexpr (use & kRead) made.emplace_box = emplace_box<T>;
    made.get_box = get_box<T>;
  }
  return made;
}
template <class T, unsigned use>
consteval TypeOps list() {
  TypeOps made = holders<List<T>, use>();
  if constexpr (use & kRead) made.push = push<T>;
  made.at = at<T>;  // reading needs it, too: constraints are checked on what was read
  made.size = size<List<T>>;
  return made;
}
template <class T, unsigned use>
consteval TypeOps map() {
  TypeOps made = holders<Map<T>, use>();
  if constexpr (use & kRead) made.insert = insert<T>;
  made.each = each<T>;
  made.size = size<Map<T>>;
  return made;
}
}  // namespace ops

template <class T, unsigned use>
inline constexpr TypeOps kValueOps = ops::holders<T, use>();
template <class T, unsigned use>
inline constexpr TypeOps kListOps = ops::list<T, use>();
template <class T, unsigned use>
inline constexpr TypeOps kMapOps = ops::map<T, use>();

// Shapes that say nothing but their kind, and the ops of scalars. Generated tables share them.
namespace plain {
template <class T>
inline constexpr TypeOps kOps = ops::holders<T, kRead | kWrite | kInOptional>();
extern const Shape kString, kInteger, kLong, kDouble, kBoolean, kTimestamp, kBlob, kLargeBlob, kBodyIn, kBodyOut;
}  // namespace plain

}  // namespace skerry::wire
