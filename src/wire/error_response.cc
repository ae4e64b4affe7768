#include <fmt/format.h>

#include "wire/codec.h"
#include "wire/xml.h"

namespace skerry::wire {
namespace {

void write_fields(XmlWriter& writer, const ApiError& error) {
  for (const auto& [name, value] : error.fields) writer.leaf(name, value);
}

// The members that the model gives the error, besides its message.
void write_modelled(XmlWriter& writer, const XmlStyle& style, const ApiError& error) {
  if (error.modelled && error.info->shape) write_xml_members(writer, style, *error.info->shape, error.modelled.get());
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
  writer.open("ErrorResponse", service.xmlns.empty() ? std::string() : fmt::format(" xmlns=\"{}\"", service.xmlns));
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

}  // namespace

std::string error_document(const Service& service, Protocol protocol, const ApiError& error, const ErrorPlace& place) {
  if (service.bare_errors) return bare_xml(error, place);
  return wrapped_xml(service, protocol == Protocol::Query, error, place);
}

net::Response write_error(const Service& service, Protocol protocol, const ApiError& error, const ErrorPlace& place) {
  net::Response response;
  response.status = error.info->status;
  for (const auto& [name, value] : error.headers) response.headers.add(name, value);
  if (place.head || response.status == 304) return response;
  response.headers.set("content-type", protocol == Protocol::Query ? "text/xml" : "application/xml");
  response.body = error_document(service, protocol, error, place);
  return response;
}

}  // namespace skerry::wire
