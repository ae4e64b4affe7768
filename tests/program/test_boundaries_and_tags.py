"""Permissions boundaries, tags and who has a policy, with boto3 and the AWS CLI."""

import json

import pytest
from botocore.exceptions import ClientError

from conftest import new_name
from harness.boto import client_of, failure
from harness.iam import allow, document, new_user, trust

S3_FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess"


@pytest.fixture(scope="module")
def its_bucket(server, owner):
    made = new_name()
    client_of("s3", server, owner).create_bucket(Bucket=made)
    return made


def new_policy(iam, *statements):
    made = iam.create_policy(PolicyName=new_name("policy"), PolicyDocument=document(*statements))
    return made["Policy"]["Arn"]


def refused(call, **arguments):
    """The status, the code and the message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return (*failure(caught), caught.value.response["Error"]["Message"])


def name_of(who):
    return who.arn.rpartition("/")[2]


def test_a_user_may_what_policy_and_boundary_both_allow(server, iam, its_bucket):
    objects = f"arn:aws:s3:::{its_bucket}/*"
    limit = new_policy(iam, {"Effect": "Allow", "Action": ["s3:GetObject", "iam:*"], "Resource": "*"})
    who = new_user(iam, new_name("user"), allow("s3:*"))
    s3 = client_of("s3", server, who)
    s3.put_object(Bucket=its_bucket, Key="k", Body=b"hello")
    iam.put_user_permissions_boundary(UserName=name_of(who), PermissionsBoundary=limit)
    assert s3.get_object(Bucket=its_bucket, Key="k")["Body"].read() == b"hello"
    status, code, message = refused(s3.put_object, Bucket=its_bucket, Key="k", Body=b"changed")
    assert (status, code) == (403, "AccessDenied")
    assert message.endswith("because no permissions boundary allows the s3:PutObject action")
    assert s3.get_object(Bucket=its_bucket, Key="k")["Body"].read() == b"hello"
    # A boundary gives nothing.
    assert refused(client_of("iam", server, who).list_users)[:2] == (403, "AccessDenied")
    # What it says is the policy's default version, at any time.
    closed = document({"Effect": "Deny", "Action": "s3:GetObject", "Resource": objects})
    iam.create_policy_version(PolicyArn=limit, PolicyDocument=closed, SetAsDefault=True)
    assert refused(s3.get_object, Bucket=its_bucket, Key="k")[2].endswith(
        "with an explicit deny in a permissions boundary"
    )
    iam.delete_user_permissions_boundary(UserName=name_of(who))
    s3.put_object(Bucket=its_bucket, Key="k", Body=b"changed")
    assert s3.get_object(Bucket=its_bucket, Key="k")["Body"].read() == b"changed"


def test_a_roles_sessions_are_within_its_boundary(server, iam, its_bucket):
    who = new_user(iam, new_name("user"), allow("sts:AssumeRole"))
    name = new_name("role")
    limit = new_policy(iam, {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": who.arn}), PermissionsBoundary=limit)[
        "Role"
    ]
    assert role["PermissionsBoundary"] == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": limit}
    iam.attach_role_policy(RoleName=name, PolicyArn=S3_FULL)
    credentials = client_of("sts", server, who).assume_role(RoleArn=role["Arn"], RoleSessionName="tests")["Credentials"]
    s3 = client_of("s3", server, credentials)
    s3.list_objects_v2(Bucket=its_bucket)
    assert refused(s3.put_object, Bucket=its_bucket, Key="r", Body=b"")[:2] == (403, "AccessDenied")
    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=S3_FULL)
    s3.put_object(Bucket=its_bucket, Key="r", Body=b"")
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == S3_FULL
    iam.delete_role_permissions_boundary(RoleName=name)
    assert "PermissionsBoundary" not in iam.get_role(RoleName=name)["Role"]


def test_what_bounds_somebody_stays(iam):
    limit = new_policy(iam, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    name = new_name("user")
    made = iam.create_user(UserName=name, PermissionsBoundary=limit)["User"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == limit
    assert iam.get_policy(PolicyArn=limit)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    conflict = (409, "DeleteConflict", "Cannot delete a policy attached to entities.")
    assert refused(iam.delete_policy, PolicyArn=limit) == conflict
    assert limit in [one["Arn"] for one in iam.list_policies(PolicyUsageFilter="PermissionsBoundary")["Policies"]]
    iam.delete_user(UserName=name)
    assert iam.get_policy(PolicyArn=limit)["Policy"]["PermissionsBoundaryUsageCount"] == 0
    iam.delete_policy(PolicyArn=limit)
    gone = f"Scope ARN: {limit} does not exist or is not attachable."
    assert refused(iam.create_user, UserName=name, PermissionsBoundary=limit) == (404, "NoSuchEntity", gone)
    assert refused(iam.get_user, UserName=name)[:2] == (404, "NoSuchEntity")


def test_who_has_a_policy(iam):
    policy = new_policy(iam, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    users, groups, roles = ([new_name(kind) for _ in range(3)] for kind in ("user", "group", "role"))
    for user, group, role in zip(users, groups, roles, strict=True):
        iam.create_user(UserName=user, Path="/x/")
        iam.attach_user_policy(UserName=user, PolicyArn=policy)
        iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=policy)
        iam.create_role(
            RoleName=role,
            AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}),
            PermissionsBoundary=policy,
        )

    def listed(size=2, **filters):
        pages = list(
            iam.get_paginator("list_entities_for_policy").paginate(
                PolicyArn=policy, PaginationConfig={"PageSize": size}, **filters
            )
        )
        return [
            sorted(one[f"{kind}Name"] for page in pages for one in page[f"Policy{kind}s"])
            for kind in ("User", "Group", "Role")
        ]

    assert listed() == listed(size=100) == [sorted(users), sorted(groups), sorted(roles)]
    assert listed(EntityFilter="User") == [sorted(users), [], []]
    assert listed(EntityFilter="Role") == [[], [], sorted(roles)]
    assert listed(PathPrefix="/x/") == [sorted(users), [], []]
    assert listed(PolicyUsageFilter="PermissionsPolicy") == [sorted(users), sorted(groups), []]
    assert listed(PolicyUsageFilter="PermissionsBoundary") == [[], [], sorted(roles)]
    ids = {iam.get_user(UserName=user)["User"]["UserId"] for user in users}
    assert {one["UserId"] for one in iam.list_entities_for_policy(PolicyArn=policy)["PolicyUsers"]} == ids


def test_tags_open_what_they_are_on(server, iam, owner):
    policy = new_policy(iam, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    red = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}}
    who = new_user(iam, new_name("user"), document({"Effect": "Allow", "Action": "iam:*", "Resource": "*"} | red))
    own = client_of("iam", server, who)
    assert refused(own.get_policy, PolicyArn=policy)[:2] == (403, "AccessDenied")
    iam.tag_policy(PolicyArn=policy, Tags=[{"Key": "team", "Value": "red"}])
    own.get_policy(PolicyArn=policy)
    assert refused(own.get_user)[:2] == (403, "AccessDenied")
    iam.tag_user(UserName=name_of(who), Tags=[{"Key": "Team", "Value": "red"}])
    own.get_user()
    iam.untag_user(UserName=name_of(who), TagKeys=["TEAM", "none"])
    assert refused(own.get_user)[:2] == (403, "AccessDenied")


def test_tags_of_a_principal_decide_at_once(server, iam, its_bucket):
    own_folder = f"arn:aws:s3:::{its_bucket}/${{aws:PrincipalTag/folder}}/*"
    who = new_user(iam, new_name("user"), allow("s3:PutObject", own_folder))
    s3 = client_of("s3", server, who)
    assert refused(s3.put_object, Bucket=its_bucket, Key="red/k")[:2] == (403, "AccessDenied")
    iam.tag_user(UserName=name_of(who), Tags=[{"Key": "folder", "Value": "red"}])
    s3.put_object(Bucket=its_bucket, Key="red/k")
    iam.tag_user(UserName=name_of(who), Tags=[{"Key": "folder", "Value": "blue"}])
    assert refused(s3.put_object, Bucket=its_bucket, Key="red/k")[:2] == (403, "AccessDenied")


def test_lists_of_tags_come_in_pages(iam):
    user, role = new_name("user"), new_name("role")
    policy = new_policy(iam, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    iam.create_user(UserName=user)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    tags = [{"Key": f"key-{number:02}", "Value": str(number)} for number in range(50)]
    for kind, named in (("user", {"UserName": user}), ("role", {"RoleName": role}), ("policy", {"PolicyArn": policy})):
        tag, untag = getattr(iam, f"tag_{kind}"), getattr(iam, f"untag_{kind}")
        tag(**named, Tags=tags[::-1])
        status, code, _ = refused(tag, **named, Tags=[{"Key": "one-more", "Value": ""}])
        assert (status, code) == (409, "LimitExceeded")
        pages = iam.get_paginator(f"list_{kind}_tags").paginate(**named, PaginationConfig={"PageSize": 7})
        assert [tag for page in pages for tag in page["Tags"]] == tags
        untag(**named, TagKeys=[tag["Key"] for tag in tags[1:]])
        assert getattr(iam, f"list_{kind}_tags")(**named)["Tags"] == tags[:1]
    assert iam.get_user(UserName=user)["User"]["Tags"] == tags[:1]
    assert iam.get_role(RoleName=role)["Role"]["Tags"] == tags[:1]
    assert iam.get_policy(PolicyArn=policy)["Policy"]["Tags"] == tags[:1]


def test_with_the_cli(aws):
    name = new_name("cli")
    arn = aws(
        "iam", "create-policy", "--policy-name", name, "--policy-document", allow("s3:*"), "--query", "Policy.Arn",
        "--output", "text",
    ).strip()  # fmt: skip
    aws("iam", "create-user", "--user-name", name, "--permissions-boundary", arn)
    aws("iam", "wait", "user-exists", "--user-name", name)
    aws("iam", "tag-policy", "--policy-arn", arn, "--tags", "Key=a,Value=b")
    assert json.loads(aws("iam", "list-policy-tags", "--policy-arn", arn))["Tags"] == [{"Key": "a", "Value": "b"}]
    entities = json.loads(aws("iam", "list-entities-for-policy", "--policy-arn", arn))
    assert [user["UserName"] for user in entities["PolicyUsers"]] == [name]
    aws("iam", "delete-user-permissions-boundary", "--user-name", name)
    aws("iam", "delete-policy", "--policy-arn", arn)
    aws("iam", "delete-user", "--user-name", name)
