#include "net/response_head.h"

#include <charconv>
#include <ctime>
#include <span>

#include "net/fields.h"

namespace skerry::net {
namespace {

bool is_ours(std::string_view name) {
  return equal_ignoring_case(name, "content-length") || equal_ignoring_case(name, "transfer-encoding") ||
         equal_ignoring_case(name, "connection") || equal_ignoring_case(name, "keep-alive");
}

void write_field(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ");
  std::size_t begin = out.size();
  out += value;
  for (char& c : std::span(out).subspan(begin)) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) c = ' ';
  }
  out += "\r\n";
}

void write_number(std::uint64_t value, std::string& out) {
  char digits[20];
  auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), value);
  out.append(digits, end);
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Requested Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

ResponseFraming ResponseFraming::of(const Response& response, bool head_request, bool http10) {
  std::optional<std::uint64_t> size;
  if (auto* text = std::get_if<std::string>(&response.body)) {
    size = text->size();
  } else if (auto& source = std::get<std::unique_ptr<ByteSource>>(response.body)) {
    size = source->size();
  } else {
    size = 0;
  }
  if (response.status == 204) return {Body::None, std::nullopt};
  if (response.status == 304) return {Body::None, response.announced_length};
  if (head_request) return {Body::None, response.announced_length ? response.announced_length : size};
  if (size) return {Body::Length, size};
  return {http10 ? Body::UntilClose : Body::Chunked, std::nullopt};
}

void write_head(const Response& response, const ResponseFraming& framing, std::string_view connection,
                std::string_view date, std::string& out) {
  out += "HTTP/1.1 ";
  write_number(static_cast<std::uint64_t>(response.status), out);
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  bool dated = false;
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || is_ours(name)) continue;
    if (equal_ignoring_case(name, "date")) dated = true;
    write_field(name, value, out);
  }
  if (!dated) write_field("date", date, out);
  if (framing.length) {
    out += "content-length: ";
    write_number(*framing.length, out);
    out += "\r\n";
  }
  if (framing.body == ResponseFraming::Body::Chunked) out += "transfer-encoding: chunked\r\n";
  if (!connection.empty()) write_field("connection", connection, out);
  out += "\r\n";
}

std::string_view DateLine::at(std::int64_t unix_seconds) {
  if (unix_seconds == made_for_) return text_;
  made_for_ = unix_seconds;
  std::time_t time = unix_seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char buffer[40];
  std::size_t length = std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts);  // the C locale
  text_.assign(buffer, length);
  return text_;
}

}  // namespace skerry::net
