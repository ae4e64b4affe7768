"""S3's sharp points 46 to 51: uploads in parts, and copies."""

import hashlib
from urllib.parse import quote

import pytest

from harness.expect import refused

MIB = 1024 * 1024


class Upload:
    """One upload in parts, in few words."""

    def __init__(self, s3, bucket, key="k", **begin):
        self.s3 = s3
        self.ids = {"Bucket": bucket, "Key": key}
        self.ids["UploadId"] = s3.create_multipart_upload(**self.ids, **begin)["UploadId"]

    @property
    def id(self):
        return self.ids["UploadId"]

    def put(self, number, body):
        etag = self.s3.upload_part(**self.ids, PartNumber=number, Body=body)["ETag"]
        return {"PartNumber": number, "ETag": etag}

    def complete(self, *parts, **how):
        return self.s3.complete_multipart_upload(**self.ids, MultipartUpload={"Parts": list(parts)}, **how)


@pytest.mark.parametrize("number", ["0", "10001", "-1", "x", "1.0", ""])
def test_fact_46_part_numbers(s3, raw, bucket, number):
    upload = Upload(s3, bucket)
    answer = raw.request("PUT", f"/{bucket}/k?partNumber={number}&uploadId={upload.id}", body=b"x")
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("ArgumentName") == "partNumber"
    if number in ("0", "10001", "-1"):
        assert answer.text("Message") == "Part number must be an integer between 1 and 10000, inclusive"
    assert "Parts" not in s3.list_parts(**upload.ids)


def test_fact_46_a_part_too_small(s3, bucket):
    upload = Upload(s3, bucket)
    small, last = upload.put(1, b"x" * (5 * MIB - 1)), upload.put(2, b"y")
    with refused(
        400,
        "EntityTooSmall",
        ETag=small["ETag"].strip('"'),
        PartNumber=1,
        ProposedSize=5 * MIB - 1,
        MinSizeAllowed=5 * MIB,
    ):
        upload.complete(small, last)
    grown = upload.put(1, b"x" * 5 * MIB)
    upload.complete(grown, last)


def test_fact_46_order(s3, bucket):
    upload = Upload(s3, bucket)
    parts = [upload.put(number, b"x" * 5 * MIB) for number in (1, 2)]
    message = "The list of parts was not in ascending order. Parts must be ordered by part number."
    for wrong in (parts[::-1], [parts[0], parts[0]]):
        with refused(400, "InvalidPartOrder", message):
            upload.complete(*wrong)
    upload.complete(*parts)


def test_fact_46_unknown_parts(s3, bucket):
    upload = Upload(s3, bucket)
    part = upload.put(1, b"x")
    for wrong in ({"PartNumber": 2, "ETag": part["ETag"]}, {"PartNumber": 1, "ETag": '"' + "0" * 32 + '"'}):
        with refused(400, "InvalidPart", "One or more of the specified parts could not be found."):
            upload.complete(wrong)
    upload.complete(part)


@pytest.mark.parametrize("body", ["", "<CompleteMultipartUpload></CompleteMultipartUpload>", "<Complete", "<Other/>"])
def test_fact_46_no_list(s3, raw, bucket, body):
    upload = Upload(s3, bucket)
    upload.put(1, b"x")
    answer = raw.request("POST", f"/{bucket}/k?uploadId={upload.id}", body=body)
    assert answer.code in ("MalformedXML", "InvalidRequest") if body == "" else answer.code == "MalformedXML"
    assert answer.status == 400
    assert len(s3.list_parts(**upload.ids)["Parts"]) == 1


@pytest.mark.parametrize("upload_id", ["made-up", "0" * 48, "a" * 128])
def test_fact_46_unknown_upload(s3, bucket, upload_id):
    ids = {"Bucket": bucket, "Key": "k", "UploadId": upload_id}
    message = "The specified upload does not exist."
    with refused(404, "NoSuchUpload", message, UploadId=upload_id):
        s3.upload_part(**ids, PartNumber=1, Body=b"x")
    with refused(404, "NoSuchUpload", message):
        s3.list_parts(**ids)
    with refused(404, "NoSuchUpload", message):
        s3.abort_multipart_upload(**ids)
    with refused(404, "NoSuchUpload", message):
        s3.complete_multipart_upload(**ids, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "x"}]})


def test_fact_46_another_keys_upload(s3, bucket):
    upload = Upload(s3, bucket)
    with refused(404, "NoSuchUpload"):
        s3.upload_part(Bucket=bucket, Key="other", UploadId=upload.id, PartNumber=1, Body=b"x")


def test_fact_46_an_aborted_upload_is_gone(s3, bucket):
    upload = Upload(s3, bucket)
    part = upload.put(1, b"x")
    s3.abort_multipart_upload(**upload.ids)
    with refused(404, "NoSuchUpload"):
        upload.complete(part)
    with refused(404, "NoSuchUpload"):
        upload.put(2, b"x")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_fact_47_etag_of_parts(s3, bucket):
    upload = Upload(s3, bucket)
    bodies = {3: b"a" * 5 * MIB, 500: b"b" * 5 * MIB, 10_000: b"c"}
    upload.put(500, b"replaced")
    upload.put(4, b"left out")
    parts = [upload.put(number, body) for number, body in bodies.items()]
    made = upload.complete(*parts)
    digests = b"".join(hashlib.md5(body).digest() for body in bodies.values())
    assert made["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    assert (made["Bucket"], made["Key"]) == (bucket, "k") and made["Location"].endswith("/k")
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["ETag"] == made["ETag"] and got["Body"].read() == b"".join(bodies.values())


def test_fact_47_complete_again(s3, bucket):
    upload = Upload(s3, bucket)
    part = upload.put(1, b"x")
    assert upload.complete(part)["ETag"] == upload.complete(part)["ETag"]


def test_fact_47_what_was_said_at_the_beginning(s3, bucket):
    upload = Upload(
        s3,
        bucket,
        ContentType="text/x",
        Metadata={"colour": "red"},
        StorageClass="STANDARD_IA",
        Tagging="a=b",
        CacheControl="no-cache",
    )
    upload.complete(upload.put(1, b"x"))
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ContentType"], head["Metadata"], head["StorageClass"]) == ("text/x", {"colour": "red"}, "STANDARD_IA")
    assert head["CacheControl"] == "no-cache"
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_fact_48_a_late_failure_is_an_error_all_the_same(s3, raw, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"x")
    part = f"<Part><PartNumber>1</PartNumber><ETag>{'0' * 32}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>"
    answer = raw.request("POST", f"/{bucket}/k?uploadId={upload.id}", body=body)
    assert answer.code == "InvalidPart", "in the body, whether the status is 400 or 200"
    assert raw.request("GET", f"/{bucket}/k").status == 404


def test_fact_49_upload_part_copy(s3, bucket):
    source = bytes(range(256)) * (6 * MIB // 256)
    s3.put_object(Bucket=bucket, Key="source", Body=source)
    upload = Upload(s3, bucket)
    parts = []
    for number, (first, last) in enumerate(((0, 5 * MIB - 1), (5 * MIB - 3, 5 * MIB + 3)), 1):
        result = s3.upload_part_copy(
            **upload.ids, PartNumber=number, CopySource=f"{bucket}/source", CopySourceRange=f"bytes={first}-{last}"
        )["CopyPartResult"]
        parts.append({"PartNumber": number, "ETag": result["ETag"]})
    upload.complete(*parts)
    expected = source[: 5 * MIB] + source[5 * MIB - 3 : 5 * MIB + 4]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == expected


@pytest.mark.parametrize(
    "asked, code",
    [
        ("bytes=0-", "InvalidArgument"),
        ("bytes=-5", "InvalidArgument"),
        ("0-5", "InvalidArgument"),
        ("bytes=5-3", "InvalidArgument"),
        ("bytes=0-1,2-3", "InvalidArgument"),
        ("bytes=0-10", "InvalidArgument"),
        ("bytes=20-30", "InvalidArgument"),
    ],
)
def test_fact_49_ranges_of_part_copy(s3, bucket, asked, code):
    s3.put_object(Bucket=bucket, Key="source", Body=b"0123456789")
    upload = Upload(s3, bucket)
    with refused(400, code):
        s3.upload_part_copy(**upload.ids, PartNumber=1, CopySource=f"{bucket}/source", CopySourceRange=asked)


def test_fact_49_conditions_and_versions_of_the_source(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="source", Body=b"first")
    s3.put_object(Bucket=versioned, Key="source", Body=b"second")
    upload = Upload(s3, versioned)
    source = {"Bucket": versioned, "Key": "source"}
    with refused(412, "PreconditionFailed"):
        s3.upload_part_copy(**upload.ids, PartNumber=1, CopySource=source, CopySourceIfMatch=first["ETag"])
    copied = s3.upload_part_copy(
        **upload.ids,
        PartNumber=1,
        CopySource={**source, "VersionId": first["VersionId"]},
        CopySourceIfMatch=first["ETag"],
    )
    assert copied["CopySourceVersionId"] == first["VersionId"]
    upload.complete({"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]})
    assert s3.get_object(Bucket=versioned, Key="k")["Body"].read() == b"first"


ILLEGAL = (
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
    "storage class, website redirect location or encryption attributes."
)


def test_fact_50_copy_to_itself(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata={"a": "1"})
    same = {"Bucket": bucket, "Key": "k", "CopySource": f"{bucket}/k"}
    with refused(400, "InvalidRequest", ILLEGAL):
        s3.copy_object(**same)
    with refused(400, "InvalidRequest", ILLEGAL):
        s3.copy_object(**same, ACL="bucket-owner-full-control")
    s3.copy_object(**same, MetadataDirective="REPLACE", Metadata={"b": "2"})
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"b": "2"}
    s3.copy_object(**same, StorageClass="STANDARD_IA")
    assert s3.head_object(Bucket=bucket, Key="k")["StorageClass"] == "STANDARD_IA"
    s3.copy_object(**same, WebsiteRedirectLocation="/elsewhere")
    s3.copy_object(**same, ServerSideEncryption="AES256")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_fact_50_an_old_version_over_the_new(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="k", Body=b"first")["VersionId"]
    s3.put_object(Bucket=versioned, Key="k", Body=b"second")
    made = s3.copy_object(Bucket=versioned, Key="k", CopySource={"Bucket": versioned, "Key": "k", "VersionId": first})
    assert made["CopySourceVersionId"] == first and made["VersionId"] != first
    assert s3.get_object(Bucket=versioned, Key="k")["Body"].read() == b"first"


def test_fact_51_directives(s3, bucket):
    s3.put_object(
        Bucket=bucket,
        Key="source",
        Body=b"x",
        ContentType="text/a",
        CacheControl="max-age=1",
        Metadata={"m": "1"},
        Tagging="t=1",
    )

    def copy(**how):
        s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/source", **how)
        head = s3.head_object(Bucket=bucket, Key="k")
        tags = s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
        return head["ContentType"], head.get("CacheControl"), head["Metadata"], [tag["Value"] for tag in tags]

    assert copy() == ("text/a", "max-age=1", {"m": "1"}, ["1"])
    assert copy(ContentType="text/b", Metadata={"m": "2"}) == ("text/a", "max-age=1", {"m": "1"}, ["1"])
    assert copy(MetadataDirective="REPLACE", ContentType="text/b", Metadata={"n": "2"}) == (
        "text/b",
        None,
        {"n": "2"},
        ["1"],
    )
    assert copy(MetadataDirective="REPLACE") == ("binary/octet-stream", None, {}, ["1"])
    assert copy(TaggingDirective="REPLACE", Tagging="t=2") == ("text/a", "max-age=1", {"m": "1"}, ["2"])
    assert copy(TaggingDirective="REPLACE") == ("text/a", "max-age=1", {"m": "1"}, [])


@pytest.mark.parametrize("key", ["a b", "a+b", "a%b", "a%20b", "é", "a?b", "a/../b"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_fact_51_the_source_is_decoded_once(s3, raw, bucket, key, slash):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    source = slash + quote(f"{bucket}/{key}", safe="/")
    answer = raw.request("PUT", f"/{bucket}/k", [("x-amz-copy-source", source)])
    assert answer.status == 200 and answer.xml.tag == "CopyObjectResult"
    assert answer.text("ETag") == f'"{hashlib.md5(key.encode()).hexdigest()}"' and answer.text("LastModified")
    assert raw.request("GET", f"/{bucket}/k").body == key.encode()


def test_fact_51_source_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="source", Body=b"x")["ETag"]
    copy = {"Bucket": bucket, "Key": "k", "CopySource": f"{bucket}/source"}
    with refused(412, "PreconditionFailed", Condition="x-amz-copy-source-If-None-Match"):
        s3.copy_object(**copy, CopySourceIfNoneMatch=etag)
    with refused(412, "PreconditionFailed"):
        s3.copy_object(**copy, CopySourceIfMatch='"other"')
    s3.copy_object(**copy, CopySourceIfMatch=etag)


def test_fact_51_a_delete_marker_is_no_source(s3, versioned):
    s3.put_object(Bucket=versioned, Key="source", Body=b"x")
    marker = s3.delete_object(Bucket=versioned, Key="source")["VersionId"]
    with refused(404, "NoSuchKey"):
        s3.copy_object(Bucket=versioned, Key="k", CopySource=f"{versioned}/source")
    with refused(400, "InvalidRequest"):
        s3.copy_object(
            Bucket=versioned, Key="k", CopySource={"Bucket": versioned, "Key": "source", "VersionId": marker}
        )


def test_fact_51_across_buckets_and_accounts(s3, other_s3, bucket, name):
    s3.put_object(Bucket=bucket, Key="k", Body=b"mine")
    s3.create_bucket(Bucket=name)
    s3.copy_object(Bucket=name, Key="k", CopySource=f"{bucket}/k")
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"mine"
    other_s3.create_bucket(Bucket=name + "-theirs")
    with refused(403, "AccessDenied"):
        other_s3.copy_object(Bucket=name + "-theirs", Key="k", CopySource=f"{bucket}/k")
