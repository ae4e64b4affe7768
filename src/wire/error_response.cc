#include <fmt/format.h>

#include "wire/rest.h"
#include "wire/text.h"
#include "wire/tree.h"
#include "wire/xml.h"

namespace skerry::wire {
namespace {

void write_fields(XmlWriter& writer, const ApiError& error) {
  for (const auto& [name, value] : error.fields) {
    // A client's bytes that are no text would make the document none.
    if (valid_utf8(value)) writer.leaf(name, value);
  }
}

bool has_members(const ApiError& error) { return error.modelled && error.info->shape; }

// The members that the model gives the error, besides its message.
void write_modelled(XmlWriter& writer, const XmlStyle& style, const ApiError& error) {
  if (has_members(error)) write_xml_members(writer, style, *error.info->shape, error.modelled.get());
}

// S3: the error is the document.
std::string bare_xml(const ApiError& error, const ErrorPlace& place) {
  std::string out;
  XmlWriter writer(out);
  writer.declaration();
  writer.open("Error");
  writer.leaf("Code", error.info->code);
  writer.leaf("Message", error.message);
  write_fields(writer, error);
  writer.leaf("Resource", place.resource);
  writer.leaf("RequestId", place.request_id);
  writer.leaf("HostId", place.host_id);
  writer.close("Error");
  return out;
}

std::string wrapped_xml(const Service& service, bool query, const ApiError& error, const ErrorPlace& place) {
  std::string out;
  XmlWriter writer(out);
  if (!query) writer.declaration();
  // Who speaks for a service that nobody knows has no name for its documents.
  bool named = !service.xmlns.empty() && (!query || service.speaks(Protocol::Query));
  writer.open("ErrorResponse", named ? fmt::format(" xmlns=\"{}\"", service.xmlns) : std::string());
  writer.open("Error");
  writer.leaf("Type", error.info->sender ? "Sender" : "Receiver");
  writer.leaf("Code", query && !error.info->query_code.empty() ? error.info->query_code : error.info->code);
  writer.leaf("Message", error.message);
  write_fields(writer, error);
  write_modelled(writer, {.query = query, .millis = service.always_millis}, error);
  writer.close("Error");
  writer.leaf("RequestId", place.request_id);
  writer.close("ErrorResponse");
  return out;
}

std::string_view message_name(const ErrorInfo& info) {
  if (info.shape) {
    for (const Member& member : info.shape->members) {
      if (member.has(kMessage)) return member.wire;
    }
  }
  return "message";
}

std::string json_error(const ApiError& error) {
  std::string out = "{";
  auto field = [&](std::string_view name, std::string_view value) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  };
  field("__type", error.info->name);
  field(message_name(*error.info), error.message);
  for (const auto& [name, value] : error.fields) field(name, value);
  if (has_members(error)) {
    std::string members;
    write_json(members, *error.info->shape, error.modelled.get());
    if (members.size() > 2) out += ',' + members.substr(1, members.size() - 2);
  }
  return out + '}';
}

std::string cbor_error(const ApiError& error) {
  std::string out = "\xbf";
  auto field = [&](std::string_view name, std::string_view value) {
    append_cbor_text(out, name);
    append_cbor_text(out, value);
  };
  field("__type", error.info->name);
  field(message_name(*error.info), error.message);
  for (const auto& [name, value] : error.fields) field(name, value);
  if (has_members(error)) {
    std::string members;
    write_cbor(members, *error.info->shape, error.modelled.get());
    out.append(members, 1, members.size() - 2);
  }
  return out + '\xff';
}

std::string_view content_type(Protocol protocol) {
  switch (protocol) {
    case Protocol::RestXml:
      return "application/xml";
    case Protocol::RestJson:
      return "application/json";
    case Protocol::Json10:
      return "application/x-amz-json-1.0";
    case Protocol::Json11:
      return "application/x-amz-json-1.1";
    case Protocol::Query:
      return "text/xml";
    case Protocol::RpcV2Cbor:
      return "application/cbor";
  }
  std::unreachable();
}

}  // namespace

std::string error_document(const Service& service, Protocol protocol, const ApiError& error, const ErrorPlace& place) {
  switch (protocol) {
    case Protocol::RestXml:
      return service.bare_errors ? bare_xml(error, place) : wrapped_xml(service, false, error, place);
    case Protocol::Query:
      return wrapped_xml(service, true, error, place);
    case Protocol::RestJson:
    case Protocol::Json10:
    case Protocol::Json11:
      return json_error(error);
    case Protocol::RpcV2Cbor:
      return cbor_error(error);
  }
  std::unreachable();
}

net::Response write_error(const Service& service, Protocol protocol, const ApiError& error, const ErrorPlace& place) {
  net::Response response;
  response.status = error.info->status;
  for (const auto& [name, value] : error.headers) response.headers.add(name, value);
  bool rest = protocol == Protocol::RestXml || protocol == Protocol::RestJson;
  if (rest && has_members(error)) write_headers(*error.info->shape, error.modelled.get(), response.headers);
  if (protocol != Protocol::RestXml) response.headers.add("x-amzn-requestid", std::string(place.request_id));
  if (protocol == Protocol::RpcV2Cbor) response.headers.add("smithy-protocol", "rpc-v2-cbor");
  if (protocol != Protocol::RestXml && protocol != Protocol::Query) {
    response.headers.add("x-amzn-errortype", std::string(error.info->name));
    if (service.query_compatible) {
      std::string_view code = error.info->query_code.empty() ? error.info->code : error.info->query_code;
      response.headers.add("x-amzn-query-error",
                           fmt::format("{};{}", code, error.info->sender ? "Sender" : "Receiver"));
    }
  }
  if (place.head || response.status == 304) return response;
  response.headers.set("content-type", std::string(content_type(protocol)));
  response.body = error_document(service, protocol, error, place);
  return response;
}

}  // namespace skerry::wire
