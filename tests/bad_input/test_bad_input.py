"""Each row of the tables: the exact status and code, an answer that is whole, and nothing changed."""

from dataclasses import dataclass

import pytest

from bad_input import access, listing, multipart, names, reading, signing, writing
from harness import sigv4

TABLES = {
    table.__name__.rpartition(".")[2]: table.ROWS
    for table in (access, names, listing, reading, writing, multipart, signing)
}
CASES = [pytest.param(row, id=f"{table}: {row}") for table, rows in TABLES.items() for row in rows]


def test_there_are_enough_rows():
    assert len(CASES) >= 200


@dataclass
class Place:
    """What a row's {words} stand for."""

    bucket: str
    versioned: str
    upload: str
    etag: str
    key: str

    def fill(self, text):
        if isinstance(text, bytes):
            return text
        for word, value in vars(self).items():
            text = text.replace("{" + word + "}", value)
        return text

    def state(self, s3):
        """Everything that a refused request could have changed."""
        upload = {"Bucket": self.bucket, "Key": "k", "UploadId": self.upload}
        return (
            [(item["Key"], item["ETag"]) for item in s3.list_objects_v2(Bucket=self.bucket)["Contents"]],
            s3.list_object_versions(Bucket=self.versioned).get("Versions"),
            [(part["PartNumber"], part["ETag"]) for part in s3.list_parts(**upload)["Parts"]],
            [one["UploadId"] for one in s3.list_multipart_uploads(Bucket=self.bucket)["Uploads"]],
            s3.get_bucket_versioning(Bucket=self.bucket).get("Status"),
            s3.get_object_tagging(Bucket=self.bucket, Key="k")["TagSet"],
            s3.get_bucket_acl(Bucket=self.bucket)["Grants"],
            s3.get_public_access_block(Bucket=self.bucket)["PublicAccessBlockConfiguration"],
            s3.get_bucket_ownership_controls(Bucket=self.bucket)["OwnershipControls"],
            sum(name["Name"].startswith(self.bucket) for name in s3.list_buckets()["Buckets"]),
        )


@pytest.fixture(scope="module")
def place(s3, account):
    bucket, versioned = (f"bad-input-{s3.meta.endpoint_url.rpartition(':')[2]}{suffix}" for suffix in ("", ".v"))
    for name in (bucket, versioned):
        s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=versioned, Key="k", Body=b"x")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    etag = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    return Place(bucket, versioned, upload, etag, account.access_key)


@pytest.mark.parametrize("row", CASES)
def test_refused(s3, raw, place, row):
    before = place.state(s3)
    method, _, target = place.fill(row.request).partition(" ")
    headers = [(name, place.fill(value)) for name, value in row.headers.items()]
    how = dict(row.how)
    if "age" in how:
        how["time"] = sigv4.now() - how.pop("age")
    if tamper := how.pop("tamper", None):
        how["tamper"] = lambda headers: [(name, place.fill(value)) for name, value in tamper(headers)]
    body = place.fill(row.body)
    answer = getattr(raw, row.kind)(method, target, headers, body.encode() if isinstance(body, str) else body, **how)

    assert answer.status == row.status, answer.body
    if row.code is None:
        assert answer.body == b""
    else:
        assert answer.code == row.code, answer.body
        assert answer.text("Message")
        assert answer.header("content-type") == "application/xml"
        assert answer.text("RequestId") == answer.header("x-amz-request-id")
        assert answer.text("HostId") == answer.header("x-amz-id-2")
        assert answer.text("Resource") == target.partition("?")[0]
    assert place.state(s3) == before, "a refused request changed something"
