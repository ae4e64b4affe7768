"""Names of buckets and keys, and methods that do not go with them."""

from bad_input.row import Row

BUCKETS = [
    "ab", "x" * 64, "x" * 255, "Upper", "lowerUPPER", "under_score", "two..dots", "10.0.0.1", "255.255.255.255", "-begins", "ends-",
    ".begins", "ends.", "xn--abc", "sthree-abc", "amzn-s3-demo-abc", "abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3",
    "abc--table-s3", "sp%20ace", "f%C3%BCnf", "a%2Fb", "a%00b", "a!b", "a*b", "a:b", "a,b", "a~b", "a@b",
]  # fmt: skip

ROWS = [Row(15, f"PUT /{name}", 400, "InvalidBucketName", why=f"create {name[:20]} {len(name)}") for name in BUCKETS]
ROWS += [
    Row(15, "GET /Upper_Case?list-type=2", 400, "InvalidBucketName"),
    Row(15, "PUT /ab/k", 400, "InvalidBucketName", body="x"),
    Row(15, "DELETE /ab", 400, "InvalidBucketName"),
    Row(19, "HEAD /ab", 400, None),
    Row(19, "HEAD /{bucket}-no-such", 404, None),
    Row(19, "HEAD /{bucket}/no-such", 404, None),
    Row(19, "HEAD /{bucket}-no-such/k", 404, None),
    Row(0, "GET /{bucket}-no-such", 404, "NoSuchBucket"),
    Row(0, "GET /{bucket}-no-such/k", 404, "NoSuchBucket"),
    Row(0, "PUT /{bucket}-no-such/k", 404, "NoSuchBucket", body="x"),
    Row(0, "DELETE /{bucket}-no-such", 404, "NoSuchBucket"),
    Row(0, "DELETE /{bucket}-no-such/k", 404, "NoSuchBucket"),
    Row(0, "GET /{bucket}-no-such?location", 404, "NoSuchBucket"),
    Row(0, "GET /{bucket}-no-such?versioning", 404, "NoSuchBucket"),
    Row(0, "GET /{bucket}-no-such?uploads", 404, "NoSuchBucket"),
    Row(0, "POST /{bucket}-no-such/k?uploads", 404, "NoSuchBucket"),
    Row(0, "GET /{bucket}/no-such", 404, "NoSuchKey"),
    Row(0, "GET /{bucket}/no-such?tagging", 404, "NoSuchKey"),
    Row(0, "GET /{bucket}/K", 404, "NoSuchKey"),
    Row(0, "GET /{bucket}/k/", 404, "NoSuchKey"),
    Row(0, "GET /{bucket}//k", 404, "NoSuchKey"),
    Row(0, "GET /{bucket}/./k", 404, "NoSuchKey"),
    Row(0, "GET /{bucket}/x/../k", 404, "NoSuchKey"),
    Row(14, "PUT /{bucket}/" + "x" * 1025, 400, "KeyTooLongError", body="x", why="key of 1025"),
    Row(14, "GET /{bucket}/" + "x" * 1025, 400, "KeyTooLongError", why="get key of 1025"),
    Row(14, "DELETE /{bucket}/" + "x" * 1025, 400, "KeyTooLongError", why="delete key of 1025"),
    Row(14, "PUT /{bucket}/" + "%C3%A9" * 513, 400, "KeyTooLongError", body="x", why="key of 513 two-byte letters"),
    Row(14, "POST /{bucket}/" + "x" * 1025 + "?uploads", 400, "KeyTooLongError", why="upload to a key of 1025"),
    Row(0, "PATCH /{bucket}/k", 405, "MethodNotAllowed"),
    Row(0, "POST /{bucket}/k", 405, "MethodNotAllowed"),
    Row(0, "PUT /", 405, "MethodNotAllowed"),
    Row(0, "DELETE /", 405, "MethodNotAllowed"),
]
