"""Policies, lists, ownership and public access blocks that are none. {bucket} is as new ones are: without lists."""

import base64
import hashlib
import json

from bad_input.row import Row

XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
GOOD = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{bucket}/*"}


def policy(why, code="MalformedPolicy", status=400, document=None, **changes):
    body = document if document is not None else json.dumps({"Version": "2012-10-17", "Statement": [GOOD | changes]})
    return Row(58, "PUT /{bucket}?policy", status, code, body=body, why=f"policy: {why}")


def document(query, root, inside, code="MalformedXML"):
    body = f"<{root} {XMLNS}>{inside}</{root}>"
    md5 = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
    return Row(61, f"PUT /{{bucket}}?{query}", 400, code, {"Content-MD5": md5}, body, why=f"{root}: {inside[:60]}")


def acl(code, headers=None, body="", target="/{bucket}?acl", status=400):
    return Row(61, f"PUT {target}", status, code, headers or {}, body)


def ownership(value):
    return f"<Rule><ObjectOwnership>{value}</ObjectOwnership></Rule>"


ROWS = [
    policy("not JSON", document="hello"),
    policy("broken off", document='{"Version":'),
    policy("a list", document="[]"),
    policy("no statement", document='{"Version":"2012-10-17"}'),
    policy("no such version", document=json.dumps({"Version": "2020-01-01", "Statement": [GOOD]})),
    policy("unknown element", Colour="red"),
    policy("unknown effect", Effect="Perhaps"),
    policy("unknown action", Action="s3:GetObjekt"),
    policy("action of another service", Action="sqs:SendMessage"),
    policy("action on no bucket", Action="s3:ListAllMyBuckets"),
    policy("action that does not fit", Action="s3:ListBucket"),
    policy("another bucket", Resource="arn:aws:s3:::another/*"),
    policy("no ARN", Resource="{bucket}/*"),
    policy("no such account", Principal={"AWS": "999988887777"}),
    policy("no such user", Principal={"AWS": "arn:aws:iam::999988887777:user/ann"}),
    policy("no principal", Principal={"AWS": []}),
    policy("unknown operator", Condition={"StringAlike": {"aws:Referer": "x"}}),
    policy("too long", Sid="s" * 20480),
    policy("far too long", "MaxMessageLengthExceeded", document=" " * 40000),
    policy("public", "AccessDenied", 403, Effect="Allow"),
    Row(58, "GET /{bucket}?policy", 404, "NoSuchBucketPolicy"),
    Row(58, "GET /{bucket}?policyStatus", 404, "NoSuchBucketPolicy"),
    acl("MissingSecurityHeader"),
    acl("MissingSecurityHeader", target="/{bucket}/k?acl"),
    acl("AccessControlListNotSupported", {"x-amz-acl": "private"}),
    acl("AccessControlListNotSupported", {"x-amz-acl": "public-read"}, target="/{bucket}/k?acl"),
    acl("InvalidArgument", {"x-amz-acl": "everybody"}),
    acl("InvalidRequest", {"x-amz-acl": "private", "x-amz-grant-read": "id=1"}),
    acl("InvalidArgument", {"x-amz-grant-read": "everybody"}),
    acl("InvalidArgument", {"x-amz-grant-read": "id=nobody"}),
    acl("InvalidArgument", {"x-amz-grant-read": 'uri="http://example.com/"'}),
    acl("UnresolvableGrantByEmailAddress", {"x-amz-grant-read": 'emailAddress="a@example.com"'}),
    acl("NotImplemented", {"x-amz-acl": "aws-exec-read"}, status=501),
    acl("MalformedACLError", body="<oops"),
    acl("MalformedACLError", body=f"<AccessControlPolicy {XMLNS}></AccessControlPolicy>"),
    acl("UnexpectedContent", {"x-amz-acl": "private"}, f"<AccessControlPolicy {XMLNS}></AccessControlPolicy>"),
    acl("NoSuchKey", {"x-amz-acl": "private"}, target="/{bucket}/missing?acl", status=404),
    acl("NoSuchBucket", {"x-amz-acl": "private"}, target="/{bucket}-missing?acl", status=404),
    Row(0, "PUT /{bucket}.new", 400, "InvalidBucketAclWithObjectOwnership", {"x-amz-acl": "public-read"}),
    Row(0, "PUT /{bucket}.new", 400, "InvalidArgument", {"x-amz-object-ownership": "Mine"}),
    Row(
        0,
        "PUT /{bucket}.new",
        400,
        "InvalidBucketAclWithBlockPublicAccessError",
        {"x-amz-object-ownership": "ObjectWriter", "x-amz-acl": "public-read"},
    ),
    document("ownershipControls", "OwnershipControls", ownership("Mine")),
    document("ownershipControls", "OwnershipControls", ""),
    document("ownershipControls", "OwnershipControls", ownership("ObjectWriter") * 2),
    document("publicAccessBlock", "PublicAccessBlockConfiguration", "", "InvalidRequest"),
    document("publicAccessBlock", "PublicAccessBlockConfiguration", "<BlockPublicAcls>x</BlockPublicAcls>"),
]
