#pragma once
#include "wire/descriptor.h"
#include "wire/route_table.h"

// A handful of services that speak as S3, S3 Control, Lambda, KMS, CloudWatch, SQS, IAM and STS do, described by hand
// and without shapes: for tests of what is found before any body is read.
namespace skerry::wire::sample {

using Where = RouteCondition;

extern const Service kStore, kStoreAccounts, kFunctions, kKeys, kMetrics, kQueues, kPeople, kTokens;

constexpr Operation operation(const Service& service, std::uint16_t index, std::string_view name,
                              std::string_view method = "POST", std::string_view uri = "/") {
  return {.service = &service,
          .name = name,
          .method = method,
          .uri = uri,
          .index = index,
          .status = 200,
          .generated = true,
          .checksum_required = false,
          .streams_in = false,
          .streams_out = false,
          .unwrapped = false,
          .body_limit = 1000};
}

// ---- rest-xml, with subresources, a greedy label and operations that differ by a header

inline constexpr Operation kStoreOperations[] = {operation(kStore, 0, "CopyObject", "PUT", "/{Bucket}/{Key+}"),
                                                 operation(kStore, 1, "GetBucketAcl", "GET", "/{Bucket}?acl"),
                                                 operation(kStore, 2, "GetObject", "GET", "/{Bucket}/{Key+}"),
                                                 operation(kStore, 3, "HeadObject", "HEAD", "/{Bucket}/{Key+}"),
                                                 operation(kStore, 4, "ListBuckets", "GET", "/"),
                                                 operation(kStore, 5, "ListObjects", "GET", "/{Bucket}"),
                                                 operation(kStore, 6, "ListObjectsV2", "GET", "/{Bucket}?list-type=2"),
                                                 operation(kStore, 7, "ListParts", "GET", "/{Bucket}/{Key+}"),
                                                 operation(kStore, 8, "PostObject", "POST", "/{Bucket}"),
                                                 operation(kStore, 9, "PutObject", "PUT", "/{Bucket}/{Key+}"),
                                                 operation(kStore, 10, "UploadPart", "PUT", "/{Bucket}/{Key+}")};

inline constexpr Where kSource[] = {{Where::Header, "x-amz-copy-source", {}}};
inline constexpr Where kAcl[] = {{Where::QueryKey, "acl", {}}};
inline constexpr Where kTypeTwo[] = {{Where::QueryValue, "list-type", "2"}};
inline constexpr Where kUpload[] = {{Where::QueryKey, "uploadId", {}}};
inline constexpr Where kPart[] = {{Where::QueryKey, "partNumber", {}}, {Where::QueryKey, "uploadId", {}}};

inline constexpr RouteCandidate kListBuckets[] = {{4, {}}};
inline constexpr RouteCandidate kGetAcl[] = {{1, kAcl}};
inline constexpr RouteCandidate kListTwo[] = {{6, kTypeTwo}};
inline constexpr RouteCandidate kListOne[] = {{5, {}}};
inline constexpr RouteCandidate kPost[] = {{8, {}}};
inline constexpr RouteCandidate kParts[] = {{7, kUpload}};
inline constexpr RouteCandidate kGet[] = {{2, {}}};
inline constexpr RouteCandidate kHead[] = {{3, {}}};
inline constexpr RouteCandidate kPutPart[] = {{10, kPart}};
inline constexpr RouteCandidate kPutOrCopy[] = {{0, kSource}, {9, {}}};

inline constexpr RouteKey kBucketKeys[] = {{"acl", kGetAcl}, {"list-type", kListTwo}};
inline constexpr RouteKey kGetKeys[] = {{"uploadId", kParts}};
inline constexpr RouteKey kPutKeys[] = {{"partNumber", kPutPart}};
inline constexpr RouteMethod kRootMethods[] = {{"GET", {}, kListBuckets}};
inline constexpr RouteMethod kBucketMethods[] = {{"GET", kBucketKeys, kListOne}, {"POST", {}, kPost}};
inline constexpr RouteMethod kKeyMethods[] = {
    {"GET", kGetKeys, kGet}, {"HEAD", {}, kHead}, {"PUT", kPutKeys, kPutOrCopy}};
inline constexpr RouteNode kStoreNodes[] = {
    {{}, 1, kNone, kRootMethods}, {{}, kNone, 2, kBucketMethods}, {{}, kNone, kNone, kKeyMethods}};
inline constexpr std::string_view kSubresources[] = {"acl", "uploadId"}, kUnserved[] = {"select"};
inline constexpr RouteTable kStoreRoutes{kStoreNodes, kSubresources, kUnserved};

// ---- rest-xml beside it, signed for by the same name, with a claim of its own

inline constexpr Operation kStoreAccountsOperations[] = {
    operation(kStoreAccounts, 0, "GetPublicAccessBlock", "GET", "/v20180820/configuration/publicAccessBlock")};

inline constexpr RouteCandidate kGetBlock[] = {{0, {}}};
inline constexpr RouteMethod kBlockMethods[] = {{"GET", {}, kGetBlock}};
inline constexpr RouteEdge kAccountsVersion[] = {{"v20180820", 1}}, kConfiguration[] = {{"configuration", 2}},
                           kBlock[] = {{"publicAccessBlock", 3}};
inline constexpr RouteNode kStoreAccountsNodes[] = {{kAccountsVersion, kNone, kNone, {}},
                                                    {kConfiguration, kNone, kNone, {}},
                                                    {kBlock, kNone, kNone, {}},
                                                    {{}, kNone, kNone, kBlockMethods}};
inline constexpr RouteTable kStoreAccountsRoutes{kStoreAccountsNodes, {}, {}};

// ---- rest-json, with literal segments around a label

inline constexpr Operation kFunctionsOperations[] = {
    operation(kFunctions, 0, "GetFunction", "GET", "/2015-03-31/functions/{Name}"),
    operation(kFunctions, 1, "Invoke", "POST", "/2015-03-31/functions/{Name}/invocations"),
    operation(kFunctions, 2, "ListFunctions", "GET", "/2015-03-31/functions/")};

inline constexpr RouteCandidate kGetFunction[] = {{0, {}}}, kInvoke[] = {{1, {}}}, kListFunctions[] = {{2, {}}};
inline constexpr RouteMethod kFunctionMethods[] = {{"GET", {}, kGetFunction}},
                             kInvokeMethods[] = {{"POST", {}, kInvoke}},
                             kFunctionsMethods[] = {{"GET", {}, kListFunctions}};
inline constexpr RouteEdge kDate[] = {{"2015-03-31", 1}}, kWord[] = {{"functions", 2}}, kVerb[] = {{"invocations", 4}};
inline constexpr RouteNode kFunctionsNodes[] = {{kDate, kNone, kNone, {}},
                                                {kWord, kNone, kNone, {}},
                                                {{}, 3, kNone, kFunctionsMethods},
                                                {kVerb, kNone, kNone, kFunctionMethods},
                                                {{}, kNone, kNone, kInvokeMethods}};
inline constexpr RouteTable kFunctionsRoutes{kFunctionsNodes, {}, {}};

// ---- found by name

inline constexpr Operation kKeysOperations[] = {operation(kKeys, 0, "Decrypt"), operation(kKeys, 1, "Encrypt")};
inline constexpr Operation kMetricsOperations[] = {operation(kMetrics, 0, "ListMetrics")};
inline constexpr Operation kQueuesOperations[] = {operation(kQueues, 0, "SendMessage")};
inline constexpr Operation kPeopleOperations[] = {operation(kPeople, 0, "ListUsers")};
inline constexpr Operation kTokensOperations[] = {operation(kTokens, 0, "GetCallerIdentity")};

inline constexpr Protocol kXml[] = {Protocol::RestXml}, kRestJson[] = {Protocol::RestJson},
                          kJson[] = {Protocol::Json11},
                          kThree[] = {Protocol::RpcV2Cbor, Protocol::Json10, Protocol::Query},
                          kTwo[] = {Protocol::Json10, Protocol::Query}, kForms[] = {Protocol::Query};

inline constexpr Service kStore{"s3",          "2006-03-01",   {},  {}, "s3", kXml, kStoreOperations,
                                &kStoreRoutes, FaultStyle::S3, true};
inline constexpr Service kStoreAccounts{.name = "s3control",
                                        .api_version = "2018-08-20",
                                        .signing_name = "s3",
                                        .protocols = kXml,
                                        .operations = kStoreAccountsOperations,
                                        .routes = &kStoreAccountsRoutes,
                                        .faults = FaultStyle::S3,
                                        .claim = {"/v20180820/", "x-amz-account-id"}};
inline constexpr Service kFunctions{
    "lambda", "2015-03-31", {}, {}, "lambda", kRestJson, kFunctionsOperations, &kFunctionsRoutes, FaultStyle::Json};
inline constexpr Service kKeys{"kms", "2014-11-01", "TrentService", {}, "kms", kJson, kKeysOperations};
inline constexpr Service kMetrics{
    "cloudwatch", "2010-08-01",     "GraniteServiceVersion20100801", {}, "monitoring", kThree, kMetricsOperations,
    nullptr,      FaultStyle::Query};
inline constexpr Service kQueues{"sqs",   "2012-11-05",   "AmazonSQS", {}, "sqs", kTwo, kQueuesOperations,
                                 nullptr, FaultStyle::Sqs};
inline constexpr Service kPeople{"iam",   "2010-05-08",     {}, {}, "iam", kForms, kPeopleOperations,
                                 nullptr, FaultStyle::Query};
inline constexpr Service kTokens{"sts",   "2011-06-15",     {}, {}, "sts", kForms, kTokensOperations,
                                 nullptr, FaultStyle::Query};

}  // namespace skerry::wire::sample
