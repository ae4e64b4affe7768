#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "iam/records.pb.h"
#include "storage/kek.h"

namespace skerry::iam {

// A token travels in a header and, of presigned URLs, in the request line (16 KiB), percent-encoded.
constexpr std::size_t kSessionBytesMax = 7168;      // of the record
constexpr std::size_t kSessionTokenSizeMax = 9728;  // of the text

// A temporary credential as its holder sends it back: base64 of
//
//   1 byte   version, 1
//   rest     record::Session, sealed under the accounts' key-encryption key and bound to its access key id
//
// Nobody but a server with that key can make one, change one, or say what is in it; a token of one key id is worth
// nothing beside another. That it has expired, or that whoever it speaks for is gone, is for others to see.

// Nothing: the session is larger than kSessionBytesMax.
std::optional<std::string> seal_session_token(const storage::Kek& kek, const record::Session& session, Random& random);

// Nothing: not a token that was sealed here for this key id. Both texts are what a client sent.
std::optional<record::Session> open_session_token(const storage::Kek& kek, std::string_view access_key_id,
                                                  std::string_view token);

}  // namespace skerry::iam
