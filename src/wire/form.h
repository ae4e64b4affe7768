#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/reading.h"
#include "wire/text.h"

// application/x-www-form-urlencoded requests, as the query protocol has them: `Tags.member.1.Key=a`.
namespace skerry::wire {

// Parameters in an order in which everything below one name stands together.
class Form {
 public:
  explicit Form(Parameters parameters);

  const std::string* find(std::string_view name) const;
  bool has(std::string_view name) const;  // itself, or anything below it
  // The numbers that follow `name.`, ascending: a list's, which may have gaps.
  std::vector<std::uint32_t> indices(std::string_view name) const;

 private:
  std::size_t lower_bound(std::string_view name) const;
  Parameters parameters_;  // sorted
};

bool read_form(const Form& form, const Shape& structure, void* into, Reading& in);

}  // namespace skerry::wire
