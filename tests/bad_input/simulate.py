"""What cannot be simulated: IAM's policies, actions, resources and callers that are none."""

import json

from bad_input.iam_row import IamRow


def policy(**changed):
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"} | changed
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


GOOD = {"PolicyInputList.member.1": policy(), "ActionNames.member.1": "s3:GetObject"}
BUCKET = policy(Principal="*")
ANN = "arn:aws:iam::{account}:user/ann"


def custom(code, message="", status=400, **changed):
    form = GOOD | {name.replace("__", "."): value for name, value in changed.items()}
    form = {name: value for name, value in form.items() if value is not None}
    return IamRow("SimulateCustomPolicy", status, code, form, message)


def principal(code, arn, message="", status=400, action="SimulatePrincipalPolicy", **changed):
    form = {"PolicySourceArn": arn, "ActionNames.member.1": "s3:GetObject"} | changed
    return IamRow(action, status, code, form, message)


def context(kind, *values):
    entry = {"ContextEntries.member.1.ContextKeyName": "aws:Key", "ContextEntries.member.1.ContextKeyType": kind}
    values = {f"ContextEntries.member.1.ContextKeyValues.member.{n}": value for n, value in enumerate(values, 1)}
    return IamRow("SimulateCustomPolicy", 400, "InvalidInput", GOOD | entry | values)


ROWS = [
    custom("ValidationError", PolicyInputList__member__1=None),
    custom("ValidationError", ActionNames__member__1=None),
    custom("ValidationError", ActionNames__member__1="s3"),
    custom("ValidationError", MaxItems="0"),
    custom("ValidationError", MaxItems="1001"),
    custom("ValidationError", Marker="nonsense"),
    custom("InvalidInput", "PolicyInputList.1: Syntax errors in policy.", PolicyInputList__member__1="{"),
    custom("InvalidInput", PolicyInputList__member__1=BUCKET),
    custom("InvalidInput", PolicyInputList__member__1=policy(Resource="b")),
    custom("InvalidInput", PermissionsBoundaryPolicyInputList__member__1="[]"),
    custom(
        "InvalidInput",
        PermissionsBoundaryPolicyInputList__member__1=policy(),
        PermissionsBoundaryPolicyInputList__member__2=policy(),
    ),
    custom("InvalidInput", ActionNames__member__1="s3:*"),
    custom("InvalidInput", ActionNames__member__1="GetObject"),
    custom("InvalidInput", ActionNames__member__1="s3:Get Object"),
    custom(
        "InvalidInput",
        "ResourceNames are not in a valid ARN format: key.",
        ResourceArns__member__1="key",
        ResourceArns__member__2="*",
    ),
    custom("InvalidInput", "'123456789012' is not a valid as a Resource Owner.", ResourceOwner="123456789012"),
    custom("InvalidInput", ResourceOwner=ANN),
    custom("InvalidInput", CallerArn="ann"),
    custom("InvalidInput", CallerArn="arn:aws:iam::{account}:root"),
    custom("InvalidInput", CallerArn="arn:aws:sts::{account}:assumed-role/r/s"),
    custom("InvalidInput", ResourcePolicy=BUCKET),
    custom("InvalidInput", ResourcePolicy=policy(), CallerArn=ANN),
    custom("InvalidInput", ResourcePolicy=BUCKET, CallerArn=ANN, ResourceArns__member__1="arn:aws:s3:::c/k"),
    custom(
        "InvalidInput",
        "Invalid caller - Caller must be an IAM user in this context.",
        ResourcePolicy=BUCKET,
        CallerArn="arn:aws:iam::{account}:role/r",
    ),
    custom("InvalidInput", ResourceHandlingOption="EC2-Classic"),
    custom("InvalidInput", ResourceHandlingOption="EC2-VPC-EBS"),
    custom("InvalidInput", ContextEntries__member__1__ContextKeyType="string"),
    custom(
        "ValidationError",
        ContextEntries__member__1__ContextKeyName="aws:Key",
        ContextEntries__member__1__ContextKeyType="text",
    ),
    context("string", "a", "b"),
    context("numeric", "few"),
    context("numericList", "1", "few"),
    context("boolean", "yes"),
    context("ip", "192.0.2.300"),
    context("binary", "***"),
    context("date", "tomorrow"),
    principal("ValidationError", "ann"),
    principal("InvalidInput", "arn:aws:iam::{account}:root"),
    principal(
        "InvalidInput",
        "arn:aws:sts::{account}:assumed-role/r/s",
        "Invalid Entity Arn: arn:aws:sts::{account}:assumed-role/r/s does not clearly define entity type and name.",
    ),
    principal("InvalidInput", "arn:aws:iam::999988887777:user/ann"),
    principal("NoSuchEntity", ANN + "-gone", "The user with name ann-gone cannot be found.", 404),
    principal("NoSuchEntity", "arn:aws:iam::{account}:user/path/ann", status=404),
    principal("NoSuchEntity", "arn:aws:iam::{account}:group/gone", "The group with name gone cannot be found.", 404),
    principal("NoSuchEntity", "arn:aws:iam::{account}:role/gone", "The role with name gone cannot be found.", 404),
    IamRow("GetContextKeysForCustomPolicy", 400, "ValidationError"),
    IamRow("GetContextKeysForCustomPolicy", 400, "InvalidInput", {"PolicyInputList.member.1": "{"}),
    principal("NoSuchEntity", ANN + "-gone", status=404, action="GetContextKeysForPrincipalPolicy"),
    principal("InvalidInput", "arn:aws:iam::{account}:root", action="GetContextKeysForPrincipalPolicy"),
]
