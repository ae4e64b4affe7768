"""S3's sharp points 34 to 40: conditional requests, ranges and parts."""

import pytest

from harness.expect import refused

PAST, FUTURE = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
MIB = 1024 * 1024


@pytest.fixture
def stored(s3, bucket):
    """An object of ten bytes; its ETag, quoted, is stored.etag."""

    class Stored(str):
        etag = ""

    path = Stored(f"/{bucket}/k")
    path.etag = s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")["ETag"]
    return path


OTHER = '"00000000000000000000000000000000"'


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "conditions, status",
    [
        ({"If-Match": "{etag}"}, 200),
        ({"If-Match": "{bare}"}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": OTHER}, 412),
        ({"If-None-Match": "{etag}"}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": OTHER}, 200),
        ({"If-Modified-Since": PAST}, 200),
        ({"If-Modified-Since": FUTURE}, 200),
        ({"If-Modified-Since": "{modified}"}, 304),
        ({"If-Modified-Since": "not a date"}, 200),
        ({"If-Unmodified-Since": PAST}, 412),
        ({"If-Unmodified-Since": FUTURE}, 200),
        ({"If-Unmodified-Since": "{modified}"}, 200),
        ({"If-Match": "{etag}", "If-Unmodified-Since": PAST}, 200),
        ({"If-Match": OTHER, "If-Unmodified-Since": FUTURE}, 412),
        ({"If-None-Match": "{etag}", "If-Modified-Since": PAST}, 304),
        ({"If-None-Match": OTHER, "If-Modified-Since": "{modified}"}, 200),
    ],
)
def test_fact_34_precedence_on_reads(raw, stored, method, conditions, status):
    modified = raw.request("HEAD", stored).header("last-modified")
    known = {"etag": stored.etag, "bare": stored.etag.strip('"'), "modified": modified}
    answer = raw.request(method, stored, [(name, value.format(**known)) for name, value in conditions.items()])
    assert answer.status == status
    if status == 304:
        assert answer.header("etag") == stored.etag and answer.body == b""
    if status == 412 and method == "GET":
        assert answer.code == "PreconditionFailed" and answer.text("Condition") in conditions
        assert answer.text("Message") == "At least one of the pre-conditions you specified did not hold"


def test_fact_35_put_only_if_absent(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"first", IfNoneMatch="*")
    with refused(412, "PreconditionFailed", Condition="If-None-Match"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"second", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"first"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.put_object(Bucket=bucket, Key="k", Body=b"third", IfNoneMatch="*")


def test_fact_35_put_over_a_delete_marker_counts_as_absent(s3, versioned):
    s3.put_object(Bucket=versioned, Key="k", Body=b"first")
    s3.delete_object(Bucket=versioned, Key="k")
    s3.put_object(Bucket=versioned, Key="k", Body=b"second", IfNoneMatch="*")


@pytest.mark.parametrize(
    "headers, shown",
    [
        ([("If-None-Match", '"x"')], "If-None-Match"),
        ([("If-Match", '"x"'), ("If-None-Match", "*")], "If-Match,If-None-Match"),
    ],
)
def test_fact_35_not_implemented(raw, bucket, headers, shown):
    answer = raw.request("PUT", f"/{bucket}/k", headers, b"x")
    assert (answer.status, answer.code) == (501, "NotImplemented")
    assert answer.text("Message") == "A header you provided implies functionality that is not implemented"
    assert answer.text("Header") == shown and answer.text("additionalMessage")
    assert raw.request("GET", f"/{bucket}/k").status == 404


def test_fact_35_put_if_match(s3, versioned):
    with refused(404, "NoSuchKey", Key="k"):
        s3.put_object(Bucket=versioned, Key="k", Body=b"x", IfMatch=OTHER)
    etag = s3.put_object(Bucket=versioned, Key="k", Body=b"first")["ETag"]
    with refused(412, "PreconditionFailed", Condition="If-Match"):
        s3.put_object(Bucket=versioned, Key="k", Body=b"x", IfMatch=OTHER)
    s3.put_object(Bucket=versioned, Key="k", Body=b"second", IfMatch=etag)
    s3.delete_object(Bucket=versioned, Key="k")
    with refused(404, "NoSuchKey"):
        s3.put_object(Bucket=versioned, Key="k", Body=b"x", IfMatch=etag)
    assert len(s3.list_object_versions(Bucket=versioned)["Versions"]) == 2


def completion(s3, bucket, key="k"):
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"part")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    return {"Bucket": bucket, "Key": key, "UploadId": upload, "MultipartUpload": parts}


def test_fact_36_complete_with_a_condition(s3, bucket):
    late = completion(s3, bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"in between")
    with refused(409, "ConditionalRequestConflict", Condition="If-None-Match", Key="k"):
        s3.complete_multipart_upload(**late, IfNoneMatch="*")
    with refused(412, "PreconditionFailed"):
        s3.complete_multipart_upload(**completion(s3, bucket), IfNoneMatch="*")
    etag = s3.head_object(Bucket=bucket, Key="k")["ETag"]
    with refused(412, "PreconditionFailed"):
        s3.complete_multipart_upload(**completion(s3, bucket), IfMatch=OTHER)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"in between"
    s3.complete_multipart_upload(**completion(s3, bucket), IfMatch=etag)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"part"
    s3.complete_multipart_upload(**completion(s3, bucket, "new"), IfNoneMatch="*")


def test_fact_36_complete_after_a_delete_in_between(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"first")["ETag"]
    late = completion(s3, bucket)
    s3.delete_object(Bucket=bucket, Key="k")
    with refused(409, "ConditionalRequestConflict"):
        s3.complete_multipart_upload(**late, IfMatch=etag)


def test_fact_37_delete_if_match(s3, raw, bucket, stored):
    with refused(412, "PreconditionFailed", Condition="If-Match"):
        s3.delete_object(Bucket=bucket, Key="k", IfMatch=OTHER)
    for header, value in (("x-amz-if-match-size", "10"), ("x-amz-if-match-last-modified-time", PAST)):
        answer = raw.request("DELETE", stored, [(header, value)])
        assert (answer.status, answer.code) == (501, "NotImplemented")
        assert answer.text("Header") == header
    assert raw.request("GET", stored).body == b"0123456789"
    s3.delete_object(Bucket=bucket, Key="k", IfMatch=stored.etag)
    assert raw.request("GET", stored).status == 404


@pytest.mark.parametrize(
    "asked, status, body, content_range",
    [
        ("bytes=0-8", 206, b"012345678", "bytes 0-8/10"),
        ("bytes=0-100", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=9-", 206, b"9", "bytes 9-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-15", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=3-3", 206, b"3", "bytes 3-3/10"),
        ("bytes=1-0", 200, b"0123456789", None),
        ("bytes=0--1", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("items=0-1", 200, b"0123456789", None),
        ("bytes=", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
        ("0-1", 200, b"0123456789", None),
    ],
)
def test_fact_38_ranges(raw, stored, asked, status, body, content_range):
    for method in ("GET", "HEAD"):
        answer = raw.request(method, stored, [("Range", asked)])
        assert answer.status == status
        assert answer.header("content-range") == content_range
        assert answer.header("content-length") == str(len(body))
        assert answer.body == (body if method == "GET" else b"")


@pytest.mark.parametrize("asked", ["bytes=-0", "bytes=100-200", "bytes=10-"])
def test_fact_38_unsatisfiable(raw, stored, asked):
    answer = raw.request("GET", stored, [("Range", asked)])
    assert (answer.status, answer.code) == (416, "InvalidRange")
    assert answer.text("Message") == "The requested range is not satisfiable"
    assert (answer.text("ActualObjectSize"), answer.text("RangeRequested")) == ("10", asked)


def test_fact_38_missing_key_beats_range(raw, bucket):
    answer = raw.request("GET", f"/{bucket}/missing", [("Range", "bytes=100-200")])
    assert (answer.status, answer.code) == (404, "NoSuchKey")


def test_fact_38_empty_object(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert raw.request("GET", f"/{bucket}/empty", [("Range", "bytes=0-")]).status == 416
    assert raw.request("GET", f"/{bucket}/empty").status == 200


def test_fact_38_across_records_of_a_large_object(s3, raw, bucket):
    body = bytes(index * 7 % 251 for index in range(MIB))
    s3.put_object(Bucket=bucket, Key="large", Body=body)
    for first, last in ((65535, 65536), (65536, 131071), (1, MIB - 2), (MIB - 1, MIB - 1), (0, 0), (200_000, 700_000)):
        answer = raw.request("GET", f"/{bucket}/large", [("Range", f"bytes={first}-{last}")])
        assert answer.body == body[first : last + 1]


def test_fact_39_checksums_only_when_asked_and_whole(s3, raw, bucket):
    made = s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789", ChecksumAlgorithm="SHA256")["ChecksumSHA256"]
    asked = ("x-amz-checksum-mode", "ENABLED")

    def shown(*headers):
        return raw.request("GET", f"/{bucket}/k", headers).header("x-amz-checksum-sha256")

    assert shown() is None
    assert shown(asked) == made
    assert shown(asked, ("Range", "bytes=0-9")) == made
    assert shown(asked, ("Range", "bytes=0-8")) is None


def test_fact_40_part_number(s3, raw, bucket, stored):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    parts = []
    for number, body in ((1, b"a" * 5 * MIB), (2, b"b" * 100)):
        part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})

    second = raw.request("GET", f"/{bucket}/parts?partNumber=2")
    assert (second.status, second.body) == (206, b"b" * 100)
    assert second.header("x-amz-mp-parts-count") == "2"
    assert second.header("content-range") == f"bytes {5 * MIB}-{5 * MIB + 99}/{5 * MIB + 100}"
    assert raw.request("HEAD", f"/{bucket}/parts?partNumber=1").header("content-length") == str(5 * MIB)

    third = raw.request("GET", f"/{bucket}/parts?partNumber=3")
    assert (third.status, third.code) == (416, "InvalidPartNumber")
    assert (third.text("PartNumberRequested"), third.text("ActualPartCount")) == ("3", "2")

    both = raw.request("GET", f"/{bucket}/parts?partNumber=1", [("Range", "bytes=0-1")])
    assert (both.status, both.code) == (400, "InvalidRequest")
    assert both.text("Message") == "Cannot specify both Range header and partNumber query parameter"


def test_fact_40_an_object_without_parts_has_one(raw, stored):
    answer = raw.request("GET", stored + "?partNumber=1")
    assert (answer.status, answer.body) == (206, b"0123456789")
    answer = raw.request("GET", stored + "?partNumber=2")
    assert (answer.status, answer.code) == (416, "InvalidPartNumber")
