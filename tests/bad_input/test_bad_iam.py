"""Each row of IAM's tables: the exact status and code, an answer that is whole, and nothing changed."""

from urllib.parse import urlencode

import pytest

from bad_input import iam_entities, iam_policies, simulate
from harness.iam import allow, trust
from harness.raw import RawClient

ROWS = iam_policies.ROWS + iam_entities.ROWS + simulate.ROWS
CASES = [pytest.param(row, id=str(row)) for row in ROWS]
FORM = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]


@pytest.fixture(scope="module")
def words(iam, owner):
    """What a row's {words} stand for."""
    words = {"account": owner.id}
    for name, versions in (("policy", 2), ("full", 5), ("limit", 1), ("free", 1)):
        arn = iam.create_policy(PolicyName=name, PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
        for _ in range(1, versions):
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:Get*"))
        words[name] = arn
    iam.create_user(UserName="ann", PermissionsBoundary=words["limit"], Tags=[{"Key": "kept", "Value": "yes"}])
    iam.attach_user_policy(UserName="ann", PolicyArn=words["policy"])
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    return words


def fill(text, words):
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    return text


def state(iam, words):
    """Everything that a refused request could have changed."""
    return (
        iam.get_paginator("get_account_authorization_details").paginate().build_full_result(),
        [iam.list_policy_tags(PolicyArn=words[name])["Tags"] for name in ("policy", "free")],
    )


@pytest.mark.parametrize("row", CASES)
def test_refused(server, owner, iam, words, row):
    before = state(iam, words)
    parameters = {name: fill(value, words) for name, value in row.parameters.items()}
    body = urlencode({"Action": row.operation, "Version": "2010-05-08"} | parameters)
    answer = RawClient(server, owner, service="iam").request("POST", "/", FORM, body)

    assert (answer.status, answer.text("Error/Code")) == (row.status, row.code), answer.body
    assert fill(row.message, words) in answer.text("Error/Message"), answer.body
    assert answer.header("content-type") == "text/xml"
    assert answer.text("RequestId") == answer.header("x-amzn-requestid")
    assert state(iam, words) == before, "a refused request changed something"
