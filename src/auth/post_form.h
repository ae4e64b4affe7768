#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "auth/auth_error.h"
#include "auth/form_fields.h"
#include "base/byte_source.h"

namespace skerry::auth {

// What S3 allows before the file: fields, their headers and boundaries.
inline constexpr std::size_t kFormFieldsMax = 20480;

// The boundary that a Content-Type names. Errors: NotMultipart for another type, MalformedFormBody without a boundary.
std::expected<std::string, AuthError> form_boundary(std::string_view content_type);

// A multipart/form-data body, read once from front to back: first the fields, then the file as a source of its own.
// What stands after the file is read past and ignored, as AWS does.
//
// Memory: kFormFieldsMax and one buffer, whatever is sent.
// Life: refers to `body`, which outlives it. Threads: one executor's.
class PostForm final : public ByteSource {
 public:
  PostForm(ByteSource& body, std::string boundary);

  // Reads up to the first byte of the file. Call it once, before read().
  // On an error failure() says what to tell the client, where it is the client's fault: MalformedFormBody,
  // FormFieldsTooLarge, WrongFileCount (no part named file).
  Task<std::expected<FormFields, ReadError>> read_fields();

  // What the file's part says of it. Nothing where it names no file; ${filename} stays as it is then.
  const std::optional<std::string>& filename() const { return filename_; }

  // The file. An error when the body ends before the closing boundary.
  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override;
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

  const AuthError* failure() const { return failure_ ? &*failure_ : nullptr; }

 private:
  struct Part {
    std::string name;
    std::optional<std::string> filename;
    bool is_form_data = false;
  };

  Task<std::expected<std::size_t, ReadError>> fill();
  Task<std::expected<std::string, ReadError>> take_until(std::string_view mark);
  Task<std::expected<bool, ReadError>> begin_part();
  Task<std::expected<Part, ReadError>> read_part_headers();
  Task<std::expected<std::size_t, ReadError>> find_data();
  Task<> discard_rest();
  static Part parse_headers(std::string_view headers);
  ReadError fail(AuthErrc errc);

  ByteSource& body_;
  const std::string delimiter_;  // CRLF, two dashes, the boundary
  std::string buffer_;           // read and not yet given out
  std::size_t position_ = 0;     // within buffer_
  std::size_t taken_ = 0;        // bytes before the file
  std::size_t data_end_ = 0;     // buffer_ is known to be the file's up to here
  bool ended_ = false;
  std::optional<std::string> filename_;
  std::optional<AuthError> failure_;
  std::optional<ReadError> broken_;  // the body's own error
};

}  // namespace skerry::auth
