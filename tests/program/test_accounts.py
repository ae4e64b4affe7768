"""Accounts beside one another: every operation on another's bucket is denied, and leaves it as it was."""

import pathlib

import pytest
from botocore.exceptions import ClientError

from harness import post_form
from harness.boto import make_s3
from harness.raw import RawClient
from harness.server import ROOT, Server

BUCKET, OBJECT = {"Bucket": "{box}"}, {"Bucket": "{box}", "Key": "k"}
UPLOAD = {**OBJECT, "UploadId": "{upload}"}
TAGS = {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}

# Every operation that is served and names a bucket, as somebody else asks for it. {box} is the owner's bucket, {mine}
# the other's.
ASKED = {
    "CreateBucket": BUCKET,
    "DeleteBucket": BUCKET,
    "DeleteBucketTagging": BUCKET,
    "GetBucketAccelerateConfiguration": BUCKET,
    "GetBucketAcl": BUCKET,
    "GetBucketEncryption": BUCKET,
    "GetBucketLocation": BUCKET,
    "GetBucketLogging": BUCKET,
    "GetBucketNotificationConfiguration": BUCKET,
    "GetBucketRequestPayment": BUCKET,
    "GetBucketTagging": BUCKET,
    "GetBucketVersioning": BUCKET,
    "HeadBucket": BUCKET,
    "PutBucketTagging": {**BUCKET, **TAGS},
    "DeleteBucketOwnershipControls": BUCKET,
    "DeleteBucketPolicy": BUCKET,
    "DeletePublicAccessBlock": BUCKET,
    "GetBucketOwnershipControls": BUCKET,
    "GetBucketPolicy": BUCKET,
    "GetBucketPolicyStatus": BUCKET,
    "GetPublicAccessBlock": BUCKET,
    "PutBucketAcl": {**BUCKET, "ACL": "private"},
    "PutBucketOwnershipControls": {**BUCKET, "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
    "PutBucketPolicy": {**BUCKET, "Policy": "none"},
    "PutObjectAcl": {**OBJECT, "ACL": "private"},
    "PutPublicAccessBlock": {**BUCKET, "PublicAccessBlockConfiguration": {"BlockPublicAcls": False}},
    "PutBucketVersioning": {**BUCKET, "VersioningConfiguration": {"Status": "Enabled"}},
    "CopyObject": {"Bucket": "{box}", "Key": "new", "CopySource": "{mine}/k"},
    "CopyObject from it": {"Bucket": "{mine}", "Key": "new", "CopySource": "{box}/k"},
    "DeleteObject": OBJECT,
    "DeleteObjectTagging": OBJECT,
    "DeleteObjects": {**BUCKET, "Delete": {"Objects": [{"Key": "k"}, {"Key": "none"}]}},
    "GetObject": OBJECT,
    "GetObject that is not there": {**BUCKET, "Key": "none"},
    "GetObjectAcl": OBJECT,
    "GetObjectAttributes": {**OBJECT, "ObjectAttributes": ["ETag"]},
    "GetObjectTagging": OBJECT,
    "HeadObject": OBJECT,
    "PutObject": {**OBJECT, "Body": b"theirs"},
    "PutObjectTagging": {**OBJECT, **TAGS},
    "ListMultipartUploads": BUCKET,
    "ListObjectVersions": BUCKET,
    "ListObjects": BUCKET,
    "ListObjectsV2": BUCKET,
    "AbortMultipartUpload": UPLOAD,
    "CompleteMultipartUpload": {**UPLOAD, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "{etag}"}]}},
    "CreateMultipartUpload": OBJECT,
    "ListParts": UPLOAD,
    "UploadPart": {**UPLOAD, "PartNumber": 1, "Body": b"theirs"},
    "UploadPartCopy": {**UPLOAD, "PartNumber": 1, "CopySource": "{mine}/k"},
    "UploadPartCopy from it": {
        "Bucket": "{mine}", "Key": "k", "UploadId": "{my_upload}", "PartNumber": 1, "CopySource": "{box}/k",
    },
}  # fmt: skip
ELSEWHERE = {"ListBuckets", "PostObject"}  # have tests of their own below


def test_every_served_operation_is_asked():
    lines = pathlib.Path(ROOT / "models/ops/s3.txt").read_text().splitlines()
    served = {line.split("#")[0].strip() for line in lines} - {""}
    assert served == {name.split()[0] for name in ASKED} | ELSEWHERE


class Two:
    """An owner with an object and an upload, and another account with as much."""

    def __init__(self, server):
        self.owner = make_s3(server, server.root())
        self.account = server.new_account()
        self.other = make_s3(server, self.account)
        self.raw = RawClient(server, self.account)
        self.known = {"box": "the-owners", "mine": "the-others"}
        for client, box, upload in ((self.owner, "box", "upload"), (self.other, "mine", "my_upload")):
            place = {"Bucket": self.known[box], "Key": "k"}
            client.create_bucket(Bucket=place["Bucket"])
            client.put_object(**place, Body=b"kept", Tagging="t=v")
            self.known[upload] = client.create_multipart_upload(**place)["UploadId"]
            part = client.upload_part(**place, UploadId=self.known[upload], PartNumber=1, Body=b"part")
            self.known["etag"] = part["ETag"]

    def fill(self, value):
        if isinstance(value, str):
            return value.format(**self.known)
        if isinstance(value, dict):
            return {name: self.fill(inner) for name, inner in value.items()}
        return [self.fill(inner) for inner in value] if isinstance(value, list) else value

    def state(self):
        """What the owner has, and the other's own object."""
        box = {"Bucket": self.known["box"]}
        upload = {**box, "Key": "k", "UploadId": self.known["upload"]}
        mine = {"Bucket": self.known["mine"]}
        return (
            [(one["Key"], one["ETag"], one["LastModified"]) for one in self.owner.list_objects_v2(**box)["Contents"]],
            self.owner.get_object(**box, Key="k")["Body"].read(),
            self.owner.get_object_tagging(**box, Key="k")["TagSet"],
            self.owner.get_bucket_versioning(**box).get("Status"),
            [part["ETag"] for part in self.owner.list_parts(**upload)["Parts"]],
            [one["UploadId"] for one in self.owner.list_multipart_uploads(**box)["Uploads"]],
            [one["Key"] for one in self.other.list_objects_v2(**mine)["Contents"]],
        )


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("two") / "data") as server:
        yield Two(server)


@pytest.mark.parametrize("asked", ASKED)
def test_denied(two, asked):
    before = two.state()
    operation = asked.split()[0]
    method = {name: attribute for attribute, name in two.other.meta.method_to_api_mapping.items()}[operation]
    if operation == "DeleteObjects":  # each of its objects is denied
        answer = getattr(two.other, method)(**two.fill(ASKED[asked]))
        assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"] * 2 and "Deleted" not in answer
        assert two.state() == before
        return
    with pytest.raises(ClientError) as caught:
        getattr(two.other, method)(**two.fill(ASKED[asked]))
    answer = caught.value.response
    told = (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"])
    expected = {"CreateBucket": (409, "BucketAlreadyExists"), "HeadBucket": (403, "403"), "HeadObject": (403, "403")}
    assert told == expected.get(operation, (403, "AccessDenied"))
    assert two.state() == before


def test_a_form_for_anothers_bucket_is_denied(two):
    before = two.state()
    box = two.known["box"]
    fields = post_form.signed_fields(two.raw.signer, "k", post_form.policy(box))
    answer = post_form.post(two.raw, box, fields)
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert two.state() == before


def test_a_url_for_anothers_object_is_denied(two):
    for method in ("GET", "PUT", "DELETE"):
        answer = two.raw.presigned(method, f"/{two.known['box']}/k")
        assert (answer.status, answer.code) == (403, "AccessDenied")
    assert two.state()[1] == b"kept"


def test_each_sees_its_own_buckets(two):
    assert [bucket["Name"] for bucket in two.other.list_buckets()["Buckets"]] == [two.known["mine"]]
    assert [bucket["Name"] for bucket in two.owner.list_buckets()["Buckets"]] == [two.known["box"]]
    assert two.other.list_buckets()["Owner"]["ID"] == two.account.canonical_id
