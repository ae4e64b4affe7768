#pragma once
#include <expected>
#include <string>

namespace skerry::sts::oidc {

enum class FetchErrc {
  Unreachable,  // no answer, or one that says to come back: asking again later may help
  Refused,      // an answer, and not the document
};

struct FetchError {
  FetchErrc errc;
  std::string detail;  // for our log
};

// Reads a document of a provider, wherever it is. Blocks: for workers.
//
// Threads: any.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // `location`: an https:// or http:// URL, or the path of a file.
  virtual std::expected<std::string, FetchError> fetch(const std::string& location) = 0;
};

// From files and, by libcurl, from the network: within ten seconds, at most kDocumentBytesMax, verified by the system's
// certificates, without following redirects, so that a provider's address is the one that was registered.
//
// libcurl is loaded when the first URL is asked for; a server without it serves files.
class SystemFetcher final : public Fetcher {
 public:
  std::expected<std::string, FetchError> fetch(const std::string& location) override;
};

constexpr std::size_t kDocumentBytesMax = 256 << 10;

}  // namespace skerry::sts::oidc
