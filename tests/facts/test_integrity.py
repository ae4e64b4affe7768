"""S3's sharp points 41 to 45: digests, checksums and DeleteObjects."""

import base64
import hashlib
import zlib

import awscrt.checksums
import pytest
import xxhash

from harness.expect import refused

MIB = 1024 * 1024


def encode(data):
    return base64.b64encode(data).decode()


DIGESTS = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4),
    "CRC32C": lambda data: awscrt.checksums.crc32c(data).to_bytes(4),
    "CRC64NVME": lambda data: awscrt.checksums.crc64nvme(data).to_bytes(8),
    "SHA1": lambda data: hashlib.sha1(data).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
    "SHA512": lambda data: hashlib.sha512(data).digest(),
    "MD5": lambda data: hashlib.md5(data).digest(),
    "XXHASH64": lambda data: xxhash.xxh64_digest(data),
    "XXHASH3": lambda data: xxhash.xxh3_64_digest(data),
    "XXHASH128": lambda data: xxhash.xxh3_128_digest(data),
}
ALL = sorted(DIGESTS)


def header(algorithm):
    return f"x-amz-checksum-{algorithm.lower()}"


@pytest.mark.parametrize("digest", ["", "x", encode(b"short"), encode(b"x" * 17), "*" * 24])
def test_fact_41_content_md5_is_none(raw, bucket, digest):
    answer = raw.request("PUT", f"/{bucket}/k", [("Content-MD5", digest)], b"hello")
    assert (answer.status, answer.code) == (400, "InvalidDigest")
    assert answer.text("Message") == "The Content-MD5 you specified was invalid."
    assert raw.request("GET", f"/{bucket}/k").status == 404


def test_fact_41_content_md5_is_another(raw, bucket):
    wrong = encode(hashlib.md5(b"other").digest())
    answer = raw.request("PUT", f"/{bucket}/k", [("Content-MD5", wrong)], b"hello")
    assert (answer.status, answer.code) == (400, "BadDigest")
    assert answer.text("Message") == "The Content-MD5 you specified did not match what we received."
    assert answer.text("ExpectedDigest") in (wrong, hashlib.md5(b"other").hexdigest())
    assert answer.text("CalculatedDigest") in (
        encode(hashlib.md5(b"hello").digest()),
        hashlib.md5(b"hello").hexdigest(),
    )
    assert raw.request("GET", f"/{bucket}/k").status == 404
    right = [("Content-MD5", encode(hashlib.md5(b"hello").digest()))]
    assert raw.request("PUT", f"/{bucket}/k", right, b"hello").status == 200


@pytest.mark.parametrize("algorithm", ALL)
def test_fact_42_checksums(raw, bucket, algorithm):
    name, body = header(algorithm), b"hello" * 100_000
    right, wrong = encode(DIGESTS[algorithm](body)), encode(DIGESTS[algorithm](b"other"))
    for value in ("x", "", "*" * len(right), encode(b"xy")):
        answer = raw.request("PUT", f"/{bucket}/k", [(name, value)], body)
        assert (answer.status, answer.code) == (400, "InvalidRequest"), value
        assert answer.text("Message") == f"Value for {name} header is invalid."
    answer = raw.request("PUT", f"/{bucket}/k", [(name, wrong)], body)
    assert (answer.status, answer.code) == (400, "BadDigest")
    assert answer.text("Message") == f"The {algorithm} you specified did not match the calculated checksum."
    assert raw.request("GET", f"/{bucket}/k").status == 404, "nothing is stored"
    assert raw.request("PUT", f"/{bucket}/k", [(name, right)], body).header(name) == right
    got = raw.request("GET", f"/{bucket}/k", [("x-amz-checksum-mode", "ENABLED")])
    assert (got.body, got.header(name), got.header("x-amz-checksum-type")) == (body, right, "FULL_OBJECT")


def test_fact_42_two_checksums(raw, bucket):
    both = [(header(name), encode(DIGESTS[name](b"x"))) for name in ("CRC32", "SHA1")]
    answer = raw.request("PUT", f"/{bucket}/k", both, b"x")
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert (
        answer.text("Message") == "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
    )
    assert raw.request("GET", f"/{bucket}/k").status == 404


def test_fact_42_an_old_object_stays_after_a_failure(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"old")
    raw.request("PUT", f"/{bucket}/k", [(header("CRC32"), encode(b"1234"))], b"new")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"old"


def test_fact_43_crc64nvme_by_itself(raw, bucket):
    for body in (b"", b"123456789", b"x" * 100_000):
        made = raw.request("PUT", f"/{bucket}/k", body=body)
        expected = encode(DIGESTS["CRC64NVME"](body))
        assert (made.header(header("CRC64NVME")), made.header("x-amz-checksum-type")) == (expected, "FULL_OBJECT")
        got = raw.request("HEAD", f"/{bucket}/k", [("x-amz-checksum-mode", "ENABLED")])
        assert got.header(header("CRC64NVME")) == expected


def upload(s3, bucket, bodies, algorithm, **kind):
    made = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm, **kind)
    ids = {"Bucket": bucket, "Key": "k", "UploadId": made["UploadId"]}
    parts = []
    for number, body in enumerate(bodies, 1):
        extra = {f"Checksum{algorithm}": encode(DIGESTS[algorithm](body))}
        part = s3.upload_part(**ids, PartNumber=number, Body=body, **extra)
        assert part[f"Checksum{algorithm}"] == extra[f"Checksum{algorithm}"]
        parts.append({"PartNumber": number, "ETag": part["ETag"], **extra})
    return s3.complete_multipart_upload(**ids, MultipartUpload={"Parts": parts})


BODIES = [b"a" * 5 * MIB, b"b" * (5 * MIB + 1), b"c" * 3]


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "SHA1", "SHA256"])
def test_fact_43_composite(s3, bucket, algorithm):
    made = upload(s3, bucket, BODIES, algorithm)
    joined = DIGESTS[algorithm](b"".join(map(DIGESTS[algorithm], BODIES)))
    assert made[f"Checksum{algorithm}"] == encode(joined) + "-3"
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (head[f"Checksum{algorithm}"], head["ChecksumType"]) == (encode(joined) + "-3", "COMPOSITE")


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_fact_43_full_object(s3, bucket, algorithm):
    made = upload(s3, bucket, BODIES, algorithm, ChecksumType="FULL_OBJECT")
    assert made[f"Checksum{algorithm}"] == encode(DIGESTS[algorithm](b"".join(BODIES)))
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumType"] == "FULL_OBJECT"


def test_fact_43_uploads_without_a_word_of_checksums(raw, bucket):
    begun = raw.request("POST", f"/{bucket}/k?uploads")
    assert begun.status == 200
    upload_id = begun.text("UploadId")
    part = raw.request("PUT", f"/{bucket}/k?partNumber=1&uploadId={upload_id}", body=b"123456789")
    etag = part.header("etag")
    body = (
        f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    )
    assert raw.request("POST", f"/{bucket}/k?uploadId={upload_id}", body=body).status == 200
    got = raw.request("HEAD", f"/{bucket}/k", [("x-amz-checksum-mode", "ENABLED")])
    assert got.header(header("CRC64NVME")) == encode(DIGESTS["CRC64NVME"](b"123456789"))
    assert got.header("x-amz-checksum-type") == "FULL_OBJECT"


@pytest.mark.parametrize(
    "algorithm, kind", [("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")]
)
def test_fact_43_types_that_do_not_go_together(s3, bucket, algorithm, kind):
    with refused(400, "InvalidRequest"):
        s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm, ChecksumType=kind)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def delete_body(*keys, quiet=False):
    objects = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    return f"<Delete>{'<Quiet>true</Quiet>' if quiet else ''}{objects}</Delete>"


def delete_objects(raw, bucket, body):
    digest = encode(hashlib.md5(body.encode()).digest())
    return raw.request("POST", f"/{bucket}?delete", [("Content-MD5", digest)], body)


def test_fact_44_delete_objects_needs_a_digest(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    answer = raw.request("POST", f"/{bucket}?delete", body=delete_body("k"))
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert answer.text("Message") == "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
    assert raw.request("HEAD", f"/{bucket}/k").status == 200
    body = delete_body("k")
    crc = [(header("CRC32"), encode(DIGESTS["CRC32"](body.encode())))]
    assert raw.request("POST", f"/{bucket}?delete", crc, body).status == 200
    assert raw.request("HEAD", f"/{bucket}/k").status == 404


def test_fact_45_missing_keys_count_as_deleted(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="here", Body=b"")
    answer = delete_objects(raw, bucket, delete_body("here", "not-here"))
    assert sorted(answer.texts("Deleted/Key")) == ["here", "not-here"] and not answer.texts("Error")
    quiet = delete_objects(raw, bucket, delete_body("gone", quiet=True))
    assert quiet.status == 200 and list(quiet.xml) == []


@pytest.mark.parametrize(
    "body",
    [
        delete_body(*[f"k{index}" for index in range(1001)]),
        "<Delete></Delete>",
        "<Delete><Object></Object></Delete>",
        "<Delete><Object><Key>k</Key></Object>",
        "<Remove><Object><Key>k</Key></Object></Remove>",
        "k",
    ],
)
def test_fact_45_malformed(s3, raw, bucket, body):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    answer = delete_objects(raw, bucket, body)
    assert (answer.status, answer.code) == (400, "MalformedXML")
    assert raw.request("HEAD", f"/{bucket}/k").status == 200


def test_fact_45_a_thousand(raw, bucket):
    answer = delete_objects(raw, bucket, delete_body(*[f"k{index}" for index in range(1000)]))
    assert answer.status == 200 and len(answer.texts("Deleted/Key")) == 1000


def test_fact_45_delete_markers_are_named(s3, versioned):
    version = s3.put_object(Bucket=versioned, Key="k", Body=b"")["VersionId"]
    [deleted] = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "k"}]})["Deleted"]
    assert deleted["DeleteMarker"] and deleted["DeleteMarkerVersionId"] not in ("", version)
    marker = deleted["DeleteMarkerVersionId"]
    [deleted] = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "k", "VersionId": marker}]})["Deleted"]
    assert deleted["DeleteMarker"] and (deleted["VersionId"], deleted["DeleteMarkerVersionId"]) == (marker, marker)
    [deleted] = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "k", "VersionId": version}]})["Deleted"]
    assert deleted == {"Key": "k", "VersionId": version}


def test_fact_45_keys_are_raw(s3, raw, bucket):
    for key in ("a/b", "a%2Fb", "a+b", "a b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    delete_objects(raw, bucket, delete_body("a%2Fb", "a+b"))
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a b", "a/b"]
