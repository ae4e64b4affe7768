"""Managed policies, permissions boundaries and tags."""

import json

from bad_input.iam_row import IamRow, invalid, missing, tags

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
NONE = "arn:aws:iam::{account}:policy/none"
THEIRS = "arn:aws:iam::999988887777:policy/theirs"
AWSS = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def document(version="2012-10-17", **changes):
    statement = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return json.dumps({"Version": version, "Statement": [statement]})


def malformed(text, message=""):
    refused = (400, "MalformedPolicyDocument")
    return [
        IamRow("CreatePolicy", *refused, {"PolicyName": "p", "PolicyDocument": text}, message),
        IamRow("CreatePolicyVersion", *refused, {"PolicyArn": "{free}", "PolicyDocument": text}, message),
    ]


def create(*row, **parameters):
    return IamRow("CreatePolicy", *row, {"PolicyName": "p", "PolicyDocument": document()} | parameters)


def conflict(operation, message, **parameters):
    return IamRow(operation, 409, "DeleteConflict", parameters, message)


def denied(operation, arn, **parameters):
    return IamRow(
        operation, 403, "AccessDenied", {"PolicyArn": arn} | parameters,
        f"is not authorized to perform: iam:{operation} on resource: policy {arn}",
    )  # fmt: skip


def no_such_version(operation, version):
    said = f"Policy {{policy}} version {version} does not exist or is not attachable."
    return missing(operation, said, PolicyArn="{policy}", VersionId=version)


OF_ONE = ("GetPolicy", "DeletePolicy", "ListPolicyVersions", "ListEntitiesForPolicy", "ListPolicyTags")
VERSIONED = ("GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion")
LISTS = {
    "ListPolicies": {},
    "ListPolicyVersions": {"PolicyArn": "{policy}"},
    "ListEntitiesForPolicy": {"PolicyArn": "{policy}"},
    "ListPolicyTags": {"PolicyArn": "{policy}"},
    "ListUserTags": {"UserName": "ann"},
    "ListRoleTags": {"RoleName": "r"},
}
NAMED = {"Policy": {"PolicyArn": "{policy}"}, "User": {"UserName": "ann"}, "Role": {"RoleName": "r"}}

ROWS = [
    *malformed("hello"),
    *malformed('{"Version":'),
    *malformed("[]"),
    *malformed(document(Principal="*")),
    *malformed(document(Action=None)),
    *malformed(document(Action="GetObject")),
    *malformed(document(Resource=None)),
    *malformed(document(Resource="bucket/*")),
    *malformed(document(Effect="Perhaps")),
    *malformed(document(Colour="red")),
    *malformed(document(Condition={"StringAlike": {"aws:Referer": "x"}})),
    *malformed(document("2008-10-17"), "Policy document must be version 2012-10-17 or greater."),
    create(409, "LimitExceeded", PolicyDocument=document(Sid="s" * 6144)),
    create(409, "EntityAlreadyExists", PolicyName="FREE"),
    create(400, "ValidationError", PolicyName="a b"),
    create(400, "ValidationError", PolicyName="x" * 129),
    create(400, "ValidationError", Path="no-slash"),
    create(400, "ValidationError", Description="x" * 1001),
    create(400, "ValidationError", PolicyDocument=""),
    create(400, "InvalidInput", **tags(("a", "1"), ("a", "2"))),
    create(400, "InvalidInput", **tags(("aws:a", "1"))),
    create(400, "ValidationError", **tags(*((f"k{number}", "") for number in range(51)))),
    create(400, "ValidationError", **tags(("<", "1"))),
    invalid("CreatePolicy", PolicyName="p"),
    invalid("CreatePolicy", PolicyDocument=document()),
    *(invalid(operation) for operation in OF_ONE),
    *(invalid(operation, PolicyArn="short") for operation in OF_ONE),
    *(invalid(operation, "Invalid ARN:", PolicyArn="this-is-no-arn-at-all") for operation in OF_ONE),
    *(
        IamRow(operation, 400, "InvalidInput", {"PolicyArn": "arn:aws:iam::{account}:user/ann"})
        for operation in OF_ONE
    ),
    *(missing(operation, f"Policy {NONE} was not found.", PolicyArn=NONE) for operation in OF_ONE),
    *(denied(operation, THEIRS) for operation in OF_ONE),
    missing("GetPolicy", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy"),
    missing("GetPolicy", PolicyArn="arn:aws:iam::{account}:policy/path/free"),
    missing("GetPolicy", PolicyArn="arn:aws:iam::{account}:policy/FREE"),
    conflict("DeletePolicy", "Cannot delete a policy attached to entities.", PolicyArn="{policy}"),
    conflict("DeletePolicy", "Cannot delete a policy attached to entities.", PolicyArn="{limit}"),
    conflict("DeletePolicy", "This policy has more than one version.", PolicyArn="{full}"),
    denied("DeletePolicy", AWSS),
    IamRow(
        "CreatePolicyVersion",
        409,
        "LimitExceeded",
        {"PolicyArn": "{full}", "PolicyDocument": document(), "SetAsDefault": "true"},
        "A managed policy can have up to 5 versions.",
    ),
    IamRow("CreatePolicyVersion", 404, "NoSuchEntity", {"PolicyArn": NONE, "PolicyDocument": document()}),
    denied("CreatePolicyVersion", AWSS, PolicyDocument=document()),
    *(no_such_version(operation, version) for operation in VERSIONED for version in ("v3", "v1.x", "v99999999999")),
    *(invalid(operation, PolicyArn="{policy}") for operation in VERSIONED),
    *(invalid(operation, PolicyArn="{policy}", VersionId=bad) for operation in VERSIONED for bad in ("1", "v0", "v01")),
    *(denied(operation, AWSS, VersionId="v1") for operation in ("SetDefaultPolicyVersion", "DeletePolicyVersion")),
    conflict(
        "DeletePolicyVersion", "Cannot delete the default version of a policy.", PolicyArn="{policy}", VersionId="v1"
    ),
    *(invalid(operation, MaxItems="0", **named) for operation, named in LISTS.items()),
    *(invalid(operation, MaxItems="1001", **named) for operation, named in LISTS.items()),
    *(invalid(operation, "Invalid Marker.", Marker="!", **named) for operation, named in LISTS.items()),
    invalid("ListPolicies", Scope="Mine"),
    invalid("ListPolicies", PolicyUsageFilter="Any"),
    invalid("ListPolicies", PathPrefix="x"),
    invalid("ListPolicies", "Invalid Marker.", Marker="OS94"),
    invalid("ListPolicyVersions", "Invalid Marker.", PolicyArn="{policy}", Marker="eA=="),
    invalid("ListEntitiesForPolicy", PolicyArn="{policy}", EntityFilter="Dog"),
    invalid("ListEntitiesForPolicy", PolicyArn="{policy}", PolicyUsageFilter="Any"),
    missing("ListEntitiesForPolicy", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy"),
    *(
        missing(operation, f"Scope ARN: {none} does not exist or is not attachable.", PermissionsBoundary=none, **named)
        for operation, named in (
            ("PutUserPermissionsBoundary", {"UserName": "ann"}),
            ("PutRolePermissionsBoundary", {"RoleName": "r"}),
            ("CreateUser", {"UserName": "new"}),
        )
        for none in (NONE, THEIRS, "arn:aws:iam::aws:policy/NoSuchPolicy")
    ),
    invalid("PutUserPermissionsBoundary", UserName="ann"),
    invalid("PutUserPermissionsBoundary", UserName="ann", PermissionsBoundary="this-is-no-arn-at-all"),
    IamRow(
        "PutRolePermissionsBoundary",
        400,
        "InvalidInput",
        {"RoleName": "r", "PermissionsBoundary": "arn:aws:iam::{account}:role/r"},
    ),
    missing("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary="{free}"),
    missing("DeleteUserPermissionsBoundary", "The user with name bob cannot be found.", UserName="bob"),
    missing("DeleteRolePermissionsBoundary", "The role with name none cannot be found.", RoleName="none"),
    *(invalid(f"Tag{kind}", **named) for kind, named in NAMED.items()),
    *(invalid(f"Untag{kind}", **named) for kind, named in NAMED.items()),
    *(
        IamRow(f"Tag{kind}", 400, code, named | tags(*bad))
        for kind, named in NAMED.items()
        for code, bad in (
            ("InvalidInput", [("a", "1"), ("a", "2")]),
            ("InvalidInput", [("AWS:a", "1")]),
            ("ValidationError", [("", "1")]),
            ("ValidationError", [("a", "x" * 257)]),
            ("ValidationError", [(f"k{number}", "") for number in range(51)]),
        )
    ),
    *(IamRow(f"Untag{kind}", 400, "ValidationError", named | {"TagKeys.member.1": "<"}) for kind, named in NAMED.items()),
    missing("TagUser", UserName="bob", **tags(("a", "1"))),
    missing("UntagRole", RoleName="none", **{"TagKeys.member.1": "a"}),
    missing("TagPolicy", PolicyArn=NONE, **tags(("a", "1"))),
    denied("TagPolicy", AWSS, **tags(("a", "1"))),
    denied("UntagPolicy", AWSS, **{"TagKeys.member.1": "a"}),
]  # fmt: skip
