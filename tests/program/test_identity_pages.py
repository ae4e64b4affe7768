"""boto3's paginators and waiters over every operation of IAM that is served and has one."""

import pytest
from botocore import xform_name
from botocore.exceptions import WaiterError

from harness.iam import allow, trust
from harness.server import ROOT

NAMES = ["a", "b", "c"]
TAGS = [{"Key": name, "Value": name} for name in NAMES]
MANAGED = [f"arn:aws:iam::aws:policy/{name}" for name in ("AmazonS3FullAccess", "IAMFullAccess", "ReadOnlyAccess")]
SERVICE = trust({"Service": "lambda.amazonaws.com"})
KEYED = [allow("s3:*")]
ASK = {"ActionNames": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]}


@pytest.fixture(scope="module")
def arguments(iam, owner):
    """What each operation is asked; of what it lists there are three, but for keys, and aliases and devices."""
    for name in NAMES:
        iam.create_user(UserName=name, Tags=TAGS)
        iam.create_group(GroupName=name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=SERVICE, Tags=TAGS)
    policy = [iam.create_policy(PolicyName=n, PolicyDocument=KEYED[0], Tags=TAGS)["Policy"]["Arn"] for n in NAMES][0]
    for name in NAMES:
        iam.add_user_to_group(GroupName="a", UserName=name)
        if name != "a":
            iam.add_user_to_group(GroupName=name, UserName="a")
            iam.create_policy_version(PolicyArn=policy, PolicyDocument=KEYED[0])
        for kind in ("user", "group", "role"):
            whose = {f"{kind.title()}Name": "a"}
            put = getattr(iam, f"put_{kind}_policy")
            put(**whose, PolicyName=name, PolicyDocument=allow("s3:ListAllMyBuckets"))
    for kind in ("user", "group", "role"):
        for arn in MANAGED:
            getattr(iam, f"attach_{kind}_policy")(**{f"{kind.title()}Name": "a"}, PolicyArn=arn)
    for _ in range(2):
        iam.create_access_key(UserName="a")
    iam.create_account_alias(AccountAlias=f"pages-{owner.id}")
    provider = iam.create_open_id_connect_provider(Url="https://id.example", Tags=TAGS)["OpenIDConnectProviderArn"]
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="a", Tags=TAGS)["VirtualMFADevice"]["SerialNumber"]
    user, group, role = {"UserName": "a"}, {"GroupName": "a"}, {"RoleName": "a"}
    return {
        "get_account_authorization_details": {},
        "get_group": group,
        "list_access_keys": user,
        "list_account_aliases": {},
        "list_attached_group_policies": group,
        "list_attached_role_policies": role,
        "list_attached_user_policies": user,
        "list_entities_for_policy": {"PolicyArn": MANAGED[0]},
        "list_group_policies": group,
        "list_groups": {},
        "list_groups_for_user": user,
        "list_instance_profiles": {},
        "list_instance_profiles_for_role": role,
        "list_mfa_device_tags": {"SerialNumber": device},
        "list_mfa_devices": user,
        "list_open_id_connect_provider_tags": {"OpenIDConnectProviderArn": provider},
        "list_policies": {},
        "list_policy_tags": {"PolicyArn": policy},
        "list_policy_versions": {"PolicyArn": policy},
        "list_role_policies": role,
        "list_role_tags": role,
        "list_roles": {},
        "list_server_certificates": {},
        "list_signing_certificates": user,
        "list_ssh_public_keys": user,
        "list_user_policies": user,
        "list_user_tags": user,
        "list_users": {},
        "list_virtual_mfa_devices": {},
        "simulate_custom_policy": {"PolicyInputList": KEYED, **ASK},
        "simulate_principal_policy": {"PolicySourceArn": iam.get_user(UserName="a")["User"]["Arn"], **ASK},
    }


def served():
    lines = (ROOT / "models/ops/iam.txt").read_text().partition("!typed-only")[0].splitlines()
    return {xform_name(line) for line in lines if line and not line.startswith("#")}


def test_each_paginator_gives_the_same_in_pages_of_one(iam, arguments):
    assert set(arguments) == {operation for operation in served() if iam.can_paginate(operation)}
    for operation, asked in arguments.items():
        paginator = iam.get_paginator(operation)
        keys = [key.expression for key in paginator.result_keys]
        whole = paginator.paginate(**asked).build_full_result()
        pages = list(paginator.paginate(**asked, PaginationConfig={"PageSize": 1}))
        for key in keys:
            assert [item for page in pages for item in page.get(key, [])] == whole.get(key, []), operation
        sizes = [sum(len(page.get(key, [])) for key in keys) for page in pages]
        assert max(sizes) <= 1, operation
        # Whether there is one more is not always known before it is looked for.
        assert sum(sizes) >= len(pages) - 1, operation
        assert not pages[-1].get("IsTruncated"), operation


def test_each_waiter_finds_what_is_there_and_tells_what_is_not(iam, arguments):
    there = {
        "policy_exists": {"PolicyArn": arguments["list_policy_tags"]["PolicyArn"]},
        "role_exists": {"RoleName": "a"},
        "user_exists": {"UserName": "a"},
    }
    assert set(there) == set(iam.waiter_names) - {"instance_profile_exists"}
    for waiter, named in there.items():
        once = {"Delay": 0, "MaxAttempts": 1}
        iam.get_waiter(waiter).wait(**named, WaiterConfig=once)
        ((member, name),) = named.items()
        with pytest.raises(WaiterError, match="Max attempts exceeded"):
            iam.get_waiter(waiter).wait(**{member: name + "x"}, WaiterConfig=once)
