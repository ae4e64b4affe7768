"""HTTP as such: what a connection may do, whatever is asked on it."""

import json
import socket

import pytest

from harness import sigv4
from harness.http import Connection, exchange, serialise


def test_kept_alive_and_pipelined(raw, bucket):
    puts = [
        serialise("PUT", f"/{bucket}/{n}", raw.signed("PUT", f"/{bucket}/{n}", body=b"%d" % n), b"%d" % n)
        for n in range(5)
    ]
    gets = [serialise("GET", f"/{bucket}/{n}", raw.signed("GET", f"/{bucket}/{n}")) for n in range(5)]
    with Connection(raw.server.address) as connection:
        connection.send(b"".join(puts + gets))
        assert [connection.receive().status for _ in puts] == [200] * 5
        assert [connection.receive().body for _ in gets] == [b"%d" % n for n in range(5)]


def test_byte_by_byte(raw, bucket):
    data = serialise("PUT", f"/{bucket}/k", raw.signed("PUT", f"/{bucket}/k", body=b"slow"), b"slow")
    with Connection(raw.server.address) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            connection.send(bytes([byte]))
        assert connection.receive().status == 200


def test_connection_close_and_http_1_0(raw, bucket):
    headers = raw.signed("GET", f"/{bucket}")
    for data in (
        serialise("GET", f"/{bucket}", [*headers, ("Connection", "close")]),
        serialise("GET", f"/{bucket}", headers, version="HTTP/1.0"),
    ):
        with Connection(raw.server.address) as connection:
            connection.send(data)
            assert connection.receive().status == 200
            assert connection.at_end()


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", None])
def test_chunked_transfer_of_a_body_without_a_length(raw, bucket, payload):
    """AWS wants to know the length of what it stores, whichever way the body is sent."""
    headers = raw.signed("PUT", f"/{bucket}/k", body=b"hello world", payload=payload, length=False)
    body = b"5\r\nhello\r\n6;extension=1\r\n world\r\n0\r\n\r\n"
    answer = raw.send("PUT", f"/{bucket}/k", [*headers, ("Transfer-Encoding", "chunked")], body)
    assert (answer.status, answer.code) == (411, "MissingContentLength")
    assert raw.request("GET", f"/{bucket}/k").status == 404


LONG = b"x" * 40_000
BAD = {
    "no request line": (b"\r\n\r\nx\r\n\r\n", 400),
    "two words": (b"GET /\r\n\r\n", 400),
    "four words": (b"GET / x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "no such version": (b"GET / HTTP/3.7\r\nHost: x\r\n\r\n", 505),
    "no protocol": (b"GET / FTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a header without colon": (b"GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    "a header without name": (b"GET / HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n", 400),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400),
    "NUL in a header": (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    "two lengths": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
    "length and chunked": (
        b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a negative length": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    "a length that is none": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n", 400),
    "a length with a sign": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx", 400),
    "a length past 64 bits": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
    "an unknown transfer coding": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: rot13\r\n\r\n", 501),
    "long headers": (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + LONG + b"\r\n\r\n", 431),
    "a long target": (b"GET /" + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "bad percent encoding": (b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
}


def assert_is_an_error(answer):
    """As S3's are: in XML, and with what finds it in the log."""
    assert answer.code and answer.text("Message")
    assert len(answer.header("x-amz-request-id")) == 16 and answer.header("x-amz-id-2")
    assert answer.text("RequestId") == answer.header("x-amz-request-id")


@pytest.mark.parametrize("name", BAD)
def test_bad_http(server, name):
    data, status = BAD[name]
    with Connection(server.address) as connection:
        connection.send(data)
        answer = connection.receive()
        assert answer is not None, "closed without a word"
        allowed = {status, 431} if status == 414 else {status}
        assert answer.status in allowed
        assert_is_an_error(answer)
        assert answer.code != "InternalError", "whose fault it is"
        assert connection.at_end(), "after what cannot be understood, nothing more is read"


def test_the_server_is_there_afterwards(server):
    for data, _ in BAD.values():
        try:
            exchange(server.address, data)
        except OSError:
            pass
    assert exchange(server.address, b"GET /_skerry/health HTTP/1.1\r\nHost: x\r\n\r\n").status == 200


FORM = [("Content-Type", "application/x-www-form-urlencoded")]
FORM_PATHS = ["/", "/123456789012/name"]


def assert_is_a_query_error(answer, status, code):
    """As those of AWS's query services are."""
    assert (answer.status, answer.text("Error/Code")) == (status, code), answer.body
    assert answer.text("Error/Type") == ("Sender" if status < 500 else "Receiver")
    assert answer.xml.tag == "ErrorResponse" and answer.header("content-type") == "text/xml"
    assert answer.text("RequestId") == answer.header("x-amz-request-id")
    assert answer.header("x-amzn-requestid") == answer.header("x-amz-request-id") and answer.header("x-amz-id-2")


@pytest.mark.parametrize("path", FORM_PATHS)
@pytest.mark.parametrize(
    ("signature", "status", "code"),
    [
        ([], 403, "MissingAuthenticationToken"),
        ([("Authorization", "Basic eDp5")], 400, "IncompleteSignature"),
        ([("Authorization", "AWS4-HMAC-SHA256 Credential=x")], 400, "IncompleteSignature"),
        (
            [
                ("X-Amz-Date", "{now}"),
                (
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/{now:.8}/us-east-1/iam/aws4_request, "
                    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64,
                ),
            ],
            403,
            "InvalidClientTokenId",
        ),
    ],
    ids=["nothing", "another scheme", "half a credential", "nobody's key"],
)
def test_a_form_that_nobody_can_have_signed_is_not_read(raw, path, signature, status, code):
    now = sigv4.stamp(sigv4.now())
    headers = [("Host", raw.host), *FORM, ("Content-Length", "4000000"), ("Expect", "100-continue")]
    headers += [(name, value.format(now=now)) for name, value in signature]
    with Connection(raw.server.address) as connection:
        connection.send(serialise("POST", path, headers))
        answer = connection.receive()
        assert not answer.interim, "it was told to send its body"
        assert_is_a_query_error(answer, status, code)
        assert connection.at_end()
    assert raw.request("GET", "/").status == 200, "the server goes on"


@pytest.mark.parametrize("path", FORM_PATHS)
@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        (b"", 400, "InvalidAction"),
        (b"Action=Nothing&Version=2010-05-08", 400, "InvalidAction"),
        (b"Action=ListUsers&Version=1999-01-01", 400, "InvalidAction"),
        (b"Action=%zz", 400, "MalformedInput"),
        (b"x" * (4 << 20) + b"x", 413, "RequestEntityTooLarge"),
    ],
    ids=["empty", "no action of its", "no version of its", "malformed", "too long"],
)
def test_a_form_that_means_nothing(raw, path, form, status, code):
    iam = raw.as_(service="iam")
    assert_is_a_query_error(iam.request("POST", path, FORM, form), status, code)
    assert raw.request("GET", "/").status == 200, "the server goes on"


def test_an_action_in_the_query_of_no_service(raw):
    assert_is_a_query_error(raw.anonymous("GET", "/?Action=Do&Version=1999-01-01"), 501, "NotImplemented")


@pytest.mark.parametrize("request_line", ["OPTIONS *", "GET /_skerry/health", "GET /_skerry/metrics", "GET /_skerry/x"])
def test_every_answer_can_be_found_in_the_log(start_server, request_line):
    server = start_server("--log.level", "debug")
    answer = exchange(server.address, f"{request_line} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.status == (404 if request_line.endswith("/x") else 200)
    request_id = answer.header("x-amz-request-id")
    assert len(request_id) == 16 and answer.header("x-amz-id-2")
    server.stop()
    [line] = [line for line in server.lines if request_id in line]
    told = json.loads(line)
    assert (told["method"], told["path"]) == tuple(request_line.split()) and told["status"] == str(answer.status)


def test_a_slow_client_is_let_go(start_server, tmp_path):
    config = tmp_path / "skerry.toml"
    config.write_text('[http]\nheader_timeout = "300ms"\nidle_timeout = "300ms"\nbody_timeout = "300ms"\n')
    server = start_server("--config", config)
    for data in (b"", b"GET / HTTP/1.1\r\n", b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"):
        with Connection(server.address) as connection:
            connection.send(data)
            answer = connection.receive()
            assert answer is None or answer.status in (400, 403, 408)
            assert connection.at_end()


def test_connections_are_bounded(start_server, tmp_path):
    config = tmp_path / "skerry.toml"
    config.write_text("[http]\nconnections_max = 4\n")
    server = start_server("--config", config)
    health = b"GET /_skerry/health HTTP/1.1\r\nHost: x\r\n\r\n"
    held = [Connection(server.address) for _ in range(4)]
    try:
        for one in held:
            one.send(health)
            assert one.receive().status == 200
        refused = exchange(server.address, health)
        assert (refused.status, refused.code) == (503, "SlowDown")
        assert_is_an_error(refused)
    finally:
        for one in held:
            one.close()
