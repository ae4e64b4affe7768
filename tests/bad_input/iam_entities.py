"""Users, groups, roles, keys, passwords and identity providers."""

import json

from bad_input.iam_row import IamRow, invalid, missing, tags
from harness.iam import allow, trust

SERVICE = trust({"Service": "lambda.amazonaws.com"})
PROVIDER = "arn:aws:iam::{account}:oidc-provider/id.example"
NAMED = {"User": "UserName", "Group": "GroupName", "Role": "RoleName"}
LONG = {"User": 64, "Group": 128, "Role": 64}


def more(kind):
    """What a request to create one needs besides the name."""
    return {"AssumeRolePolicyDocument": SERVICE} if kind == "Role" else {}


def role(code, document, message="", status=400):
    asked = {"RoleName": "new", "AssumeRolePolicyDocument": document}
    changed = {"RoleName": "r", "PolicyDocument": document}
    return [
        IamRow("CreateRole", status, code, asked, message),
        IamRow("UpdateAssumeRolePolicy", status, code, changed, message),
    ]


def name_rows(kind):
    member = NAMED[kind]
    bad = [f"{kind} name", "ü", "a/b", "x" * (LONG[kind] + 1), ""]
    rows = [invalid(f"Create{kind}", **{member: name}, **more(kind)) for name in bad]
    rows.append(invalid(f"Create{kind}", **more(kind)))
    for path in ("x", "/x", "//x y//", "/" + "x" * 512 + "/"):
        rows.append(invalid(f"Create{kind}", **{member: "new", "Path": path}, **more(kind)))
    said = f"The {kind.lower()} with name nobody cannot be found."
    rows += [
        missing(operation, said, **{member: "nobody"})
        for operation in (
            f"Get{kind}",
            f"Delete{kind}",
            f"List{kind}Policies",
            f"ListAttached{kind}Policies",
        )
    ]
    rows += [
        missing(f"Put{kind}Policy", said, **{member: "nobody"}, PolicyName="p", PolicyDocument=allow("s3:*")),
        missing(f"Attach{kind}Policy", said, **{member: "nobody"}, PolicyArn="{policy}"),
        missing(f"Detach{kind}Policy", said, **{member: "nobody"}, PolicyArn="{policy}"),
        missing(f"Delete{kind}Policy", said, **{member: "nobody"}, PolicyName="p"),
        missing(f"Get{kind}Policy", said, **{member: "nobody"}, PolicyName="p"),
    ]
    return rows


ROWS = [
    *name_rows("User"),
    *name_rows("Group"),
    *name_rows("Role"),
    IamRow("CreateUser", 409, "EntityAlreadyExists", {"UserName": "ANN"}, "User with name ANN already exists."),
    IamRow("CreateRole", 409, "EntityAlreadyExists", {"RoleName": "R", "AssumeRolePolicyDocument": SERVICE}),
    IamRow("DeleteUser", 409, "DeleteConflict", {"UserName": "ann"}, "Cannot delete entity, must detach all policies"),
    missing("AddUserToGroup", GroupName="nobody", UserName="ann"),
    missing("RemoveUserFromGroup", GroupName="nobody", UserName="ann"),
    missing("ListGroupsForUser", UserName="nobody"),
    missing("UpdateUser", UserName="nobody", NewUserName="somebody"),
    missing("UpdateGroup", GroupName="nobody", NewGroupName="somebody"),
    missing("UpdateRole", RoleName="nobody", MaxSessionDuration="3600"),
    missing("UpdateRoleDescription", RoleName="nobody", Description="d"),
    missing("ListInstanceProfilesForRole", RoleName="nobody"),
    # Trust.
    *role("MalformedPolicyDocument", "{"),
    *role("MalformedPolicyDocument", allow("s3:*")),
    *role(
        "MalformedPolicyDocument", trust({"AWS": "arn:aws:iam::{account}:user/nobody"}), "Invalid principal in policy"
    ),
    *role("MalformedPolicyDocument", trust({"AWS": "arn:aws:iam::999988887777:root/x"}), "Invalid principal in policy"),
    *role("MalformedPolicyDocument", trust({"Service": "lambda.amazonaws.com"}, "s3:GetObject")),
    *role(
        "LimitExceeded",
        json.dumps(json.loads(trust({"Service": [f"service-number-{n}.amazonaws.com" for n in range(100)]}))),
        "Cannot exceed quota for ACLSizePerRole: 2048",
        status=409,
    ),
    invalid("CreateRole", RoleName="new", AssumeRolePolicyDocument=SERVICE, MaxSessionDuration="3599"),
    invalid("UpdateRole", RoleName="r", MaxSessionDuration="43201"),
    invalid("CreateRole", RoleName="new", AssumeRolePolicyDocument=SERVICE, Description="x" * 1001),
    # Keys and passwords.
    missing("CreateAccessKey", UserName="nobody"),
    missing("ListAccessKeys", UserName="nobody"),
    missing("DeleteAccessKey", UserName="ann", AccessKeyId="AKIAIOSFODNN7EXAMPLE"),
    missing("UpdateAccessKey", UserName="ann", AccessKeyId="AKIAIOSFODNN7EXAMPLE", Status="Inactive"),
    invalid("UpdateAccessKey", UserName="ann", AccessKeyId="AKIAIOSFODNN7EXAMPLE", Status="Asleep"),
    missing("GetLoginProfile", UserName="ann"),
    missing("DeleteLoginProfile", UserName="ann"),
    missing("UpdateLoginProfile", UserName="ann", Password="correct-horse-1"),
    invalid("UpdateAccountPasswordPolicy", MinimumPasswordLength="5"),
    IamRow("UpdateAccountPasswordPolicy", 400, "MalformedInput", {"MinimumPasswordLength": "many"}),
    missing("GetAccountPasswordPolicy"),
    missing("DeleteAccountPasswordPolicy"),
    invalid("CreateAccountAlias", AccountAlias="UPPER"),
    invalid("CreateAccountAlias", AccountAlias="x"),
    missing("DeleteAccountAlias", AccountAlias="not-there"),
    # Providers.
    invalid("CreateOpenIDConnectProvider", "Invalid Open ID Connect Provider URL", Url="http://id.example"),
    invalid("CreateOpenIDConnectProvider", Url="https://" + "x" * 250),
    invalid("CreateOpenIDConnectProvider", Url="https://id.example", **{"ThumbprintList.member.1": "short"}),
    *(
        missing(operation, f"OpenIDConnect Provider not found for arn {PROVIDER}", OpenIDConnectProviderArn=PROVIDER)
        for operation in (
            "GetOpenIDConnectProvider",
            "DeleteOpenIDConnectProvider",
            "ListOpenIDConnectProviderTags",
        )
    ),
    missing("TagOpenIDConnectProvider", OpenIDConnectProviderArn=PROVIDER, **tags(("a", "b"))),
    missing("AddClientIDToOpenIDConnectProvider", OpenIDConnectProviderArn=PROVIDER, ClientID="app"),
    IamRow("GetOpenIDConnectProvider", 400, "InvalidInput", {"OpenIDConnectProviderArn": "{policy}"}),
]
