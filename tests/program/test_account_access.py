"""The public access block of a whole account, with boto3 and the AWS CLIs."""

import json

import pytest
from botocore.exceptions import ClientError

from conftest import new_name
from harness import http
from harness.boto import client_of, failure, make_s3
from harness.cli import VERSIONS, AwsCli

SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ALLOWED, DENIED = (200, b"x"), (403, None)


@pytest.fixture
def owner(server):
    """An account of its own: the others' buckets are nothing to it."""
    return server.new_account()


def control_of(server, who):
    """SDKs put the account's id before the endpoint's name. Nobody has to resolve that: the server is its own proxy."""
    return client_of("s3control", server, who, proxies={"http": server.endpoint})


def block_of(**wanted):
    return {setting: wanted.get(setting, False) for setting in SETTINGS}


def put(server, owner, **wanted):
    control_of(server, owner).put_public_access_block(
        AccountId=owner.id, PublicAccessBlockConfiguration=block_of(**wanted)
    )


def public_policy(bucket, *keys):
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": [f"arn:aws:s3:::{bucket}/{key}" for key in keys],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def bucket(server, owner):
    """With lists, and open to whoever its policy and its lists name: `policy` and `list` are public."""
    name, s3 = new_name(), make_s3(server, owner)
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket=name)
    s3.put_object(Bucket=name, Key="policy", Body=b"x")
    s3.put_object(Bucket=name, Key="list", Body=b"x", ACL="public-read")
    s3.put_object(Bucket=name, Key="private", Body=b"x")
    s3.put_bucket_policy(Bucket=name, Policy=public_policy(name, "policy"))
    return name


def fetch(server, bucket, key):
    """What somebody without a name gets."""
    target = f"/{bucket}/{key}"
    answer = http.exchange(server.address, http.serialise("GET", target, [("Host", "localhost")]), "GET")
    return answer.status, answer.body if answer.status == 200 else None


def test_what_is_put_is_told(server, owner):
    control = control_of(server, owner)
    with pytest.raises(control.exceptions.NoSuchPublicAccessBlockConfiguration) as missing:
        control.get_public_access_block(AccountId=owner.id)
    assert failure(missing) == (404, "NoSuchPublicAccessBlockConfiguration")
    put(server, owner, BlockPublicPolicy=True)
    told = control.get_public_access_block(AccountId=owner.id)["PublicAccessBlockConfiguration"]
    assert told == block_of(BlockPublicPolicy=True)
    with pytest.raises(ClientError) as empty:
        control.put_public_access_block(AccountId=owner.id, PublicAccessBlockConfiguration={})
    assert failure(empty) == (400, "InvalidRequest")
    assert control.get_public_access_block(AccountId=owner.id)["PublicAccessBlockConfiguration"] == told
    control.delete_public_access_block(AccountId=owner.id)
    with pytest.raises(control.exceptions.NoSuchPublicAccessBlockConfiguration):
        control.get_public_access_block(AccountId=owner.id)


def test_the_next_request_goes_by_it(server, owner, bucket):
    def fetched():
        return [fetch(server, bucket, key) for key in ("policy", "list", "private")]

    assert fetched() == [ALLOWED, ALLOWED, DENIED]
    put(server, owner, RestrictPublicBuckets=True)
    assert fetched() == [DENIED, DENIED, DENIED], "of a bucket with a public policy nothing is anybody's"
    put(server, owner, IgnorePublicAcls=True)
    assert fetched() == [ALLOWED, DENIED, DENIED]
    control_of(server, owner).delete_public_access_block(AccountId=owner.id)
    assert fetched() == [ALLOWED, ALLOWED, DENIED]


def test_what_would_be_public_is_refused(server, owner, bucket):
    s3 = make_s3(server, owner)
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    put(server, owner, BlockPublicPolicy=True, BlockPublicAcls=True)
    for refused in (
        lambda: s3.put_bucket_policy(Bucket=bucket, Policy=public_policy(bucket, "policy", "private")),
        lambda: s3.put_object_acl(Bucket=bucket, Key="private", ACL="public-read"),
        lambda: s3.put_bucket_acl(Bucket=bucket, ACL="public-read"),
        lambda: s3.put_object(Bucket=bucket, Key="private", Body=b"y", ACL="public-read"),
        lambda: s3.create_bucket(Bucket=new_name(), ACL="public-read", ObjectOwnership="ObjectWriter"),
    ):
        with pytest.raises(ClientError) as caught:
            refused()
        assert failure(caught)[0] in (400, 403)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == before
    # What was public already is left as it is, and what is not public goes on.
    assert [fetch(server, bucket, key) for key in ("policy", "list", "private")] == [ALLOWED, ALLOWED, DENIED]
    s3.put_object(Bucket=bucket, Key="private", Body=b"z")
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [bucket]
    control_of(server, owner).delete_public_access_block(AccountId=owner.id)
    s3.put_bucket_policy(Bucket=bucket, Policy=public_policy(bucket, "policy", "private"))
    assert fetch(server, bucket, "private") == (200, b"z")


def test_the_most_restrictive_of_both_holds(server, owner, bucket):
    s3 = make_s3(server, owner)
    put(server, owner, IgnorePublicAcls=True)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block_of(BlockPublicPolicy=True))
    assert fetch(server, bucket, "list") == DENIED, "the account's"
    assert fetch(server, bucket, "policy") == ALLOWED
    with pytest.raises(ClientError) as caught:
        s3.put_bucket_policy(Bucket=bucket, Policy=public_policy(bucket, "private"))
    assert failure(caught) == (403, "AccessDenied"), "the bucket's"
    # Each level tells its own.
    told = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert told == block_of(BlockPublicPolicy=True)
    whole = control_of(server, owner).get_public_access_block(AccountId=owner.id)["PublicAccessBlockConfiguration"]
    assert whole == block_of(IgnorePublicAcls=True)
    # What one level lifts, the other keeps.
    put(server, owner)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block_of(IgnorePublicAcls=True))
    assert fetch(server, bucket, "list") == DENIED
    s3.delete_public_access_block(Bucket=bucket)
    assert fetch(server, bucket, "list") == ALLOWED


def test_one_account_is_nothing_to_another(server, owner, bucket):
    stranger = server.new_account()
    put(server, stranger, **dict.fromkeys(SETTINGS, True))
    assert fetch(server, bucket, "list") == ALLOWED
    control = control_of(server, stranger)
    for call in (control.get_public_access_block, control.delete_public_access_block):
        with pytest.raises(ClientError) as caught:
            call(AccountId=owner.id)
        assert failure(caught) == (403, "AccessDenied")
    with pytest.raises(ClientError) as caught:
        control.put_public_access_block(
            AccountId=owner.id, PublicAccessBlockConfiguration=block_of(IgnorePublicAcls=True)
        )
    assert failure(caught) == (403, "AccessDenied")
    assert fetch(server, bucket, "list") == ALLOWED


def test_a_user_needs_the_actions_of_accounts(server, owner):
    iam = client_of("iam", server, owner)
    user = new_name("user")
    iam.create_user(UserName=user)
    control = control_of(server, iam.create_access_key(UserName=user)["AccessKey"])
    wanted = {"AccountId": owner.id, "PublicAccessBlockConfiguration": block_of(BlockPublicAcls=True)}

    def allow(action):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)

    def refused(call, **parameters):
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        return failure(caught)

    allow("s3:*BucketPublicAccessBlock")
    assert refused(control.put_public_access_block, **wanted) == (403, "AccessDenied")
    assert refused(control.get_public_access_block, AccountId=owner.id) == (403, "AccessDenied")
    allow("s3:PutAccountPublicAccessBlock")
    control.put_public_access_block(**wanted)
    assert refused(control.get_public_access_block, AccountId=owner.id) == (403, "AccessDenied")
    allow("s3:GetAccountPublicAccessBlock")
    told = control.get_public_access_block(AccountId=owner.id)["PublicAccessBlockConfiguration"]
    assert told == block_of(BlockPublicAcls=True)
    assert refused(control.delete_public_access_block, AccountId=owner.id) == (403, "AccessDenied")


def test_other_operations_are_named(server, owner):
    with pytest.raises(ClientError, match="The operation ListAccessPoints is not implemented.") as caught:
        control_of(server, owner).list_access_points(AccountId=owner.id)
    assert failure(caught) == (501, "NotImplemented")


@pytest.mark.parametrize("version", VERSIONS)
def test_with_the_command_line(server, owner, tmp_path, version):
    keys = {"AWS_ACCESS_KEY_ID": owner.access_key, "AWS_SECRET_ACCESS_KEY": owner.secret_key}
    aws = AwsCli(version, server, tmp_path, {**server.shell_environment(), **keys, "HTTP_PROXY": server.endpoint})
    aws(
        *("s3control", "put-public-access-block", "--account-id", owner.id),
        *("--public-access-block-configuration", "BlockPublicAcls=true,IgnorePublicAcls=true"),
    )
    told = json.loads(aws("s3control", "get-public-access-block", "--account-id", owner.id))
    assert told == {"PublicAccessBlockConfiguration": block_of(BlockPublicAcls=True, IgnorePublicAcls=True)}
    aws("s3control", "delete-public-access-block", "--account-id", owner.id)
    gone = aws.try_("s3control", "get-public-access-block", "--account-id", owner.id)
    assert gone.returncode != 0 and "NoSuchPublicAccessBlockConfiguration" in gone.stderr
