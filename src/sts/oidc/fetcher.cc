#include "sts/oidc/fetcher.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <fstream>
#include <memory>

namespace skerry::sts::oidc {
namespace {

constexpr long kConnectMsMax = 5'000;
constexpr long kTotalMsMax = 10'000;

// The few calls of libcurl that are made here.
struct Curl {
  decltype(&curl_easy_init) init = nullptr;
  decltype(&curl_easy_setopt) set = nullptr;
  decltype(&curl_easy_perform) perform = nullptr;
  decltype(&curl_easy_getinfo) info = nullptr;
  decltype(&curl_easy_strerror) words = nullptr;
  decltype(&curl_easy_cleanup) cleanup = nullptr;

  bool load() {
    void* library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return false;
    decltype(&curl_global_init) begin = nullptr;
    auto find = [library](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      return function != nullptr;
    };
    return find(begin, "curl_global_init") && find(init, "curl_easy_init") && find(set, "curl_easy_setopt") &&
           find(perform, "curl_easy_perform") && find(info, "curl_easy_getinfo") && find(words, "curl_easy_strerror") &&
           find(cleanup, "curl_easy_cleanup") && begin(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  }
};

const Curl* curl() {
  static const std::unique_ptr<const Curl> loaded = [] {
    auto made = std::make_unique<Curl>();
    return made->load() ? std::move(made) : nullptr;
  }();
  return loaded.get();
}

std::unexpected<FetchError> failed(FetchErrc errc, std::string detail) {
  return std::unexpected(FetchError{errc, std::move(detail)});
}

std::size_t take(char* data, std::size_t, std::size_t size, void* into) {
  auto& document = *static_cast<std::string*>(into);
  if (document.size() + size > kDocumentBytesMax) return 0;
  document.append(data, size);
  return size;
}

std::expected<std::string, FetchError> fetch_url(const std::string& url) {
  const Curl* library = curl();
  if (!library) return failed(FetchErrc::Unreachable, "libcurl.so.4 is not installed, so nothing is fetched");
  std::unique_ptr<CURL, decltype(library->cleanup)> handle(library->init(), library->cleanup);
  if (!handle) return failed(FetchErrc::Unreachable, "libcurl gave no handle");
  std::string document;
  library->set(handle.get(), CURLOPT_URL, url.c_str());
  library->set(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  library->set(handle.get(), CURLOPT_NOSIGNAL, 1L);
  library->set(handle.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectMsMax);
  library->set(handle.get(), CURLOPT_TIMEOUT_MS, kTotalMsMax);
  library->set(handle.get(), CURLOPT_USERAGENT, "skerry");
  library->set(handle.get(), CURLOPT_WRITEFUNCTION, &take);
  library->set(handle.get(), CURLOPT_WRITEDATA, &document);
  CURLcode result = library->perform(handle.get());
  if (result == CURLE_WRITE_ERROR) return failed(FetchErrc::Refused, url + ": the document is too large");
  if (result != CURLE_OK) {
    return failed(FetchErrc::Unreachable, fmt::format("{}: {}", url, library->words(result)));
  }
  long status = 0;
  library->info(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 429 || status >= 500) {
    return failed(FetchErrc::Unreachable, fmt::format("{}: status {}", url, status));
  }
  if (status != 200) return failed(FetchErrc::Refused, fmt::format("{}: status {}", url, status));
  return document;
}

std::expected<std::string, FetchError> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string document(kDocumentBytesMax + 1, '\0');
  in.read(document.data(), static_cast<std::streamsize>(document.size()));
  if (in.bad() || !in.is_open()) return failed(FetchErrc::Unreachable, path + ": cannot be read");
  document.resize(static_cast<std::size_t>(in.gcount()));
  if (document.size() > kDocumentBytesMax) return failed(FetchErrc::Refused, path + ": the document is too large");
  return document;
}

}  // namespace

std::expected<std::string, FetchError> SystemFetcher::fetch(const std::string& location) {
  if (location.starts_with("https://") || location.starts_with("http://")) return fetch_url(location);
  return read_file(location);
}

}  // namespace skerry::sts::oidc
