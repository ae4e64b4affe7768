"""Who signed it, and whether they did."""

from datetime import timedelta

from bad_input.row import Row
from harness import sigv4
from harness.raw import change_header

GET = "GET /{bucket}/k"


def header(value):
    """An Authorization header put in place of the right one."""
    return {"how": {"tamper": change_header("Authorization", value)}, "why": f"Authorization: {value}"}


def edited(find, replace):
    """The right Authorization header with one piece replaced."""

    def tamper(headers):
        value = dict(headers)["Authorization"]
        sought = find.replace("{date}", f"{sigv4.now():%Y%m%d}")
        assert sought in value
        return change_header("Authorization", value.replace(sought, replace))(headers)

    return {"how": {"tamper": tamper}, "why": f"Authorization: {find} made {replace}"}


def presigned(status, code, fact=24, **changes):
    return Row(fact, GET, status, code, kind="presigned", how=changes, why=f"presigned {changes}")


ROWS = [
    Row(66, GET, 403, "AccessDenied", kind="anonymous"),
    Row(66, "GET /{bucket}/no-such", 403, "AccessDenied", kind="anonymous"),
    Row(66, "GET /{bucket}", 403, "AccessDenied", kind="anonymous"),
    Row(66, "PUT /{bucket}/k", 403, "AccessDenied", body="x", kind="anonymous"),
    Row(66, "DELETE /{bucket}/k", 403, "AccessDenied", kind="anonymous"),
    Row(66, "PUT /{bucket}-new", 403, "AccessDenied", kind="anonymous"),
    Row(66, "HEAD /{bucket}/k", 403, None, kind="anonymous"),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("Credential=", "Cred=")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("SignedHeaders=", "Headers=")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("Signature=", "Sig=")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("/aws4_request", "")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("/aws4_request", "/aws3_request")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("/us-east-1", "")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("/s3/", "/ec2/")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("{date}", "today")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **edited("{date}", "20200101")),
    Row(0, GET, 400, "InvalidArgument", **edited("AWS4-HMAC-SHA256", "AWS5-HMAC-SHA256")),
    Row(0, GET, 400, "InvalidArgument", **header("Basic dXNlcjpwYXNz")),
    Row(0, GET, 400, "InvalidArgument", **header("Bearer x")),
    Row(0, GET, 400, "InvalidArgument", **header("x")),
    Row(27, GET, 400, "InvalidArgument", **header("AWS4-HMAC-SHA256")),
    Row(27, GET, 400, "AuthorizationHeaderMalformed", **header("AWS4-HMAC-SHA256 x")),
    Row(0, GET, 400, "InvalidArgument", **header("AWS ")),
    Row(27, GET, 403, "InvalidAccessKeyId", **header("AWS AKIAIOSFODNN7EXAMPLE:c2lnbmF0dXJl")),
    Row(29, GET, 403, "SignatureDoesNotMatch", **header("AWS {key}:c2lnbmF0dXJl")),
    Row(27, GET, 403, "InvalidAccessKeyId", **edited("Credential=", "Credential=X")),
    Row(29, GET, 403, "SignatureDoesNotMatch", **edited("Signature=", "Signature=0")),
    Row(26, GET, 403, "AccessDenied", how={"unsigned": [("x-amz-made-up", "1")]}, why="an unsigned x-amz header"),
    Row(
        26,
        "PUT /{bucket}/new",
        403,
        "AccessDenied",
        body="x",
        how={"unsigned": [("x-amz-meta-a", "1")]},
        why="unsigned metadata",
    ),
    Row(
        26,
        "PUT /{bucket}/new",
        403,
        "AccessDenied",
        body="x",
        how={"unsigned": [("x-amz-acl", "private")]},
        why="unsigned ACL",
    ),
    Row(27, GET, 400, "InvalidToken", {"x-amz-security-token": "made-up"}),
    Row(28, GET, 403, "RequestTimeTooSkewed", how={"age": timedelta(days=2)}, why="two days ago"),
    Row(28, GET, 403, "RequestTimeTooSkewed", how={"age": -timedelta(days=2)}, why="in two days"),
    Row(28, GET, 403, "AccessDenied", how={"tamper": change_header("X-Amz-Date", None)}, why="no date"),
    Row(28, GET, 403, "AccessDenied", how={"tamper": change_header("X-Amz-Date", "now")}, why="a date that is none"),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Credential=None),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Signature=None),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Date=None),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_SignedHeaders=None),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Expires=None),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Algorithm="AWS4-HMAC-SHA1"),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Credential="x"),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Credential="AKIA/20260101/us-east-1/s3"),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Date="now"),
    presigned(400, "AuthorizationQueryParametersError", X_Amz_Date="2026-01-01T00:00:00Z"),
    presigned(400, "AuthorizationQueryParametersError", expires=-1),
    presigned(400, "AuthorizationQueryParametersError", expires=604801),
    presigned(400, "AuthorizationQueryParametersError", expires="x"),
    presigned(403, "AccessDenied", 25, age=timedelta(hours=1)),
    presigned(403, "SignatureDoesNotMatch", 29, X_Amz_Signature="0" * 64),
    presigned(403, "SignatureDoesNotMatch", 29, X_Amz_Expires="301"),
    Row(25, GET + "?AWSAccessKeyId={key}&Signature=x", 403, "AccessDenied", kind="anonymous"),
    Row(25, GET + "?AWSAccessKeyId={key}&Signature=x&Expires=1", 403, "AccessDenied", kind="anonymous"),
    Row(25, GET + "?AWSAccessKeyId={key}&Signature=x&Expires=soon", 403, "AccessDenied", kind="anonymous"),
    Row(
        29, GET + "?AWSAccessKeyId={key}&Signature=x&Expires=4102444800", 403, "SignatureDoesNotMatch", kind="anonymous"
    ),
]
