"""The few calls of S3 and IAM that prepare a measurement, signed with Signature Version 4."""

import datetime
import hashlib
import hmac
import http.client
import re
import urllib.parse


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def request(port, credentials, method, path, query=None, body=b"", service="s3"):
    """(status, body) of one request; `path` holds nothing that needs encoding."""
    access_key, secret_key = credentials
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    encoded = urllib.parse.urlencode(sorted((query or {}).items()), quote_via=urllib.parse.quote, safe="-_.~")
    headers = {"host": f"127.0.0.1:{port}", "x-amz-content-sha256": hashlib.sha256(body).hexdigest(), "x-amz-date": date}
    names = ";".join(sorted(headers))
    canonical = "\n".join([method, path, encoded, *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names,
                           headers["x-amz-content-sha256"]])
    scope = f"{date[:8]}/us-east-1/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + secret_key).encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, "
                                f"Signature={_hmac(key, text).hex()}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path + ("?" + encoded if encoded else ""), body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def make_bucket(port, credentials, bucket):
    status, body = request(port, credentials, "PUT", f"/{bucket}")
    if status not in (200, 409):
        raise RuntimeError(f"cannot make bucket {bucket}: {status} {body[:300]!r}")


def put_bucket_policy(port, credentials, bucket, policy):
    status, body = request(port, credentials, "PUT", f"/{bucket}", {"policy": ""}, policy.encode())
    if status >= 300:
        raise RuntimeError(f"cannot put the policy of {bucket}: {status} {body[:300]!r}")


def iam(port, credentials, action, **parameters):
    """The text of the answer, which has to be a good one."""
    query = {"Version": "2010-05-08", "Action": action, **parameters}
    status, body = request(port, credentials, "GET", "/", query, service="iam")
    if status >= 300:
        raise RuntimeError(f"{action}: {status} {body[:300]!r}")
    return body.decode()


def make_user(port, credentials, name):
    """The access key of a new user."""
    iam(port, credentials, "CreateUser", UserName=name)
    made = iam(port, credentials, "CreateAccessKey", UserName=name)
    return tuple(re.search(f"<{part}>(.*?)</{part}>", made)[1] for part in ("AccessKeyId", "SecretAccessKey"))
