#include "auth/post_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace skerry::auth {
namespace {

constexpr std::size_t kBufferSize = 16384;
constexpr std::size_t kBoundaryMax = 70;  // RFC 2046

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Takes the next `;name=value` off a header value. Quoted values lose their quotes; a backslash counts only before a
// quote, because browsers send Windows paths as they are.
std::optional<std::pair<std::string, std::string>> take_parameter(std::string_view& rest) {
  std::size_t start = rest.find(';');
  if (start == rest.npos) return std::nullopt;
  rest.remove_prefix(start + 1);
  std::size_t equals = rest.find_first_of("=;");
  if (equals == rest.npos || rest[equals] == ';')
    return std::pair(std::string(trimmed(rest.substr(0, equals))), std::string());
  std::string name(trimmed(rest.substr(0, equals)));
  rest.remove_prefix(equals + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (!rest.starts_with('"')) {
    std::size_t end = std::min(rest.find(';'), rest.size());
    std::string value(trimmed(rest.substr(0, end)));
    rest.remove_prefix(end);
    return std::pair(std::move(name), std::move(value));
  }
  std::string value;
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] == '"') ++i;
    value += rest[i];
  }
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return std::pair(std::move(name), std::move(value));
}

}  // namespace

std::expected<std::string, AuthError> form_boundary(std::string_view content_type) {
  std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (!equal_ignoring_case(type, "multipart/form-data")) {
    return std::unexpected(
        auth_error(ErrorFamily::S3, AuthErrc::NotMultipart, {},
                   {{"Condition", "Bucket POST must be of the enclosure-type multipart/form-data"}}));
  }
  while (auto parameter = take_parameter(content_type)) {
    auto& [name, value] = *parameter;
    if (!equal_ignoring_case(name, "boundary")) continue;
    bool good = !value.empty() && value.size() <= kBoundaryMax && value.find_first_of("\r\n") == value.npos;
    if (good) return std::move(value);
    break;
  }
  return std::unexpected(auth_error(ErrorFamily::S3, AuthErrc::MalformedFormBody));
}

// The buffer starts with a line end that the body need not have, so that the first delimiter is one like all others.
PostForm::PostForm(ByteSource& body, std::string boundary)
    : body_(body), delimiter_("\r\n--" + std::move(boundary)), buffer_("\r\n") {}

ReadError PostForm::fail(AuthErrc errc) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (errc == AuthErrc::FormFieldsTooLarge) {
    fields.emplace_back("MaxPostPreDataLengthBytes", fmt::format("{}", kFormFieldsMax));
  } else if (errc == AuthErrc::WrongFileCount) {
    fields = {{"ArgumentName", "file"}, {"ArgumentValue", "0"}};
  }
  failure_ = auth_error(ErrorFamily::S3, errc, {}, std::move(fields));
  broken_ = ReadError{ReadErrc::Malformed, failure_->message};
  return *broken_;
}

// Reads more behind what is buffered. An end of the body is always too early here.
Task<std::expected<std::size_t, ReadError>> PostForm::fill() {
  buffer_.erase(0, position_);
  data_end_ -= std::min(data_end_, position_);
  position_ = 0;
  std::size_t had = buffer_.size();
  buffer_.resize(had + kBufferSize);
  auto got = co_await body_.read(std::span(buffer_).subspan(had));
  buffer_.resize(had + (got ? *got : 0));
  if (!got) {
    broken_ = got.error();
    co_return got;
  }
  if (*got == 0) co_return std::unexpected(fail(AuthErrc::MalformedFormBody));
  co_return got;
}

// Everything before the next `mark`, which is dropped too.
Task<std::expected<std::string, ReadError>> PostForm::take_until(std::string_view mark) {
  std::size_t from = position_;
  for (;;) {
    std::size_t at = buffer_.find(mark, from);
    std::size_t end = at == buffer_.npos ? buffer_.size() : at + mark.size();
    if (taken_ + (end - position_) > kFormFieldsMax + 2) {  // the line end that we put in front
      co_return std::unexpected(fail(AuthErrc::FormFieldsTooLarge));
    }
    if (at != buffer_.npos) {
      std::string out = buffer_.substr(position_, at - position_);
      taken_ += end - position_;
      position_ = end;
      co_return out;
    }
    // Go on where a mark could have begun.
    std::size_t seen = buffer_.size() - position_;
    auto got = co_await fill();
    if (!got) co_return std::unexpected(got.error());
    from = seen >= mark.size() ? seen - mark.size() + 1 : 0;
  }
}

// Past a delimiter: true where a part follows, false at the closing one.
Task<std::expected<bool, ReadError>> PostForm::begin_part() {
  while (buffer_.size() - position_ < 2) {
    auto got = co_await fill();
    if (!got) co_return std::unexpected(got.error());
  }
  if (buffer_.compare(position_, 2, "--") == 0) co_return false;
  auto padding = co_await take_until("\r\n");
  if (!padding) co_return std::unexpected(padding.error());
  if (!trimmed(*padding).empty()) co_return std::unexpected(fail(AuthErrc::MalformedFormBody));
  co_return true;
}

Task<std::expected<PostForm::Part, ReadError>> PostForm::read_part_headers() {
  std::string headers;
  for (;;) {
    auto line = co_await take_until("\r\n");
    if (!line) co_return std::unexpected(line.error());
    if (line->empty()) break;
    headers += *line;
    headers += '\n';
  }
  co_return parse_headers(headers);
}

PostForm::Part PostForm::parse_headers(std::string_view headers) {
  Part part;
  while (!headers.empty()) {
    std::size_t end = headers.find('\n');
    std::string_view line = headers.substr(0, end);
    headers.remove_prefix(end + 1);
    std::size_t colon = line.find(':');
    if (colon == line.npos || !equal_ignoring_case(trimmed(line.substr(0, colon)), "content-disposition")) continue;
    std::string_view value = line.substr(colon + 1);
    part.is_form_data = equal_ignoring_case(trimmed(value.substr(0, value.find(';'))), "form-data");
    while (auto parameter = take_parameter(value)) {
      if (equal_ignoring_case(parameter->first, "name")) part.name = std::move(parameter->second);
      if (equal_ignoring_case(parameter->first, "filename")) part.filename = std::move(parameter->second);
    }
  }
  return part;
}

Task<std::expected<FormFields, ReadError>> PostForm::read_fields() {
  FormFields fields;
  auto preamble = co_await take_until(delimiter_);
  if (!preamble) co_return std::unexpected(preamble.error());
  for (;;) {
    auto more = co_await begin_part();
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return std::unexpected(fail(AuthErrc::WrongFileCount));
    auto part = co_await read_part_headers();
    if (!part) co_return std::unexpected(part.error());
    if (part->name.empty()) co_return std::unexpected(fail(AuthErrc::MalformedFormBody));
    if (part->is_form_data && equal_ignoring_case(part->name, "file")) {
      filename_ = std::move(part->filename);
      data_end_ = position_;
      co_return fields;
    }
    auto value = co_await take_until(delimiter_);
    if (!value) co_return std::unexpected(value.error());
    fields.add(std::move(part->name), std::move(*value));
  }
}

// Makes data_end_ greater than position_, or sets ended_; gives how many bytes of the file are at hand.
Task<std::expected<std::size_t, ReadError>> PostForm::find_data() {
  while (data_end_ <= position_) {
    std::size_t at = buffer_.find(delimiter_, position_);
    if (at == position_) {
      ended_ = true;
      co_return 0;
    }
    std::size_t unread = buffer_.size() - position_;
    if (at != buffer_.npos) {
      data_end_ = at;
    } else if (unread >= delimiter_.size()) {
      data_end_ = buffer_.size() - delimiter_.size() + 1;  // the rest may be the beginning of the delimiter
    } else {
      auto got = co_await fill();
      if (!got) co_return got;
    }
  }
  co_return data_end_ - position_;
}

Task<std::expected<std::size_t, ReadError>> PostForm::read(std::span<char> into) {
  if (broken_) co_return std::unexpected(*broken_);
  if (ended_) co_return 0;
  auto at_hand = co_await find_data();
  if (!at_hand) co_return at_hand;
  if (*at_hand == 0) {
    co_await discard_rest();
    co_return 0;
  }
  std::size_t n = std::min(into.size(), *at_hand);
  std::memcpy(into.data(), buffer_.data() + position_, n);
  position_ += n;
  co_return n;
}

// A submit button's field or two may follow. Read past them, so that the connection can go on; a client that sends more
// than that may lose it.
Task<> PostForm::discard_rest() {
  std::size_t discarded = 0;
  buffer_.resize(kBufferSize);
  while (discarded < kFormFieldsMax) {
    auto got = co_await body_.read(std::span(buffer_));
    if (!got || *got == 0) break;
    discarded += *got;
  }
  buffer_.clear();
  position_ = data_end_ = 0;
}

}  // namespace skerry::auth
