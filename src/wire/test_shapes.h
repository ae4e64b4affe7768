#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "wire/type_ops.h"

// A structure with one member of each kind, described by hand: for tests and fuzz targets of the walkers.
namespace skerry::wire {

struct Sample {
  std::string name{};  // required
  std::optional<std::int32_t> number{};
  std::optional<std::string> bytes{};
  std::optional<Time> when{};
  std::optional<List<std::string>> words{};
  std::optional<List<std::string>> flat{};
  std::optional<Map<std::string>> labels{};
  Box<Sample> inside{};
};

namespace sample {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

inline constexpr unsigned kAll = kRead | kWrite | kInOptional | kInBox;
extern const Shape kShape;

inline constexpr Shape kWords{.kind = Kind::List,
                              .name = "Words",
                              .ops = &kListOps<std::string, kAll>,
                              .item = &plain::kString,
                              .item_name = "member",
                              .item_query = "member"};
inline constexpr Shape kLabels{.kind = Kind::Map,
                               .name = "Labels",
                               .ops = &kMapOps<std::string, kAll>,
                               .item = &plain::kString,
                               .key = &plain::kString,
                               .item_name = "value",
                               .key_name = "key"};
inline constexpr Member kMembers[] = {
    {"Name", "Name", "Name", &plain::kString, offsetof(Sample, name), Loc::Body, kRequired},
    {"Number", "Number", "Number", &plain::kInteger, offsetof(Sample, number), Loc::Body, kOptional},
    {"Bytes", "Bytes", "Bytes", &plain::kBlob, offsetof(Sample, bytes), Loc::Body, kOptional},
    {"When", "When", "When", &plain::kTimestamp, offsetof(Sample, when), Loc::Body, kOptional},
    {"Words", "Words", "Words", &kWords, offsetof(Sample, words), Loc::Body, kOptional},
    {"Flat", "Flat", "Flat", &kWords, offsetof(Sample, flat), Loc::Body, kOptional | kFlat | kQueryFlat},
    {"Labels", "Labels", "Labels", &kLabels, offsetof(Sample, labels), Loc::Body, kOptional},
    {"Inside", "Inside", "Inside", &kShape, offsetof(Sample, inside), Loc::Body, kBoxed}};
inline constexpr Shape kShape{
    .kind = Kind::Structure, .name = "Sample", .ops = &kValueOps<Sample, kAll>, .members = kMembers};

#pragma GCC diagnostic pop

}  // namespace sample
}  // namespace skerry::wire
