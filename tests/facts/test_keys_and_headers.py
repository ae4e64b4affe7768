"""S3's sharp points 13 to 23: keys, names and headers."""

import email.header
import email.utils
import re
import time
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from harness import sigv4
from harness.boto import make_s3
from harness.expect import refused
from harness.http import Connection, serialise
from harness.raw import change_header


@pytest.mark.parametrize(
    "path, key",
    [
        ("a+b", "a+b"),
        ("a%2Bb", "a+b"),
        ("a%20b", "a b"),
        ("a%2Fb", "a/b"),
        ("a//b", "a//b"),
        ("/a", "/a"),
        ("a/./b", "a/./b"),
        ("a/../b", "a/../b"),
        ("../a", "../a"),
        ("..", ".."),
        (".", "."),
        ("a/", "a/"),
        ("caf%C3%A9", "caf\u00e9"),
        ("cafe%CC%81", "cafe\u0301"),
        ("%F0%9F%98%80", "\U0001f600"),
        ("a%25b", "a%b"),
        ("a%3Fb%23c", "a?b#c"),
        ("a%00b", "a\0b"),
        ("a%22%3C%3E%5C%7C%2A", 'a"<>\\|*'),
        ("con", "con"),
    ],
)
def test_fact_13_keys_are_bytes(s3, raw, bucket, path, key):
    assert raw.request("PUT", f"/{bucket}/{path}", body=key).status == 200
    assert raw.request("GET", f"/{bucket}/{path}").body == key.encode()
    listed = raw.request("GET", f"/{bucket}?list-type=2&encoding-type=url").texts("Contents/Key")
    assert len(listed) == 1
    if "\0" not in key:
        assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"] == key
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()


def test_fact_13_composed_and_decomposed_are_two_keys(s3, bucket):
    for key in ("caf\u00e9", "cafe\u0301"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["cafe\u0301", "caf\u00e9"]


@pytest.mark.parametrize("key", ["x" * 1025, "é" * 513, "x" * 1023 + "é"])
def test_fact_14_key_too_long(s3, bucket, key):
    size = len(key.encode())
    with refused(400, "KeyTooLongError", "Your key is too long", Size=size, MaxSizeAllowed=1024):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("key", ["x" * 1024, "é" * 512, "/" * 1024, "d/" * 512])
def test_fact_14_longest_key(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=b"long")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"long"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)


def test_fact_14_a_folder_beside_a_file_of_its_name(s3, bucket):
    for key in ("a", "a/", "a/b", "a/b/c"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    s3.delete_object(Bucket=bucket, Key="a/b")
    for key in ("a", "a/", "a/b/c"):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()


@pytest.mark.parametrize(
    "bad",
    [
        "ab",
        "x" * 64,
        "Upper",
        "under_score",
        "two..dots",
        "192.168.5.4",
        "-begins",
        "ends-",
        ".begins",
        "ends.",
        "xn--abc",
        "sthree-abc",
        "amzn-s3-demo-abc",
        "abc-s3alias",
        "abc--ol-s3",
        "abc.mrap",
        "sp%20ace",
        "f%C3%BCnf",
    ],
)
def test_fact_15_bucket_names_refused(raw, bad):
    answer = raw.request("PUT", f"/{bad}")
    assert (answer.status, answer.code) == (400, "InvalidBucketName")
    assert answer.text("Message") == "The specified bucket is not valid."


@pytest.mark.parametrize("shape", ["{}", "a.{}", "1{}", "{}.1.2.3"])
def test_fact_15_bucket_names_taken(s3, name, shape):
    s3.create_bucket(Bucket=shape.format(name))
    s3.head_bucket(Bucket=shape.format(name))


def test_fact_15_shortest_and_longest(s3):
    for good in ("b-1", "b" + "1" * 62):
        s3.create_bucket(Bucket=good)
        s3.delete_bucket(Bucket=good)


def test_fact_16_bucket_exists_already(server, account, s3, other_s3, name):
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"kept")
    s3.create_bucket(Bucket=name)  # us-east-1's old answer
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"kept"
    with refused(409, "BucketAlreadyExists"):
        other_s3.create_bucket(Bucket=name)
    frankfurt = make_s3(server, account, "eu-central-1")
    made = {"Bucket": name + "-de", "CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
    frankfurt.create_bucket(**made)
    with refused(409, "BucketAlreadyOwnedByYou", BucketName=name + "-de"):
        frankfurt.create_bucket(**made)


@pytest.mark.parametrize(
    "signed, asked, code",
    [
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
        ("eu-west-1", "us-west-2", "IllegalLocationConstraintException"),
        ("eu-west-1", None, "IllegalLocationConstraintException"),
        ("us-east-1", "nowhere", "InvalidLocationConstraint"),
    ],
)
def test_fact_16_location_constraint(raw, name, signed, asked, code):
    body = f"<CreateBucketConfiguration><LocationConstraint>{asked}</LocationConstraint></CreateBucketConfiguration>"
    answer = raw.as_(region=signed).request("PUT", f"/{name}", body=body if asked else "")
    assert (answer.status, answer.code) == (400, code)
    assert raw.request("HEAD", f"/{name}").status == 404


def test_fact_16_location_of_us_east_1_is_empty(raw, bucket):
    answer = raw.request("GET", f"/{bucket}?location")
    assert answer.status == 200 and answer.xml.tag == "LocationConstraint" and not answer.xml.text


def test_fact_17_bucket_not_empty(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    with refused(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", BucketName=bucket):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)
    with refused(404, "404"):
        s3.head_bucket(Bucket=bucket)


def test_fact_17_versions_count(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="k", Body=b"")["VersionId"]
    marker = s3.delete_object(Bucket=versioned, Key="k")["VersionId"]
    with refused(409, "BucketNotEmpty", "You must delete all versions in the bucket."):
        s3.delete_bucket(Bucket=versioned)
    s3.delete_object(Bucket=versioned, Key="k", VersionId=first)
    with refused(409, "BucketNotEmpty"):
        s3.delete_bucket(Bucket=versioned)
    s3.delete_object(Bucket=versioned, Key="k", VersionId=marker)
    s3.delete_bucket(Bucket=versioned)


def test_fact_18_metadata_limit(s3, bucket):
    fits = {"a": "x" * 1000, "bb": "y" * (2048 - 1 - 1000 - 2)}
    s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata=fits)
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == fits
    fits["a"] += "x"
    message = "Your metadata headers exceed the maximum allowed metadata size"
    with refused(400, "MetadataTooLarge", message, MaxSizeAllowed=2048, Size=2049):
        s3.put_object(Bucket=bucket, Key="l", Body=b"", Metadata=fits)


def test_fact_18_names_are_lowered_and_duplicates_joined(raw, bucket):
    twice = [("X-Amz-Meta-Colour", "red"), ("x-amz-meta-colour", "blue"), ("X-AMZ-META-CamelCase", "  kept   inside ")]
    assert raw.request("PUT", f"/{bucket}/k", twice, b"").status == 200
    answer = raw.request("HEAD", f"/{bucket}/k")
    assert answer.header("x-amz-meta-colour") == "red,blue"
    assert answer.header("x-amz-meta-camelcase") in ("kept   inside", "kept inside")


def test_fact_18_non_ascii_comes_back_encoded(raw, bucket):
    assert raw.request("PUT", f"/{bucket}/k", [("x-amz-meta-name", "Füße")]).status == 200
    value = raw.request("HEAD", f"/{bucket}/k").header("x-amz-meta-name")
    assert re.fullmatch(r"=\?UTF-8\?[BQ]\?.*\?=", value), value
    text, charset = email.header.decode_header(value)[0]
    assert text.decode(charset) == "Füße"


def test_fact_19_errors_of_head_have_no_body(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for target, headers, status in (
        (f"/{bucket}/missing", [], 404),
        (f"/{bucket}-missing", [], 404),
        (f"/{bucket}/k", [("If-Match", '"x"')], 412),
        (f"/{bucket}/k?versionId=nonsense", [], 400),
    ):
        with Connection(raw.server.address) as connection:
            connection.send(serialise("HEAD", target, raw.signed("HEAD", target, headers)))
            answer = connection.receive("HEAD")
            assert answer.status == status, target
            # A body would stand before the next answer.
            connection.send(serialise("GET", f"/{bucket}/k", raw.signed("GET", f"/{bucket}/k")))
            assert connection.receive().body == b"x"
    assert raw.anonymous("HEAD", f"/{bucket}/k").status == 403


@pytest.mark.parametrize(
    "sent, stored",
    [("aws-chunked,gzip", "gzip"), ("gzip,aws-chunked", "gzip"), ("aws-chunked", None), ("gzip", "gzip")],
)
def test_fact_20_aws_chunked_is_no_content_encoding(raw, bucket, sent, stored):
    assert raw.request("PUT", f"/{bucket}/k", [("Content-Encoding", sent)], b"x").status == 200
    assert raw.request("HEAD", f"/{bucket}/k").header("content-encoding") == stored


def test_fact_20_length_is_required(raw, bucket):
    answer = raw.request("PUT", f"/{bucket}/k", length=False)
    assert (answer.status, answer.code) == (411, "MissingContentLength")
    assert answer.text("Message") == "You must provide the Content-Length HTTP header."


def test_fact_20_100_continue_comes_after_authentication(raw, bucket):
    headers = raw.signed("PUT", f"/{bucket}/k", [("Expect", "100-continue")], b"hello")
    with Connection(raw.server.address) as connection:
        connection.send(serialise("PUT", f"/{bucket}/k", headers))
        assert connection._stream.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert connection._stream.readline() == b"\r\n"
        connection.send(b"hello")
        assert connection.receive().status == 200
    assert raw.request("GET", f"/{bucket}/k").body == b"hello"


@pytest.mark.parametrize(
    "path, tamper, status, code",
    [
        ("/k", change_header("Authorization", None), 403, "AccessDenied"),
        ("/k", change_header("X-Amz-Storage-Class", "STANDARD"), 403, "AccessDenied"),
        ("-missing/k", lambda headers: headers, 404, "NoSuchBucket"),
    ],
)
def test_fact_20_a_refusal_does_not_wait_for_the_body(raw, bucket, path, tamper, status, code):
    target = f"/{bucket}{path}"
    headers = raw.signed("PUT", target, [("Expect", "100-continue")], payload=sigv4.UNSIGNED, length=1_000_000)
    with Connection(raw.server.address) as connection:
        connection.send(serialise("PUT", target, tamper(headers)))
        answer = connection.receive()
    assert answer.interim == [] and (answer.status, answer.code) == (status, code)


RESPONSE_HEADERS = {
    "response-content-type": "text/x-mine",
    "response-content-language": "de",
    "response-expires": "Thu, 01 Dec 2044 16:00:00 GMT",
    "response-cache-control": "no-store",
    "response-content-disposition": 'attachment; filename="a b.txt"',
    "response-content-encoding": "identity",
}


def test_fact_21_response_overrides(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentType="text/plain", CacheControl="max-age=1")
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in RESPONSE_HEADERS.items())
    for answer in (raw.request("GET", f"/{bucket}/k?{query}"), raw.presigned("GET", f"/{bucket}/k?{query}")):
        assert answer.status == 200
        for name, value in RESPONSE_HEADERS.items():
            assert answer.header(name.removeprefix("response-")) == value
    plain = raw.request("GET", f"/{bucket}/k")
    assert (plain.header("content-type"), plain.header("cache-control")) == ("text/plain", "max-age=1")


def test_fact_21_not_for_anonymous_requests(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    answer = raw.anonymous("GET", f"/{bucket}/k?response-content-type=text/html")
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert answer.text("Message") == "Request specific response headers cannot be used for anonymous GET requests."


def test_fact_22_defaults_of_an_answer(raw, bucket):
    raw.request("PUT", f"/{bucket}/k", body=b"x")
    answer = raw.request("GET", f"/{bucket}/k")
    assert answer.header("content-type") == "binary/octet-stream"
    assert answer.header("etag") == '"9dd4e461268c8034f5c8564e155c67a6"'
    assert answer.header("accept-ranges") == "bytes"
    assert answer.header("x-amz-version-id") is None
    for date in ("date", "last-modified"):
        assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", answer.header(date))
        seconds = email.utils.parsedate_to_datetime(answer.header(date)).timestamp()
        assert abs(seconds - time.time()) < 60


def test_fact_22_version_ids_where_there_are_versions(s3, raw, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put = raw.request("PUT", f"/{bucket}/k", body=b"x")
    assert put.header("x-amz-version-id") not in (None, "null")
    assert raw.request("GET", f"/{bucket}/k").header("x-amz-version-id") == put.header("x-amz-version-id")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    assert raw.request("PUT", f"/{bucket}/k", body=b"x").header("x-amz-version-id") in (None, "null")
    assert raw.request("GET", f"/{bucket}/k").header("x-amz-version-id") == "null"


@pytest.mark.parametrize("target", ["/{}", "/{}/k", "/{}?list-type=2", "/{}?versioning"])
def test_fact_23_expected_bucket_owner(s3, raw, bucket, other_account, target):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    target = target.format(bucket)
    bad = raw.request("GET", target, [("x-amz-expected-bucket-owner", "me")])
    assert (bad.status, bad.code) == (400, "InvalidBucketOwnerAWSAccountID")
    wrong = raw.request("GET", target, [("x-amz-expected-bucket-owner", other_account.id)])
    assert (wrong.status, wrong.code) == (403, "AccessDenied")


def test_fact_20_a_refused_empty_put_does_not_spoil_the_next(s3, bucket):
    """botocore expects to be told to continue also before an empty body, and mixes two answers up on a connection that
    goes on after a refusal in place of that."""
    for _ in range(3):
        for unwelcome in ({"StorageClass": "BOGUS"}, {"ServerSideEncryption": "aws:kms"}):
            with pytest.raises(ClientError) as caught:
                s3.put_object(Bucket=bucket, Key="k", Body=b"", **unwelcome)
            assert caught.value.response["Error"]["Code"] in ("InvalidStorageClass", "NotImplemented")
        assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"] == '"9dd4e461268c8034f5c8564e155c67a6"'
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
