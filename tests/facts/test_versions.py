"""S3's sharp points 52 and 53: versions."""

import pytest

from harness.expect import refused


def set_versioning(s3, bucket, status):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def versions(s3, bucket):
    """(id, is a delete marker, is the latest) of each version of the only key, newest first."""
    answer = s3.list_object_versions(Bucket=bucket)
    found = [(v["LastModified"], v["VersionId"], False, v["IsLatest"]) for v in answer.get("Versions", [])]
    found += [(v["LastModified"], v["VersionId"], True, v["IsLatest"]) for v in answer.get("DeleteMarkers", [])]
    return sorted((entry[1:] for entry in found), key=lambda entry: not entry[2])


def test_fact_52_the_latest_is_a_delete_marker(s3, raw, versioned):
    first = s3.put_object(Bucket=versioned, Key="k", Body=b"first")["VersionId"]
    removed = s3.delete_object(Bucket=versioned, Key="k")
    assert removed["DeleteMarker"] is True
    marker = removed["VersionId"]

    answer = raw.request("GET", f"/{versioned}/k")
    assert (answer.status, answer.code) == (404, "NoSuchKey")
    assert answer.header("x-amz-delete-marker") == "true" and answer.header("x-amz-version-id") == marker
    head = raw.request("HEAD", f"/{versioned}/k")
    assert (head.status, head.header("x-amz-delete-marker")) == (404, "true")

    answer = raw.request("GET", f"/{versioned}/k?versionId={marker}")
    assert (answer.status, answer.code) == (405, "MethodNotAllowed")
    assert answer.text("ResourceType") == "DeleteMarker"
    assert answer.header("allow") == "DELETE" and answer.header("x-amz-delete-marker") == "true"
    assert raw.request("HEAD", f"/{versioned}/k?versionId={marker}").status == 405
    assert raw.request("GET", f"/{versioned}/k?versionId={first}").body == b"first"

    again = s3.delete_object(Bucket=versioned, Key="k", VersionId=marker)
    assert again["DeleteMarker"] is True and again["VersionId"] == marker
    assert raw.request("GET", f"/{versioned}/k").body == b"first", "removing the marker brings the object back"


def test_fact_52_a_delete_of_nothing_makes_a_marker(s3, versioned):
    assert s3.delete_object(Bucket=versioned, Key="k")["DeleteMarker"] is True
    assert len(versions(s3, versioned)) == 1


def test_fact_52_removing_the_latest_uncovers_the_one_before(s3, versioned):
    ids = [s3.put_object(Bucket=versioned, Key="k", Body=b"%d" % index)["VersionId"] for index in range(4)]
    for index in (3, 1, 2):
        s3.delete_object(Bucket=versioned, Key="k", VersionId=ids[index])
    got = s3.get_object(Bucket=versioned, Key="k")
    assert (got["VersionId"], got["Body"].read()) == (ids[0], b"0")
    assert s3.list_objects_v2(Bucket=versioned)["KeyCount"] == 1


def test_fact_53_suspended(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"before")
    set_versioning(s3, bucket, "Enabled")
    kept = s3.put_object(Bucket=bucket, Key="k", Body=b"kept")["VersionId"]
    set_versioning(s3, bucket, "Suspended")
    assert {entry[0] for entry in versions(s3, bucket)} == {"null", kept}

    s3.put_object(Bucket=bucket, Key="k", Body=b"suspended")
    assert {entry[0] for entry in versions(s3, bucket)} == {"null", kept}, "the null version is replaced"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"suspended"

    removed = s3.delete_object(Bucket=bucket, Key="k")
    assert (removed["DeleteMarker"], removed["VersionId"]) == (True, "null")
    assert versions(s3, bucket) == [("null", True, True), (kept, False, False)]
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=kept)["Body"].read() == b"kept"
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"


def test_fact_53_a_null_version_stays_in_its_place_in_time(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"null")
    set_versioning(s3, bucket, "Enabled")
    newer = s3.put_object(Bucket=bucket, Key="k", Body=b"newer")["VersionId"]
    listed = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [(v["VersionId"], v["IsLatest"]) for v in listed] == [(newer, True), ("null", False)]


def test_fact_53_unversioned(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"x"
    answer = raw.request("GET", f"/{bucket}/k?versionId=nonsense")
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message") == "Invalid version id specified"
    assert (answer.text("ArgumentName"), answer.text("ArgumentValue")) == ("versionId", "nonsense")
    assert "VersionId" not in s3.delete_object(Bucket=bucket, Key="k")
    assert "VersionId" not in s3.delete_object(Bucket=bucket, Key="k"), "there is nothing to delete, which is no error"


def test_fact_53_an_unknown_version(s3, versioned, name):
    s3.put_object(Bucket=versioned, Key="k", Body=b"x")
    with refused(404, "NoSuchVersion", "The specified version does not exist.", Key="k", VersionId="null"):
        s3.get_object(Bucket=versioned, Key="k", VersionId="null")
    # An id as this server makes them, of another object.
    other = s3.put_object(Bucket=versioned, Key="other", Body=b"y")["VersionId"]
    with refused(404, "NoSuchVersion", VersionId=other):
        s3.get_object(Bucket=versioned, Key="k", VersionId=other)


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_fact_53_configuration_reads_back(s3, bucket, status):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    set_versioning(s3, bucket, status)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status
