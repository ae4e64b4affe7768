#include <gtest/gtest.h>

#include <set>

#include "cloudwatch/api/ops.h"
#include "iam/api/ops.h"
#include "kms/api/ops.h"
#include "lambda/api/ops.h"
#include "logs/api/ops.h"
#include "s3/api/ops.h"
#include "sns/api/ops.h"
#include "sqs/api/ops.h"
#include "sts/api/ops.h"
#include "wire/pattern.h"
#include "wire_fixture.h"

// Services that are nothing like S3, with requests as the AWS CLI, boto3, the JavaScript and the Go SDK send them.
namespace skerry {
namespace {

using wire::make_request;
using wire::signed_for;

using wire::ApiError;
using wire::Context;
template <class T>
using Reply = Task<std::expected<T, ApiError>>;

class Services : public ::testing::Test, public wire::WireFixture {
 protected:
  Services()
      : WireFixture({&s3::kService, &iam::kService, &sts::kService, &kms::kService, &lambda::kService, &logs::kService,
                     &cloudwatch::kService, &sns::kService, &sqs::kService}) {}

  net::Response form(const std::string& service, std::string body, std::string path = "/") {
    auto request =
        make_request("POST", std::move(path),
                     {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}, signed_for(service)});
    return send(request, std::move(body));
  }
  net::Response json(const std::string& service, const std::string& target, const std::string& version,
                     std::string body) {
    auto request = make_request(
        "POST", "/",
        {{"content-type", "application/x-amz-json-" + version}, {"x-amz-target", target}, signed_for(service)});
    return send(request, std::move(body));
  }
};

TEST_F(Services, IamSpeaksQuery) {
  registry().bind<iam::CreateUserOp>([](Context&, iam::CreateUserRequest in) -> Reply<iam::CreateUserResponse> {
    EXPECT_EQ(in.path, "/team/");
    EXPECT_EQ(in.tags.value().at(1).key, "b");
    if (in.user_name == "taken") {
      co_return std::unexpected(
          iam::error(iam::Errc::EntityAlreadyExistsException, "User with name taken already exists."));
    }
    iam::User user;
    user.user_name = in.user_name;
    user.create_date = Time(seconds(1700000000));
    co_return iam::CreateUserResponse{.user = user};
  });
  std::string tail =
      "&Path=%2Fteam%2F&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b&Tags.member.2.Value=";
  auto made = form("iam", "Action=CreateUser&Version=2010-05-08&UserName=ann" + tail);
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.headers.get("content-type"), "text/xml");
  std::string body = body_of(made);
  EXPECT_TRUE(body.starts_with(
      "<CreateUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><CreateUserResult><User>"))
      << body;
  EXPECT_NE(body.find("<UserName>ann</UserName>"), std::string::npos);
  EXPECT_NE(body.find("<CreateDate>2023-11-14T22:13:20Z</CreateDate>"), std::string::npos);
  EXPECT_NE(body.find("<ResponseMetadata><RequestId>RID</RequestId></ResponseMetadata></CreateUserResponse>"),
            std::string::npos);

  auto refused = form("iam", "Action=CreateUser&Version=2010-05-08&UserName=taken" + tail);
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(body_of(refused).find("<Type>Sender</Type><Code>EntityAlreadyExists</Code>"), std::string::npos)
      << body_of(refused);

  auto invalid = form("iam", "Action=CreateUser&Version=2010-05-08&UserName=a%20b");
  EXPECT_EQ(invalid.status, 400);
  EXPECT_NE(body_of(invalid).find("<Code>ValidationError</Code>"), std::string::npos);
  EXPECT_NE(body_of(invalid).find(
                "failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+"),
            std::string::npos)
      << body_of(invalid);

  auto unserved = form("iam", "Action=ListUsers&Version=2010-05-08");
  EXPECT_EQ(unserved.status, 501);
  EXPECT_NE(body_of(unserved).find("ListUsers is not implemented"), std::string::npos);
  auto unknown = form("iam", "Action=ListWizards&Version=2010-05-08");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_NE(body_of(unknown).find("<Code>InvalidAction</Code>"), std::string::npos);
}

TEST_F(Services, StsIsFoundByVersionWhenNothingIsSigned) {
  registry().bind<sts::AssumeRoleWithWebIdentityOp>(
      [](Context&, sts::AssumeRoleWithWebIdentityRequest in) -> Reply<sts::AssumeRoleWithWebIdentityResponse> {
        EXPECT_EQ(in.role_session_name, "app");
        co_return sts::AssumeRoleWithWebIdentityResponse{.subject_from_web_identity_token = "someone"};
      });
  std::string body =
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&"
      "RoleSessionName=app&WebIdentityToken=abcd";
  auto request = make_request("POST", "/", {{"content-type", "application/x-www-form-urlencoded"}});
  auto answer = send(request, body);
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(body_of(answer).find("<SubjectFromWebIdentityToken>someone<"), std::string::npos) << body_of(answer);
  // The same, as a GET.
  EXPECT_EQ(send(make_request("GET", "/?" + body)).status, 200);
}

TEST_F(Services, KmsSpeaksJsonAndHidesSecrets) {
  registry().bind<kms::EncryptOp>([](Context&, kms::EncryptRequest in) -> Reply<kms::EncryptResponse> {
    EXPECT_EQ(in.plaintext, "hi");
    if (in.key_id == "gone")
      co_return std::unexpected(kms::error(kms::Errc::NotFoundException, "Key 'gone' does not exist"));
    co_return kms::EncryptResponse{.ciphertext_blob = "\x01\x02", .key_id = in.key_id};
  });
  auto good = json("kms", "TrentService.Encrypt", "1.1", R"({"KeyId":"k","Plaintext":"aGk="})");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.headers.get("content-type"), "application/x-amz-json-1.1");
  EXPECT_EQ(body_of(good), R"({"CiphertextBlob":"AQI=","KeyId":"k"})");

  auto missing = json("kms", "TrentService.Encrypt", "1.1", R"({"KeyId":"gone","Plaintext":"aGk="})");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(body_of(missing), R"({"__type":"NotFoundException","message":"Key 'gone' does not exist"})");
  EXPECT_EQ(missing.headers.get("x-amzn-errortype"), "NotFoundException");

  auto secret = json("kms", "TrentService.Encrypt", "1.1", R"({"KeyId":"k","Plaintext":""})");
  EXPECT_EQ(
      body_of(secret),
      R"({"__type":"ValidationException","message":"1 validation error detected: Value at 'plaintext' failed to satisfy )"
      R"(constraint: Member must have length greater than or equal to 1"})");
  EXPECT_EQ(json("kms", "TrentService.Encrypt", "1.1", "{").status, 400);
  EXPECT_NE(body_of(*std::make_unique<net::Response>(json("kms", "TrentService.Encrypt", "1.1", R"({"KeyId":7})")))
                .find("SerializationException"),
            std::string::npos);
  EXPECT_EQ(json("kms", "TrentService.Levitate", "1.1", "{}").status, 404);
}

TEST_F(Services, LambdaSpeaksRestJson) {
  registry().bind<lambda::InvokeOp>([](Context&, lambda::InvocationRequest in) -> Reply<lambda::InvocationResponse> {
    EXPECT_EQ(in.function_name, "arn:aws:lambda:eu-central-1:123456789012:function:f");
    EXPECT_EQ(in.qualifier, "live");
    EXPECT_EQ(in.invocation_type, "RequestResponse");
    EXPECT_EQ(in.payload, "{\"a\":1}");
    co_return lambda::InvocationResponse{.status_code = 200, .payload = "\"ok\"", .executed_version = "3"};
  });
  auto answer =
      send(make_request("POST",
                        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Af/"
                        "invocations?Qualifier=live",
                        {{"x-amz-invocation-type", "RequestResponse"}, signed_for("lambda")}),
           "{\"a\":1}");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("x-amz-executed-version"), "3");
  EXPECT_EQ(body_of(answer), "\"ok\"");

  registry().bind<lambda::CreateFunctionOp>(
      [](Context&, lambda::CreateFunctionRequest in) -> Reply<lambda::FunctionConfiguration> {
        EXPECT_EQ(in.code.zip_file.value().size(), 3u);
        EXPECT_EQ(in.environment.value().variables.value().at("KEY"), "V");
        if (in.function_name == "f") {
          lambda::ResourceConflictException modelled;
          modelled.type = "User";
          co_return std::unexpected(
              lambda::error(lambda::Errc::ResourceConflictException, "Function already exist: f", modelled));
        }
        co_return lambda::FunctionConfiguration{.function_name = in.function_name, .memory_size = 128};
      });
  auto create = [&](std::string name) {
    return send(
        make_request("POST", "/2015-03-31/functions", {{"content-type", "application/json"}, signed_for("lambda")}),
        R"({"FunctionName":")" + name + R"(","Role":"arn:aws:iam::123456789012:role/r","Code":{"ZipFile":"emlw"},)" +
            R"("Environment":{"Variables":{"KEY":"V"}}})");
  };
  auto made = create("g");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(body_of(made), R"({"FunctionName":"g","MemorySize":128})");
  auto refused = create("f");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.headers.get("x-amzn-errortype"), "ResourceConflictException");
  EXPECT_EQ(body_of(refused),
            R"({"__type":"ResourceConflictException","message":"Function already exist: f","Type":"User"})");
  // An error's member that travels as a header.
  registry().bind<lambda::DeleteFunctionOp>(
      [](Context&, lambda::DeleteFunctionRequest) -> Reply<lambda::DeleteFunctionResponse> {
        lambda::TooManyRequestsException modelled;
        modelled.retry_after_seconds = "5";
        co_return std::unexpected(lambda::error(lambda::Errc::TooManyRequestsException, "Rate Exceeded.", modelled));
      });
  auto slow = send(make_request("DELETE", "/2015-03-31/functions/f", {signed_for("lambda")}));
  EXPECT_EQ(slow.status, 429);
  EXPECT_EQ(slow.headers.get("retry-after"), "5");
  EXPECT_EQ(body_of(slow), R"({"__type":"TooManyRequestsException","message":"Rate Exceeded."})");
  // Unsigned: the path alone tells.
  EXPECT_EQ(send(make_request("GET", "/2015-03-31/functions/")).status, 501);
}

TEST_F(Services, LogsSpeaksJson) {
  registry().bind<logs::PutLogEventsOp>(
      [](Context&, logs::PutLogEventsRequest in) -> Reply<logs::PutLogEventsResponse> {
        EXPECT_EQ(in.log_events.at(0).timestamp, 1700000000123);
        EXPECT_EQ(in.log_events.at(0).message, "h\xc3\xa9llo \xf0\x9f\x98\x80\n");
        co_return logs::PutLogEventsResponse{.next_sequence_token = "t"};
      });
  auto answer = json(
      "logs", "Logs_20140328.PutLogEvents", "1.1",
      R"({"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1700000000123,"message":"h\u00e9llo \ud83d\ude00\n"}]})");
  EXPECT_EQ(body_of(answer), R"({"nextSequenceToken":"t"})");
  auto invalid = json("logs", "Logs_20140328.PutLogEvents", "1.1", R"({"logGroupName":"g"})");
  EXPECT_NE(body_of(invalid).find("InvalidParameterException"), std::string::npos);
}

TEST_F(Services, CloudWatchSpeaksThreeProtocols) {
  registry().bind<cloudwatch::ListMetricsOp>(
      [](Context& context, cloudwatch::ListMetricsInput in) -> Reply<cloudwatch::ListMetricsOutput> {
        EXPECT_EQ(in.namespace_, "AWS/S3");
        EXPECT_EQ(context.operation().name, "ListMetrics");
        cloudwatch::Metric metric{.namespace_ = "AWS/S3", .metric_name = "BucketSizeBytes"};
        co_return cloudwatch::ListMetricsOutput{.metrics = {{metric}}};
      });
  auto from_json = json("monitoring", "GraniteServiceVersion20100801.ListMetrics", "1.0", R"({"Namespace":"AWS/S3"})");
  EXPECT_EQ(from_json.headers.get("content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(body_of(from_json), R"({"Metrics":[{"Namespace":"AWS/S3","MetricName":"BucketSizeBytes"}]})");

  auto from_query = form("monitoring", "Action=ListMetrics&Version=2010-08-01&Namespace=AWS%2FS3");
  EXPECT_NE(body_of(from_query).find("<ListMetricsResult><Metrics><member><Namespace>AWS/S3</Namespace>"),
            std::string::npos)
      << body_of(from_query);

  std::string cbor =
      "\xa1\x69Namespace\x66"
      "AWS/S3";
  auto from_cbor =
      send(make_request(
               "POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics",
               {{"smithy-protocol", "rpc-v2-cbor"}, {"content-type", "application/cbor"}, signed_for("monitoring")}),
           cbor);
  EXPECT_EQ(from_cbor.status, 200);
  EXPECT_EQ(from_cbor.headers.get("smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(body_of(from_cbor),
            "\xbf\x67Metrics\x9f\xbf\x69Namespace\x66"
            "AWS/S3\x6aMetricName\x6f"
            "BucketSizeBytes\xff\xff\xff");

  auto unserved = send(make_request("POST", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms",
                                    {{"smithy-protocol", "rpc-v2-cbor"}}));
  EXPECT_EQ(unserved.status, 501);
  EXPECT_EQ(unserved.headers.get("x-amzn-query-error"), "NotImplemented;Receiver");
}

TEST_F(Services, SnsSpeaksQueryWithMaps) {
  registry().bind<sns::PublishOp>([](Context&, sns::PublishInput in) -> Reply<sns::PublishResponse> {
    EXPECT_EQ(in.message_attributes.value().at("a").data_type, "String");
    EXPECT_EQ(in.message_attributes.value().at("b").binary_value, "hi");
    co_return sns::PublishResponse{.message_id = "m"};
  });
  auto answer = form("sns",
                     "Action=Publish&Version=2010-03-31&TopicArn=t&Message=x&MessageAttributes.entry.1.Name=a&"
                     "MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=1&"
                     "MessageAttributes.entry.2.Name=b&MessageAttributes.entry.2.Value.DataType=Binary&"
                     "MessageAttributes.entry.2.Value.BinaryValue=aGk%3D");
  EXPECT_NE(body_of(answer).find("<PublishResult><MessageId>m</MessageId></PublishResult>"), std::string::npos)
      << body_of(answer);
}

TEST_F(Services, SqsSpeaksJsonAndTheOldClisQuery) {
  registry().bind<sqs::CreateQueueOp>([](Context&, sqs::CreateQueueRequest in) -> Reply<sqs::CreateQueueResult> {
    EXPECT_EQ(in.attributes.value().at("VisibilityTimeout"), "30");
    EXPECT_EQ(in.tags.value().at("team"), "a");
    co_return sqs::CreateQueueResult{.queue_url = "http://localhost:4566/123456789012/" + in.queue_name};
  });
  registry().bind<sqs::ReceiveMessageOp>(
      [](Context&, sqs::ReceiveMessageRequest in) -> Reply<sqs::ReceiveMessageResult> {
        if (!in.queue_url.ends_with("/q"))
          co_return std::unexpected(sqs::error(sqs::Errc::QueueDoesNotExist, "The specified queue does not exist."));
        sqs::Message message{.message_id = "1", .body = "hi"};
        message.attributes.emplace()["SentTimestamp"] = "5";
        co_return sqs::ReceiveMessageResult{.messages = {{message}}};
      });
  EXPECT_EQ(body_of(*std::make_unique<net::Response>(
                json("sqs", "AmazonSQS.CreateQueue", "1.0",
                     R"({"QueueName":"q","Attributes":{"VisibilityTimeout":"30"},"tags":{"team":"a"}})"))),
            R"({"QueueUrl":"http://localhost:4566/123456789012/q"})");
  auto old =
      form("sqs",
           "Action=CreateQueue&Version=2012-11-05&QueueName=q&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=30&"
           "Tag.1.Key=team&Tag.1.Value=a");
  EXPECT_NE(body_of(old).find("<QueueUrl>http://localhost:4566/123456789012/q</QueueUrl>"), std::string::npos)
      << body_of(old);
  auto received = form("sqs", "Action=ReceiveMessage&Version=2012-11-05&QueueUrl=x/q", "/123456789012/q");
  EXPECT_NE(
      body_of(received).find("<ReceiveMessageResult><Message><MessageId>1</MessageId><Body>hi</Body><Attribute>"
                             "<Name>SentTimestamp</Name><Value>5</Value></Attribute></Message></ReceiveMessageResult>"),
      std::string::npos)
      << body_of(received);

  auto gone = json("sqs", "AmazonSQS.ReceiveMessage", "1.0", R"({"QueueUrl":"x/none"})");
  EXPECT_EQ(gone.status, 400);
  EXPECT_EQ(gone.headers.get("x-amzn-query-error"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
  auto old_gone = form("sqs", "Action=ReceiveMessage&Version=2012-11-05&QueueUrl=x/none");
  EXPECT_NE(body_of(old_gone).find("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"), std::string::npos);
  auto missing = json("sqs", "AmazonSQS.ReceiveMessage", "1.0", "{}");
  EXPECT_EQ(missing.headers.get("x-amzn-query-error"), "MissingParameter;Sender");
  EXPECT_NE(body_of(missing).find("The request must contain the parameter QueueUrl."), std::string::npos);
}

void check_patterns(const wire::Shape* shape, std::set<const wire::Shape*>& seen) {
  if (!shape || !seen.insert(shape).second) return;
  if (shape->limits && !shape->limits->pattern.empty()) {
    EXPECT_TRUE(wire::compiles_pattern(shape->limits->pattern)) << shape->name << ": " << shape->limits->pattern;
  }
  for (const wire::Member& member : shape->members) check_patterns(member.shape, seen);
  check_patterns(shape->item, seen);
  check_patterns(shape->key, seen);
}

TEST_F(Services, AllPatternsCompile) {
  std::set<const wire::Shape*> seen;
  for (const wire::Service* service : {&s3::kService, &iam::kService, &sts::kService, &kms::kService, &lambda::kService,
                                       &logs::kService, &cloudwatch::kService, &sns::kService, &sqs::kService}) {
    for (const wire::Operation& operation : service->operations) check_patterns(operation.input, seen);
  }
  EXPECT_GT(seen.size(), 500u);
}

TEST_F(Services, PatternsMatchTheWholeValue) {
  EXPECT_TRUE(wire::matches_pattern("[a-z]+", "abc"));
  EXPECT_FALSE(wire::matches_pattern("[a-z]+", "abc\n"));
  EXPECT_FALSE(wire::matches_pattern("[a-z]+", "1abc"));
  EXPECT_FALSE(wire::matches_pattern("a|ab", "abc"));
  // One that backtracks without end is given up, soon.
  EXPECT_FALSE(wire::matches_pattern("(a+)+b", std::string(5000, 'a')));
}

TEST_F(Services, ActionsAreIamsNames) {
  auto first = [](const wire::Operation& operation) { return operation.permissions[0].action->name; };
  EXPECT_EQ(first(s3::ListObjectsV2Op::descriptor()), "s3:ListBucket");
  EXPECT_EQ(first(lambda::InvokeOp::descriptor()), "lambda:InvokeFunction");
  EXPECT_EQ(first(sqs::SendMessageBatchOp::descriptor()), "sqs:SendMessage");
  EXPECT_EQ(first(iam::CreateUserOp::descriptor()), "iam:CreateUser");
}

TEST_F(Services, PermissionsSayWhichConditionKeysTheyHave) {
  const wire::Permission& get = s3::GetObjectOp::descriptor().permissions[0];
  EXPECT_EQ(get.version_action->name, "s3:GetObjectVersion");
  EXPECT_EQ(get.resource->name, "object");
  EXPECT_TRUE(get.has_key("s3:existingobjecttag/team", false));
  EXPECT_FALSE(get.has_key("s3:existingobjecttag/", false));
  EXPECT_TRUE(get.has_key("s3:versionid", true));
  EXPECT_FALSE(get.has_key("s3:versionid", false));
  EXPECT_FALSE(get.has_key("s3:prefix", false));
  EXPECT_TRUE(iam::CreateUserOp::descriptor().permissions[0].has_key("iam:resourcetag/team", false));
}

}  // namespace
}  // namespace skerry
