// The floor under a GET of an encrypted object: find the request's end, pread, open AES-256-GCM, send. No signature is
// looked at, no row is read, no key is derived, and nothing is logged.
//
//   bare_server FOLDER SIZE COUNT      seals COUNT objects of SIZE bytes into FOLDER and serves /b/o/00000000 and so
//   on;
//                                      prints its port, which it picks itself on 127.0.0.1
//
// One thread. An object is a file of 64 KiB records, each with its tag, under one key.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "pattern.h"

namespace {

constexpr std::size_t kRecordBytes = 64 << 10;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kSealedBytes = kRecordBytes + kTagBytes;
const std::array<unsigned char, 32> kKey{7};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void must(bool worked, const char* what) {
  if (!worked) die(what);
}

unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

// One context with the key loaded, for sealing or for opening; a record's number, and its object's, are its nonce.
class Cipher {
 public:
  enum class Way { Open, Seal };

  explicit Cipher(Way way) : context_(EVP_CIPHER_CTX_new()) {
    EVP_CipherInit_ex(context_, EVP_aes_256_gcm(), nullptr, kKey.data(), nullptr, way == Way::Seal);
  }
  ~Cipher() { EVP_CIPHER_CTX_free(context_); }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;

  void seal(std::uint64_t object, std::uint32_t record, std::string_view plain, char* out) {
    begin(object, record);
    int size = 0;
    EVP_CipherUpdate(context_, raw(out), &size, raw(plain.data()), static_cast<int>(plain.size()));
    EVP_CipherFinal_ex(context_, nullptr, &size);
    EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_GCM_GET_TAG, kTagBytes, out + plain.size());
  }

  bool open(std::uint64_t object, std::uint32_t record, std::string_view sealed, char* out) {
    begin(object, record);
    int size = 0;
    std::size_t plain = sealed.size() - kTagBytes;
    EVP_CipherUpdate(context_, raw(out), &size, raw(sealed.data()), static_cast<int>(plain));
    EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_GCM_SET_TAG, kTagBytes, const_cast<char*>(sealed.data()) + plain);
    return EVP_CipherFinal_ex(context_, nullptr, &size) == 1;
  }

 private:
  void begin(std::uint64_t object, std::uint32_t record) {
    unsigned char nonce[12];
    std::memcpy(nonce, &object, 8);
    std::memcpy(nonce + 8, &record, 4);
    EVP_CipherInit_ex(context_, nullptr, nullptr, nullptr, nonce, -1);
  }

  EVP_CIPHER_CTX* context_;
};

int seal_object(const std::string& path, std::uint64_t object, const bench::Pattern& pattern) {
  Cipher cipher(Cipher::Way::Seal);
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  must(fd >= 0, path.c_str());
  const std::string plain = std::string(pattern.common()) + pattern.tail(object);
  std::string sealed(kSealedBytes, '\0');
  for (std::uint32_t record = 0; record * kRecordBytes < plain.size(); ++record) {
    std::string_view piece = std::string_view(plain).substr(record * kRecordBytes, kRecordBytes);
    cipher.seal(object, record, piece, sealed.data());
    std::size_t size = piece.size() + kTagBytes;
    must(write(fd, sealed.data(), size) == static_cast<ssize_t>(size), "write");
  }
  return fd;
}

struct Connection {
  int fd = -1;
  std::string request;     // until its empty line
  std::string buffer;      // room for the head and an opened record
  std::size_t filled = 0;  // of `buffer`
  std::size_t sent = 0;    // of what is filled
  std::size_t object = 0;
  std::uint32_t record = 0;   // the next to open
  std::size_t remaining = 0;  // plain bytes not opened yet
};

class Server {
 public:
  Server(std::vector<int> files, std::size_t size)
      : files_(std::move(files)),
        head_(fmt::format("HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
                          size)),
        size_(size),
        sealed_(kSealedBytes, '\0') {}

  [[noreturn]] void run() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    must(bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
    must(listen(listener_, 128) == 0, "listen");
    must(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0, "getsockname");
    fmt::print("{}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    watch(listener_, EPOLLIN, nullptr);
    std::array<epoll_event, 64> events;
    while (true) {
      int ready = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < ready; ++i) {
        auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (connection == nullptr) {
          take_connection();
        } else if (!advance(*connection)) {
          close(connection->fd);
          delete connection;
        }
      }
    }
  }

 private:
  void watch(int fd, std::uint32_t events, Connection* connection) {
    epoll_event event{.events = events, .data = {.ptr = connection}};
    must(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  }

  void take_connection() {
    int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    auto connection = std::make_unique<Connection>();
    connection->fd = fd;
    connection->buffer.resize(head_.size() + kRecordBytes);
    watch(fd, EPOLLIN | EPOLLOUT | EPOLLET, connection.release());
  }

  // Goes on until the socket would block; false: it is at its end.
  bool advance(Connection& connection) {
    while (true) {
      if (connection.sent < connection.filled) {
        int more = connection.remaining > 0 ? MSG_MORE : 0;
        ssize_t sent = send(connection.fd, connection.buffer.data() + connection.sent,
                            connection.filled - connection.sent, MSG_NOSIGNAL | more);
        if (sent < 0) return errno == EAGAIN;
        connection.sent += static_cast<std::size_t>(sent);
      } else if (connection.remaining > 0) {
        connection.filled = connection.sent = 0;
        open_record(connection);
      } else if (int outcome = read_request(connection); outcome <= 0) {
        return outcome == 0;
      }
    }
  }

  int read_request(Connection& connection) {  // 1: there is one; 0: not yet; -1: the client has gone
    char bytes[4096];
    ssize_t got = recv(connection.fd, bytes, sizeof bytes, 0);
    if (got <= 0) return got < 0 && errno == EAGAIN ? 0 : -1;
    connection.request.append(bytes, static_cast<std::size_t>(got));
    if (connection.request.find("\r\n\r\n") == connection.request.npos) return 1;  // reads again
    std::size_t number = connection.request.find("/o/");
    if (number == connection.request.npos) return -1;
    connection.object = std::strtoul(connection.request.c_str() + number + 3, nullptr, 10) % files_.size();
    connection.request.clear();
    head_.copy(connection.buffer.data(), head_.size());
    connection.filled = head_.size();
    connection.sent = 0;
    connection.record = 0;
    connection.remaining = size_;
    open_record(connection);  // goes out with the head
    return 1;
  }

  void open_record(Connection& connection) {  // behind what is filled
    std::size_t plain = std::min(connection.remaining, kRecordBytes), sealed = plain + kTagBytes;
    ssize_t got =
        pread(files_[connection.object], sealed_.data(), sealed, static_cast<off_t>(connection.record * kSealedBytes));
    must(got == static_cast<ssize_t>(sealed), "pread");
    bool opened = cipher_.open(connection.object, connection.record, {sealed_.data(), sealed},
                               connection.buffer.data() + connection.filled);
    must(opened, "a record does not open");
    connection.filled += plain;
    ++connection.record;
    connection.remaining -= plain;
  }

  const std::vector<int> files_;
  const std::string head_;
  const std::size_t size_;
  Cipher cipher_{Cipher::Way::Open};
  std::string sealed_;
  int listener_ = -1, epoll_ = -1;
};

}  // namespace

int main(int count, char** values) {
  if (count != 4) {
    fmt::print(stderr, "usage: bare_server FOLDER SIZE COUNT\n");
    return 2;
  }
  const std::size_t size = std::strtoul(values[2], nullptr, 10), objects = std::strtoul(values[3], nullptr, 10);
  bench::Pattern pattern(size);
  std::vector<int> files;
  for (std::size_t object = 0; object < objects; ++object) {
    files.push_back(seal_object(fmt::format("{}/{}", values[1], object), object, pattern));
  }
  Server(std::move(files), size).run();
}
