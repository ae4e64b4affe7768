"""Story C: users, their keys and a bucket's policy decide who gets in; with the AWS CLI and boto3."""

import json

import pytest
from botocore.exceptions import ClientError

from harness.boto import client_of
from harness.cli import VERSIONS, AwsCli
from harness.statements import cut

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@pytest.fixture
def root(server):
    return server.new_account()


@pytest.fixture
def iam(server, root):
    return client_of("iam", server, root)


@pytest.fixture
def store(server, root, name):
    s3 = client_of("s3", server, root)
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="app.apk", Body=b"an app")
    yield s3
    s3.delete_object(Bucket=name, Key="app.apk")
    s3.delete_bucket(Bucket=name)


def new_user(server, iam, name):
    """The user's ARN, and S3 with a key of theirs."""
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return arn, client_of("s3", server, key)


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def test_c1_c2_a_user_with_a_managed_policy_reads_and_does_not_write(server, iam, store, name):
    arn, reader = new_user(server, iam, "reader")
    assert refused(reader.list_objects_v2, Bucket=name)[:2] == (403, "AccessDenied"), "before the policy"
    iam.attach_user_policy(UserName="reader", PolicyArn=READ_ONLY)

    assert [found["Key"] for found in reader.list_objects_v2(Bucket=name)["Contents"]] == ["app.apk"]
    assert reader.get_object(Bucket=name, Key="app.apk")["Body"].read() == b"an app"
    for call, action, more in (
        (reader.put_object, "s3:PutObject", {"Body": b"x"}),
        (reader.delete_object, "s3:DeleteObject", {}),
    ):
        assert refused(call, Bucket=name, Key="app.apk", **more) == (
            403,
            "AccessDenied",
            f'User: {arn} is not authorized to perform: {action} on resource: "arn:aws:s3:::{name}/app.apk" '
            f"because no identity-based policy allows the {action} action",
        )
    assert store.get_object(Bucket=name, Key="app.apk")["Body"].read() == b"an app", "nothing was changed"

    iam.detach_user_policy(UserName="reader", PolicyArn=READ_ONLY)
    assert refused(reader.get_object, Bucket=name, Key="app.apk")[:2] == (403, "AccessDenied"), "the next request"


@pytest.mark.parametrize("version", ["2012-10-17", "2008-10-17"])
def test_c3_a_bucket_policy_alone_lets_a_user_in(server, iam, store, name, version):
    arn, guest = new_user(server, iam, "guest")
    policy = {
        "Version": version,
        "Statement": [
            {
                "Sid": "ReadTheStore",
                "Effect": "Allow",
                "Principal": {"AWS": [arn]},
                "Action": "s3:Get*",
                "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
            }
        ],
    }
    store.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    assert guest.get_object(Bucket=name, Key="app.apk")["Body"].read() == b"an app"
    shown = json.loads(guest.get_bucket_policy(Bucket=name)["Policy"])
    assert shown["Statement"][0]["Principal"]["AWS"] in (arn, [arn])
    assert refused(guest.list_objects_v2, Bucket=name)[:2] == (403, "AccessDenied"), "s3:ListBucket is no Get action"
    assert refused(guest.get_object, Bucket=name, Key="no such app")[:2] == (403, "AccessDenied"), "nor what is missing"

    # Another user of the same name inherits nothing.
    [key] = iam.list_access_keys(UserName="guest")["AccessKeyMetadata"]
    iam.delete_access_key(UserName="guest", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="guest")
    _, namesake = new_user(server, iam, "guest")
    assert refused(namesake.get_object, Bucket=name, Key="app.apk")[:2] == (403, "AccessDenied")


def statement(name, **changed):
    return {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    } | changed


@pytest.mark.parametrize(
    "version, changed",
    [
        ("2010-01-01", {}),
        ("2012-10-17", {"Principal": {"AWS": "arn:aws:iam::123456789012:user/nobody"}}),
        ("2012-10-17", {"Resource": "arn:aws:s3:::another-bucket/*"}),
        ("2012-10-17", {"Condition": {"StringLike": {"aws:UserAgent": "x" * 21_000}}}),
    ],
)
def test_c3_what_is_no_policy_of_this_bucket_is_refused(store, name, version, changed):
    policy = {"Version": version, "Statement": [statement(name, **changed)]}
    assert refused(store.put_bucket_policy, Bucket=name, Policy=json.dumps(policy))[:2] == (400, "MalformedPolicy")
    assert refused(store.get_bucket_policy, Bucket=name)[:2] == (404, "NoSuchBucketPolicy")


@pytest.fixture(params=VERSIONS)
def simulate(request, server, root, tmp_path):
    """simulate("principal", action, resource, …) asks the simulator with a CLI: its decision, and what matched."""
    exports = {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": root.access_key,
        "AWS_SECRET_ACCESS_KEY": root.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    aws = AwsCli(request.param, server, tmp_path, exports)

    def ask(kind, action, resource, *more):
        question = ("--action-names", action, "--resource-arns", resource, "--output", "json")
        [result] = json.loads(aws("iam", f"simulate-{kind}-policy", *question, *more))["EvaluationResults"]
        assert (result["EvalActionName"], result["EvalResourceName"]) == (action, resource)
        return result["EvalDecision"], result["MatchedStatements"]

    return ask


def allowed(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
        return False
    return True


def test_c4_the_simulator_explains_what_a_managed_policy_decides(server, iam, store, name, simulate):
    arn, reader = new_user(server, iam, "reader")
    bucket, app = {"Bucket": name}, {"Bucket": name, "Key": "app.apk"}
    questions = [
        ("s3:ListBucket", f"arn:aws:s3:::{name}", reader.list_objects_v2, bucket),
        ("s3:GetObject", f"arn:aws:s3:::{name}/app.apk", reader.get_object, app),
        ("s3:PutObject", f"arn:aws:s3:::{name}/app.apk", reader.put_object, app | {"Body": b"an app"}),
        ("s3:DeleteObject", f"arn:aws:s3:::{name}/app.apk", reader.delete_object, app),
    ]
    who = ("--policy-source-arn", arn)
    assert simulate("principal", "s3:GetObject", questions[1][1], *who) == ("implicitDeny", []), "before the policy"
    assert not allowed(reader.get_object, **app)
    iam.attach_user_policy(UserName="reader", PolicyArn=READ_ONLY)
    [details] = iam.get_account_authorization_details(Filter=["AWSManagedPolicy"])["Policies"]
    document = json.dumps(details["PolicyVersionList"][0]["Document"], indent=2)
    for action, resource, call, arguments in questions:
        decided = "allowed" if allowed(call, **arguments) else "implicitDeny"
        assert decided == ("allowed" if action in ("s3:ListBucket", "s3:GetObject") else "implicitDeny")

        decision, matched = simulate("principal", action, resource, *who)
        assert decision == decided
        assert [one["SourcePolicyId"] for one in matched] == ["AmazonS3ReadOnlyAccess"] * (decided == "allowed")

        decision, matched = simulate("custom", action, resource, "--policy-input-list", document)
        assert decision == decided
        assert [one["SourcePolicyId"] for one in matched] == ["PolicyInputList.1"] * (decided == "allowed")
        assert all("s3:Get*" in cut(document, one)["Action"] for one in matched)


def test_c4_the_simulator_explains_what_a_bucket_policy_decides(server, iam, store, name, simulate):
    arn, guest = new_user(server, iam, "guest")
    reads = statement(
        name,
        Sid="ReadTheStore",
        Principal={"AWS": [arn]},
        Action="s3:Get*",
        Resource=[f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
    )
    keeps = statement(name, Sid="KeepTheKeys", Effect="Deny", Resource=f"arn:aws:s3:::{name}/*.key")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [reads, keeps]}, indent=1)
    store.put_bucket_policy(Bucket=name, Policy=policy)
    own = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}})
    bucket, objects = f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/"
    for action, resource, call, arguments, decided, because in (
        ("s3:GetObject", objects + "app.apk", guest.get_object, {"Key": "app.apk"}, "allowed", "ReadTheStore"),
        ("s3:GetBucketPolicy", bucket, guest.get_bucket_policy, {}, "allowed", "ReadTheStore"),
        ("s3:ListBucket", bucket, guest.list_objects_v2, {}, "implicitDeny", None),
        ("s3:GetObject", objects + "my.key", guest.get_object, {"Key": "my.key"}, "explicitDeny", "KeepTheKeys"),
    ):
        assert allowed(call, Bucket=name, **arguments) == (decided == "allowed")
        for kind, more in (
            ("principal", ("--policy-source-arn", arn)),
            ("custom", ("--caller-arn", arn, "--policy-input-list", own)),
        ):
            decision, matched = simulate(kind, action, resource, "--resource-policy", policy, *more)
            assert decision == decided, (kind, action, resource)
            assert [cut(policy, one)["Sid"] for one in matched] == ([because] if because else [])
            assert all(one["SourcePolicyId"] == "ResourcePolicy" for one in matched)


def test_a_key_that_is_switched_off_stops_at_once(server, iam, store, name):
    _, reader = new_user(server, iam, "reader")
    iam.attach_user_policy(UserName="reader", PolicyArn=READ_ONLY)
    assert reader.get_object(Bucket=name, Key="app.apk")["Body"].read() == b"an app"
    [key] = iam.list_access_keys(UserName="reader")["AccessKeyMetadata"]
    iam.update_access_key(UserName="reader", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert refused(reader.get_object, Bucket=name, Key="app.apk")[:2] == (403, "InvalidAccessKeyId")
    iam.update_access_key(UserName="reader", AccessKeyId=key["AccessKeyId"], Status="Active")
    assert reader.get_object(Bucket=name, Key="app.apk")["Body"].read() == b"an app"


def test_nobody_locks_themselves_out_unasked(server, iam, store, name):
    arn, keeper = new_user(server, iam, "keeper")
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="keeper", PolicyName="all", PolicyDocument=json.dumps(allowed))
    deny = statement(name, Effect="Deny", Principal={"AWS": arn}, Action="s3:*", Resource=f"arn:aws:s3:::{name}")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    assert refused(keeper.put_bucket_policy, Bucket=name, Policy=policy)[:2] == (403, "AccessDenied")
    assert refused(store.get_bucket_policy, Bucket=name)[:2] == (404, "NoSuchBucketPolicy"), "nothing was stored"
    keeper.put_bucket_policy(Bucket=name, Policy=policy, ConfirmRemoveSelfBucketAccess=True)
    assert refused(keeper.get_bucket_policy, Bucket=name)[:2] == (403, "AccessDenied")
    store.delete_bucket_policy(Bucket=name)
