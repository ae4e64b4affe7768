#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/error.h"
#include "wire/permission.h"

// Constant tables that say what a service's shapes and operations are on the wire. The generator writes them (one .cc a
// service), the walkers read them: one walker a format serves all services.
//
// Everything here is an aggregate of constants with static storage; nothing owns, nothing is built at run time.
namespace skerry::wire {

enum class Protocol : std::uint8_t { RestXml, RestJson, Json10, Json11, Query, RpcV2Cbor };

enum class Kind : std::uint8_t {
  Structure,
  List,
  Map,
  String,
  Integer,
  Long,
  Double,
  Boolean,
  Timestamp,
  Blob,
  LargeBlob,  // in JSON requests only: a Blob that is spooled past some length (spill.h)
  BodyIn,
  BodyOut
};

// Where a member of an operation's input or output travels. Inside bodies everything is Body.
enum class Loc : std::uint8_t { Body, Header, PrefixHeaders, Query, Label, Status, Payload };

enum class TimeFormat : std::uint8_t { Default, Iso8601, HttpDate, Epoch };

// Access to one C++ type of a shape without naming it. Only the entries that the shape's use needs are there: `push`
// and `insert` where it is read, `at` and `each` where it is written, the optional's where a member is optional.
struct TypeOps {
  void* (*emplace)(void* optional) = nullptr;          // makes it hold a default value; gives that value
  const void* (*get)(const void* optional) = nullptr;  // null when it holds none
  void* (*emplace_box)(void* box) = nullptr;           // the same for a Box
  const void* (*get_box)(const void* box) = nullptr;
  void* (*push)(void* list) = nullptr;  // gives the new last element
  const void* (*at)(const void* list, std::size_t) = nullptr;
  std::size_t (*size)(const void*) = nullptr;  // of a list or a map
  void* (*insert)(void* map,
                  std::string key) = nullptr;  // gives the value, an older one of that key where there is one
  void (*each)(const void* map, void* context,
               void (*)(void* context, const std::string& key, const void* value)) = nullptr;
};

// What a value has to satisfy, as the model states it.
struct Limits {
  double min = 0, max = 0;
  std::string_view pattern = {};                  // empty: none
  std::span<const std::string_view> values = {};  // of an enumeration; empty: any
  bool has_min = false, has_max = false;
  bool sensitive = false;  // never shown, not even in an error
};

enum MemberFlag : std::uint8_t {
  kRequired = 1,    // absence is a violation
  kOptional = 2,    // the C++ member is a std::optional
  kBoxed = 4,       // … or a Box
  kAttribute = 8,   // XML: an attribute of the structure's element
  kFlat = 16,       // XML and query: items stand in the structure itself, without an element around them
  kQueryFlat = 32,  // the same in query only (SQS, whose model says nothing about query any more)
  kMessage = 128,   // of an error: ApiError::message is written in its place
  kToken = 64,      // an idempotency token, which SDKs fill in
};

struct Shape;

struct Member {
  std::string_view name;   // the model's
  std::string_view wire;   // in XML and JSON; of a header in lower case
  std::string_view query;  // in query requests and answers
  const Shape* shape;
  std::uint32_t offset;
  Loc loc;
  std::uint8_t flags;
  TimeFormat time = TimeFormat::Default;
  std::string_view xml_attributes = {};  // namespace declarations to write on the element: ` xmlns:xsi="…"`

  bool has(MemberFlag flag) const { return flags & flag; }
};

struct Shape {
  Kind kind;
  std::string_view name;
  const TypeOps* ops = nullptr;
  const Limits* limits = nullptr;
  std::span<const Member> members = {};  // of a structure
  bool is_union = false;
  TimeFormat time = TimeFormat::Default;
  const Shape* item = nullptr;       // of a list; the value of a map
  const Shape* key = nullptr;        // of a map
  std::string_view item_name = {};   // list: the item's element in XML; map: the value's
  std::string_view item_query = {};  // the same in query
  std::string_view key_name = {};    // map
  std::string_view xml_name = {};    // of the element, where it is the payload or the document
  std::string_view xml_attributes = {};
};

struct Service;

struct Operation {
  const Service* service;
  std::string_view name;
  std::string_view method;
  std::string_view uri;    // the model's template; RPC: "/"
  std::uint16_t index;     // in service->operations
  std::uint16_t status;    // of success
  bool generated;          // false: known by name only, and answered 501
  bool checksum_required;  // the body needs a Content-MD5 or x-amz-checksum-*
  bool streams_in;         // the payload is a BodyIn, which nobody reads before the handler
  bool streams_out;
  bool spills;                   // the input has a LargeBlob: its text is read by read_spilling
  bool unwrapped;                // S3: the one member is the document (GetBucketLocation)
  std::uint64_t body_limit;      // bytes of a request's body, where it does not stream
  const Shape* input = nullptr;  // null: takes nothing, or is not generated
  const Shape* output = nullptr;
  std::span<const Permission> permissions = {};  // all that its caller needs
  std::string_view result_name = {};             // query: the element around the result; rest-xml: the document's root
  std::string_view input_xml_name = {};  // rest-xml: the root of the request's document where it is the input itself
};

struct RouteTable;

// What tells a service's requests from those of another one that is signed for by the same name: both, the beginning of
// the path and the header (lower case). Empty: the signature tells enough.
struct Claim {
  std::string_view path, header;

  bool made() const { return !path.empty(); }
};

// How a service words what is wrong with a request before any handler sees it.
enum class FaultStyle : std::uint8_t { S3, CloudFront, Query, Json, Logs, Sqs };

struct Service {
  std::string_view name;  // as IAM's actions begin: "s3"
  std::string_view api_version;
  std::string_view target_prefix;  // of X-Amz-Target; empty: not spoken
  std::string_view xmlns;
  std::string_view signing_name;
  std::span<const Protocol> protocols;    // the first is the model's own
  std::span<const Operation> operations;  // all that are modelled, by name
  const RouteTable* routes = nullptr;     // REST only
  FaultStyle faults = FaultStyle::Json;
  bool bare_errors = false;              // <Error> is the document (S3)
  bool always_millis = false;            // timestamps in XML always carry .000
  bool query_compatible = false;         // x-amzn-query-error goes with errors
  std::span<const Action> actions = {};  // all that policies may name of it, by name
  Claim claim = {};

  bool speaks(Protocol protocol) const;
  const Operation* find_operation(std::string_view operation_name) const;
};

// The list of a service's generated operations: router, metrics, IAM and tests fold over it.
template <class... Ops>
struct OpList {
  static constexpr std::size_t kCount = sizeof...(Ops);
  template <class F>
  static void each(F&& f) {
    (f.template operator()<Ops>(), ...);
  }
};

}  // namespace skerry::wire
