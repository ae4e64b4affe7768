"""Signed requests of which every byte can be chosen."""

import hashlib
from dataclasses import replace

from harness import http, sigv4


class RawClient:
    def __init__(self, server, account, region="us-east-1", service="s3"):
        self.server = server
        self.signer = sigv4.Signer(account.access_key, account.secret_key, region, service)

    @property
    def host(self):
        return f"127.0.0.1:{self.server.port}"

    def as_(self, **changes):
        """The same client with other credentials, region or service."""
        other = RawClient.__new__(RawClient)
        other.server, other.signer = self.server, replace(self.signer, **changes)
        return other

    def signed(self, method, target, headers=(), body=b"", *, payload=None, time=None, host=None, length=None):
        """The headers of a request, signed. `payload` stands in for the body's hash, `length` for its length; False
        leaves the header out."""
        time = time or sigv4.now()
        hashed = hashlib.sha256(body).hexdigest() if payload is None else payload
        headers = [("Host", host or self.host), ("X-Amz-Date", sigv4.stamp(time)), *headers]
        if hashed is not False:
            headers.append(("X-Amz-Content-SHA256", hashed))
        authorization = self.signer.authorization(time, method, target, headers, hashed or sigv4.UNSIGNED)
        headers.append(("Authorization", authorization))
        if length is not False and (body or length is not None or method in ("PUT", "POST")):
            headers.append(("Content-Length", str(len(body) if length is None else length)))
        return headers

    def request(self, method, target, headers=(), body=b"", *, unsigned=(), tamper=None, **how):
        """Sends it on a connection of its own. `unsigned` headers are added, and `tamper` may change the list, after
        signing."""
        body = body.encode() if isinstance(body, str) else body
        headers = [*self.signed(method, target, headers, body, **how), *unsigned]
        headers = tamper(headers) if tamper else headers
        return self.send(method, target, headers, body)

    def anonymous(self, method, target, headers=(), body=b""):
        headers = [("Host", self.host), *headers]
        if body or method in ("PUT", "POST"):
            headers.append(("Content-Length", str(len(body))))
        return self.send(method, target, headers, body)

    def presigned(self, method, target, headers=(), body=b"", **how):
        """A request whose signature is in its query; `how` goes to Signer.presign."""
        return self.anonymous(
            method, self.signer.presign(method, target, self.host, headers=headers, **how), headers, body
        )

    def send(self, method, target, headers, body=b""):
        answer = http.exchange(self.server.address, http.serialise(method, target, headers, body), method)
        # Whatever is asked and answered, it can be found in the log.
        assert answer is None or (len(answer.header("x-amz-request-id") or "") == 16 and answer.header("x-amz-id-2"))
        return answer

    def streamed(
        self,
        target,
        pieces,
        headers=(),
        *,
        trailer=None,
        decoded_length=None,
        change=lambda body: body,
        encoding="aws-chunked",
    ):
        """PUT with an aws-chunked signed body; `change` may alter the framed bytes, `encoding` None leaves the header
        to `headers`."""
        time = sigv4.now()
        kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
        total = sum(map(len, pieces)) if decoded_length is None else decoded_length
        headers = [*headers, ("X-Amz-Decoded-Content-Length", str(total))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        if trailer:
            headers.append(("X-Amz-Trailer", trailer[0]))
        signed = self.signed("PUT", target, headers, payload=kind, time=time, length=False)
        seed = dict(signed)["Authorization"].rpartition("=")[2]
        body = change(self.signer.chunks(time, seed, pieces, trailer))
        return self.send("PUT", target, [*signed, ("Content-Length", str(len(body)))], body)


def change_header(name, value):
    """A `tamper` that replaces a header, or with None removes it."""

    def tamper(headers):
        kept = [(n, v) for n, v in headers if n.lower() != name.lower()]
        return kept if value is None else [*kept, (name, value)]

    return tamper
