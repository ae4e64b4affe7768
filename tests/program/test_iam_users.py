"""Users, groups, access keys and passwords, with boto3 and the AWS CLI."""

import csv
import datetime
import io
import json
import threading

import pytest
from botocore.exceptions import ClientError, WaiterError

from conftest import new_name
from harness.boto import client_of
from harness.iam import allow, new_user, trust
from harness.server import Account


@pytest.fixture
def user(iam):
    name = new_name("user")
    iam.create_user(UserName=name)
    return name


def key_of(iam, user):
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return Account(made["AccessKeyId"], made["SecretAccessKey"])


def refused(call, *, status, code, message=None, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (status, code), answer
    if message is not None:
        assert answer["Error"]["Message"] == message
    return answer["Error"]["Message"]


def test_a_users_life(iam, owner):
    name = new_name("Ann")
    tags = [{"Key": "team", "Value": "red"}]
    made = iam.create_user(UserName=name, Path="/division/", Tags=tags)["User"]
    assert made["Arn"] == f"arn:aws:iam::{owner.id}:user/division/{name}"
    assert made["UserId"].startswith("AIDA") and len(made["UserId"]) == 21
    shown = iam.get_user(UserName=name)["User"]
    assert shown == made and shown["Tags"] == tags and shown["CreateDate"].microsecond == 0
    iam.get_waiter("user_exists").wait(UserName=name)
    renamed = new_name("eve")
    iam.update_user(UserName=name, NewUserName=renamed, NewPath="/")
    assert iam.get_user(UserName=renamed)["User"]["UserId"] == made["UserId"]
    with pytest.raises(WaiterError):
        iam.get_waiter("user_exists").wait(UserName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 1})
    iam.delete_user(UserName=renamed)
    gone = f"The user with name {renamed} cannot be found."
    for call in (iam.get_user, iam.delete_user, iam.list_access_keys, iam.create_access_key, iam.list_groups_for_user,
                 iam.get_login_profile, iam.delete_login_profile, iam.list_mfa_devices):  # fmt: skip
        refused(call, UserName=renamed, status=404, code="NoSuchEntity", message=gone)


def test_of_two_with_a_name_the_second_is_refused(iam, user):
    refused(iam.create_user, UserName=user.upper(), status=409, code="EntityAlreadyExists",
            message=f"User with name {user.upper()} already exists.")  # fmt: skip
    group = new_name("group")
    iam.create_group(GroupName=group)
    refused(iam.create_group, GroupName=group, status=409, code="EntityAlreadyExists",
            message=f"Group with name {group} already exists.")  # fmt: skip


def test_of_many_at_once_one_wins(server, owner):
    name = new_name("contended")
    told = []

    def create():
        try:
            client_of("iam", server, owner).create_user(UserName=name)
            told.append("made")
        except ClientError as error:
            told.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["EntityAlreadyExists"] * 5 + ["made"]


@pytest.mark.parametrize(
    ("operation", "arguments", "says"),
    [
        ("create_user", {"UserName": "a b"}, "at 'userName' failed to satisfy constraint"),
        ("create_user", {"UserName": "x" * 65}, "Member must have length less than or equal to 64"),
        ("create_user", {"UserName": "ok", "Path": "no-slash"}, "at 'path' failed to satisfy constraint"),
        ("create_user", {"UserName": "ok", "Tags": [{"Key": "<", "Value": "v"}]}, "failed to satisfy constraint"),
        ("create_group", {"GroupName": "a/b"}, "at 'groupName' failed to satisfy constraint"),
        ("list_users", {"MaxItems": 1001}, "at 'maxItems' failed to satisfy constraint"),
        ("list_users", {"Marker": "!"}, "Invalid Marker."),
        ("list_groups", {"PathPrefix": "x"}, "at 'pathPrefix' failed to satisfy constraint"),
        ("create_account_alias", {"AccountAlias": "Not-Lower"}, "at 'accountAlias' failed to satisfy constraint"),
        ("update_account_password_policy", {"MinimumPasswordLength": 129}, "at 'minimumPasswordLength' failed"),
        ("update_account_password_policy", {"MaxPasswordAge": 1096}, "at 'maxPasswordAge' failed"),
        ("update_access_key", {"AccessKeyId": "A" * 20, "Status": "Off"}, "at 'status' failed to satisfy constraint"),
        ("create_access_key", {}, "Must specify userName when calling with non-User credentials"),
        ("create_login_profile", {"UserName": "ok"}, "at 'password' failed to satisfy constraint"),
    ],
)
def test_what_is_no_name_is_a_validation_error(server, owner, operation, arguments, says):
    lenient = client_of("iam", server, owner, parameter_validation=False)
    assert says in refused(getattr(lenient, operation), status=400, code="ValidationError", **arguments)


def test_bad_tags(iam):
    refused(iam.create_user, UserName="tagged", status=400, code="InvalidInput",
            Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}],
            message="Duplicate tag keys found. Please note that Tag keys are case insensitive.")  # fmt: skip
    refused(iam.create_user, UserName="tagged", status=400, code="InvalidInput", Tags=[{"Key": "aws:x", "Value": "1"}])


def test_paginators(server):
    iam = client_of("iam", server, server.new_account())
    users = [f"user-{number:02}" for number in range(23)]
    for name in users:
        iam.create_user(UserName=name, Path="/odd/" if int(name[-1]) % 2 else "/")
    small = {"PaginationConfig": {"PageSize": 5}}
    paged = iam.get_paginator("list_users").paginate(**small)
    assert [one["UserName"] for page in paged for one in page["Users"]] == users
    odd = iam.get_paginator("list_users").paginate(PathPrefix="/od", **small)
    assert [one["UserName"] for page in odd for one in page["Users"]] == [n for n in users if int(n[-1]) % 2]

    groups = [f"group-{number}" for number in range(7)]
    for name in groups:
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName=users[0])
    for name in users:
        iam.add_user_to_group(GroupName=groups[0], UserName=name)
    listed = iam.get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 2})
    assert [one["GroupName"] for page in listed for one in page["Groups"]] == groups
    of_user = iam.get_paginator("list_groups_for_user").paginate(UserName=users[0], PaginationConfig={"PageSize": 3})
    assert [one["GroupName"] for page in of_user for one in page["Groups"]] == groups
    members = iam.get_paginator("get_group").paginate(GroupName=groups[0], **small)
    assert sorted(one["UserName"] for page in members for one in page["Users"]) == users

    keys = {iam.create_access_key(UserName=users[0])["AccessKey"]["AccessKeyId"] for _ in range(2)}
    of_keys = iam.get_paginator("list_access_keys").paginate(UserName=users[0], PaginationConfig={"PageSize": 1})
    pages = list(of_keys)
    assert len(pages) == 2 and {key["AccessKeyId"] for page in pages for key in page["AccessKeyMetadata"]} == keys
    assert list(iam.get_paginator("list_mfa_devices").paginate(UserName=users[0]))[0]["MFADevices"] == []
    iam.create_account_alias(AccountAlias="paged-account")
    aliases = iam.get_paginator("list_account_aliases").paginate()
    assert [alias for page in aliases for alias in page["AccountAliases"]] == ["paged-account"]


def test_a_key_works_at_once_and_stops_at_once(server, iam, owner, user):
    key = key_of(iam, user)
    sts = client_of("sts", server, key, "eu-west-1")
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{owner.id}:user/{user}"
    listed = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    assert [(one["AccessKeyId"], one["Status"], one["UserName"]) for one in listed] == [
        (key.access_key, "Active", user)
    ]
    for _ in range(3):
        iam.update_access_key(UserName=user, AccessKeyId=key.access_key, Status="Inactive")
        refused(sts.get_caller_identity, status=403, code="InvalidClientTokenId")
        iam.update_access_key(UserName=user, AccessKeyId=key.access_key, Status="Active")
        sts.get_caller_identity()
    iam.delete_access_key(UserName=user, AccessKeyId=key.access_key)
    refused(sts.get_caller_identity, status=403, code="InvalidClientTokenId")
    refused(iam.delete_access_key, UserName=user, AccessKeyId=key.access_key, status=404, code="NoSuchEntity",
            message=f"The Access Key with id {key.access_key} cannot be found.")  # fmt: skip


def test_two_keys_are_the_most(iam, user):
    key_of(iam, user), key_of(iam, user)
    refused(iam.create_access_key, UserName=user, status=409, code="LimitExceeded",
            message="Cannot exceed quota for AccessKeysPerUser: 2")  # fmt: skip


def test_last_use_of_keys(iam, owner, user, server):
    key = key_of(iam, user)
    unused = iam.get_access_key_last_used(AccessKeyId=key.access_key)
    assert unused["UserName"] == user
    assert unused["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    root = f"arn:aws:iam::{owner.id}:root"
    for strange in ("AKIAIOSFODNN7EXAMPLE", server.root().access_key):
        refused(iam.get_access_key_last_used, AccessKeyId=strange, status=403, code="AccessDenied",
                message=f"User: {root} is not authorized to perform iam:GetAccessKeyLastUsed on resource: "
                        f"access key {strange}")  # fmt: skip


def test_who_may_nothing_is_told_what(server, iam, owner, user):
    of_user = client_of("iam", server, key_of(iam, user))
    me = f"arn:aws:iam::{owner.id}:user/{user}"
    for call, arguments, resource in [
        (of_user.get_user, {}, me),
        (of_user.create_user, {"UserName": "x", "Path": "/p/"}, f"arn:aws:iam::{owner.id}:user/p/x"),
        (of_user.create_group, {"GroupName": "x"}, f"arn:aws:iam::{owner.id}:group/x"),
        (of_user.list_users, {}, "*"),
        (of_user.get_account_summary, {}, "*"),
        (of_user.delete_access_key, {"AccessKeyId": "A" * 20}, me),
    ]:
        action = of_user.meta.method_to_api_mapping[call.__name__]
        refused(call, **arguments, status=403, code="AccessDenied",
                message=f"User: {me} is not authorized to perform: iam:{action} on resource: {resource} "
                        f"because no identity-based policy allows the iam:{action} action")  # fmt: skip


def test_what_is_left_is_in_the_way(iam, user):
    group = new_name("group")
    iam.create_group(GroupName=group)

    def conflict(call, first, **arguments):
        refused(call, status=409, code="DeleteConflict", message=f"Cannot delete entity, must {first} first.",
                **arguments)  # fmt: skip

    iam.add_user_to_group(GroupName=group, UserName=user)
    conflict(iam.delete_user, "remove users from group", UserName=user)
    conflict(iam.delete_group, "remove users from group", GroupName=group)
    iam.remove_user_from_group(GroupName=group, UserName=user)
    iam.create_login_profile(UserName=user, Password="A-good-one-1")
    conflict(iam.delete_user, "delete login profile", UserName=user)
    iam.delete_login_profile(UserName=user)
    key = key_of(iam, user)
    conflict(iam.delete_user, "delete access keys", UserName=user)
    iam.delete_access_key(UserName=user, AccessKeyId=key.access_key)
    iam.delete_user(UserName=user)
    iam.delete_group(GroupName=group)


def test_groups_that_are_not_there(iam, user):
    gone = {"status": 404, "code": "NoSuchEntity", "message": "The group with name none cannot be found."}
    refused(iam.get_group, GroupName="none", **gone)
    refused(iam.delete_group, GroupName="none", **gone)
    refused(iam.update_group, GroupName="none", NewGroupName="x", **gone)
    refused(iam.add_user_to_group, GroupName="none", UserName=user, **gone)
    nobody = {"status": 404, "code": "NoSuchEntity", "message": "The user with name nobody cannot be found."}
    refused(iam.remove_user_from_group, GroupName="none", UserName="nobody", **nobody)


def test_login_profiles(iam, user):
    missing = {"status": 404, "code": "NoSuchEntity", "message": f"Login Profile for User {user} cannot be found."}
    for call in (iam.get_login_profile, iam.update_login_profile, iam.delete_login_profile):
        refused(call, UserName=user, **missing)
    made = iam.create_login_profile(UserName=user, Password="Correct-horse-1", PasswordResetRequired=True)
    assert made["LoginProfile"]["PasswordResetRequired"] is True
    refused(iam.create_login_profile, UserName=user, Password="Correct-horse-1", status=409,
            code="EntityAlreadyExists", message=f"Login Profile for user {user} already exists.")  # fmt: skip
    iam.update_login_profile(UserName=user, PasswordResetRequired=False)
    assert iam.get_login_profile(UserName=user)["LoginProfile"]["PasswordResetRequired"] is False
    iam.delete_login_profile(UserName=user)
    refused(iam.get_login_profile, UserName=user, **missing)


def test_password_policy(server):
    account = server.new_account()
    iam = client_of("iam", server, account)
    refused(iam.get_account_password_policy, status=404, code="NoSuchEntity",
            message=f"The Password Policy with domain name {account.id} cannot be found.")  # fmt: skip
    refused(iam.delete_account_password_policy, status=404, code="NoSuchEntity",
            message="The account policy with name PasswordPolicy cannot be found.")  # fmt: skip
    iam.update_account_password_policy()
    assert iam.get_account_password_policy()["PasswordPolicy"] == {
        "AllowUsersToChangePassword": False,
        "ExpirePasswords": False,
        "MinimumPasswordLength": 6,
        "RequireLowercaseCharacters": False,
        "RequireNumbers": False,
        "RequireSymbols": False,
        "RequireUppercaseCharacters": False,
    }
    iam.update_account_password_policy(
        MinimumPasswordLength=12, RequireUppercaseCharacters=True, AllowUsersToChangePassword=True,
        PasswordReusePrevention=3, MaxPasswordAge=90, HardExpiry=True,
    )  # fmt: skip
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["MaxPasswordAge"], policy["PasswordReusePrevention"], policy["HardExpiry"]) == (90, 3, True)
    assert policy["ExpirePasswords"] is True
    iam.create_user(UserName="ann")
    refused(iam.create_login_profile, UserName="ann", Password="short", status=400, code="PasswordPolicyViolation",
            message="Password should have a minimum length of 12, Password should have at least one uppercase letter",
    )  # fmt: skip
    iam.create_login_profile(UserName="ann", Password="First-of-her-passwords")
    own = client_of("iam", server, key_of(iam, "ann"))
    own.change_password(OldPassword="First-of-her-passwords", NewPassword="Second-of-her-passwords")
    refused(own.change_password, OldPassword="First-of-her-passwords", NewPassword="Third-of-her-passwords",
            status=403, code="AccessDenied")  # fmt: skip
    refused(own.change_password, OldPassword="Second-of-her-passwords", NewPassword="First-of-her-passwords",
            status=400, code="PasswordPolicyViolation")  # fmt: skip
    refused(iam.change_password, OldPassword="a", NewPassword="b", status=400, code="InvalidUserType")
    iam.delete_account_password_policy()


def test_no_password_or_secret_is_logged(start_server):
    server = start_server("--log.level", "debug")
    iam = client_of("iam", server, server.root())
    iam.create_user(UserName="ann")
    iam.create_login_profile(UserName="ann", Password="Hidden-from-logs-1")
    key = key_of(iam, "ann")
    client_of("sts", server, key).get_caller_identity()
    refused(iam.update_login_profile, UserName="ann", Password="Hidden", status=400, code="PasswordPolicyViolation")
    server.stop()
    assert "Hidden" not in server.output and key.secret_key not in server.output
    assert "GetCallerIdentity" in server.output
    for file in server.data.rglob("*"):
        if file.is_file():
            text = file.read_bytes()
            assert b"Hidden-from-logs" not in text and key.secret_key.encode() not in text


def test_account_summary(server):
    iam = client_of("iam", server, server.new_account())
    before = iam.get_account_summary()["SummaryMap"]
    assert (before["Users"], before["Groups"], before["UsersQuota"], before["AccessKeysPerUserQuota"]) == (
        0,
        0,
        5000,
        2,
    )
    iam.create_user(UserName="a")
    iam.create_user(UserName="b")
    iam.create_group(GroupName="g")
    iam.delete_user(UserName="a")
    after = iam.get_account_summary()["SummaryMap"]
    assert {key for key in after if after[key] != before[key]} == {"Users", "Groups"}
    assert (after["Users"], after["Groups"]) == (1, 1)


def test_aliases_are_one_accounts(server, iam):
    other = client_of("iam", server, server.new_account())
    iam.create_account_alias(AccountAlias="acme")
    refused(other.create_account_alias, AccountAlias="acme", status=409, code="EntityAlreadyExists",
            message="The account alias acme already exists.")  # fmt: skip
    iam.create_account_alias(AccountAlias="acme-corp")
    assert iam.list_account_aliases()["AccountAliases"] == ["acme-corp"]
    other.create_account_alias(AccountAlias="acme")
    refused(iam.delete_account_alias, AccountAlias="acme", status=404, code="NoSuchEntity")
    iam.delete_account_alias(AccountAlias="acme-corp")
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_root_asks_who_it_is(iam, owner):
    root = iam.get_user()["User"]
    assert (root["UserId"], root["Arn"]) == (owner.id, f"arn:aws:iam::{owner.id}:root")
    assert [key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]] == [owner.access_key]
    assert iam.list_mfa_devices()["MFADevices"] == []


def test_with_the_cli(aws, server):
    name = new_name("cli")
    made = json.loads(aws("iam", "create-user", "--user-name", name, "--tags", "Key=a,Value=b", "--output", "json"))
    assert made["User"]["Tags"] == [{"Key": "a", "Value": "b"}]
    aws("iam", "wait", "user-exists", "--user-name", name)
    aws("iam", "create-group", "--group-name", name)
    aws("iam", "add-user-to-group", "--group-name", name, "--user-name", name)
    key = json.loads(aws("iam", "create-access-key", "--user-name", name, "--output", "json"))["AccessKey"]
    users = json.loads(aws("iam", "list-users", "--max-items", "1", "--output", "json"))
    assert len(users["Users"]) == 1
    keys = aws("iam", "list-access-keys", "--user-name", name, "--query", "AccessKeyMetadata[].Status", "--output",
               "text")  # fmt: skip
    assert keys.strip() == "Active"
    aws("iam", "delete-access-key", "--user-name", name, "--access-key-id", key["AccessKeyId"])
    aws("iam", "remove-user-from-group", "--group-name", name, "--user-name", name)
    aws("iam", "delete-group", "--group-name", name)
    aws("iam", "delete-user", "--user-name", name)
    told = aws.try_("iam", "get-user", "--user-name", name)
    assert told.returncode != 0
    assert (
        f"(NoSuchEntity) when calling the GetUser operation: The user with name {name} cannot be found." in told.stderr
    )


def test_everything_survives_a_restart(start_server):
    server = start_server()
    iam = client_of("iam", server, server.root())
    iam.create_user(UserName="ann", Path="/x/")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="ann")
    key = key_of(iam, "ann")
    before = iam.get_group(GroupName="g")["Users"]
    server.restart()
    assert client_of("iam", server, server.root()).get_group(GroupName="g")["Users"] == before
    assert client_of("sts", server, key).get_caller_identity()["Arn"].endswith("user/x/ann")


def test_the_last_use_is_kept(start_server):
    server = start_server()
    iam = client_of("iam", server, server.root())
    ann = new_user(iam, "ann", allow("sts:AssumeRole"))
    unused = key_of(iam, "ann").access_key
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": ann.arn}))["Role"]["Arn"]
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    session = client_of("sts", server, ann).assume_role(RoleArn=role, RoleSessionName="job")["Credentials"]
    refused(client_of("s3", server, session, "eu-west-1").list_buckets, status=403, code="AccessDenied")
    server.stop()  # what was noted is written then at the latest
    server.start()
    used = iam.get_access_key_last_used(AccessKeyId=ann.access_key)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sts", "us-east-1")
    assert before <= used["LastUsedDate"] <= datetime.datetime.now(datetime.UTC)
    assert "LastUsedDate" not in iam.get_access_key_last_used(AccessKeyId=unused)["AccessKeyLastUsed"]
    used = iam.get_role(RoleName="r")["Role"]["RoleLastUsed"]
    assert used["Region"] == "eu-west-1" and used["LastUsedDate"] >= before, "a denied request is a use"
    iam.generate_credential_report()
    report = iam.get_credential_report()["Content"].decode()
    (line,) = [one for one in csv.DictReader(io.StringIO(report)) if one["user"] == "ann"]
    keys = {line["access_key_1_last_used_service"], line["access_key_2_last_used_service"]}
    assert keys == {"sts", "N/A"}


def test_credential_report(server):
    account = server.new_account()
    iam = client_of("iam", server, account)
    refused(iam.get_credential_report, status=410, code="ReportNotPresent")
    iam.create_user(UserName="ann", Path="/x/")
    iam.create_login_profile(UserName="ann", Password="Correct-horse-1")
    keys = [iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    iam.update_access_key(UserName="ann", AccessKeyId=keys[1], Status="Inactive")
    iam.create_user(UserName="bob")
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    report = iam.get_credential_report()
    assert report["ReportFormat"] == "text/csv" and report["GeneratedTime"]
    lines = list(csv.DictReader(io.StringIO(report["Content"].decode())))
    assert (
        list(lines[0])
        == (
            "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation "
            "mfa_active access_key_1_active access_key_1_last_rotated access_key_1_last_used_date "
            "access_key_1_last_used_region access_key_1_last_used_service access_key_2_active access_key_2_last_rotated "
            "access_key_2_last_used_date access_key_2_last_used_region access_key_2_last_used_service cert_1_active "
            "cert_1_last_rotated cert_2_active cert_2_last_rotated"
        ).split()
    )
    root, ann, bob = lines
    assert (root["user"], root["password_enabled"]) == ("<root_account>", "not_supported")
    assert (ann["user"], ann["arn"]) == ("ann", f"arn:aws:iam::{account.id}:user/x/ann")
    assert (ann["password_enabled"], ann["password_next_rotation"], ann["mfa_active"]) == ("true", "N/A", "false")
    assert (ann["access_key_1_active"], ann["access_key_2_active"]) == ("true", "false")
    assert datetime.datetime.fromisoformat(ann["access_key_1_last_rotated"]).tzinfo
    assert (bob["password_enabled"], bob["access_key_1_active"], bob["access_key_1_last_rotated"]) == (
        "false", "false", "N/A",
    )  # fmt: skip


def test_authorization_details(server):
    account = server.new_account()
    iam = client_of("iam", server, account)
    users = [f"user-{number}" for number in range(5)]
    for name in users:
        iam.create_user(UserName=name, Tags=[{"Key": "a", "Value": "b"}])
    for name in ("g", "h"):
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName=users[0])
    whole = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3})
    pages = list(whole)
    assert [len(page["UserDetailList"]) + len(page["GroupDetailList"]) for page in pages] == [3, 3, 1]
    detail = pages[0]["UserDetailList"][0]
    assert (detail["UserName"], detail["GroupList"]) == (users[0], ["g", "h"])
    assert detail["Tags"] == [{"Key": "a", "Value": "b"}]
    assert detail["Arn"] == f"arn:aws:iam::{account.id}:user/{users[0]}"
    assert [user["UserName"] for page in pages for user in page["UserDetailList"]] == users
    groups = iam.get_account_authorization_details(Filter=["Group"])
    assert [group["GroupName"] for group in groups["GroupDetailList"]] == ["g", "h"]
    assert (groups["UserDetailList"], groups["IsTruncated"]) == ([], False)
