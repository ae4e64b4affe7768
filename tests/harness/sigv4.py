"""AWS Signature Version 4 for S3, written from its documentation and with every step open to a test's meddling."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import quote, unquote_to_bytes

EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"


def now():
    return datetime.now(timezone.utc)


def stamp(time):
    return time.strftime("%Y%m%dT%H%M%SZ")


def canonical_path(path):
    return quote(unquote_to_bytes(path), safe="/-_.~")


def canonical_query(query):
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    encoded = sorted(
        (quote(unquote_to_bytes(name), safe="-_.~"), quote(unquote_to_bytes(value), safe="-_.~"))
        for name, value in pairs
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


@dataclass
class Signer:
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    service: str = "s3"

    def scope(self, time):
        return f"{time:%Y%m%d}/{self.region}/{self.service}/aws4_request"

    def key(self, time):
        key = ("AWS4" + self.secret_key).encode()
        for part in (f"{time:%Y%m%d}", self.region, self.service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return key

    def signature(self, time, text):
        return hmac.new(self.key(time), text.encode(), "sha256").hexdigest()

    def canonical_request(self, method, target, headers, payload_hash):
        """`headers` are (name, value) pairs, all of which are signed."""
        path, _, query = target.partition("?")
        joined = {}
        for name, value in headers:
            joined.setdefault(name.lower(), []).append(" ".join(value.split()))
        signed = ";".join(sorted(joined))
        lines = "".join(f"{name}:{','.join(joined[name])}\n" for name in sorted(joined))
        request = "\n".join((method, canonical_path(path), canonical_query(query), lines, signed, payload_hash))
        return request, signed

    def string_to_sign(self, time, request, algorithm="AWS4-HMAC-SHA256"):
        digest = hashlib.sha256(request.encode()).hexdigest()
        return "\n".join((algorithm, stamp(time), self.scope(time), digest))

    def authorization(self, time, method, target, headers, payload_hash):
        request, signed = self.canonical_request(method, target, headers, payload_hash)
        signature = self.signature(time, self.string_to_sign(time, request))
        return (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{self.scope(time)}, "
            f"SignedHeaders={signed}, Signature={signature}"
        )

    def presign(self, method, target, host, time=None, expires=300, headers=(), **changes):
        """The target with its signature in the query; `changes` replace or (None) remove X-Amz parameters, unsigned."""
        time = time or now()
        headers = [("host", host), *headers]
        fields = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self.access_key}/{self.scope(time)}",
            "X-Amz-Date": stamp(time),
            "X-Amz-Expires": str(expires),
            "X-Amz-SignedHeaders": ";".join(sorted(name.lower() for name, _ in headers)),
        }
        path, _, query = target.partition("?")
        unsigned = "&".join(
            [query] * bool(query) + [f"{name}={quote(value, safe='-_.~')}" for name, value in fields.items()]
        )
        request, _ = self.canonical_request(method, f"{path}?{unsigned}", headers, UNSIGNED)
        fields["X-Amz-Signature"] = self.signature(time, self.string_to_sign(time, request))
        fields.update({name.replace("_", "-"): value for name, value in changes.items()})
        shown = [f"{name}={quote(value, safe='-_.~')}" for name, value in fields.items() if value is not None]
        return path + "?" + "&".join([query] * bool(query) + shown)

    def chunks(self, time, seed, pieces, trailer=None):
        """An aws-chunked body of `pieces` with signatures, begun from the request's; `trailer` is (name, value)."""
        previous, body = seed, b""
        for piece in [*pieces, b""]:
            text = "\n".join(
                (
                    "AWS4-HMAC-SHA256-PAYLOAD",
                    stamp(time),
                    self.scope(time),
                    previous,
                    EMPTY,
                    hashlib.sha256(piece).hexdigest(),
                )
            )
            previous = self.signature(time, text)
            body += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + (b"\r\n" if piece else b"")
        if trailer:
            line = f"{trailer[0]}:{trailer[1]}\n"
            text = "\n".join(
                (
                    "AWS4-HMAC-SHA256-TRAILER",
                    stamp(time),
                    self.scope(time),
                    previous,
                    hashlib.sha256(line.encode()).hexdigest(),
                )
            )
            body += f"{trailer[0]}:{trailer[1]}\r\n".encode()
            body += f"x-amz-trailer-signature:{self.signature(time, text)}\r\n".encode()
        return body + b"\r\n"
