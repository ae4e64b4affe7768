#include "wire/codec.h"

#include <fmt/format.h>

#include "wire/form.h"
#include "wire/rest.h"
#include "wire/tree.h"
#include "wire/xml.h"

namespace skerry::wire {
namespace {

bool read_object(bool json, Payload payload, const Shape& shape, void* input, Reading& in) {
  if (payload.bytes.empty()) {
    Seen(shape).report_missing(in, [](Loc) { return true; });
    return true;
  }
  auto tree = json ? Tree::from_json(std::move(payload.bytes), std::move(payload.spills))
                   : Tree::from_cbor(std::move(payload.bytes));
  return tree ? read_tree(*tree, shape, json, input, in) : in.fail(tree.error());
}

bool read_parameters(std::string_view text, const Shape& shape, void* input, Reading& in) {
  auto parameters = parse_parameters(text);
  if (!parameters) return in.fail("the form is not well-formed");
  return read_form(Form(std::move(*parameters)), shape, input, in);
}

// <XResponse xmlns="…"><XResult>…</XResult><ResponseMetadata>…</ResponseMetadata></XResponse>
net::Response write_query(const Operation& operation, const void* output, std::string_view request_id) {
  net::Response response;
  std::string document;
  XmlWriter writer(document);
  XmlStyle style{.query = true, .millis = operation.service->always_millis};
  std::string root = std::string(operation.name) + "Response";
  std::string_view xmlns = operation.service->xmlns;
  writer.open(root, xmlns.empty() ? std::string() : fmt::format(" xmlns=\"{}\"", xmlns));
  if (operation.output) {
    writer.open(operation.result_name);
    write_xml_members(writer, style, *operation.output, output);
    writer.close(operation.result_name);
  }
  writer.open("ResponseMetadata");
  writer.leaf("RequestId", request_id);
  writer.close("ResponseMetadata");
  writer.close(root);
  response.headers.add("content-type", "text/xml");
  response.body = std::move(document);
  return response;
}

net::Response write_object(const Operation& operation, Protocol protocol, const void* output) {
  net::Response response;
  std::string document;
  bool cbor = protocol == Protocol::RpcV2Cbor;
  if (cbor) response.headers.add("smithy-protocol", "rpc-v2-cbor");
  response.headers.add("content-type", cbor                           ? "application/cbor"
                                       : protocol == Protocol::Json10 ? "application/x-amz-json-1.0"
                                                                      : "application/x-amz-json-1.1");
  if (!operation.output) {
    document = cbor ? "\xbf\xff" : "{}";
  } else if (cbor) {
    write_cbor(document, *operation.output, output);
  } else {
    write_json(document, *operation.output, output);
  }
  response.body = std::move(document);
  return response;
}

}  // namespace

std::string_view form_of(const net::Request& request, const Payload& payload) {
  return payload.bytes.empty() ? request.query() : std::string_view(payload.bytes);
}

bool read_request(const Route& route, const net::Request& request, Payload payload, void* input, Reading& in) {
  const Operation& operation = *route.operation;
  if (!operation.input) return true;
  switch (route.protocol) {
    case Protocol::RestXml:
    case Protocol::RestJson:
      return read_rest(route, request, std::move(payload), input, in);
    case Protocol::Json10:
    case Protocol::Json11:
      return read_object(true, std::move(payload), *operation.input, input, in);
    case Protocol::RpcV2Cbor:
      return read_object(false, std::move(payload), *operation.input, input, in);
    case Protocol::Query:
      return read_parameters(form_of(request, payload), *operation.input, input, in);
  }
  return in.fail("an unknown protocol");
}

net::Response write_response(const Operation& operation, Protocol protocol, void* output, std::string_view request_id) {
  net::Response response;
  switch (protocol) {
    case Protocol::RestXml:
    case Protocol::RestJson:
      if (operation.output) {
        response = write_rest(operation, protocol, output);
      } else {
        response.status = operation.status;
      }
      break;
    case Protocol::Json10:
    case Protocol::Json11:
    case Protocol::RpcV2Cbor:
      response = write_object(operation, protocol, output);
      break;
    case Protocol::Query:
      response = write_query(operation, output, request_id);
      break;
  }
  if (protocol != Protocol::RestXml) response.headers.add("x-amzn-requestid", std::string(request_id));
  return response;
}

}  // namespace skerry::wire
