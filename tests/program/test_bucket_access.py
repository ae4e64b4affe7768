"""Who may use a bucket, as clients set it and are told."""

import json

import pytest
from botocore.exceptions import ClientError

from harness.boto import make_s3

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
NOTHING_BLOCKED = dict.fromkeys(
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], False
)


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]


def policy_of(bucket, principal, action="s3:GetObject", effect="Allow"):
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Id": "mine", "Statement": [statement]})


def granted(answer):
    return [(grant["Grantee"].get("URI") or grant["Grantee"]["ID"], grant["Permission"]) for grant in answer["Grants"]]


def test_a_new_bucket_is_its_owners_alone(s3, bucket):
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(NOTHING_BLOCKED, True)
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert code_of(s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")
    assert code_of(s3.put_bucket_acl, Bucket=bucket, ACL="private") == (400, "AccessControlListNotSupported")
    public = policy_of(bucket, "*")
    assert code_of(s3.put_bucket_policy, Bucket=bucket, Policy=public) == (403, "AccessDenied")


def test_a_policy_comes_back_as_it_was_sent(s3, bucket, other_account):
    policy = policy_of(bucket, {"AWS": f"arn:aws:iam::{other_account.id}:root"})
    assert s3.put_bucket_policy(Bucket=bucket, Policy=policy)["ResponseMetadata"]["HTTPStatusCode"] == 204
    answer = s3.get_bucket_policy(Bucket=bucket)
    assert json.loads(answer["Policy"]) == json.loads(policy)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/json"
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy_of(bucket, "*"))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": True}
    assert s3.delete_bucket_policy(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert code_of(s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")


@pytest.mark.parametrize(
    "principal, action",
    [
        ({"AWS": "arn:aws:iam::999988887777:root"}, "s3:GetObject"),
        ({"AWS": "arn:aws:iam::{account}:user/nobody"}, "s3:GetObject"),
        ("*", "s3:GetObjekt"),
        ("*", "s3:ListBucket"),
    ],
)
def test_a_policy_that_is_none_is_refused(s3, bucket, account, principal, action):
    policy = policy_of(bucket, principal, action).replace("{account}", account.id)
    assert code_of(s3.put_bucket_policy, Bucket=bucket, Policy=policy) == (400, "MalformedPolicy")
    assert code_of(s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")


def test_lists_where_they_are_on(s3, bucket):
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    assert code_of(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == (403, "AccessDenied")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=NOTHING_BLOCKED)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    told = s3.get_bucket_acl(Bucket=bucket)
    owner = told["Owner"]["ID"]
    assert granted(told) == [(owner, "FULL_CONTROL"), (ALL_USERS, "READ")]
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", GrantRead=f'uri="{ALL_USERS}"')
    assert granted(s3.get_object_acl(Bucket=bucket, Key="k")) == [(ALL_USERS, "READ")]
    s3.put_object_acl(Bucket=bucket, Key="k", AccessControlPolicy={"Owner": told["Owner"], "Grants": told["Grants"]})
    assert granted(s3.get_object_acl(Bucket=bucket, Key="k")) == granted(told)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m", ACL="public-read")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(
        Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )
    assert granted(s3.get_object_acl(Bucket=bucket, Key="m")) == granted(told)


def test_with_the_cli(aws, bucket, tmp_path):
    aws("s3api", "delete-public-access-block", "--bucket", bucket)
    document = tmp_path / "policy.json"
    document.write_text(policy_of(bucket, "*"))
    aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", f"file://{document}")
    told = json.loads(aws("s3api", "get-bucket-policy", "--bucket", bucket, "--output", "json"))
    assert json.loads(told["Policy"]) == json.loads(document.read_text())
    aws(
        *("s3api", "put-bucket-ownership-controls", "--bucket", bucket),
        *("--ownership-controls", "Rules=[{ObjectOwnership=BucketOwnerPreferred}]"),
    )
    aws("s3api", "put-bucket-acl", "--bucket", bucket, "--acl", "public-read")
    told = json.loads(aws("s3api", "get-bucket-acl", "--bucket", bucket, "--output", "json"))
    assert [grant["Permission"] for grant in told["Grants"]] == ["FULL_CONTROL", "READ"]


def test_settings_outlive_a_kill(start_server, name):
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket=name)
    policy = policy_of(name, {"AWS": "*"}, effect="Deny")
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    server.kill()
    server.restart()
    assert json.loads(make_s3(server, server.root()).get_bucket_policy(Bucket=name)["Policy"]) == json.loads(policy)


def test_legacy_buckets_have_lists_and_nothing_blocked(start_server, name):
    server = start_server("--s3.new_bucket_defaults=legacy")
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket=name, ACL="public-read")
    assert code_of(s3.get_public_access_block, Bucket=name) == (404, "NoSuchPublicAccessBlockConfiguration")
    assert code_of(s3.get_bucket_ownership_controls, Bucket=name) == (404, "OwnershipControlsNotFoundError")
    assert [grant["Permission"] for grant in s3.get_bucket_acl(Bucket=name)["Grants"]] == ["FULL_CONTROL", "READ"]
