"""Users and policies as tests make them."""

import json

from harness.server import Account


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*"):
    return document({"Effect": "Allow", "Action": action, "Resource": resource})


def trust(principal, action="sts:AssumeRole", condition=None):
    """A role's: who may assume it."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return document(statement | ({"Condition": condition} if condition else {}))


def new_user(iam, name, policy=None):
    """A user with a key, and with an inline policy where one is given."""
    user = iam.create_user(UserName=name)["User"]
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Account(key["AccessKeyId"], key["SecretAccessKey"], user["Arn"].split(":")[4], arn=user["Arn"])
