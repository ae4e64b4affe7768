#include "net/tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>

#include "net/server_fixture.h"

namespace skerry::net {
namespace {

// A self-signed certificate for `name` and its key, written as PEM files.
void write_certificate(const std::string& name, const std::string& certificate_path, const std::string& key_path) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* out = std::fopen(certificate_path.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(key_path.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

// OpenSSL's client upon a RawClient's socket.
class TlsClient {
 public:
  explicit TlsClient(RawClient& raw, int version = TLS1_3_VERSION, std::string_view protocols = "") {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context_, std::min(version, TLS1_2_VERSION));
    SSL_CTX_set_max_proto_version(context_, version);
    SSL_CTX_set_security_level(context_, 0);
    ssl_ = SSL_new(context_);
    if (!protocols.empty()) {
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    }
    SSL_set_fd(ssl_, raw.fd());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool connected() const { return connected_; }
  std::string certificate_name() {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char name[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    X509_free(certificate);
    return name;
  }
  std::string protocol() {
    const unsigned char* data = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl_, &data, &length);
    return {reinterpret_cast<const char*>(data), length};
  }
  void send(std::string_view bytes) {
    EXPECT_EQ(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())), static_cast<int>(bytes.size()));
  }
  std::string read_until_size(std::size_t size) {
    std::string out;
    char buffer[16384];
    while (out.size() < size) {
      int got = SSL_read(ssl_, buffer, sizeof buffer);
      if (got <= 0) break;
      out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }
  std::string read_all() { return read_until_size(std::string::npos); }
  bool ended_properly() { return SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN; }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
  bool connected_ = false;
};

class Tls : public ServerTest {
 protected:
  Tls() {
    char pattern[] = "/tmp/skerry-tls-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    write_certificate("first", certificate(), key());
  }
  ~Tls() override {
    server_.reset();
    std::filesystem::remove_all(dir_);
  }
  std::string certificate() const { return dir_ + "/cert.pem"; }
  std::string key() const { return dir_ + "/key.pem"; }
  void start_tls() {
    auto loaded = TlsContext::load(certificate(), key());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    context_ = std::move(*loaded);
    tls_ = context_.get();
    start();
  }

  std::string dir_;
  std::unique_ptr<TlsContext> context_;
};

TEST_F(Tls, Serves12And13AndSaysSo) {
  handler_.on("/peer", [](Request& request) -> Task<Response> {
    Response response;
    response.body = fmt::format("{} {} {}", request.peer.secure, request.peer.tls_version, request.peer.tls_cipher);
    co_return response;
  });
  start_tls();
  for (auto [version, expected] :
       {std::pair{TLS1_2_VERSION, "true TLSv1.2 ECDHE-ECDSA-AES"}, {TLS1_3_VERSION, "true TLSv1.3 TLS_AES"}}) {
    RawClient raw = connect();
    TlsClient client(raw, version);
    ASSERT_TRUE(client.connected());
    client.send(get("/peer", "Connection: close\r\n"));
    std::string answer = client.read_all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(answer.find(expected), answer.npos) << answer;
    EXPECT_TRUE(client.ended_properly());
  }
  RawClient raw = connect();
  EXPECT_FALSE(TlsClient(raw, TLS1_1_VERSION).connected());
}

TEST_F(Tls, MovesLargeBodiesBothWays) {
  start_tls();
  std::string body(3'000'000, 'b');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 13 >> 4);
  RawClient raw = connect();
  TlsClient client(raw);
  ASSERT_TRUE(client.connected());
  for (int round = 0; round < 2; ++round) {
    client.send(fmt::format("PUT /echo HTTP/1.1\r\nHost: h\r\n{}Content-Length: {}\r\n\r\n",
                            round ? "Connection: close\r\n" : "", body.size()));
    client.send(body);
    std::string answer = round ? client.read_all() : client.read_until_size(body.size() + 100);
    EXPECT_TRUE(answer.ends_with(body));
  }
}

TEST_F(Tls, AgreesOnHttp11) {
  start_tls();
  RawClient raw = connect();
  TlsClient client(raw, TLS1_3_VERSION, "\2h2\10http/1.1");
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.protocol(), "http/1.1");
  RawClient other = connect();
  EXPECT_FALSE(TlsClient(other, TLS1_3_VERSION, "\2h2").connected());
}

TEST_F(Tls, ReloadsForNewConnectionsAndKeepsTheOld) {
  start_tls();
  RawClient raw = connect();
  TlsClient old(raw);
  EXPECT_EQ(old.certificate_name(), "first");
  write_certificate("second", certificate(), key());
  EXPECT_TRUE(server_->reload_certificates());
  RawClient next = connect();
  EXPECT_EQ(TlsClient(next).certificate_name(), "second");
  old.send(get("/a", "Connection: close\r\n"));
  EXPECT_TRUE(old.read_all().ends_with("you asked for /a"));

  write_certificate("third", certificate(), dir_ + "/other.pem");  // no longer a pair
  auto reloaded = server_->reload_certificates();
  ASSERT_FALSE(reloaded);
  EXPECT_FALSE(reloaded.error().detail.empty());
  RawClient last = connect();
  EXPECT_EQ(TlsClient(last).certificate_name(), "second");
}

TEST_F(Tls, RefusesFilesThatAreNotACertificate) {
  EXPECT_FALSE(TlsContext::load(dir_ + "/absent.pem", key()));
  EXPECT_FALSE(TlsContext::load(key(), key()));
}

TEST_F(Tls, SurvivesClientsThatSpeakSomethingElse) {
  start_tls();
  RawClient plain = connect();
  plain.send(get("/a"));
  plain.end_sending();
  EXPECT_EQ(plain.read_all().find("HTTP/1.1"), std::string::npos);
  RawClient leaver = connect();
  leaver.send("\x16\x03\x01");
  leaver.reset();
  EXPECT_TRUE(eventually([&] { return server_->counters().open == 0; }));
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(Tls, HandshakesHaveADeadline) {
  start_tls();
  RawClient silent = connect();
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 1; }));
  ASSERT_TRUE(eventually([&] {
    advance(limits_.header_time + seconds(1));
    return server_->counters().timeouts == 1;
  }));
  EXPECT_TRUE(silent.at_end());
}

}  // namespace
}  // namespace skerry::net
