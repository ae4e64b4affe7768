"""Writes: digests, metadata, conditions, classes, copies, bodies that are documents."""

import base64
import hashlib

from bad_input.row import Row


def encoded(data):
    return base64.b64encode(data).decode()


def md5(body):
    return encoded(hashlib.md5(body.encode()).digest())


def put(fact, status, code, headers, body="hello", **how):
    return Row(fact, "PUT /{bucket}/new", status, code, headers, body, **how)


LENGTHS = {
    "crc32": 4, "crc32c": 4, "crc64nvme": 8, "sha1": 20, "sha256": 32, "sha512": 64, "md5": 16, "xxhash64": 8, "xxhash3": 8,
    "xxhash128": 16,
}  # fmt: skip

ROWS = [
    put(41, 400, "InvalidDigest", {"Content-MD5": digest})
    for digest in ("", "x", encoded(b"short"), encoded(b"x" * 17), "*" * 24)
]
ROWS += [put(41, 400, "BadDigest", {"Content-MD5": md5("other")})]
for name, length in LENGTHS.items():
    header = f"x-amz-checksum-{name}"
    ROWS += [
        put(42, 400, "BadDigest", {header: encoded(b"\0" * length)}, why=f"{name} of other bytes"),
        put(42, 400, "InvalidRequest", {header: encoded(b"\0" * (length - 1))}, why=f"{name} a byte short"),
        put(42, 400, "InvalidRequest", {header: "?"}, why=f"{name} no base64"),
    ]
ROWS += [
    put(
        42,
        400,
        "InvalidRequest",
        {"x-amz-checksum-crc32": "NhCmhg==", "x-amz-checksum-sha1": "qvTGHdzF6KLavt4PO0gs2a6pQ00="},
    ),
    put(42, 400, "InvalidRequest", {"x-amz-sdk-checksum-algorithm": "CRC31"}),
    put(43, 400, "InvalidRequest", {"x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-crc32": "NhCmhg=="}),
    put(30, 400, "XAmzContentSHA256Mismatch", {}, how={"payload": "0" * 64}, why="payload hash of other bytes"),
    put(30, 400, "InvalidArgument", {}, how={"payload": "0" * 63}, why="payload hash a digit short"),
    put(30, 400, "InvalidArgument", {}, how={"payload": "unsigned"}, why="payload hash a word"),
    put(30, 400, "InvalidRequest", {}, how={"payload": False}, why="no payload hash"),
    put(18, 400, "MetadataTooLarge", {"x-amz-meta-a": "x" * 2048}, why="metadata of 2049"),
    put(18, 400, "MetadataTooLarge", {f"x-amz-meta-{index}": "x" * 500 for index in range(5)}, why="metadata in five"),
    put(20, 411, "MissingContentLength", {}, "", how={"length": False}),
    put(35, 501, "NotImplemented", {"If-None-Match": '"x"'}),
    put(35, 501, "NotImplemented", {"If-None-Match": "*", "If-Match": '"x"'}),
    put(35, 404, "NoSuchKey", {"If-Match": '"x"'}),
    Row(35, "PUT /{bucket}/k", 412, "PreconditionFailed", {"If-None-Match": "*"}, "x"),
    Row(35, "PUT /{bucket}/k", 412, "PreconditionFailed", {"If-Match": '"x"'}, "x"),
    Row(37, "DELETE /{bucket}/k", 412, "PreconditionFailed", {"If-Match": '"x"'}),
    Row(37, "DELETE /{bucket}/k", 501, "NotImplemented", {"x-amz-if-match-size": "1"}),
    Row(
        37,
        "DELETE /{bucket}/k",
        501,
        "NotImplemented",
        {"x-amz-if-match-last-modified-time": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ),
    put(66, 400, "InvalidStorageClass", {"x-amz-storage-class": "COLD"}),
    put(66, 400, "InvalidStorageClass", {"x-amz-storage-class": "standard"}),
    put(61, 400, "AccessControlListNotSupported", {"x-amz-acl": "public-read"}),
    put(
        61,
        400,
        "AccessControlListNotSupported",
        {"x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'},
    ),
    put(61, 400, "InvalidArgument", {"x-amz-acl": "everybody"}),
    put(63, 501, "NotImplemented", {"x-amz-server-side-encryption": "aws:kms"}),
    put(63, 400, "InvalidEncryptionAlgorithmError", {"x-amz-server-side-encryption": "rot13"}),
    put(63, 501, "NotImplemented", {"x-amz-server-side-encryption-customer-algorithm": "AES256"}),
    put(54, 501, "NotImplemented", {"x-amz-object-lock-mode": "GOVERNANCE"}),
    put(54, 501, "NotImplemented", {"x-amz-object-lock-legal-hold": "ON"}),
    put(66, 501, "NotImplemented", {"x-amz-request-payer": "requester"}),
    put(62, 400, "InvalidArgument", {"x-amz-tagging": "a=1&a=2"}),
    put(62, 400, "InvalidTag", {"x-amz-tagging": "aws:a=1"}),
    put(62, 400, "InvalidTag", {"x-amz-tagging": "k" * 129 + "=1"}, why="tag key of 129"),
    put(62, 400, "InvalidTag", {"x-amz-tagging": "k=" + "v" * 257}, why="tag value of 257"),
    put(62, 400, "BadRequest", {"x-amz-tagging": "&".join(f"k{index}=v" for index in range(11))}, why="eleven tags"),
    put(59, 400, "InvalidRedirectLocation", {"x-amz-website-redirect-location": "elsewhere"}),
]


def copy(fact, status, code, source, headers=None, target="new"):
    return Row(fact, f"PUT /{{bucket}}/{target}", status, code, {"x-amz-copy-source": source, **(headers or {})})


ROWS += [
    copy(50, 400, "InvalidRequest", "{bucket}/k", target="k"),
    copy(50, 400, "InvalidRequest", "{bucket}/k", {"x-amz-acl": "bucket-owner-full-control"}, target="k"),
    copy(51, 404, "NoSuchKey", "{bucket}/no-such"),
    copy(51, 404, "NoSuchBucket", "{bucket}-no-such/k"),
    copy(51, 400, "InvalidArgument", "{bucket}"),
    copy(51, 400, "InvalidArgument", "k"),
    copy(51, 400, "InvalidArgument", ""),
    copy(51, 400, "InvalidArgument", "/"),
    copy(51, 400, "InvalidArgument", "{bucket}/k?versionId=nonsense"),
    copy(51, 400, "InvalidArgument", "{bucket}/k", {"x-amz-metadata-directive": "KEEP"}),
    copy(51, 400, "InvalidArgument", "{bucket}/k", {"x-amz-tagging-directive": "KEEP"}),
    copy(51, 412, "PreconditionFailed", "{bucket}/k", {"x-amz-copy-source-if-match": '"x"'}),
    copy(
        51,
        412,
        "PreconditionFailed",
        "{bucket}/k",
        {"x-amz-copy-source-if-unmodified-since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ),
    copy(66, 400, "InvalidStorageClass", "{bucket}/k", {"x-amz-storage-class": "COLD"}),
]


def document(fact, target, status, code, body, why=""):
    return Row(fact, target, status, code, {"Content-MD5": md5(body)}, body, why=why or f"{target} {body[:60]}")


def tagging(inner):
    return f"<Tagging><TagSet>{inner}</TagSet></Tagging>"


VERSIONING = "PUT /{bucket}?versioning"
DELETE = "POST /{bucket}?delete"
ROWS += [document(0, VERSIONING, 400, "MalformedXML", body) for body in ("x", "<", "<a/>", "<VersioningConfiguration>")]
ROWS += [
    document(0, VERSIONING, 400, "MissingRequestBodyError", ""),
    document(45, DELETE, 400, "MissingRequestBodyError", ""),
    document(53, VERSIONING, 400, "MalformedXML", "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>"),
    document(53, VERSIONING, 400, "IllegalVersioningConfigurationException", "<VersioningConfiguration></VersioningConfiguration>"),
    Row(44, DELETE, 400, "InvalidRequest", {}, "<Delete><Object><Key>k</Key></Object></Delete>", why="delete without digest"),
    Row(41, DELETE, 400, "BadDigest", {"Content-MD5": md5("x")}, "<Delete><Object><Key>k</Key></Object></Delete>"),
    Row(42, DELETE, 400, "BadDigest", {"x-amz-checksum-crc32": "AAAAAA=="}, "<Delete><Object><Key>k</Key></Object></Delete>"),
    *[
        document(45, DELETE, 400, "MalformedXML", body)
        for body in (
            "k", "<Delete/>", "<Delete><Object/></Delete>",
            "<Delete><Object><Key>k</Key></Object>", "<Delete><Key>k</Key></Delete>", "<Remove><Object><Key>k</Key></Object></Remove>",
            '<!DOCTYPE Delete [<!ENTITY e "k">]><Delete><Object><Key>&e;</Key></Object></Delete>',
            "<Delete><Object><Key>k</Key></Object></Delete><Delete/>",
        )
    ],
    document(45, DELETE, 400, "MalformedXML", f"<Delete>{'<Object><Key>n</Key></Object>' * 1001}</Delete>", why="delete of 1001"),
    document(62, "PUT /{bucket}?tagging", 400, "MalformedXML", "<Tagging/>"),
    document(62, "PUT /{bucket}/k?tagging", 400, "MalformedXML", "<Tagging>"),
    document(62, "PUT /{bucket}/k?tagging", 400, "MalformedXML", tagging("<Tag><Key>a</Key></Tag>")),
    document(62, "PUT /{bucket}/k?tagging", 400, "InvalidTag", tagging("<Tag><Key>a</Key><Value>1</Value></Tag>" * 2)),
    document(62, "PUT /{bucket}/k?tagging", 400, "InvalidTag", tagging("<Tag><Key>aws:a</Key><Value>1</Value></Tag>")),
    document(62, "PUT /{bucket}/k?tagging", 400, "InvalidTag", tagging("<Tag><Key></Key><Value>1</Value></Tag>")),
    document(62, "PUT /{bucket}/no-such?tagging", 404, "NoSuchKey", tagging("<Tag><Key>a</Key><Value>1</Value></Tag>")),
    Row(16, "PUT /{bucket}-new", 400, "MalformedXML", body="<CreateBucketConfiguration>"),
    Row(16, "PUT /{bucket}-new", 400, "MalformedXML", body="<Other/>"),
    *[
        Row(
            16, "PUT /{bucket}-new", 400, "InvalidLocationConstraint",
            body=f"<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>",
        )
        for region in ("us-east-1", "nowhere", "../x")
    ],
]  # fmt: skip
