"""IAM's simulator with boto3, and that the server decides as it says."""

import itertools
import json

import pytest
from botocore.exceptions import ClientError

from conftest import new_name
from harness.boto import client_of, failure
from harness.statements import cut

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def deny(action, resource="*", **more):
    return allow(action, resource, **more) | {"Effect": "Deny"}


def make_user(iam, **more):
    name = new_name("user")
    return name, iam.create_user(UserName=name, **more)["User"]["Arn"]


def test_results_come_in_pages(iam):
    name, arn = make_user(iam)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(allow("s3:GetObject", "arn:aws:s3:::b/1")))
    question = {
        "ActionNames": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        "ResourceArns": [f"arn:aws:s3:::b/{n}" for n in range(4)],
    }
    for operation, who in (
        ("simulate_principal_policy", {"PolicySourceArn": arn}),
        ("simulate_custom_policy", {"PolicyInputList": [policy(allow("s3:GetObject", "arn:aws:s3:::b/1"))]}),
    ):
        pages = list(iam.get_paginator(operation).paginate(**question, **who, PaginationConfig={"PageSize": 5}))
        assert [len(page["EvaluationResults"]) for page in pages] == [5, 5, 2]
        results = [one for page in pages for one in page["EvaluationResults"]]
        pairs = [(one["EvalActionName"], one["EvalResourceName"]) for one in results]
        assert pairs == list(itertools.product(question["ActionNames"], question["ResourceArns"]))
        allowed = [pair for pair, one in zip(pairs, results, strict=True) if one["EvalDecision"] == "allowed"]
        assert allowed == [("s3:GetObject", "arn:aws:s3:::b/1")]


def test_a_statement_is_found_where_the_answer_says(iam):
    lines = [
        '{"Version": "2012-10-17",',
        ' "Statement": [',
        '  {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},',
    ]
    lines += ['  {"Effect": "Deny", "Action": "s3:DeleteObject",', '   "Resource": "*"}]}']
    found = iam.simulate_custom_policy(PolicyInputList=["\n".join(lines)], ActionNames=["s3:DeleteObject"])
    [statement] = found["EvaluationResults"][0]["MatchedStatements"]
    assert cut("\n".join(lines), statement) == deny("s3:DeleteObject")


def test_every_type_of_context_key(iam):
    for kind, operator, wanted, given in (
        ("string", "StringEquals", "a", ["a"]),
        ("stringList", "ForAnyValue:StringEquals", "b", ["a", "b"]),
        ("numeric", "NumericLessThan", "10", ["9.5"]),
        ("numericList", "ForAllValues:NumericLessThan", "10", ["1", "2"]),
        ("boolean", "Bool", "true", ["true"]),
        ("booleanList", "ForAllValues:Bool", "true", ["true", "true"]),
        ("ip", "IpAddress", "192.0.2.0/24", ["192.0.2.7"]),
        ("ipList", "ForAnyValue:IpAddress", "192.0.2.0/24", ["198.51.100.1", "192.0.2.7"]),
        ("binary", "BinaryEquals", "QUJD", ["QUJD"]),
        ("binaryList", "ForAnyValue:BinaryEquals", "QUJD", ["QUJE", "QUJD"]),
        ("date", "DateLessThan", "2030-01-01T00:00:00Z", ["2029-12-31T23:59:59Z"]),
        ("dateList", "ForAllValues:DateLessThan", "2030-01-01T00:00:00Z", ["2001-01-01", "2002-02-02"]),
    ):
        document = policy(allow("s3:*", Condition={operator: {"test:key": wanted}}))
        entry = {"ContextKeyName": "test:key", "ContextKeyType": kind, "ContextKeyValues": given}
        for entries, decision in (([entry], "allowed"), ([entry | {"ContextKeyName": "other:key"}], "implicitDeny")):
            if decision != "allowed" and operator.startswith("ForAllValues"):
                continue  # holds without the key
            found = iam.simulate_custom_policy(
                PolicyInputList=[document], ActionNames=["s3:GetObject"], ContextEntries=entries
            )["EvaluationResults"][0]
            assert found["EvalDecision"] == decision, (kind, entries)
            assert found["MissingContextValues"] == ([] if decision == "allowed" else ["test:key"])


def test_who_may_not_simulate_is_told_so(server, iam):
    name, arn = make_user(iam)
    own = client_of("iam", server, iam.create_access_key(UserName=name)["AccessKey"])
    with pytest.raises(ClientError, match=f"iam:SimulatePrincipalPolicy on resource: {arn}"):
        own.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])
    with pytest.raises(ClientError, match="iam:GetContextKeysForCustomPolicy"):
        own.get_context_keys_for_custom_policy(PolicyInputList=[policy(allow("*"))])
    iam.put_user_policy(
        UserName=name, PolicyName="p", PolicyDocument=policy(allow("iam:Simulate*", arn), allow("iam:GetContext*", arn))
    )
    assert own.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])["EvaluationResults"]
    assert own.get_context_keys_for_principal_policy(PolicySourceArn=arn)["ContextKeyNames"] == []
    with pytest.raises(ClientError) as caught:
        iam.simulate_principal_policy(PolicySourceArn=arn + "-gone", ActionNames=["s3:GetObject"])
    assert failure(caught) == (404, "NoSuchEntity")


# The real server and the simulator: every user does everything to everything, and each answer is as simulated.


def bucket_policy(bucket, arns):
    objects = f"arn:aws:s3:::{bucket}/"
    return policy(
        allow(["s3:GetObject", "s3:ListBucket"], [f"arn:aws:s3:::{bucket}", objects + "shared/*"])
        | {"Principal": {"AWS": [arns["guest"], arns["denied"]]}},
        deny("s3:GetObject", objects + "secret/*") | {"Principal": {"AWS": arns["reader"]}},
        allow("s3:PutObject", objects + "drop/${aws:username}/*")
        | {"Principal": "*"}
        | {"Condition": {"ArnLike": {"aws:PrincipalArn": arns["guest"]}}},
        allow("s3:DeleteObject", objects + "shared/*", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}})
        | {"Principal": {"AWS": arns["tagged"]}},
    )


USERS = {
    "reader": {"attached": READ_ONLY},
    "guest": {},
    "denied": {"own": [allow("s3:*"), deny("s3:Get*")]},
    "home": {"own": [allow("s3:*Object", "arn:aws:s3:::*/drop/${aws:username}/*")]},
    "bounded": {"own": [allow("s3:*")], "boundary": READ_ONLY},
    "managed": {"managed": [{"Effect": "Allow", "Action": "s3:*Object", "NotResource": "arn:aws:s3:::*/secret/*"}]},
    "grouped": {
        "group": [
            allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::*/shared/*"),
            deny("s3:PutObject", "arn:aws:s3:::*/a"),
        ]
    },
    "tagged": {"tags": [{"Key": "Team", "Value": "red"}]},
    "listing": {"own": [allow("s3:ListBucket", Condition={"StringLike": {"s3:prefix": ["shared/*", ""]}})]},
    "nobody": {},
}
KEYS = ["shared/a", "secret/a", "drop/{user}/a", "other"]


def populate(iam, prefix):
    """The users' ARNs and names, by what they are."""
    arns, names = {}, {}
    for kind, has in USERS.items():
        more = {"PermissionsBoundary": has["boundary"]} if "boundary" in has else {}
        names[kind], arns[kind] = make_user(iam, Tags=has.get("tags", []), **more)
        if "attached" in has:
            iam.attach_user_policy(UserName=names[kind], PolicyArn=has["attached"])
        if "managed" in has:
            made = iam.create_policy(PolicyName=prefix, PolicyDocument=policy(*has["managed"]))["Policy"]
            iam.attach_user_policy(UserName=names[kind], PolicyArn=made["Arn"])
        if "own" in has:
            iam.put_user_policy(UserName=names[kind], PolicyName="own", PolicyDocument=policy(*has["own"]))
        if "group" in has:
            iam.create_group(GroupName=prefix)
            iam.put_group_policy(GroupName=prefix, PolicyName="group", PolicyDocument=policy(*has["group"]))
            iam.add_user_to_group(GroupName=prefix, UserName=names[kind])
    return arns, names


def denied(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDenied", "403"):
            return True
        if error.response["Error"]["Code"] not in ("NoSuchKey", "NoSuchTagSet"):
            raise
    return False


def test_the_server_decides_as_it_simulates(server, owner, iam):
    bucket = new_name()
    own_s3 = client_of("s3", server, owner)
    own_s3.create_bucket(Bucket=bucket)
    arns, names = populate(iam, bucket)
    document = bucket_policy(bucket, arns)
    own_s3.put_bucket_policy(Bucket=bucket, Policy=document)

    asked, differ, seen = 0, [], set()
    for kind, arn in arns.items():
        s3 = client_of("s3", server, iam.create_access_key(UserName=names[kind])["AccessKey"])
        keys = [key.format(user=names[kind]) for key in KEYS]
        questions = [
            (action, call, {"Bucket": bucket, "Key": key, **more}, f"arn:aws:s3:::{bucket}/{key}", {})
            for key in keys
            for action, call, more in (
                ("s3:GetObject", s3.get_object, {}),
                ("s3:PutObject", s3.put_object, {"Body": b"x"}),
                ("s3:GetObjectTagging", s3.get_object_tagging, {}),
                ("s3:DeleteObject", s3.delete_object, {}),
            )
        ]
        questions += [
            ("s3:ListBucket", s3.list_objects_v2, {"Bucket": bucket, "Prefix": prefix}, f"arn:aws:s3:::{bucket}",
             {"s3:prefix": prefix})
            for prefix in ("", "shared/", "secret/")
        ] + [
            (action, call, {"Bucket": bucket}, f"arn:aws:s3:::{bucket}", {})
            for action, call in (
                ("s3:GetBucketPolicy", s3.get_bucket_policy),
                ("s3:GetBucketVersioning", s3.get_bucket_versioning),
            )
        ]  # fmt: skip
        for key in keys:
            own_s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        for action, call, arguments, resource, context in questions:
            [found] = iam.simulate_principal_policy(
                PolicySourceArn=arn,
                ActionNames=[action],
                ResourceArns=[resource],
                ResourcePolicy=document,
                ContextEntries=[
                    {"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]}
                    for key, value in context.items()
                ],
            )["EvaluationResults"]
            simulated = found["EvalDecision"]
            asked += 1
            seen.add(simulated)
            if (simulated != "allowed") != denied(call, **arguments):
                differ.append((kind, action, resource, context, simulated))
            assert bool(found["MatchedStatements"]) == (simulated != "implicitDeny")
    assert not differ
    assert asked == len(USERS) * 21 and seen == {"allowed", "explicitDeny", "implicitDeny"}
