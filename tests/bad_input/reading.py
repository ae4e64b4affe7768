"""Reads: ranges, conditions, parts, versions."""

from bad_input.row import Row

PAST = "Mon, 01 Jan 2001 00:00:00 GMT"
OTHER = '"00000000000000000000000000000000"'

ROWS = [
    Row(38, "GET /{bucket}/k", 416, "InvalidRange", {"Range": asked})
    for asked in ("bytes=-0", "bytes=10-", "bytes=10-20", "bytes=100-200")
]
ROWS += [
    Row(38, "HEAD /{bucket}/k", 416, None, {"Range": "bytes=10-"}),
    Row(38, "GET /{bucket}/no-such", 404, "NoSuchKey", {"Range": "bytes=10-"}),
    Row(34, "GET /{bucket}/k", 412, "PreconditionFailed", {"If-Match": OTHER}),
    Row(34, "GET /{bucket}/k", 412, "PreconditionFailed", {"If-Match": "x"}),
    Row(34, "GET /{bucket}/k", 412, "PreconditionFailed", {"If-Unmodified-Since": PAST}),
    Row(34, "HEAD /{bucket}/k", 412, None, {"If-Unmodified-Since": PAST}),
    Row(34, "GET /{bucket}/k", 304, None, {"If-None-Match": "*"}),
    Row(34, "HEAD /{bucket}/k", 304, None, {"If-None-Match": "*"}),
    Row(40, "GET /{bucket}/k?partNumber=2", 416, "InvalidPartNumber"),
    Row(40, "HEAD /{bucket}/k?partNumber=2", 416, None),
    Row(40, "GET /{bucket}/k?partNumber=1", 400, "InvalidRequest", {"Range": "bytes=0-1"}),
    Row(40, "GET /{bucket}/k?partNumber=0", 400, "InvalidArgument"),
    Row(40, "GET /{bucket}/k?partNumber=10001", 400, "InvalidArgument"),
    Row(40, "GET /{bucket}/k?partNumber=-1", 400, "InvalidArgument"),
    Row(40, "GET /{bucket}/k?partNumber=x", 400, "InvalidArgument"),
    Row(53, "GET /{bucket}/k?versionId=nonsense", 400, "InvalidArgument"),
    Row(53, "HEAD /{bucket}/k?versionId=nonsense", 400, None),
    Row(53, "DELETE /{bucket}/k?versionId=nonsense", 400, "InvalidArgument"),
    Row(53, "GET /{bucket}/k?tagging&versionId=nonsense", 400, "InvalidArgument"),
    Row(53, "GET /{versioned}/k?versionId=null", 404, "NoSuchVersion"),
    Row(53, "GET /{bucket}/k?versionId=", 400, "InvalidArgument"),
    Row(21, "GET /{bucket}/k?response-content-type=text/html", 400, "InvalidRequest", kind="anonymous"),
    Row(0, "GET /{bucket}/k?attributes", 400, "InvalidArgument", {"x-amz-object-attributes": "Colour"}),
    Row(0, "GET /{bucket}/k?attributes", 400, "InvalidRequest"),
    Row(23, "GET /{bucket}/k", 400, "InvalidBucketOwnerAWSAccountID", {"x-amz-expected-bucket-owner": "me"}),
    Row(23, "GET /{bucket}", 400, "InvalidBucketOwnerAWSAccountID", {"x-amz-expected-bucket-owner": "12345678901"}),
    Row(
        23,
        "PUT /{bucket}/k",
        400,
        "InvalidBucketOwnerAWSAccountID",
        {"x-amz-expected-bucket-owner": "1234567890123"},
        "x",
    ),
    Row(23, "GET /{bucket}/k", 403, "AccessDenied", {"x-amz-expected-bucket-owner": "000000000000"}),
    Row(23, "DELETE /{bucket}/k", 403, "AccessDenied", {"x-amz-expected-bucket-owner": "000000000000"}),
    Row(23, "HEAD /{bucket}", 403, None, {"x-amz-expected-bucket-owner": "000000000000"}),
]
ROWS += [
    Row(66, f"GET /{{bucket}}?{query}", 501, "NotImplemented")
    for query in (
        "inventory",
        "analytics",
        "metrics",
        "intelligent-tiering",
        "object-lock",
        "metadataTable",
    )
]
ROWS += [Row(66, "GET /{bucket}/k?torrent", 501, "NotImplemented")]
