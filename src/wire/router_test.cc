#include "wire/router.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "wire/test_request.h"
#include "wire/test_services.h"

// What each form of request means: the service, the protocol, the operation and its labels, or the very error.
namespace skerry::wire {
namespace {

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::RestXml:
      return "rest-xml";
    case Protocol::RestJson:
      return "rest-json";
    case Protocol::Json10:
      return "json-1.0";
    case Protocol::Json11:
      return "json-1.1";
    case Protocol::Query:
      return "query";
    case Protocol::RpcV2Cbor:
      return "cbor";
  }
  std::unreachable();
}

// "s3 rest-xml GetObject Bucket=b Key=k", "s3 query a form", "s3 rest-xml 405 MethodNotAllowed: words, Field=value"
std::string in_words(const std::expected<Route, RouteFailure>& route) {
  if (!route) {
    const RouteFailure& failure = route.error();
    std::string out = fmt::format("{} {} {} {}: {}", failure.service->name, name_of(failure.protocol),
                                  failure.error.info->status, failure.error.info->code, failure.error.message);
    for (const auto& [name, value] : failure.error.fields) out += fmt::format(", {}={}", name, value);
    return out;
  }
  std::string out = fmt::format("{} {} {}", route->service->name, name_of(route->protocol),
                                route->operation ? route->operation->name : "a form");
  if (route->virtual_host) out += " by host";
  for (const auto& [name, value] : route->labels) out += fmt::format(" {}={}", name, value);
  return out;
}

const std::pair<std::string, std::string> kForm = {"content-type", "application/x-www-form-urlencoded; charset=utf-8"};
// Of S3, where no operation has the method.
std::string no_method(std::string_view method) {
  return fmt::format(
      "s3 rest-xml 405 MethodNotAllowed: The specified method is not allowed against this resource., Method={}",
      method);
}

constexpr std::string_view kBadUri = "s3 rest-xml 400 InvalidURI: Couldn't parse the specified URI.";

class Routing : public ::testing::Test {
 protected:
  std::string of(const net::Request& request) const { return in_words(router_.route(request)); }
  std::string of_form(const net::Request& request, std::string_view body) const {
    return in_words(router_.route_form(request, body));
  }
  std::string at(std::string method, std::string target, Fields headers = {}) const {
    return of(make_request(std::move(method), std::move(target), std::move(headers)));
  }
  std::string at_host(std::string host, std::string target, Fields headers = {}) const {
    headers.emplace_back("host", std::move(host));
    return at("GET", std::move(target), std::move(headers));
  }
  std::string targeting(std::string target) const { return at("POST", "/", {{"x-amz-target", std::move(target)}}); }
  std::string in_cbor(std::string path, std::string protocol = "rpc-v2-cbor") const {
    return at("POST", std::move(path), {{"smithy-protocol", std::move(protocol)}});
  }

 private:
  Router router_{{&sample::kStoreAccounts, &sample::kStore, &sample::kFunctions, &sample::kKeys, &sample::kMetrics,
                  &sample::kQueues, &sample::kPeople, &sample::kTokens},
                 {"localhost", "skerry.example"}};
};

// ---- X-Amz-Target

TEST_F(Routing, ATargetNamesServiceAndOperation) {
  EXPECT_EQ(targeting("TrentService.Encrypt"), "kms json-1.1 Encrypt");
  EXPECT_EQ(targeting("AmazonSQS.SendMessage"), "sqs json-1.0 SendMessage");
  // The model's own protocol is CBOR; the header says JSON.
  EXPECT_EQ(targeting("GraniteServiceVersion20100801.ListMetrics"), "cloudwatch json-1.0 ListMetrics");
  // The signature is looked at by whoever checks it.
  EXPECT_EQ(at("POST", "/", {{"x-amz-target", "TrentService.Encrypt"}, signed_for("sqs")}), "kms json-1.1 Encrypt");
}

TEST_F(Routing, AnUnknownTargetIsRefusedInItsServicesProtocol) {
  EXPECT_EQ(targeting("TrentService.Levitate"),
            "kms json-1.1 404 UnknownOperationException: Unknown operation Levitate");
  EXPECT_EQ(targeting("TrentService.encrypt"), "kms json-1.1 404 UnknownOperationException: Unknown operation encrypt");
  EXPECT_EQ(targeting("TrentService."), "kms json-1.1 404 UnknownOperationException: Unknown operation ");
  EXPECT_EQ(targeting("TrentService"), "kms json-1.1 404 UnknownOperationException: Unknown operation ");
  EXPECT_EQ(targeting("TrentService.Encrypt.Twice"),
            "kms json-1.1 404 UnknownOperationException: Unknown operation Encrypt.Twice");
  EXPECT_EQ(targeting("AmazonSQS.Fly"),
            "sqs json-1.0 400 UnknownOperationException: Could not find operation Fly for version 2012-11-05");
}

TEST_F(Routing, ATargetOfNobodyIsWhatTheRestSays) {
  EXPECT_EQ(targeting("Nobody.Encrypt"), no_method("POST"));
  EXPECT_EQ(targeting(".Encrypt"), no_method("POST"));
  EXPECT_EQ(targeting("trentservice.Encrypt"), no_method("POST"));
  EXPECT_EQ(at("POST", "/", {{"x-amz-target", "Nobody.Encrypt"}, signed_for("nobody")}),
            "s3 rest-xml 501 NotImplemented: The service nobody is not implemented.");
  EXPECT_EQ(at("POST", "/", {{"x-amz-target", "Nobody.Encrypt"}, signed_for("kms")}),
            "kms json-1.1 404 UnknownOperationException: Unknown operation without a name");
}

// ---- Smithy-Protocol

TEST_F(Routing, CborNamesBothInItsPath) {
  EXPECT_EQ(in_cbor("/service/GraniteServiceVersion20100801/operation/ListMetrics"), "cloudwatch cbor ListMetrics");
  EXPECT_EQ(in_cbor("/service/GraniteServiceVersion20100801/operation/Fly"),
            "cloudwatch cbor 400 InvalidAction: Could not find operation Fly for version 2010-08-01");
  EXPECT_EQ(in_cbor("/service/GraniteServiceVersion20100801/operation/"),
            "cloudwatch cbor 400 InvalidAction: Could not find operation  for version 2010-08-01");
  EXPECT_EQ(in_cbor("/service/GraniteServiceVersion20100801/operation/ListMetrics/"),
            "cloudwatch cbor 400 InvalidAction: Could not find operation ListMetrics/ for version 2010-08-01");
}

TEST_F(Routing, CborOfNobodyIsAPath) {
  // A service that speaks no CBOR, none at all, another protocol, another path.
  EXPECT_EQ(in_cbor("/service/TrentService/operation/Encrypt"), no_method("POST"));
  EXPECT_EQ(in_cbor("/service/Nobody/operation/ListMetrics"), no_method("POST"));
  EXPECT_EQ(in_cbor("/service/GraniteServiceVersion20100801/operation/ListMetrics", "rpc-v3"), no_method("POST"));
  EXPECT_EQ(at("GET", "/service/GraniteServiceVersion20100801/operation/ListMetrics"),
            "s3 rest-xml GetObject Bucket=service Key=GraniteServiceVersion20100801/operation/ListMetrics");
  EXPECT_EQ(at("GET", "/service/k", {{"smithy-protocol", "rpc-v2-cbor"}}),
            "s3 rest-xml GetObject Bucket=service Key=k");
}

// ---- Action

TEST_F(Routing, AnActionInTheQuery) {
  EXPECT_EQ(at("GET", "/?Action=GetCallerIdentity&Version=2011-06-15"), "sts query GetCallerIdentity");
  EXPECT_EQ(at("POST", "/?Version=2010-05-08&Action=ListUsers", {signed_for("iam")}), "iam query ListUsers");
  EXPECT_EQ(at("GET", "/?Action=ListUsers", {signed_for("iam")}), "iam query ListUsers");
  EXPECT_EQ(at("GET", "/?Action=ListUsers&X-Amz-Credential=A%2F20260101%2Feu%2Fiam%2Faws4_request"),
            "iam query ListUsers");
  EXPECT_EQ(at("GET", "/123456789012/q?Action=SendMessage", {signed_for("sqs")}), "sqs query SendMessage");
  EXPECT_EQ(at("GET", "/?Action=ListMetrics", {signed_for("monitoring")}), "cloudwatch query ListMetrics");
}

TEST_F(Routing, AnActionOfNobodyIsRefused) {
  EXPECT_EQ(at("GET", "/?Action=Fly&Version=2011-06-15"),
            "sts query 400 InvalidAction: Could not find operation Fly for version 2011-06-15");
  // What is signed for one service has not another's version.
  EXPECT_EQ(at("GET", "/?Action=ListUsers&Version=2011-06-15", {signed_for("iam")}),
            "iam query 400 InvalidAction: Could not find operation ListUsers for version 2010-05-08");
  EXPECT_EQ(at("GET", "/?Action=ListUsers&Version=1999-01-01"),
            "s3 query 501 NotImplemented: No service of version 1999-01-01 is implemented.");
  EXPECT_EQ(at("GET", "/?Action=ListUsers"), "s3 query 501 NotImplemented: The request names no version of a service.");
  EXPECT_EQ(at("GET", "/?Action=Encrypt&Version=2014-11-01", {signed_for("kms")}),
            "s3 query 501 NotImplemented: No service of version 2014-11-01 is implemented.");
  EXPECT_EQ(at("GET", "/?Action=ListUsers", {signed_for("ec2")}),
            "s3 rest-xml 501 NotImplemented: The service ec2 is not implemented.");
}

TEST_F(Routing, AnActionThatIsNone) {
  EXPECT_EQ(at("GET", "/?Action="), "s3 rest-xml ListBuckets");
  EXPECT_EQ(at("GET", "/?action=ListUsers&Version=2010-05-08"), "s3 rest-xml ListBuckets");
  // A parameter of an object or of a bucket, which S3 does not know and does not mind.
  EXPECT_EQ(at("GET", "/b/k?Action=ListUsers&Version=2010-05-08"), "s3 rest-xml GetObject Bucket=b Key=k");
  EXPECT_EQ(at_host("b.localhost", "/?Action=List"), "s3 rest-xml ListObjects by host Bucket=b");
  EXPECT_EQ(at("GET", "/?Action=ListUsers", {signed_for("s3")}), "s3 rest-xml ListBuckets");
  // A host that is named for a service, and a version that says the same.
  EXPECT_EQ(at_host("sts.localhost", "/?Action=GetCallerIdentity&Version=2011-06-15"), "sts query GetCallerIdentity");
}

TEST_F(Routing, AFormIsToBeReadFirst) {
  EXPECT_EQ(at("POST", "/", {kForm, signed_for("iam")}), "iam query a form");
  EXPECT_EQ(at("POST", "/", {kForm, signed_for("sqs")}), "sqs query a form");
  EXPECT_EQ(at("POST", "/123456789012/q", {kForm, signed_for("sqs")}), "sqs query a form");
  EXPECT_EQ(at("POST", "/", {{"content-type", "Application/X-WWW-Form-Urlencoded"}}), "s3 query a form");
  // Nobody has signed it: S3 speaks for it until its Action is known.
  EXPECT_EQ(at("POST", "/", {kForm}), "s3 query a form");
  EXPECT_EQ(at("POST", "/123456789012/q", {kForm}), "s3 query a form");
  EXPECT_EQ(at("POST", "/", {kForm, {"host", "b.localhost"}, signed_for("iam")}), "iam query a form");
}

TEST_F(Routing, AFormThatIsNone) {
  EXPECT_EQ(at("PUT", "/", {kForm}), no_method("PUT"));
  EXPECT_EQ(at("POST", "/", {{"content-type", "multipart/form-data"}}), no_method("POST"));
  EXPECT_EQ(at("POST", "/b", {kForm}), "s3 rest-xml PostObject Bucket=b");
  EXPECT_EQ(at("POST", "/12345678901/q", {kForm}), no_method("POST"));  // an account has twelve digits
  EXPECT_EQ(at("POST", "/12345678901x/q", {kForm}), no_method("POST"));
  EXPECT_EQ(at("POST", "/", {kForm, {"host", "b.localhost"}}), "s3 rest-xml PostObject by host Bucket=b");
  EXPECT_EQ(at("POST", "/b", {kForm, signed_for("iam")}),
            "iam query 400 InvalidAction: Could not find operation without a name for version 2010-05-08");
}

TEST_F(Routing, TheFormsActionChooses) {
  auto anonymous = make_request("POST", "/", {kForm}), by_iam = make_request("POST", "/", {kForm, signed_for("iam")});
  EXPECT_EQ(of_form(anonymous, "Action=GetCallerIdentity&Version=2011-06-15"), "sts query GetCallerIdentity");
  EXPECT_EQ(of_form(anonymous, "Version=2010-05-08&X=1&Action=ListUsers"), "iam query ListUsers");
  EXPECT_EQ(of_form(anonymous, "Action=List%55sers&Version=2010-05-08"), "iam query ListUsers");
  EXPECT_EQ(of_form(by_iam, "Action=ListUsers"), "iam query ListUsers");
  EXPECT_EQ(of_form(by_iam, "Action=Fly&Version=2010-05-08"),
            "iam query 400 InvalidAction: Could not find operation Fly for version 2010-05-08");
  EXPECT_EQ(of_form(by_iam, ""), "iam query 400 InvalidAction: Could not find operation  for version 2010-05-08");
  EXPECT_EQ(of_form(by_iam, "Action=GetCallerIdentity&Version=2011-06-15"),
            "iam query 400 InvalidAction: Could not find operation GetCallerIdentity for version 2010-05-08");
  EXPECT_EQ(of_form(anonymous, "Action=ListUsers&Version=1999-01-01"),
            "s3 query 501 NotImplemented: No service of version 1999-01-01 is implemented.");
  EXPECT_EQ(of_form(anonymous, ""), "s3 query 501 NotImplemented: The request names no version of a service.");
  EXPECT_EQ(of_form(by_iam, "Action=%zz"), "iam query 400 MalformedInput: the form is not well-formed");
  EXPECT_EQ(of_form(anonymous, "Action=%zz"), "s3 query 400 MalformedInput: the form is not well-formed");
  EXPECT_EQ(of_form(make_request("POST", "/", {kForm, signed_for("ec2")}), "Action=RunInstances&Version=2016-11-15"),
            "s3 query 501 NotImplemented: No service of version 2016-11-15 is implemented.");
}

// ---- paths

TEST_F(Routing, PathsAndTheirLabels) {
  EXPECT_EQ(at("GET", "/"), "s3 rest-xml ListBuckets");
  EXPECT_EQ(at("GET", "/b"), "s3 rest-xml ListObjects Bucket=b");
  EXPECT_EQ(at("GET", "/b/"), "s3 rest-xml ListObjects Bucket=b");
  EXPECT_EQ(at("GET", "/b/k"), "s3 rest-xml GetObject Bucket=b Key=k");
  EXPECT_EQ(at("GET", "/b/a/b/c"), "s3 rest-xml GetObject Bucket=b Key=a/b/c");
  EXPECT_EQ(at("HEAD", "/b/k"), "s3 rest-xml HeadObject Bucket=b Key=k");
  EXPECT_EQ(at("GET", "/2015-03-31/functions"), "lambda rest-json ListFunctions");
  EXPECT_EQ(at("GET", "/2015-03-31/functions/"), "lambda rest-json ListFunctions");
  EXPECT_EQ(at("GET", "/2015-03-31/functions/f"), "lambda rest-json GetFunction Name=f");
  EXPECT_EQ(at("POST", "/2015-03-31/functions/f/invocations"), "lambda rest-json Invoke Name=f");
  EXPECT_EQ(at("POST", "/2015-03-31/functions/f%2Fg/invocations", {signed_for("lambda")}),
            "lambda rest-json Invoke Name=f/g");
}

TEST_F(Routing, AGreedyLabelIsLeftAsItWasSent) {
  EXPECT_EQ(at("GET", "/b//"), "s3 rest-xml GetObject Bucket=b Key=/");
  EXPECT_EQ(at("GET", "/b//k"), "s3 rest-xml GetObject Bucket=b Key=/k");
  EXPECT_EQ(at("GET", "/b/k//"), "s3 rest-xml GetObject Bucket=b Key=k//");
  EXPECT_EQ(at("GET", "/b/../c/./d"), "s3 rest-xml GetObject Bucket=b Key=../c/./d");
  EXPECT_EQ(at("GET", "/b/a%2Fb%20c+d%3F"), "s3 rest-xml GetObject Bucket=b Key=a/b c+d?");
  EXPECT_EQ(at("GET", "/b%2Fc/k"), "s3 rest-xml GetObject Bucket=b/c Key=k");
  EXPECT_EQ(at("GET", "/b/%C3%A9%FF"), "s3 rest-xml GetObject Bucket=b Key=\xc3\xa9\xff");
}

TEST_F(Routing, PathsOfNothing) {
  // A bucket without a name.
  constexpr std::string_view kNothing =
      "s3 rest-xml 405 MethodNotAllowed: The specified method is not allowed against this resource.";
  EXPECT_EQ(at("GET", "//"), kNothing);
  EXPECT_EQ(at("GET", "//k"), kNothing);
  EXPECT_EQ(at("GET", "/2015-03-31/functions//invocations", {signed_for("lambda")}),
            "lambda rest-json 404 UnknownOperationException: Unknown operation /2015-03-31/functions//invocations");
  EXPECT_EQ(at("GET", "/2015-03-31", {signed_for("lambda")}),
            "lambda rest-json 404 UnknownOperationException: Unknown operation /2015-03-31");
  EXPECT_EQ(at("GET", "/b/k", {signed_for("lambda")}),
            "lambda rest-json 404 UnknownOperationException: Unknown operation /b/k");
  // Unsigned, these are S3's.
  EXPECT_EQ(at("GET", "/2015-03-31"), "s3 rest-xml ListObjects Bucket=2015-03-31");
  EXPECT_EQ(at("GET", "/2015-03-31/other"), "s3 rest-xml GetObject Bucket=2015-03-31 Key=other");
  // The network gives every request a path; one without is the root.
  EXPECT_EQ(at("GET", ""), "s3 rest-xml ListBuckets");
  EXPECT_EQ(at("GET", "?x"), "s3 rest-xml ListBuckets");
}

TEST_F(Routing, MethodsThatAPathDoesNotHave) {
  for (const char* method : {"DELETE", "PATCH", "OPTIONS", "get", ""}) {
    EXPECT_EQ(at(method, "/b/k"), no_method(method));
  }
  EXPECT_EQ(at("OPTIONS", "*"), no_method("OPTIONS"));
  EXPECT_EQ(at("HEAD", "/"), no_method("HEAD"));
  EXPECT_EQ(at("DELETE", "/2015-03-31/functions/f"),
            "lambda rest-json 404 UnknownOperationException: Unknown operation");
  EXPECT_EQ(at("HEAD", "/2015-03-31/functions/f", {signed_for("lambda")}),
            "lambda rest-json 404 UnknownOperationException: Unknown operation");
}

TEST_F(Routing, BadEscapesAreABadUri) {
  for (const char* target : {"/b/%zz", "/b/%4", "/b/%", "/%zz/k", "/b?a=%zz", "/b?%zz", "/?%", "/?Action=%zz"}) {
    EXPECT_EQ(at("GET", target), kBadUri) << target;
  }
  EXPECT_EQ(at("GET", "/k?%zz", {{"host", "b.s3.localhost"}}), kBadUri);
  EXPECT_EQ(at("GET", "/2015-03-31/functions/%zz", {signed_for("lambda")}),
            "lambda rest-json 400 SerializationException: the path is not well-formed");
}

// ---- queries and headers that choose

TEST_F(Routing, QueriesChoose) {
  EXPECT_EQ(at("GET", "/b?acl"), "s3 rest-xml GetBucketAcl Bucket=b");
  EXPECT_EQ(at("GET", "/b/?acl="), "s3 rest-xml GetBucketAcl Bucket=b");
  EXPECT_EQ(at("GET", "/b?acl&acl"), "s3 rest-xml GetBucketAcl Bucket=b");
  EXPECT_EQ(at("GET", "/b?x=1&&ac%6C&x-id=Other"), "s3 rest-xml GetBucketAcl Bucket=b");
  EXPECT_EQ(at("GET", "/b?ACL"), "s3 rest-xml ListObjects Bucket=b");
  EXPECT_EQ(at("GET", "/b?list-type=2&prefix=a"), "s3 rest-xml ListObjectsV2 Bucket=b");
  EXPECT_EQ(at("GET", "/b/k?uploadId=u"), "s3 rest-xml ListParts Bucket=b Key=k");
  EXPECT_EQ(at("GET", "/b/k?partNumber=1"), "s3 rest-xml GetObject Bucket=b Key=k");
  EXPECT_EQ(at("PUT", "/b/k?uploadId=u&partNumber=1"), "s3 rest-xml UploadPart Bucket=b Key=k");
}

TEST_F(Routing, QueriesThatMeanTwoThingsOrHalfOfOne) {
  EXPECT_EQ(at("GET", "/b?acl&list-type=2"),
            "s3 rest-xml 400 InvalidArgument: Conflicting query string parameters: acl, list-type, "
            "ArgumentName=ResourceType, ArgumentValue=acl");
  EXPECT_EQ(at("GET", "/b?list-type=3"),
            "s3 rest-xml 400 InvalidArgument: A query parameter that goes with list-type is missing, "
            "ArgumentName=list-type, ArgumentValue=");
  EXPECT_EQ(at("PUT", "/b/k?partNumber=1"),
            "s3 rest-xml 400 InvalidArgument: A query parameter that goes with partNumber is missing, "
            "ArgumentName=partNumber, ArgumentValue=");
}

TEST_F(Routing, ASubresourceIsNeverIgnored) {
  EXPECT_EQ(at("PUT", "/b/k?acl"), no_method("PUT") + ", ResourceType=acl");
  EXPECT_EQ(at("PUT", "/b/k?uploadId=u"), no_method("PUT") + ", ResourceType=uploadId");
  EXPECT_EQ(at("GET", "/b/k?select&select-type=2"),
            "s3 rest-xml 501 NotImplemented: The subresource select is not implemented.");
}

TEST_F(Routing, AHeaderChooses) {
  EXPECT_EQ(at("PUT", "/b/k"), "s3 rest-xml PutObject Bucket=b Key=k");
  EXPECT_EQ(at("PUT", "/b/k", {{"x-amz-copy-source", "b/j"}}), "s3 rest-xml CopyObject Bucket=b Key=k");
  EXPECT_EQ(at("PUT", "/b/k", {{"x-amz-copy-source", ""}}), "s3 rest-xml CopyObject Bucket=b Key=k");
  // A presigned URL carries it in the query.
  EXPECT_EQ(at("PUT", "/b/k?x-amz-copy-source=b%2Fj"), "s3 rest-xml CopyObject Bucket=b Key=k");
}

// ---- claims

TEST_F(Routing, WhatAServiceClaimsIsItsOwn) {
  const std::string block = "/v20180820/configuration/publicAccessBlock";
  const std::pair<std::string, std::string> account{"x-amz-account-id", "111122223333"};
  const std::string found = "s3control rest-xml GetPublicAccessBlock";
  EXPECT_EQ(at("GET", block, {account, signed_for("s3")}), found);
  EXPECT_EQ(at("GET", block, {account}), found);
  // SDKs put the account where a bucket would stand.
  for (const char* host : {"111122223333.localhost:4566", "111122223333.s3-control.eu-central-1.localhost",
                           "111122223333.s3.localhost", "111122223333.127.0.0.1:4566", "s3-control.localhost"}) {
    EXPECT_EQ(at_host(host, block, {account, signed_for("s3")}), found) << host;
  }
  EXPECT_EQ(at("GET", "/v20180820/nothing", {account, signed_for("s3")}),
            "s3control rest-xml 405 MethodNotAllowed: The specified method is not allowed against this resource.");
  EXPECT_EQ(at("GET", block + "?%zz", {account}), "s3control" + std::string(kBadUri.substr(2)));
}

TEST_F(Routing, HalfOfAClaimIsNone) {
  const std::string block = "/v20180820/configuration/publicAccessBlock";
  const std::pair<std::string, std::string> account{"x-amz-account-id", "111122223333"};
  const std::string object = "s3 rest-xml GetObject Bucket=v20180820 Key=configuration/publicAccessBlock";
  EXPECT_EQ(at("GET", block), object);
  EXPECT_EQ(at("GET", block, {signed_for("s3")}), object);
  EXPECT_EQ(at("GET", "/b/k", {account, signed_for("s3")}), "s3 rest-xml GetObject Bucket=b Key=k");
  EXPECT_EQ(at("GET", "/v20180820", {account, signed_for("s3")}), "s3 rest-xml ListObjects Bucket=v20180820");
  EXPECT_EQ(at_host("b.s3.localhost", block),
            "s3 rest-xml GetObject by host Bucket=b Key=v20180820/" + block.substr(11));
}

// ---- hosts

TEST_F(Routing, AHostNamesTheBucket) {
  EXPECT_EQ(at_host("b.localhost", "/"), "s3 rest-xml ListObjects by host Bucket=b");
  EXPECT_EQ(at_host("b.localhost:4566", "/a/b"), "s3 rest-xml GetObject by host Bucket=b Key=a/b");
  EXPECT_EQ(at_host("B.LocalHost", "/k"), "s3 rest-xml GetObject by host Bucket=b Key=k");
  EXPECT_EQ(at_host("b.skerry.example", "//"), "s3 rest-xml GetObject by host Bucket=b Key=/");
  EXPECT_EQ(at_host("a.b.c.localhost", "/?acl"), "s3 rest-xml GetBucketAcl by host Bucket=a.b.c");
  EXPECT_EQ(at_host("b.s3.localhost", "/k"), "s3 rest-xml GetObject by host Bucket=b Key=k");
  EXPECT_EQ(at_host("b.s3.eu-central-1.localhost", "/k"), "s3 rest-xml GetObject by host Bucket=b Key=k");
  EXPECT_EQ(at_host("a.s3.b.s3.localhost", "/k"), "s3 rest-xml GetObject by host Bucket=a.s3.b Key=k");
}

TEST_F(Routing, AHostThatNamesNone) {
  for (const char* host : {"localhost", "localhost:4566", "s3.localhost", "s3.eu-central-1.localhost", "127.0.0.1:4566",
                           "[::1]:4566", "other.example", "xlocalhost", ".localhost", ""}) {
    EXPECT_EQ(at_host(host, "/b/k"), "s3 rest-xml GetObject Bucket=b Key=k") << host;
  }
}

TEST_F(Routing, AWebsitesHost) {
  for (const char* host :
       {"b.s3-website.localhost", "b.s3-website.eu-central-1.localhost", "b.s3-website-eu-central-1.localhost"}) {
    EXPECT_EQ(at_host(host, "/k"), "s3 rest-xml 501 NotImplemented: Website endpoints are not implemented.") << host;
  }
}

TEST_F(Routing, AHostThatCouldBeAServicesOrABuckets) {
  // Signed for another service, whose tables know no bucket.
  EXPECT_EQ(at_host("lambda.localhost", "/2015-03-31/functions/f", {signed_for("lambda")}),
            "lambda rest-json GetFunction Name=f");
  EXPECT_EQ(at_host("b.localhost", "/k", {signed_for("lambda")}),
            "lambda rest-json 404 UnknownOperationException: Unknown operation /k");
  EXPECT_EQ(at_host("kms.localhost", "/", {{"x-amz-target", "TrentService.Encrypt"}}), "kms json-1.1 Encrypt");
  // Unsigned, with a path like a function's: the key of a public object.
  EXPECT_EQ(at_host("b.localhost", "/2015-03-31/functions/f"),
            "s3 rest-xml GetObject by host Bucket=b Key=2015-03-31/functions/f");
  // A host that says s3 can mean nothing else.
  EXPECT_EQ(at_host("b.s3.localhost", "/2015-03-31/functions/f", {signed_for("lambda")}),
            "s3 rest-xml GetObject by host Bucket=b Key=2015-03-31/functions/f");
  EXPECT_EQ(at_host("b.s3.localhost", "/", {{"x-amz-target", "TrentService.Encrypt"}}),
            "s3 rest-xml ListObjects by host Bucket=b");
}

// ---- signatures that name the service

TEST_F(Routing, OnlyAWholeScopeNamesAService) {
  EXPECT_EQ(at("GET", "/2015-03-31/functions/f", {signed_for("s3")}),
            "s3 rest-xml GetObject Bucket=2015-03-31 Key=functions/f");
  EXPECT_EQ(at("GET", "/2015-03-31/functions/f?X-Amz-Credential=A/20260101/eu/s3/aws4_request"),
            "s3 rest-xml GetObject Bucket=2015-03-31 Key=functions/f");
  for (const char* authorization : {"AWS AKIAEXAMPLE:c2ln", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=",
                                    "AWS4-HMAC-SHA256 Credential=aws4_request, Signature=0",
                                    "AWS4-HMAC-SHA256 Credential=A/20260101/eu/lambda/aws5_request, Signature=0"}) {
    EXPECT_EQ(at("GET", "/b/k", {{"authorization", authorization}}), "s3 rest-xml GetObject Bucket=b Key=k")
        << authorization;
  }
  // S3 says itself that the signature is for another service.
  EXPECT_EQ(at("GET", "/b/k", {signed_for("ec2")}), "s3 rest-xml GetObject Bucket=b Key=k");
}

}  // namespace
}  // namespace skerry::wire
