#include "api/api_server.h"

#include <gtest/gtest.h>

#include "auth/sign_request.h"
#include "base/bytes.h"
#include "base/pieced_source.h"
#include "base/sim_executor.h"
#include "iam/principal.h"
#include "lambda/api/ops.h"
#include "s3/api/ops.h"
#include "wire/test_spool.h"

// The way of a request as a whole, with handlers of the test's own: what of its body is read, kept and given.
namespace skerry::api {
namespace {

constexpr std::string_view kKeyId = "AKIAIOSFODNN7EXAMPLE";
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

class OneKey final : public auth::CredentialSource {
 public:
  std::optional<auth::CredentialResult> try_find(std::string_view id, std::optional<std::string_view>) override {
    if (id != kKeyId) return std::unexpected(auth::CredentialErrc::Unknown);
    auto owner = std::make_shared<auth::Principal>();
    owner->account_id = "111122223333";
    return std::make_shared<const auth::Credential>(
        auth::Credential{std::string(id), std::string(kSecret), owner->account_id, owner});
  }
  Task<auth::CredentialResult> find(std::string id, std::optional<std::string>) override {
    co_return *try_find(id, std::nullopt);
  }
};

class OpenFront final : public Front {
 public:
  explicit OpenFront(const wire::Service& service) : service_(service) {}
  const wire::Service& service() const override { return service_; }
  auth::ErrorFamily error_family() const override {
    return &service_ == &s3::kService ? auth::ErrorFamily::S3 : auth::ErrorFamily::RestJson;
  }
  Task<std::expected<void, wire::ApiError>> authorize(wire::Context&, const auth::Authenticated&) override {
    co_return std::expected<void, wire::ApiError>();
  }
  std::expected<void, wire::ApiError> check_body(const wire::Context&, std::string_view, const net::Headers&) override {
    return {};
  }

 private:
  const wire::Service& service_;
};

class ApiServerTest : public testing::Test {
 protected:
  ~ApiServerTest() override { sim_.run(tasks_.close()); }

  struct Answer {
    int status;
    std::string body;
  };

  static net::Request request(std::string method, std::string target) {
    net::Request out;
    out.method = std::move(method);
    out.target = std::move(target);
    out.host = "localhost:4566";
    return out;
  }
  // Signed as SDKs sign Lambda's: over a hash of the body that no header carries.
  Answer send(net::Request request, std::string body, std::string_view secret = kSecret) {
    auth::Signer signer{.access_key_id = std::string(kKeyId), .secret = std::string(secret), .service = "lambda"};
    request.length = body.size();
    auth::sign_request(request, signer, sim_.now(), auth::hex_sha256(body));
    return send_signed(std::move(request), std::move(body));
  }
  Answer send_signed(net::Request request, std::string body) {
    PiecedSource source(std::move(body), 50'000);
    request.body = &source;
    request.tasks = &tasks_;
    auto response = sim_.run(api_.handle(request));
    Answer out{response.status, {}};
    if (auto* text = std::get_if<std::string>(&response.body)) {
      out.body = *text;
    } else {
      out.body = sim_.run(read_all(*std::get<std::unique_ptr<ByteSource>>(response.body), 1 << 20)).value();
    }
    left_ = source.left();
    return out;
  }
  static std::string create_function(std::string_view code) {
    return R"({"FunctionName":"f","Role":"arn:aws:iam::111122223333:role/r","Code":{"ZipFile":")" + base64(code) +
           R"("}})";
  }
  void bind_create_function() {
    registry_.bind<lambda::CreateFunctionOp>(
        [this](wire::Context&,
               lambda::CreateFunctionRequest in) -> Task<std::expected<lambda::FunctionConfiguration, wire::ApiError>> {
          in_use_ = memory_.used();
          held_ = spool_.held;
          auto code = in.code.zip_file.value().open();
          code_ = (co_await read_all(*code, 100 << 20)).value();
          co_return lambda::FunctionConfiguration{.function_name = in.function_name};
        });
  }

  SimExecutor sim_;
  SeededRandom random_{3};
  Gate tasks_;
  wire::MemorySpool spool_;
  OneKey keys_;
  auth::Authenticator authenticator_{keys_, sim_};
  wire::Registry registry_;
  OpenFront s3_{s3::kService}, lambda_{lambda::kService};
  wire::Router router_{{&s3::kService, &lambda::kService}, {"localhost"}};
  MemoryBudget memory_{4 << 20};
  Metrics metrics_;
  Log log_{LogLevel::Error, LogFormat::Json};
  ApiServer api_{{.router = router_,
                  .registry = registry_,
                  .authenticator = authenticator_,
                  .fronts = {&s3_, &lambda_},
                  .memory = memory_,
                  .spool = spool_,
                  .metrics = metrics_,
                  .log = log_,
                  .clock = sim_,
                  .random = random_}};
  std::string code_;
  std::size_t in_use_ = 0, held_ = 0;
  std::uint64_t left_ = 0;  // of the body, unread
};

TEST_F(ApiServerTest, AFunctionsCodeNeverStandsInMemory) {
  bind_create_function();
  std::string code = random_.bytes(30 << 20);  // memory_ is 4 MiB
  auto answer = send(request("POST", "/2015-03-31/functions"), create_function(code));
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(code_, code);
  EXPECT_EQ(held_, code.size());
  EXPECT_LE(in_use_, 2u << 20);
  EXPECT_EQ(spool_.held, 0u) << "what was spooled goes with its request";
  EXPECT_EQ(memory_.used(), 0u);

  code = "small";
  EXPECT_EQ(send(request("POST", "/2015-03-31/functions"), create_function(code)).status, 201);
  EXPECT_EQ(code_, code);
  EXPECT_EQ(held_, 0u);
}

TEST_F(ApiServerTest, ABodyThatWasChangedIsNotTaken) {
  bind_create_function();
  std::string body = create_function(random_.bytes(1 << 20));
  net::Request changed = request("POST", "/2015-03-31/functions");
  changed.length = body.size();
  auth::Signer signer{.access_key_id = std::string(kKeyId), .secret = std::string(kSecret), .service = "lambda"};
  auth::sign_request(changed, signer, sim_.now(), auth::hex_sha256(body));
  char& digit = body[500'000];
  digit = digit == 'A' ? 'B' : 'A';
  auto answer = send_signed(std::move(changed), body);
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(answer.body.find("signature"), answer.body.npos) << answer.body;
  EXPECT_EQ(code_, "");
  EXPECT_EQ(spool_.held, 0u);
}

TEST_F(ApiServerTest, CodeThatIsNoBase64IsSaidSoByItsName) {
  bind_create_function();
  std::string body = create_function(random_.bytes(1 << 20));
  body[900'000] = '!';
  auto answer = send(request("POST", "/2015-03-31/functions"), body);
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("code.zipFile: base64 is expected"), answer.body.npos) << answer.body;
}

TEST_F(ApiServerTest, ABodyPastItsLimitIsRefused) {
  bind_create_function();
  auto answer = send(request("POST", "/2015-03-31/functions"), create_function(random_.bytes(53 << 20)));
  EXPECT_EQ(answer.status, 413) << answer.body;
  EXPECT_NE(answer.body.find("RequestEntityTooLargeException"), answer.body.npos) << answer.body;
  EXPECT_EQ(code_, "");
  EXPECT_EQ(spool_.held, 0u);
}

TEST_F(ApiServerTest, ASpoolThatFailsIsAnInternalErrorAndLaterRequestsGoOn) {
  bind_create_function();
  spool_.failing = true;
  std::string body = create_function(random_.bytes(1 << 20));
  EXPECT_EQ(send(request("POST", "/2015-03-31/functions"), body).status, 500);
  spool_.failing = false;
  EXPECT_EQ(send(request("POST", "/2015-03-31/functions"), body).status, 201);
}

TEST_F(ApiServerTest, WhatIsNotServedIsReadForItsSignatureAndKeptNowhere) {
  std::string body = create_function(random_.bytes(30 << 20));
  auto answer = send(request("POST", "/2015-03-31/functions"), body);
  EXPECT_EQ(answer.status, 501) << answer.body;
  EXPECT_EQ(left_, 0u);
  EXPECT_EQ(spool_.created, 0);
  EXPECT_EQ(send(request("POST", "/2015-03-31/functions"), body, "wrong").status, 403);
}

TEST_F(ApiServerTest, WhatDoesNotSayItsLengthIsCountedForAllThatItMayBring) {
  registry_.bind<lambda::TagResourceOp>(
      [this](wire::Context&, lambda::TagResourceRequest) -> Task<std::expected<lambda::Nothing, wire::ApiError>> {
        in_use_ = memory_.used();
        co_return lambda::Nothing();
      });
  const std::string target = "/2017-03-31/tags/arn:aws:lambda:us-east-1:111122223333:function:f";
  const std::string body = R"({"Tags":{"a":"b"}})";
  EXPECT_EQ(send(request("POST", target), body).status, 204);
  EXPECT_EQ(in_use_, body.size());

  net::Request chunked = request("POST", target);
  auth::Signer signer{.access_key_id = std::string(kKeyId), .secret = std::string(kSecret), .service = "lambda"};
  auth::sign_request(chunked, signer, sim_.now(), auth::hex_sha256(body));
  EXPECT_EQ(send_signed(std::move(chunked), body).status, 204);
  EXPECT_EQ(in_use_, lambda::TagResourceOp::descriptor().body_limit);
  EXPECT_EQ(memory_.used(), 0u);
}

TEST_F(ApiServerTest, LongWorkAnswersBeforeItHasEnded) {
  registry_.bind_late<s3::CopyObjectOp>(
      [](wire::Context&, s3::CopyObjectRequest) -> Task<std::expected<s3::CopyObjectOutput, wire::ApiError>> {
        co_await sleep_for(seconds(60));
        co_return std::unexpected(s3::error(s3::Errc::InternalError));
      });
  net::Request copy = request("PUT", "/bucket/key");
  copy.headers.add("x-amz-copy-source", "/bucket/other");
  copy.length = 0;
  auth::Signer signer{.access_key_id = std::string(kKeyId), .secret = std::string(kSecret)};
  auth::sign_request(copy, signer, sim_.now(), auth::hex_sha256(""));
  auto answer = send_signed(std::move(copy), "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n   ")) << answer.body;
  EXPECT_NE(answer.body.find("<Code>InternalError</Code>"), answer.body.npos) << answer.body;
}

}  // namespace
}  // namespace skerry::api
