#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/check.h"

namespace skerry::net {
namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;  // what one TLS record carries at most

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

std::unexpected<TlsError> failure(const std::string& what) {
  char text[256] = "unknown error";
  if (unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return std::unexpected(TlsError{fmt::format("{}: {}", what, text)});
}

// Chooses HTTP/1.1 where the client offers it. `h2` would be chosen here, and Server would make another connection.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr unsigned char kServed[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  int result = SSL_select_next_proto(&chosen, out_length, kServed, sizeof kServed - 1, offered, offered_length);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::expected<Context, TlsError> make_context(const std::string& certificate_path, const std::string& key_path) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return failure("TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);  // an idle connection keeps no 34 KiB
  SSL_CTX_set_read_ahead(context.get(), 1);                       // a record in one system call instead of two
  // Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
  SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_path.c_str()) != 1)
    return failure(certificate_path);
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_path.c_str(), SSL_FILETYPE_PEM) != 1) return failure(key_path);
  if (SSL_CTX_check_private_key(context.get()) != 1)
    return failure(key_path + " is not the key of " + certificate_path);
  return context;
}

// OpenSSL's way to our sockets: its own would raise SIGPIPE, and ask the kernel when epoll has said there is nothing.
Socket& socket_of(BIO* bio) { return *static_cast<Socket*>(BIO_get_data(bio)); }

int bio_result(BIO* bio, Io io, int retry_flag) {
  BIO_clear_retry_flags(bio);
  if (io.status == IoStatus::Done) return static_cast<int>(io.bytes);
  if (io.status == IoStatus::WantRead || io.status == IoStatus::WantWrite) {
    BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
  } else if (io.status == IoStatus::End) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return 0;
  }
  return -1;
}

int bio_read(BIO* bio, char* into, int size) {
  return bio_result(bio, socket_of(bio).receive({into, static_cast<std::size_t>(size)}), BIO_FLAGS_READ);
}

int bio_write(BIO* bio, const char* from, int size) {
  iovec part{const_cast<char*>(from), static_cast<std::size_t>(size)};
  return bio_result(bio, socket_of(bio).send({&part, 1}), BIO_FLAGS_WRITE);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return 0;
}

BIO_METHOD* bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "skerry socket");
    CHECK(made, "OpenSSL has no memory");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

class TlsStream final : public Stream {
 public:
  TlsStream(SSL_CTX* context, Socket& socket) : socket_(socket), ssl_(SSL_new(context)) {
    BIO* bio = BIO_new(bio_method());
    CHECK(ssl_ && bio, "OpenSSL has no memory");
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    SSL_set_accept_state(ssl_);
  }
  ~TlsStream() override { SSL_free(ssl_); }

  Io read(std::span<char> into) override {
    ERR_clear_error();
    std::size_t got = 0;
    int result = SSL_read_ex(ssl_, into.data(), into.size(), &got);
    return outcome(result, got);
  }

  Io write(std::span<const iovec> from) override {
    // Head and body share a record, so that a small answer is one packet. A repeated call gathers the same bytes.
    char gathered[kRecordBytes];
    std::string_view bytes(static_cast<const char*>(from[0].iov_base), from[0].iov_len);
    if (from.size() > 1 && bytes.size() < kRecordBytes) {
      std::size_t length = 0;
      for (const iovec& part : from) {
        std::size_t take = std::min(part.iov_len, kRecordBytes - length);
        std::memcpy(gathered + length, part.iov_base, take);
        length += take;
      }
      bytes = {gathered, length};
    }
    ERR_clear_error();
    std::size_t put = 0;
    int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &put);
    return outcome(result, put);
  }

  void end_write() override {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_) && !broken_) SSL_shutdown(ssl_);
    ERR_clear_error();
    socket_.shutdown_write();
  }

  void describe(Peer& peer) override {
    peer.secure = true;
    peer.tls_version = SSL_get_version(ssl_);
    const char* cipher = SSL_get_cipher_name(ssl_);
    peer.tls_cipher = cipher ? cipher : "";
  }

 private:
  Io outcome(int result, std::size_t bytes) {
    if (result == 1) return {IoStatus::Done, bytes};
    switch (SSL_get_error(ssl_, result)) {
      case SSL_ERROR_WANT_READ:
        return {IoStatus::WantRead};
      case SSL_ERROR_WANT_WRITE:
        return {IoStatus::WantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {IoStatus::End};
      default:
        broken_ = true;  // SSL_shutdown may not be called any more
        ERR_clear_error();
        return {IoStatus::Failed};
    }
  }

  Socket& socket_;
  SSL* ssl_;
  bool broken_ = false;
};

}  // namespace

struct TlsContext::State {
  std::string certificate_path;
  std::string key_path;
  std::mutex mutex;
  Context context;  // protected by mutex; an SSL keeps the one it was made from alive
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

std::expected<std::unique_ptr<TlsContext>, TlsError> TlsContext::load(std::string certificate_path,
                                                                      std::string key_path) {
  auto state = std::make_unique<State>();
  state->certificate_path = std::move(certificate_path);
  state->key_path = std::move(key_path);
  std::unique_ptr<TlsContext> made(new TlsContext(std::move(state)));
  if (auto loaded = made->reload(); !loaded) return std::unexpected(loaded.error());
  return made;
}

std::expected<void, TlsError> TlsContext::reload() {
  auto context = make_context(state_->certificate_path, state_->key_path);
  if (!context) return std::unexpected(context.error());
  std::lock_guard lock(state_->mutex);
  state_->context.swap(*context);
  return {};
}

std::unique_ptr<Stream> TlsContext::accept(Socket& socket) {
  std::lock_guard lock(state_->mutex);
  return std::make_unique<TlsStream>(state_->context.get(), socket);
}

}  // namespace skerry::net
