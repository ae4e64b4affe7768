"""Policies on users and groups, with boto3."""

import json

import pytest
from botocore.exceptions import ClientError

from conftest import new_name
from harness.boto import client_of

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@pytest.fixture
def user(iam):
    name = new_name("user")
    iam.create_user(UserName=name)
    return name


def document(action):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def test_attached_policies_come_in_pages(iam, user):
    arns = [READ_ONLY, "arn:aws:iam::aws:policy/service-role/AWSLambdaRole", "arn:aws:iam::aws:policy/IAMFullAccess"]
    for arn in arns:
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    pages = iam.get_paginator("list_attached_user_policies").paginate(UserName=user, PaginationConfig={"PageSize": 1})
    assert sorted(one["PolicyArn"] for page in pages for one in page["AttachedPolicies"]) == sorted(arns)


def test_inline_policies_are_shown_as_they_were_sent(iam, user):
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(document("s3:Get*")))
    assert iam.get_user_policy(UserName=user, PolicyName="p")["PolicyDocument"] == document("s3:Get*")
    pages = iam.get_paginator("list_user_policies").paginate(UserName=user)
    assert [name for page in pages for name in page["PolicyNames"]] == ["p"]


def test_the_next_request_goes_by_what_was_attached(server, iam, user):
    made = iam.create_access_key(UserName=user)["AccessKey"]
    own = client_of("iam", server, made)
    with pytest.raises(ClientError, match="AccessDenied"):
        own.list_users()
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    assert user in [one["UserName"] for one in own.list_users()["Users"]]
    iam.put_user_policy(
        UserName=user,
        PolicyName="deny",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:ListUsers", "Resource": "*"}}
        ),
    )
    with pytest.raises(ClientError, match="explicit deny"):
        own.list_users()
    iam.delete_user_policy(UserName=user, PolicyName="deny")
    iam.detach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    with pytest.raises(ClientError, match="AccessDenied"):
        own.list_users()
