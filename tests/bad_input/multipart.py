"""Uploads in parts."""

from bad_input.row import Row

UPLOAD = "/{bucket}/k?uploadId={upload}"
UNKNOWN = "0" * 48


def complete(fact, code, *parts, status=400, target=UPLOAD, why=""):
    listed = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in parts)
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
    return Row(fact, f"POST {target}", status, code, body=body, why=why or f"complete {parts}")


ROWS = [
    Row(46, f"PUT /{{bucket}}/k?partNumber={number}&uploadId={{upload}}", 400, "InvalidArgument", body="x")
    for number in ("0", "10001", "-1", "x", "1.0", "", "99999999999")
]
ROWS += [
    Row(46, f"{request}?uploadId={upload}{more}", 404, "NoSuchUpload", body=body)
    for request, more, body in (
        ("PUT /{bucket}/k", "&partNumber=1", "x"),
        ("GET /{bucket}/k", "", ""),
        ("DELETE /{bucket}/k", "", ""),
    )
    for upload in (UNKNOWN, "made-up")
]
ROWS += [
    Row(46, "PUT /{bucket}/other?partNumber=1&uploadId={upload}", 404, "NoSuchUpload", body="x"),
    Row(46, "DELETE /{bucket}/other?uploadId={upload}", 404, "NoSuchUpload"),
    complete(46, "NoSuchUpload", (1, "{etag}"), status=404, target=f"/{{bucket}}/k?uploadId={UNKNOWN}"),
    complete(46, "NoSuchUpload", (1, "{etag}"), status=404, target="/{bucket}/other?uploadId={upload}"),
    complete(46, "MalformedXML", why="no parts"),
    complete(46, "InvalidPart", (2, "{etag}")),
    complete(46, "InvalidPart", (1, '"00000000000000000000000000000000"')),
    complete(46, "InvalidPart", (1, "x")),
    complete(46, "InvalidPartOrder", (2, "{etag}"), (1, "{etag}")),
    complete(46, "InvalidPartOrder", (1, "{etag}"), (1, "{etag}")),
    complete(46, "InvalidArgument", (0, "{etag}")),
    complete(46, "MalformedXML", ("x", "{etag}")),
    Row(46, "POST " + UPLOAD, 400, "MalformedXML", body="<CompleteMultipartUpload>"),
    Row(46, "POST " + UPLOAD, 400, "MalformedXML", body="x"),
    Row(46, "POST " + UPLOAD, 400, "MalformedXML", body="<Parts><Part/></Parts>"),
    Row(46, "POST " + UPLOAD, 400, "MalformedXML", body="<CompleteMultipartUpload><Part/></CompleteMultipartUpload>"),
    Row(43, "POST /{bucket}/new?uploads", 400, "InvalidRequest", {"x-amz-checksum-algorithm": "CRC31"}),
    Row(
        43, "POST /{bucket}/new?uploads", 400, "InvalidRequest",
        {"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT"},
    ),
    Row(
        43, "POST /{bucket}/new?uploads", 400, "InvalidRequest",
        {"x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "COMPOSITE"},
    ),
    Row(43, "POST /{bucket}/new?uploads", 400, "InvalidRequest", {"x-amz-checksum-type": "FULL_OBJECT"}),
    Row(66, "POST /{bucket}/new?uploads", 400, "InvalidStorageClass", {"x-amz-storage-class": "COLD"}),
    Row(18, "POST /{bucket}/new?uploads", 400, "MetadataTooLarge", {"x-amz-meta-a": "x" * 2048}, why="upload's metadata of 2049"),
    Row(41, "PUT /{bucket}/k?partNumber=2&uploadId={upload}", 400, "InvalidDigest", {"Content-MD5": "x"}, "x"),
    Row(42, "PUT /{bucket}/k?partNumber=2&uploadId={upload}", 400, "BadDigest", {"x-amz-checksum-crc32": "AAAAAA=="}, "x"),
]  # fmt: skip
ROWS += [
    Row(
        49, "PUT /{bucket}/k?partNumber=2&uploadId={upload}", 400, "InvalidArgument",
        {"x-amz-copy-source": "{bucket}/k", "x-amz-copy-source-range": asked},
    )
    for asked in ("bytes=0-", "bytes=-5", "0-5", "bytes=5-3", "bytes=0-1,2-3", "bytes=0-10", "bytes=a-b", "x")
]  # fmt: skip
ROWS += [
    Row(
        49,
        "PUT /{bucket}/k?partNumber=2&uploadId={upload}",
        404,
        "NoSuchKey",
        {"x-amz-copy-source": "{bucket}/no-such"},
    ),
    Row(
        49,
        f"PUT /{{bucket}}/k?partNumber=2&uploadId={UNKNOWN}",
        404,
        "NoSuchUpload",
        {"x-amz-copy-source": "{bucket}/k"},
    ),
]
