"""Managed policies and their versions, with boto3 and the AWS CLI."""

import json
import threading

import pytest
from botocore.exceptions import ClientError, WaiterError

from conftest import new_name
from harness.boto import client_of, failure
from harness.iam import allow, new_user

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def new_policy(iam, action="s3:GetObject", **more):
    """Its ARN."""
    return iam.create_policy(PolicyName=new_name("policy"), PolicyDocument=allow(action), **more)["Policy"]["Arn"]


def refused(call, **arguments):
    """The status, the code and the message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return (*failure(caught), caught.value.response["Error"]["Message"])


def test_a_policys_life(iam, owner):
    name = new_name("Policy")
    arn = f"arn:aws:iam::{owner.id}:policy/team/{name}"
    with pytest.raises(WaiterError):
        iam.get_waiter("policy_exists").wait(PolicyArn=arn, WaiterConfig={"Delay": 0, "MaxAttempts": 1})
    tags = [{"Key": "team", "Value": "red"}, {"Key": "Team", "Value": "blue"}]
    made = iam.create_policy(
        PolicyName=name, Path="/team/", Description="reads", PolicyDocument=allow("s3:GetObject"), Tags=tags
    )["Policy"]
    assert made["Arn"] == arn and made["PolicyId"].startswith("ANPA") and len(made["PolicyId"]) == 21
    iam.get_waiter("policy_exists").wait(PolicyArn=arn)
    shown = iam.get_policy(PolicyArn=arn)["Policy"]
    assert shown == made | {"Description": "reads"}
    assert (shown["AttachmentCount"], shown["PermissionsBoundaryUsageCount"], shown["IsAttachable"]) == (0, 0, True)
    assert shown["CreateDate"] == shown["UpdateDate"] and shown["CreateDate"].microsecond == 0
    again = f"A policy called {name.upper()} already exists. Duplicate names are not allowed."
    assert refused(iam.create_policy, PolicyName=name.upper(), PolicyDocument=allow("s3:*")) == (
        409,
        "EntityAlreadyExists",
        again,
    )
    iam.delete_policy(PolicyArn=arn)
    for call in (iam.get_policy, iam.delete_policy, iam.list_policy_versions):
        assert refused(call, PolicyArn=arn) == (404, "NoSuchEntity", f"Policy {arn} was not found.")


def test_the_default_version_decides_from_the_next_request_on(server, iam):
    arn = new_policy(iam, "iam:ListUsers")
    who = new_user(iam, new_name("user"))
    iam.attach_user_policy(UserName=who.arn.rpartition("/")[2], PolicyArn=arn)
    own = client_of("iam", server, who)
    own.list_users()
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("iam:ListGroups"))["PolicyVersion"]
    assert version["VersionId"] == "v2" and not version["IsDefaultVersion"] and "Document" not in version
    for now, gone in (("v2", own.list_users), ("v1", own.list_groups), ("v2", own.list_users)):
        iam.set_default_policy_version(PolicyArn=arn, VersionId=now)
        assert refused(gone)[:2] == (403, "AccessDenied")
    own.list_groups()
    document = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert document["Document"] == json.loads(allow("iam:ListGroups")) and document["IsDefaultVersion"]
    assert refused(iam.delete_policy, PolicyArn=arn) == (
        409,
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    )
    iam.detach_user_policy(UserName=who.arn.rpartition("/")[2], PolicyArn=arn)
    assert refused(own.list_groups)[:2] == (403, "AccessDenied")


def test_five_versions_are_the_most(iam):
    arn = new_policy(iam)
    for number in range(2, 6):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:*"), SetAsDefault=number == 4)
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=allow("s3:*")) == (
        409,
        "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version.",
    )
    listed = iam.get_paginator("list_policy_versions").paginate(PolicyArn=arn, PaginationConfig={"PageSize": 2})
    versions = [version for page in listed for version in page["Versions"]]
    assert [version["VersionId"] for version in versions] == ["v5", "v4", "v3", "v2", "v1"]
    assert [version["VersionId"] for version in versions if version["IsDefaultVersion"]] == ["v4"]
    assert refused(iam.delete_policy_version, PolicyArn=arn, VersionId="v4")[1:] == (
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
    for number in (1, 2, 3, 5):
        assert refused(iam.delete_policy, PolicyArn=arn)[:2] == (409, "DeleteConflict")
        iam.delete_policy_version(PolicyArn=arn, VersionId=f"v{number}")
    assert refused(iam.get_policy_version, PolicyArn=arn, VersionId="v5") == (
        404,
        "NoSuchEntity",
        f"Policy {arn} version v5 does not exist or is not attachable.",
    )
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:*"))["PolicyVersion"]["VersionId"] == "v6"


def test_of_many_versions_at_once_five_are_made(server, owner, iam):
    arn = new_policy(iam)
    told = []

    def create():
        client = client_of("iam", server, owner)
        try:
            made = client.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:*"), SetAsDefault=True)
            told.append(made["PolicyVersion"]["VersionId"])
        except ClientError as error:
            told.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["LimitExceeded"] * 4 + ["v2", "v3", "v4", "v5"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v5"


def test_awss_policies_are_there_to_read(server, owner, iam):
    shown = iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]
    assert shown["PolicyName"] == "AdministratorAccess"
    default = {"PolicyArn": ADMINISTRATOR, "VersionId": shown["DefaultVersionId"]}
    document = iam.get_policy_version(**default)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == "*"
    assert [one["VersionId"] for one in iam.list_policy_versions(PolicyArn=ADMINISTRATOR)["Versions"]] == [
        shown["DefaultVersionId"]
    ]
    named = {"PolicyArn": ADMINISTRATOR}
    for call, operation, arguments in (
        (iam.delete_policy, "DeletePolicy", named),
        (iam.create_policy_version, "CreatePolicyVersion", named | {"PolicyDocument": allow("s3:*")}),
        (iam.delete_policy_version, "DeletePolicyVersion", default),
        (iam.set_default_policy_version, "SetDefaultPolicyVersion", default),
    ):
        status, code, message = refused(call, **arguments)
        assert (status, code) == (403, "AccessDenied")
        assert message.startswith(
            f"User: arn:aws:iam::{owner.id}:root is not authorized to perform: iam:{operation} on resource: "
            f"policy {ADMINISTRATOR}"
        )
    theirs = new_policy(client_of("iam", server, server.new_account()))
    assert refused(iam.get_policy, PolicyArn=theirs)[:2] == (403, "AccessDenied")


def test_lists(server):
    iam = client_of("iam", server, server.new_account())
    own = [f"own-{number:02}" for number in range(11)]
    for name in own:
        iam.create_policy(PolicyName=name, PolicyDocument=allow("s3:*"), Path="/odd/" if int(name[-1]) % 2 else "/")
    iam.create_user(UserName="ann")
    account = iam.get_user(UserName="ann")["User"]["Arn"].split(":")[4]
    iam.attach_user_policy(UserName="ann", PolicyArn=f"arn:aws:iam::{account}:policy/odd/own-03")
    iam.attach_user_policy(UserName="ann", PolicyArn=ADMINISTRATOR)

    def listed(size=7, **filters):
        pages = iam.get_paginator("list_policies").paginate(**filters, PaginationConfig={"PageSize": size})
        return [policy["PolicyName"] for page in pages for policy in page["Policies"]]

    aws = listed(Scope="AWS")
    assert "AmazonS3ReadOnlyAccess" in aws and not set(own) & set(aws)
    assert listed() == aws + own == listed(size=1000, Scope="All")
    assert listed(Scope="Local") == own
    assert listed(Scope="Local", PathPrefix="/odd/", size=2) == [name for name in own if int(name[-1]) % 2]
    assert listed(OnlyAttached=True, size=1) == ["AdministratorAccess", "own-03"]
    assert listed(PolicyUsageFilter="PermissionsBoundary") == []
    one = iam.list_policies(Scope="Local", OnlyAttached=True)["Policies"][0]
    assert one["AttachmentCount"] == 1 and "Tags" not in one and "Description" not in one
    summary = iam.get_account_summary()["SummaryMap"]
    assert summary["Policies"] == summary["PolicyVersionsInUse"] == len(own)


def test_with_the_cli(aws, server):
    name = new_name("cli")
    (aws.folder / "policy.json").write_text(allow("s3:GetObject"))
    arn = aws(
        "iam", "create-policy", "--policy-name", name, "--policy-document", "file://policy.json",
        "--query", "Policy.Arn", "--output", "text",
    ).strip()  # fmt: skip
    aws("iam", "wait", "policy-exists", "--policy-arn", arn)
    aws(
        "iam", "create-policy-version", "--policy-arn", arn, "--policy-document", "file://policy.json",
        "--set-as-default",
    )  # fmt: skip
    assert json.loads(aws("iam", "get-policy", "--policy-arn", arn))["Policy"]["DefaultVersionId"] == "v2"
    document = json.loads(aws("iam", "get-policy-version", "--policy-arn", arn, "--version-id", "v2"))
    assert document["PolicyVersion"]["Document"] == json.loads(allow("s3:GetObject"))
    assert name in aws("iam", "list-policies", "--scope", "Local", "--query", "Policies[].PolicyName")
    aws("iam", "delete-policy-version", "--policy-arn", arn, "--version-id", "v1")
    aws("iam", "delete-policy", "--policy-arn", arn)
    assert "NoSuchEntity" in aws.try_("iam", "get-policy", "--policy-arn", arn).stderr
