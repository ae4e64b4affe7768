"""S3's sharp points 61 to 66, as far as the operations that exist meet them."""

import base64
import hashlib

import pytest

from harness.expect import refused


def test_fact_61_acls_are_off(s3, raw, bucket):
    for acl in ("public-read", "public-read-write", "authenticated-read"):
        with refused(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"):
            s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL=acl)
    with refused(400, "AccessControlListNotSupported"):
        s3.put_object(
            Bucket=bucket, Key="k", Body=b"x", GrantRead='uri="http://acs.amazonaws.com/groups/global/AllUsers"'
        )
    assert raw.request("GET", f"/{bucket}/k").status == 404
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="bucket-owner-full-control")


def test_fact_61_the_acl_that_everything_has(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for acl in (s3.get_bucket_acl(Bucket=bucket), s3.get_object_acl(Bucket=bucket, Key="k")):
        [grant] = acl["Grants"]
        assert grant["Permission"] == "FULL_CONTROL" and grant["Grantee"]["ID"] == acl["Owner"]["ID"]


def tags(count, prefix="k"):
    return [{"Key": f"{prefix}{index}", "Value": "v"} for index in range(count)]


def test_fact_62_how_many_tags(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags(10)})
    with refused(400, "BadRequest", "Object tags cannot be greater than 10"):
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags(11)})
    assert len(s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]) == 10
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags(50)})
    with refused(400, "BadRequest", "Bucket tag count cannot be greater than 50"):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags(51)})
    assert len(s3.get_bucket_tagging(Bucket=bucket)["TagSet"]) == 50


@pytest.mark.parametrize(
    "tag_set, message",
    [
        (tags(1) * 2, "Cannot provide multiple Tags with the same key"),
        ([{"Key": "aws:mine", "Value": "v"}], ""),
        ([{"Key": "", "Value": "v"}], ""),
        ([{"Key": "k" * 129, "Value": "v"}], "The TagKey you have provided is invalid"),
        ([{"Key": "k", "Value": "v" * 257}], "The TagValue you have provided is invalid"),
        ([{"Key": "a{b}", "Value": "v"}], "The TagKey you have provided is invalid"),
    ],
)
def test_fact_62_bad_tags(s3, raw, bucket, tag_set, message):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    inner = "".join(f"<Tag><Key>{tag['Key']}</Key><Value>{tag['Value']}</Value></Tag>" for tag in tag_set)
    body = f"<Tagging><TagSet>{inner}</TagSet></Tagging>"
    for target in (f"/{bucket}/k?tagging", f"/{bucket}?tagging"):
        digest = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
        answer = raw.request("PUT", target, [("Content-MD5", digest)], body)
        assert (answer.status, answer.code) == (400, "InvalidTag"), answer.body
        assert message in answer.text("Message")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


def test_fact_62_no_tags(s3, raw, bucket):
    with refused(404, "NoSuchTagSet", "The TagSet does not exist", BucketName=bucket):
        s3.get_bucket_tagging(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    assert raw.request("HEAD", f"/{bucket}/k").header("x-amz-tagging-count") is None
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&b=2")
    assert raw.request("HEAD", f"/{bucket}/k").header("x-amz-tagging-count") == "2"
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags(1)})
    s3.delete_bucket_tagging(Bucket=bucket)
    with refused(404, "NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=bucket)


def test_fact_63_encryption_is_always_there(s3, bucket):
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"
    [rule] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-server-side-encryption": "aws:kms"},
        {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "x"},
        {
            "x-amz-server-side-encryption-customer-algorithm": "AES256",
            "x-amz-server-side-encryption-customer-key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "x-amz-server-side-encryption-customer-key-MD5": "eB5eJF1ptWaXm4bijSPyxw==",
        },
        {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": "2100-01-01T00:00:00Z"},
        {"x-amz-object-lock-legal-hold": "ON"},
        {"x-amz-request-payer": "requester"},
    ],
)
def test_fact_63_what_is_not_here_yet_is_not_swallowed(raw, bucket, headers):
    answer = raw.request("PUT", f"/{bucket}/k", list(headers.items()), b"x")
    assert (answer.status, answer.code) == (501, "NotImplemented")
    assert raw.request("GET", f"/{bucket}/k").status == 404


@pytest.mark.parametrize(
    "query", ["logging", "notification", "versioning", "accelerate", "requestPayment", "encryption", "acl"]
)
def test_fact_65_reads_with_a_default(raw, bucket, query):
    answer = raw.request("GET", f"/{bucket}?{query}")
    assert answer.status == 200
    if query == "requestPayment":
        assert answer.text("Payer") == "BucketOwner"
    if query in ("logging", "notification", "versioning", "accelerate"):
        assert list(answer.xml) == []


def test_fact_66_storage_classes(s3, raw, bucket):
    answer = raw.request("PUT", f"/{bucket}/k", [("x-amz-storage-class", "COLD")], b"x")
    assert (answer.status, answer.code) == (400, "InvalidStorageClass")
    assert answer.text("Message") == "The storage class you specified is not valid"
    assert answer.text("StorageClassRequested") == "COLD"
    for kept in ("STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass=kept)
        assert s3.head_object(Bucket=bucket, Key="k")["StorageClass"] == kept
        assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["StorageClass"] == kept
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize("query", ["inventory", "analytics", "metrics", "intelligent-tiering"])
def test_fact_66_what_is_modelled_and_not_served(raw, bucket, query):
    answer = raw.request("GET", f"/{bucket}?{query}")
    assert (answer.status, answer.code) == (501, "NotImplemented")


def test_fact_66_anonymous_on_private(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for target in (f"/{bucket}/k", f"/{bucket}/missing", f"/{bucket}", f"/{bucket}?list-type=2"):
        answer = raw.anonymous("GET", target)
        assert (answer.status, answer.code) == (403, "AccessDenied"), "never 404"
    for method in ("PUT", "DELETE"):
        assert raw.anonymous(method, f"/{bucket}/k").status == 403
    for subresource in (
        "policy",
        "acl",
        "publicAccessBlock",
        "ownershipControls",
        "lifecycle",
        "cors",
        "website",
    ):  # nor what is not implemented
        for method in ("GET", "PUT"):
            answer = raw.anonymous(method, f"/{bucket}?{subresource}")
            assert (answer.status, answer.code) == (403, "AccessDenied")
    assert raw.request("GET", f"/{bucket}/k").body == b"x"


def test_another_account_sees_nothing(other_s3, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused(403, "AccessDenied"):
        other_s3.get_object(Bucket=bucket, Key="k")
    with refused(403, "AccessDenied"):
        other_s3.list_objects_v2(Bucket=bucket)
    with refused(403, "AccessDenied"):
        other_s3.put_object(Bucket=bucket, Key="k", Body=b"y")
    with refused(403, "403"):
        other_s3.head_bucket(Bucket=bucket)
    assert bucket not in [b["Name"] for b in other_s3.list_buckets()["Buckets"]]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
