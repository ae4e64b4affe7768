"""S3's sharp point 33: POST forms and their policies."""

import hashlib
from datetime import timedelta

import pytest

from harness import post_form
from harness.http import Connection, serialise


def post(raw, bucket, key="k", conditions=(), extra=(), document=None, changes=None, **form):
    document = document or post_form.policy(bucket, conditions)
    return post_form.post(
        raw, bucket, post_form.signed_fields(raw.signer, key, document, extra, **(changes or {})), **form
    )


def test_fact_33_a_form_uploads(raw, bucket):
    answer = post(raw, bucket, file=b"from a browser")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("etag") == f'"{hashlib.md5(b"from a browser").hexdigest()}"'
    assert answer.header("location").endswith("/k")
    assert raw.request("GET", f"/{bucket}/k").body == b"from a browser"


def test_fact_33_boto3_makes_one(s3, raw, bucket):
    for key in ("k", "folder/${filename}"):
        form = s3.generate_presigned_post(bucket, key)
        assert post_form.post(raw, bucket, list(form["fields"].items())).status == 204
    assert raw.request("GET", f"/{bucket}/k").body == b"hello"
    assert raw.request("GET", f"/{bucket}/folder/name.txt").body == b"hello"


@pytest.mark.parametrize("field", ["x_amz_credential", "x_amz_signature", "x_amz_date", "policy", "key"])
def test_fact_33_a_field_is_missing(raw, bucket, field):
    answer = post(raw, bucket, changes={field: None})
    if field == "policy":
        assert (answer.status, answer.code) == (403, "AccessDenied")
        return
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message").lower() == (
        f"bucket post must contain a field named '{field.replace('_', '-')}'.  "
        "if it is specified, please check the order of the fields."
    )


def test_fact_33_size_range(raw, bucket):
    conditions = [["content-length-range", 2, 4]]
    large = post(raw, bucket, conditions=conditions, file=b"12345")
    assert (large.status, large.code) == (400, "EntityTooLarge")
    assert (large.text("ProposedSize"), large.text("MaxSizeAllowed")) == ("5", "4")
    small = post(raw, bucket, conditions=conditions, file=b"1")
    assert (small.status, small.code) == (400, "EntityTooSmall")
    assert (small.text("ProposedSize"), small.text("MinSizeAllowed")) == ("1", "2")
    assert raw.request("GET", f"/{bucket}/k").status == 404
    assert post(raw, bucket, conditions=conditions, file=b"1234").status == 204


def test_fact_33_far_past_the_size_range_nothing_more_is_read(raw, bucket):
    """The form says at its start that it is too large; waiting for its end would store what nobody may keep."""
    document = post_form.policy(bucket, [["content-length-range", 0, 1000]])
    form = post_form.multipart(post_form.signed_fields(raw.signer, "k", document), b"").rpartition(b"\r\n--")[0]
    headers = [("Host", raw.host), ("Content-Type", f"multipart/form-data; boundary={post_form.BOUNDARY}")]
    with Connection(raw.server.address) as connection:
        connection.send(serialise("POST", f"/{bucket}", [*headers, ("Content-Length", "4000000000")], form))
        connection.send(b"x" * 3_000_000)
        answer = connection.receive()
        assert (answer.status, answer.code) == (400, "EntityTooLarge")
        assert (answer.text("ProposedSize"), answer.text("MaxSizeAllowed")) == ("4000000000", "1000")
        assert connection.at_end()
    assert raw.request("GET", f"/{bucket}/k").status == 404


@pytest.mark.parametrize(
    "document", ["{", "[]", "{}", '{"expiration": "soon", "conditions": []}', '{"conditions": []}']
)
def test_fact_33_no_policy_document(raw, bucket, document):
    answer = post(raw, bucket, document=document)
    assert (answer.status, answer.code) == (400, "InvalidPolicyDocument")


def test_fact_33_conditions(raw, bucket):
    answer = post(raw, bucket, conditions=[{"acl": "private"}])
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert answer.text("Message").startswith("Invalid according to Policy: Policy Condition failed: ")
    extra = post(raw, bucket, extra=[("x-amz-meta-colour", "red")])
    assert extra.text("Message") == "Invalid according to Policy: Extra input fields: x-amz-meta-colour"
    old = post(raw, bucket, document=post_form.policy(bucket, expires=timedelta(minutes=-1)))
    assert (old.status, old.text("Message")) == (403, "Invalid according to Policy: Policy expired.")
    wrong = post(raw, bucket, document=post_form.policy(bucket + "-other"))
    assert (wrong.status, wrong.code) == (403, "AccessDenied")
    assert raw.request("GET", f"/{bucket}/k").status == 404
    kept = post(
        raw, bucket, conditions=[["starts-with", "$x-amz-meta-colour", "r"]], extra=[("x-amz-meta-colour", "red")]
    )
    assert kept.status == 204
    assert raw.request("HEAD", f"/{bucket}/k").header("x-amz-meta-colour") == "red"


def test_fact_33_not_a_multipart_form(raw, bucket):
    fields = post_form.signed_fields(raw.signer, "k", post_form.policy(bucket))
    answer = post_form.post(raw, bucket, fields, content_type="application/x-www-form-urlencoded")
    assert (answer.status, answer.code) == (412, "PreconditionFailed")
    assert answer.text("Condition") == "Bucket POST must be of the enclosure-type multipart/form-data"


@pytest.mark.parametrize("asked, status", [("200", 200), ("201", 201), ("204", 204), ("404", 204), ("x", 204)])
def test_fact_33_success_status(raw, bucket, asked, status):
    conditions = [["starts-with", "$success_action_status", ""]]
    answer = post(raw, bucket, conditions=conditions, extra=[("success_action_status", asked)])
    assert answer.status == status
    if status == 201:
        assert answer.xml.tag == "PostResponse"
        assert (answer.text("Bucket"), answer.text("Key")) == (bucket, "k")
        assert answer.text("ETag") == '"5d41402abc4b2a76b9719d911017c592"' and answer.text("Location").endswith("/k")


def test_fact_33_success_redirect(raw, bucket):
    conditions = [["starts-with", "$success_action_redirect", ""]]
    answer = post(
        raw, bucket, conditions=conditions, extra=[("success_action_redirect", "http://example.test/done?a=1")]
    )
    assert answer.status == 303
    assert answer.header("location") == (
        f"http://example.test/done?a=1&bucket={bucket}&key=k&etag=%225d41402abc4b2a76b9719d911017c592%22"
    )


def test_fact_33_fields_after_the_file_are_ignored(raw, bucket):
    assert post(raw, bucket, after=[("x-amz-meta-colour", "red"), ("key", "other")]).status == 204
    answer = raw.request("HEAD", f"/{bucket}/k")
    assert answer.status == 200 and answer.header("x-amz-meta-colour") is None


def test_fact_33_filename_takes_its_place(raw, bucket):
    assert post(raw, bucket, key="u/${filename}", filename="C:\\folder\\my file.txt").status == 204
    listed = raw.request("GET", f"/{bucket}?list-type=2").texts("Contents/Key")
    assert listed == ["u/my file.txt"]


def test_fact_33_bad_signature(raw, bucket):
    answer = post(raw, bucket, changes={"x_amz_signature": "0" * 64})
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")


def test_fact_33_no_file(raw, bucket):
    answer = post(raw, bucket, file=None)
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message") == "POST requires exactly one file upload per request."
