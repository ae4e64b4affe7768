"""Every operation of IAM and STS that is served, as a command of the AWS CLI."""

import base64
import json
import time

import pytest
from botocore import xform_name

from harness.cli import VERSIONS, ManyCommands
from harness.iam import allow, trust
from harness.mfa import STEP, Authenticator
from harness.server import ROOT

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
# Whoever calls these shows a token, which test_web_identity.py has.
ELSEWHERE = {"assume-role-with-web-identity"}
LATER = {"v1": set(), "v2": {"get-mfa-device"}}  # younger than that CLI


def served(service):
    lines = (ROOT / f"models/ops/{service}.txt").read_text().partition("!typed-only")[0].splitlines()
    return {xform_name(line, "-") for line in lines if line and not line.startswith("#")}


class Commands:
    """Calls commands of one service, and remembers which."""

    def __init__(self, aws, service):
        self.aws, self.service, self.used = aws, service, set()

    def __call__(self, command, *arguments, query=None):
        self.used.add(command)
        asked = ["--query", query] if query else []
        out = self.aws(self.service, command, *arguments, "--output", "json", *asked)
        return json.loads(out) if out else None


@pytest.fixture(params=VERSIONS)
def aws(request, server, tmp_path):
    account = server.new_account()
    exports = {
        "AWS_ACCESS_KEY_ID": account.access_key,
        "AWS_SECRET_ACCESS_KEY": account.secret_key,
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with ManyCommands(request.param, server, tmp_path, exports) as commands:
        commands.account_id = account.id
        commands.lacks = LATER[request.param]
        yield commands


def add_profile(aws, name, key):
    folder = aws.folder / ".aws"
    folder.mkdir(exist_ok=True)
    with open(folder / "credentials", "a") as file:
        file.write(
            f"[{name}]\naws_access_key_id = {key['AccessKeyId']}\naws_secret_access_key = {key['SecretAccessKey']}\n"
        )


def the_account(iam):
    iam("create-account-alias", "--account-alias", "team-" + iam.aws.account_id)
    (alias,) = iam("list-account-aliases", query="AccountAliases")
    iam("delete-account-alias", "--account-alias", alias)
    iam("update-account-password-policy", "--minimum-password-length", "12", "--allow-users-to-change-password")
    assert iam("get-account-password-policy", query="PasswordPolicy.MinimumPasswordLength") == 12
    iam("generate-credential-report")
    assert b"<root_account>" in base64.b64decode(iam("get-credential-report", query="Content"))


def a_user(iam):
    ann = ["--user-name", "ann"]
    iam("create-user", "--user-name", "anne")
    iam("update-user", "--user-name", "anne", "--new-user-name", "ann")
    iam("tag-user", *ann, "--tags", "Key=team,Value=red", "Key=floor,Value=2")
    iam("untag-user", *ann, "--tag-keys", "floor")
    assert iam("list-user-tags", *ann, query="Tags") == [{"Key": "team", "Value": "red"}]
    assert iam("list-users", query="Users[].UserName") == ["ann"]
    key = iam("create-access-key", *ann, query="AccessKey.AccessKeyId")
    iam("update-access-key", *ann, "--access-key-id", key, "--status", "Inactive")
    assert iam("list-access-keys", *ann, query="AccessKeyMetadata[].Status") == ["Inactive"]
    iam("get-access-key-last-used", "--access-key-id", key)
    iam("create-login-profile", *ann, "--password", "correct-horse-1")
    iam("update-login-profile", *ann, "--password", "correct-horse-2")
    iam("get-login-profile", *ann)
    iam("put-user-policy", *ann, "--policy-name", "own", "--policy-document", allow("s3:ListAllMyBuckets"))
    assert iam("list-user-policies", *ann, query="PolicyNames") == ["own"]
    iam("get-user-policy", *ann, "--policy-name", "own")
    iam("attach-user-policy", *ann, "--policy-arn", READ_ONLY)
    assert iam("list-attached-user-policies", *ann, query="AttachedPolicies[].PolicyArn") == [READ_ONLY]
    iam("put-user-permissions-boundary", *ann, "--permissions-boundary", READ_ONLY)
    return iam("get-user", *ann, query="User.Arn"), key


def a_group(iam):
    red = ["--group-name", "red"]
    iam("create-group", "--group-name", "rot")
    iam("update-group", "--group-name", "rot", "--new-group-name", "red")
    iam("add-user-to-group", *red, "--user-name", "ann")
    assert iam("list-groups-for-user", "--user-name", "ann", query="Groups[].GroupName") == ["red"]
    assert iam("get-group", *red, query="Users[].UserName") == ["ann"]
    assert iam("list-groups", query="Groups[].GroupName") == ["red"]
    iam("put-group-policy", *red, "--policy-name", "own", "--policy-document", allow("s3:ListAllMyBuckets"))
    assert iam("list-group-policies", *red, query="PolicyNames") == ["own"]
    iam("get-group-policy", *red, "--policy-name", "own")
    iam("attach-group-policy", *red, "--policy-arn", READ_ONLY)
    assert iam("list-attached-group-policies", *red, query="AttachedPolicies[].PolicyArn") == [READ_ONLY]


def a_role(iam, ann):
    work = ["--role-name", "work"]
    iam("create-role", *work, "--assume-role-policy-document", trust({"AWS": iam.aws.account_id}))
    iam("update-assume-role-policy", *work, "--policy-document", trust({"AWS": ann}))
    iam("update-role", *work, "--max-session-duration", "7200")
    iam("update-role-description", *work, "--description", "what there is to do")
    iam("tag-role", *work, "--tags", "Key=team,Value=red")
    assert iam("list-role-tags", *work, query="Tags[].Key") == ["team"]
    iam("untag-role", *work, "--tag-keys", "team")
    iam("put-role-policy", *work, "--policy-name", "own", "--policy-document", allow("s3:ListAllMyBuckets"))
    assert iam("list-role-policies", *work, query="PolicyNames") == ["own"]
    iam("get-role-policy", *work, "--policy-name", "own")
    iam("attach-role-policy", *work, "--policy-arn", READ_ONLY)
    assert iam("list-attached-role-policies", *work, query="AttachedPolicies[].PolicyArn") == [READ_ONLY]
    iam("put-role-permissions-boundary", *work, "--permissions-boundary", READ_ONLY)
    assert iam("list-instance-profiles-for-role", *work, query="InstanceProfiles") == []
    assert iam("list-roles", query="Roles[].RoleName") == ["work"]
    assert iam("get-role", *work, query="Role.MaxSessionDuration") == 7200


def a_policy(iam):
    arn = iam("create-policy", "--policy-name", "get", "--policy-document", allow("s3:Get*"), query="Policy.Arn")
    get = ["--policy-arn", arn]
    iam("create-policy-version", *get, "--policy-document", allow("s3:GetObject"))
    iam("set-default-policy-version", *get, "--version-id", "v2")
    assert iam("get-policy", *get, query="Policy.DefaultVersionId") == "v2"
    iam("get-policy-version", *get, "--version-id", "v1")
    assert iam("list-policy-versions", *get, query="Versions[].VersionId") == ["v2", "v1"]
    iam("delete-policy-version", *get, "--version-id", "v1")
    iam("tag-policy", *get, "--tags", "Key=team,Value=red")
    assert iam("list-policy-tags", *get, query="Tags[].Key") == ["team"]
    iam("untag-policy", *get, "--tag-keys", "team")
    assert iam("list-policies", "--scope", "Local", query="Policies[].PolicyName") == ["get"]
    assert iam("list-entities-for-policy", "--policy-arn", READ_ONLY, query="PolicyUsers[].UserName") == ["ann"]
    iam("delete-policy", *get)


def a_provider(iam):
    made = ["--url", "https://id.example", "--thumbprint-list", "b" * 40]
    arn = iam("create-open-id-connect-provider", *made, query="OpenIDConnectProviderArn")
    provider = ["--open-id-connect-provider-arn", arn]
    iam("add-client-id-to-open-id-connect-provider", *provider, "--client-id", "app")
    assert iam("get-open-id-connect-provider", *provider, query="ClientIDList") == ["app"]
    iam("remove-client-id-from-open-id-connect-provider", *provider, "--client-id", "app")
    iam("update-open-id-connect-provider-thumbprint", *provider, "--thumbprint-list", "a" * 40)
    iam("tag-open-id-connect-provider", *provider, "--tags", "Key=team,Value=red")
    assert iam("list-open-id-connect-provider-tags", *provider, query="Tags[].Key") == ["team"]
    iam("untag-open-id-connect-provider", *provider, "--tag-keys", "team")
    assert iam("list-open-id-connect-providers", query="OpenIDConnectProviderList[].Arn") == [arn]
    iam("delete-open-id-connect-provider", *provider)


def a_device(iam):
    seed = iam.aws.folder / "seed"
    made = ["--virtual-mfa-device-name", "phone", "--outfile", str(seed), "--bootstrap-method", "Base32StringSeed"]
    serial = iam("create-virtual-mfa-device", *made, query="VirtualMFADevice.SerialNumber")
    phone, ann = ["--serial-number", serial], ["--user-name", "ann"]
    app = Authenticator(None, serial, seed.read_text())
    now = int(time.time()) // STEP

    def codes(first):
        return ["--authentication-code1", app.code(first), "--authentication-code2", app.code(first + 1)]

    iam("enable-mfa-device", *ann, *phone, *codes(now - 1))
    iam("resync-mfa-device", *ann, *phone, *codes(now + 1))
    assert iam("list-mfa-devices", *ann, query="MFADevices[].SerialNumber") == [serial]
    assert iam("list-virtual-mfa-devices", query="VirtualMFADevices[].User.UserName") == ["ann"]
    if "get-mfa-device" not in iam.aws.lacks:
        assert iam("get-mfa-device", *ann, *phone, query="SerialNumber") == serial
    iam("tag-mfa-device", *phone, "--tags", "Key=team,Value=red")
    assert iam("list-mfa-device-tags", *phone, query="Tags[].Key") == ["team"]
    iam("untag-mfa-device", *phone, "--tag-keys", "team")
    iam("deactivate-mfa-device", *ann, *phone)
    iam("delete-virtual-mfa-device", *phone)


def what_nobody_can_make(iam):
    for command, key in [("list-ssh-public-keys", "SSHPublicKeys"), ("list-signing-certificates", "Certificates"),
                         ("list-service-specific-credentials", "ServiceSpecificCredentials")]:  # fmt: skip
        assert iam(command, "--user-name", "ann", query=key) == []
    for command, key in [("list-instance-profiles", "InstanceProfiles"), ("list-saml-providers", "SAMLProviderList"),
                         ("list-server-certificates", "ServerCertificateMetadataList")]:  # fmt: skip
        assert iam(command, query=key) == []


def what_if(iam, ann):
    ask = ["--action-names", "s3:ListAllMyBuckets"]
    decision = "EvaluationResults[].EvalDecision"
    assert iam("simulate-custom-policy", "--policy-input-list", allow("s3:*"), *ask, query=decision) == ["allowed"]
    assert iam("simulate-principal-policy", "--policy-source-arn", ann, *ask, query=decision) == ["allowed"]
    keyed = allow("s3:*", "arn:aws:s3:::${aws:username}")
    assert iam("get-context-keys-for-custom-policy", "--policy-input-list", keyed, query="ContextKeyNames") == [
        "aws:username"
    ]
    iam("get-context-keys-for-principal-policy", "--policy-source-arn", ann)
    details = iam("get-account-authorization-details")
    assert [user["UserName"] for user in details["UserDetailList"]] == ["ann"]
    assert iam("get-account-summary", query="SummaryMap.Users") == 1


def all_goes(iam, key):
    ann, red, work = ["--user-name", "ann"], ["--group-name", "red"], ["--role-name", "work"]
    iam("delete-role-permissions-boundary", *work)
    for kind, named in (("user", ann), ("group", red), ("role", work)):
        iam(f"detach-{kind}-policy", *named, "--policy-arn", READ_ONLY)
        iam(f"delete-{kind}-policy", *named, "--policy-name", "own")
    iam("remove-user-from-group", *red, *ann)
    iam("delete-login-profile", *ann)
    iam("delete-access-key", *ann, "--access-key-id", key)
    iam("delete-account-password-policy")
    for kind, named in (("user", ann), ("group", red), ("role", work)):
        iam(f"delete-{kind}", *named)
    summary = iam("get-account-summary", query="SummaryMap")
    assert [summary[kind] for kind in ("Users", "Groups", "Roles", "Policies", "Providers")] == [0, 0, 0, 0, 0]


def her_own_password(iam):
    made = iam("create-access-key", "--user-name", "ann", query="AccessKey")
    add_profile(iam.aws, "ann", made)
    # The password policy lets her; her boundary does not.
    iam("delete-user-permissions-boundary", "--user-name", "ann")
    passwords = ["--old-password", "correct-horse-2", "--new-password", "correct-horse-3"]
    iam("change-password", *passwords, "--profile", "ann")
    iam("delete-access-key", "--user-name", "ann", "--access-key-id", made["AccessKeyId"])


def test_every_command_of_sts(aws):
    sts, iam = Commands(aws, "sts"), Commands(aws, "iam")
    ann = iam("create-user", "--user-name", "ann", query="User.Arn")
    iam("put-user-policy", "--user-name", "ann", "--policy-name", "own", "--policy-document", allow("sts:*"))
    key = iam("create-access-key", "--user-name", "ann", query="AccessKey")
    add_profile(aws, "ann", key)
    as_ann = ["--profile", "ann"]
    role = ["--role-name", "work", "--assume-role-policy-document", trust({"AWS": ann})]
    role = iam("create-role", *role, query="Role.Arn")
    assert sts("get-caller-identity", *as_ann, query="Arn") == ann
    session = ["--role-arn", role, "--role-session-name", "job"]
    assumed = sts("assume-role", *session, *as_ann, query="AssumedRoleUser.Arn")
    assert assumed == f"arn:aws:sts::{aws.account_id}:assumed-role/work/job"
    assert sts("get-session-token", *as_ann, query="Credentials.AccessKeyId").startswith("ASIA")
    federated = sts("get-federation-token", "--name", "guest", *as_ann, query="FederatedUser.Arn")
    assert federated == f"arn:aws:sts::{aws.account_id}:federated-user/guest"
    assert sts("get-access-key-info", "--access-key-id", key["AccessKeyId"], query="Account") == aws.account_id
    refused = aws.try_("sts", "decode-authorization-message", "--encoded-message", "none")
    assert "(InvalidAuthorizationMessageException)" in refused.stderr
    assert sts.used | {"decode-authorization-message"} == served("sts") - ELSEWHERE


def test_every_command_of_iam(aws):
    iam = Commands(aws, "iam")
    the_account(iam)
    ann, key = a_user(iam)
    a_group(iam)
    a_role(iam, ann)
    a_policy(iam)
    a_provider(iam)
    a_device(iam)
    what_nobody_can_make(iam)
    what_if(iam, ann)
    her_own_password(iam)
    all_goes(iam, key)
    assert iam.used == served("iam") - aws.lacks
