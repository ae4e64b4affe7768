#include "wire/type_ops.h"

namespace skerry::wire::plain {

constinit const Shape kString{Kind::String, "String", &kOps<std::string>};
constinit const Shape kInteger{Kind::Integer, "Integer", &kOps<std::int32_t>};
constinit const Shape kLong{Kind::Long, "Long", &kOps<std::int64_t>};
constinit const Shape kDouble{Kind::Double, "Double", &kOps<double>};
constinit const Shape kBoolean{Kind::Boolean, "Boolean", &kOps<bool>};
constinit const Shape kTimestamp{Kind::Timestamp, "Timestamp", &kOps<Time>};
constinit const Shape kBlob{Kind::Blob, "Blob", &kOps<std::string>};
constinit const Shape kLargeBlob{Kind::LargeBlob, "Blob", &kOps<LargeBlob>};
constinit const Shape kBodyIn{Kind::BodyIn, "BodyIn"};
constinit const Shape kBodyOut{Kind::BodyOut, "BodyOut"};

}  // namespace skerry::wire::plain
