"""Roles and what limits a session of one, as clients use them."""

import datetime
import json
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError

from conftest import new_name
from harness.boto import client_of, failure
from harness.cli import VERSIONS, AwsCli
from harness.iam import allow, document, new_user, trust


@pytest.fixture(scope="module")
def iam(server, account):
    return client_of("iam", server, account)


@pytest.fixture(scope="module")
def ann(server, iam):
    """A user who may assume any role that trusts the account."""
    return new_user(iam, new_name("ann"), allow("sts:*"))


@pytest.fixture
def role(iam, ann):
    """role(policy, condition) makes a role that ann is trusted with; gives its ARN."""

    def make(policy=None, condition=None, trusted=None, **more):
        name = new_name("role")
        by = trust({"AWS": trusted or ann.arn}, ["sts:AssumeRole", "sts:TagSession"], condition)
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=by, **more)["Role"]
        if policy:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
        return made["Arn"]

    return make


def assume(server, who, arn, **more):
    sts = client_of("sts", server, who, parameter_validation=False)
    return sts.assume_role(RoleArn=arn, RoleSessionName="tests", **more)


def refused(call, *arguments, **named):
    """The status, the code and the message."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **named)
    return (*failure(caught), caught.value.response["Error"]["Message"])


def test_a_role_opens_what_its_policy_allows(server, s3, ann, role, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    arn = role(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    made = assume(server, ann, arn)
    session = client_of("s3", server, made["Credentials"])
    assert session.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"
    assert refused(session.put_object, Bucket=bucket, Key="k", Body=b"")[:2] == (403, "AccessDenied")
    assert refused(client_of("s3", server, ann).get_object, Bucket=bucket, Key="k")[:2] == (403, "AccessDenied")
    said = client_of("sts", server, made["Credentials"]).get_caller_identity()
    assert said["UserId"] == made["AssumedRoleUser"]["AssumedRoleId"]
    assert said["Arn"] == made["AssumedRoleUser"]["Arn"]
    url = session.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert urllib.request.urlopen(url).read() == b"hello"


def test_waiter_and_paginators(server, iam, role):
    name = role(allow("s3:ListAllMyBuckets"), Path="/paged/").split("/")[-1]
    iam.get_waiter("role_exists").wait(RoleName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 1})
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    others = {role(Path="/paged/").split("/")[-1] for _ in range(2)}

    def pages(operation, **arguments):
        return iam.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": 1}).build_full_result()

    listed = pages("list_roles", PathPrefix="/paged/")["Roles"]
    assert {one["RoleName"] for one in listed} == {name} | others
    assert pages("list_role_policies", RoleName=name)["PolicyNames"] == ["own"]
    assert [one["PolicyName"] for one in pages("list_attached_role_policies", RoleName=name)["AttachedPolicies"]] == [
        "ReadOnlyAccess"
    ]
    assert pages("list_instance_profiles_for_role", RoleName=name)["InstanceProfiles"] == []


def test_a_session_policy_takes_away(server, s3, ann, role, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    arn = role(allow("s3:*"))
    limited = assume(server, ann, arn, Policy=allow("s3:ListAllMyBuckets"))
    assert limited["PackedPolicySize"] > 0
    session = client_of("s3", server, limited["Credentials"])
    session.list_buckets()
    assert refused(session.get_object, Bucket=bucket, Key="k")[:2] == (403, "AccessDenied")
    by_arn = assume(server, ann, arn, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}])
    session = client_of("s3", server, by_arn["Credentials"])
    session.get_object(Bucket=bucket, Key="k")
    assert refused(session.put_object, Bucket=bucket, Key="k", Body=b"")[:2] == (403, "AccessDenied")


def test_an_external_id(server, ann, role):
    arn = role(condition={"StringEquals": {"sts:ExternalId": "42"}})
    text = f"User: {ann.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    assert refused(assume, server, ann, arn) == (403, "AccessDenied", text)
    assert refused(assume, server, ann, arn, ExternalId="43") == (403, "AccessDenied", text)
    assume(server, ann, arn, ExternalId="42")
    nowhere = arn + "-not"
    assert refused(assume, server, ann, nowhere) == (403, "AccessDenied", text.replace(arn, nowhere))


def test_durations(server, ann, role):
    arn = role(MaxSessionDuration=7200)
    for seconds in (900, 7200):
        assume(server, ann, arn, DurationSeconds=seconds)
    status, code, text = refused(assume, server, ann, arn, DurationSeconds=7201)
    assert (status, code) == (400, "ValidationError") and "MaxSessionDuration" in text
    assert refused(assume, server, ann, arn, DurationSeconds=899)[:2] == (400, "ValidationError")


def test_tags_and_a_chain(server, iam, ann, role, s3):
    home, other = new_name("blue"), new_name("red")
    for name in (home, other):
        s3.create_bucket(Bucket=name)
    first = role(allow("sts:*"))
    second = role(allow("s3:ListBucket", "arn:aws:s3:::${aws:PrincipalTag/Home}"), trusted=first)
    one = assume(server, ann, first, Tags=[{"Key": "Home", "Value": home}], TransitiveTagKeys=["Home"])
    two = assume(server, one["Credentials"], second)
    session = client_of("s3", server, two["Credentials"])
    session.list_objects_v2(Bucket=home)
    assert refused(session.list_objects_v2, Bucket=other)[:2] == (403, "AccessDenied")
    status, code, _ = refused(assume, server, one["Credentials"], second, Tags=[{"Key": "home", "Value": other}])
    assert (status, code) == (400, "InvalidParameterValue")
    text = refused(assume, server, one["Credentials"], second, DurationSeconds=3601)[2]
    assert "role chaining" in text


def test_the_end_of_a_role_is_that_of_its_sessions(server, iam, ann, role):
    arn = role(allow("s3:ListAllMyBuckets"))
    made = assume(server, ann, arn)["Credentials"]
    session = client_of("s3", server, made)
    session.list_buckets()
    name = arn.split("/")[-1]
    iam.delete_role_policy(RoleName=name, PolicyName="own")
    assert refused(session.list_buckets)[:2] == (403, "AccessDenied")
    iam.delete_role(RoleName=name)
    assert refused(session.list_buckets)[:2] == (400, "InvalidToken")
    assert refused(client_of("sts", server, made).get_caller_identity)[:2] == (403, "InvalidClientTokenId")


def test_sessions_from_before_a_moment_are_revoked(server, iam, ann, role):
    arn = role(allow("s3:ListAllMyBuckets"))
    name = arn.split("/")[-1]
    older = client_of("s3", server, assume(server, ann, arn)["Credentials"])
    older.list_buckets()
    # As the console's "revoke active sessions" does it.
    moment = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    before = {"DateLessThan": {"aws:TokenIssueTime": moment}}
    deny = document({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": before})
    iam.put_role_policy(RoleName=name, PolicyName="AWSRevokeOlderSessions", PolicyDocument=deny)
    assert refused(older.list_buckets)[:2] == (403, "AccessDenied")
    past = deny.replace(moment, "2020-01-01T00:00:00Z")
    iam.put_role_policy(RoleName=name, PolicyName="AWSRevokeOlderSessions", PolicyDocument=past)
    older.list_buckets()


def test_over_accounts_both_sides_allow(server, iam, other_account, ann, role):
    foreign = client_of("iam", server, other_account)
    guest = new_user(foreign, name := new_name("guest"))
    open_to_guest = role(allow("s3:ListAllMyBuckets"), trusted=guest.arn)
    assert refused(assume, server, guest, open_to_guest)[:2] == (403, "AccessDenied")
    foreign.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    made = assume(server, guest, open_to_guest)
    assert made["AssumedRoleUser"]["Arn"].split(":")[4] == ann.id
    assert refused(assume, server, guest, role())[:2] == (403, "AccessDenied")
    said = client_of("sts", server, ann).get_access_key_info(AccessKeyId=guest.access_key)
    assert said["Account"] == other_account.id


@pytest.mark.parametrize("version", VERSIONS)
def test_a_profile_that_assumes_a_role(server, ann, role, version, tmp_path):
    arn = role(condition={"StringEquals": {"sts:ExternalId": "cli"}})
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        f"[ann]\naws_access_key_id = {ann.access_key}\naws_secret_access_key = {ann.secret_key}\n"
    )
    (tmp_path / ".aws/config").write_text(
        f"[profile work]\nrole_arn = {arn}\nsource_profile = ann\nexternal_id = cli\nrole_session_name = cli\n"
    )
    exports = {"AWS_ENDPOINT_URL": server.endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
    cli = AwsCli(version, server, tmp_path, exports)
    if version == "v1":
        said = json.loads(cli("sts", "get-caller-identity", "--profile", "work", "--output", "json"))
        assert said["Arn"].endswith("/cli") and ":assumed-role/" in said["Arn"]
        return
    # Debian's version finds an endpoint only for the command itself, not for the role that its profile names.
    said = cli(
        *("sts", "assume-role", "--profile", "ann", "--role-arn", arn, "--role-session-name", "cli"),
        *("--external-id", "cli", "--output", "json"),
    )
    assert json.loads(said)["AssumedRoleUser"]["Arn"].endswith("/cli")


def test_boto3_refreshes_a_role_by_its_profile(server, ann, role, tmp_path, monkeypatch):
    config = tmp_path / "config"
    config.write_text(
        f"[profile ann]\naws_access_key_id = {ann.access_key}\naws_secret_access_key = {ann.secret_key}\n"
        f"[profile work]\nrole_arn = {role()}\nsource_profile = ann\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    said = boto3.Session(profile_name="work").client("sts").get_caller_identity()
    assert ":assumed-role/" in said["Arn"]
