#pragma once
#include <string>
#include <string_view>

// User metadata outside ASCII, which headers cannot carry as it is: S3 takes and gives it in the encoded words of
// RFC 2047.
namespace skerry::s3 {

// A header's value as the text it stands for, in UTF-8: encoded words decoded; bytes that are not UTF-8 read as
// Latin-1, which is what HTTP once said they are.
std::string decode_header_text(std::string_view value);

// The text as a header's value: itself where it is printable ASCII, else one encoded word.
std::string encode_header_text(std::string_view text);

}  // namespace skerry::s3
