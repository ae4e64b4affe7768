"""HTTP as such: what a connection may do, whatever is asked on it."""

import json
import socket
import time

import pytest

from harness import sigv4
from harness.http import Connection, exchange, serialise
from harness.raw import RawClient
from harness.server import PROGRAM, Server


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


REFUSED = {
    "no such key": lambda raw, box: serialise("GET", f"/{box}/none", raw.signed("GET", f"/{box}/none")),
    "unsigned": lambda raw, box: serialise(
        "PUT", f"/{box}/new", [("Host", raw.host), ("Content-Length", "5")], b"hello"
    ),
    "wrongly signed": lambda raw, box: serialise(
        "PUT", f"/{box}/new", raw.as_(secret_key="x").signed("PUT", f"/{box}/new", body=b"hello"), b"hello"
    ),
    "another hash": lambda raw, box: serialise(
        "PUT", f"/{box}/new", raw.signed("PUT", f"/{box}/new", body=b"hello", payload="0" * 64), b"hello"
    ),
    "a request for a body": lambda raw, box: serialise(
        "PUT",
        f"/{box}/new",
        [("Host", raw.host), ("Content-Length", "41")],
        b"DELETE /x HTTP/1.1\r\nHost: x\r\nA: 12345\r\n\r\n",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_pipelined_behind_what_is_refused(raw, bucket, what):
    """The next request begins exactly where the refused one's body ends."""
    raw.request("PUT", f"/{bucket}/k", body=b"there")
    with Connection(raw.server.address) as connection:
        refused = REFUSED[what](raw, bucket)
        connection.send(refused + serialise("GET", f"/{bucket}/k", raw.signed("GET", f"/{bucket}/k")))
        assert connection.receive().status in (400, 403, 404)
        answer = connection.receive()
        assert (answer.status, answer.body) == (200, b"there")
    assert raw.request("GET", f"/{bucket}/new").status == 404


def test_nothing_is_read_behind_a_body_that_was_not(raw, bucket):
    """What is left of a refused body is not taken for a request, and not waited for without end."""
    inner = serialise("DELETE", f"/{bucket}/k", raw.signed("DELETE", f"/{bucket}/k"))
    raw.request("PUT", f"/{bucket}/k", body=b"there")
    for head, body in (
        ([("Content-Length", "50000000")], inner * 1000),
        ([("Transfer-Encoding", "chunked")], b"5\r\nhello" + inner + b"\r\n0\r\n\r\n"),
    ):
        with Connection(raw.server.address) as connection:
            try:
                connection.send(serialise("PUT", f"/{bucket}/new", [("Host", raw.host), *head], body))
            except OSError:
                pass
            assert connection.receive().status == 403
            assert connection.at_end()
    assert raw.request("GET", f"/{bucket}/k").body == b"there"


def test_trailers_of_http_are_no_headers(raw, bucket):
    """Neither metadata nor a checksum: only what aws-chunked announces and frames counts."""
    headers = [("X-Amz-Decoded-Content-Length", "5"), ("X-Amz-Trailer", "x-amz-checksum-crc32")]
    headers = raw.signed("PUT", f"/{bucket}/k", headers, payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER", length=False) + [
        ("Transfer-Encoding", "chunked")
    ]
    framed = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    chunk = b"%x\r\n%b\r\n0\r\n" % (len(framed), framed)
    trailers = b"x-amz-meta-colour: red\r\nx-amz-storage-class: GLACIER\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n"
    assert raw.send("PUT", f"/{bucket}/k", headers, chunk + trailers).status == 200
    answer = raw.request("GET", f"/{bucket}/k", [("x-amz-checksum-mode", "ENABLED")])
    assert (answer.body, answer.header("x-amz-checksum-crc32")) == (b"hello", "NhCmhg==")
    assert answer.header("x-amz-meta-colour") is None and answer.header("x-amz-storage-class") is None
    without = framed.replace(b"x-amz-checksum-crc32:NhCmhg==\r\n", b"")
    chunk = b"%x\r\n%b\r\n0\r\n" % (len(without), without)
    trailer = b"x-amz-checksum-crc32: NhCmhg==\r\n\r\n"
    assert raw.send("PUT", f"/{bucket}/k", headers, chunk + trailer).code == "MalformedTrailerError"


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
    "a bare LF": (b"GET / HTTP/1.1\nHost: x\n\n", 400),
    "a bare LF in the headers": (b"GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400),
    "a bare CR": (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", 400),
    "two codings": (
        b"PUT /b/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a coding with a control character": (
        b"PUT /b/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunks in HTTP/1.0": (b"PUT /b/k HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "the same length twice": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
    "a list of lengths": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\nx", 400),
    "a target of another host": (b"GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "an unknown expectation": (b"PUT /b/k HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\nx", 417),
    "too many headers": (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
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


@pytest.mark.parametrize(("length", "status"), [(31_000, 404), (32 * 1024, 431)])
def test_headers_may_take_32_kib(server, length, status):
    head = b"GET /a-bucket HTTP/1.1\r\nHost: x\r\nA: " + b"x" * length + b"\r\n\r\n"
    assert exchange(server.address, head).status == status


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


@pytest.mark.parametrize("signed", [False, True])
def test_a_body_whose_hash_is_signed_is_not_read_for_nobody(raw, signed):
    """The signature of a JSON service covers the body; whether its key exists does not need it."""
    headers = [("X-Amz-Target", "TrentService.ListKeys"), ("Content-Type", "application/x-amz-json-1.1")]
    kms = raw.as_(service="kms", access_key="AKIAIOSFODNN7EXAMPLE")
    sent = (
        kms.signed("POST", "/", headers, payload=False, length=2_000_000) if signed else [("Host", raw.host), *headers]
    )
    if not signed:
        sent.append(("Content-Length", "2000000"))
    with Connection(raw.server.address) as connection:
        connection.send(serialise("POST", "/", [*sent, ("Expect", "100-continue")]))
        answer = connection.receive()
        assert not answer.interim, "it was told to send its body"
        code = "UnrecognizedClientException" if signed else "MissingAuthenticationTokenException"
        assert answer.status == 400 and json.loads(answer.body)["__type"] == code
        assert answer.header("x-amz-request-id") and answer.header("x-amz-id-2")
        assert connection.at_end()


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
    raw = RawClient(server, server.root())
    assert raw.request("PUT", "/box").status == 200
    half = serialise("PUT", "/box/k", raw.signed("PUT", "/box/k", body=b"0123456789"), b"01234")
    got = serialise("GET", "/box?location", raw.signed("GET", "/box?location"))
    for data, answers in (
        (b"", []),
        (b"GET / HTTP/1.1\r\n", [(408, "RequestTimeout")]),
        (half, [(400, "RequestTimeout")]),
        (got, [(200, None)]),
        (got + b"GET / HTTP/1.1\r\nHost", [(200, None), (408, "RequestTimeout")]),
    ):
        with Connection(server.address) as connection:
            connection.send(data)
            for status, code in answers:
                answer = connection.receive()
                assert (answer.status, answer.code) == (status, code), data
                assert answer.header("x-amz-request-id")
            assert connection.at_end(), data
    assert raw.request("GET", "/box/k").status == 404, "half a body is none"


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
        held.pop().close()
        for _ in range(300):  # until the server has seen it
            answer = exchange(server.address, health)
            if answer.status == 200:
                break
            time.sleep(0.1)
        assert answer.status == 200, "there is room again"
    finally:
        for one in held:
            one.close()


def test_few_open_files_mean_few_connections(tmp_path):
    """However many are asked for: who is past them is told so, and those within are served."""
    wrapper = tmp_path / "skerry"
    wrapper.write_text(f'#!/bin/sh\nulimit -n 400\nexec "{PROGRAM}" "$@"\n')
    wrapper.chmod(0o700)
    health = b"GET /_skerry/health HTTP/1.1\r\nHost: x\r\n\r\n"
    with Server(tmp_path / "data", ["--http.connections_max", "5000"], program=wrapper) as server:
        raw = RawClient(server, server.root())
        held = []
        try:
            for _ in range(500):
                held.append(Connection(server.address))
                held[-1].send(health)
                answer = held[-1].receive()
                if answer is None or answer.status != 200:
                    break
            assert answer and (answer.status, answer.code) == (503, "SlowDown")
            assert 50 < len(held) < 400
            assert server.run("account", "list", "--data", server.data).stdout, "commands get through"
            held.pop().close()
            held.pop().close()
            box = [serialise("PUT", "/box", raw.signed("PUT", "/box"))]
            box += [
                serialise("PUT", "/box/k", raw.signed("PUT", "/box/k", body=body), body) for body in [b"x" * 500_000]
            ]
            for request in box:
                held[0].send(request)
                assert held[0].receive().status == 200
        finally:
            for one in held:
                one.close()
        assert "limit of open files" in server.output
