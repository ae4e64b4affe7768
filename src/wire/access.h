#pragma once
#include "wire/descriptor.h"

// Members of structures that are known by their descriptors only. For the walkers.
namespace skerry::wire {

template <class T>
const T& as(const void* value) {
  return *static_cast<const T*>(value);
}
template <class T>
T& as(void* value) {
  return *static_cast<T*>(value);
}

// Where the member's value is to be put: makes an optional or a box hold one first.
inline void* make_member(const Member& member, void* structure) {
  void* place = static_cast<char*>(structure) + member.offset;
  if (member.has(kBoxed)) return member.shape->ops->emplace_box(place);
  return member.has(kOptional) ? member.shape->ops->emplace(place) : place;
}

// The member's value; null when it is absent.
inline const void* find_member(const Member& member, const void* structure) {
  const void* place = static_cast<const char*>(structure) + member.offset;
  if (member.has(kBoxed)) return member.shape->ops->get_box(place);
  return member.has(kOptional) ? member.shape->ops->get(place) : place;
}

// Calls f(key, value) for each entry of a map, in order.
template <class F>
void for_each_entry(const Shape& map, const void* value, F&& f) {
  map.ops->each(value, &f, [](void* context, const std::string& key, const void* entry) {
    (*static_cast<std::remove_reference_t<F>*>(context))(key, entry);
  });
}

// How a time is written: the member's word goes before the shape's, and both before the place's custom.
inline TimeFormat time_format(const Member* member, const Shape& shape, TimeFormat custom) {
  if (member && member->time != TimeFormat::Default) return member->time;
  return shape.time != TimeFormat::Default ? shape.time : custom;
}

}  // namespace skerry::wire
