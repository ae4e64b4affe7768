"""POST uploads as a browser makes them."""

import base64
import json
from datetime import timedelta

from harness import sigv4

BOUNDARY = "----boundary"


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def multipart(fields, file=b"hello", filename="name.txt", after=()):
    """The body: `fields` are (name, value) pairs, then the file, then fields `after` it. `file` None leaves it out."""
    body = b""
    for name, value in fields:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    if file is not None:
        disposition = f'form-data; name="file"; filename="{filename}"'
        body += f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\nContent-Type: text/x-file\r\n\r\n".encode()
        body += file + b"\r\n"
    for name, value in after:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    return body + f"--{BOUNDARY}--\r\n".encode()


def policy(bucket, conditions=(), expires=timedelta(minutes=5), **changes):
    document = {
        "expiration": iso(sigv4.now() + expires),
        "conditions": [
            {"bucket": bucket},
            ["starts-with", "$key", ""],
            ["starts-with", "$x-amz-credential", ""],
            {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
            ["starts-with", "$x-amz-date", ""],
            *conditions,
        ],
    }
    return json.dumps({**document, **changes})


def signed_fields(signer, key, document, extra=(), /, **changes):
    """The form's fields, the policy signed; `changes` replace or (None) leave out fields, by name with _ for -."""
    time = sigv4.now()
    encoded = base64.b64encode(document.encode()).decode()
    fields = {
        "key": key,
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{signer.access_key}/{signer.scope(time)}",
        "x-amz-date": sigv4.stamp(time),
        "policy": encoded,
        "x-amz-signature": signer.signature(time, encoded),
    }
    fields.update({name.replace("_", "-"): value for name, value in changes.items()})
    return [(name, value) for name, value in fields.items() if value is not None] + list(extra)


def post(raw, bucket, fields, content_type=f"multipart/form-data; boundary={BOUNDARY}", **form):
    headers = [("Content-Type", content_type)] if content_type else []
    return raw.anonymous("POST", f"/{bucket}", headers, multipart(fields, **form))
