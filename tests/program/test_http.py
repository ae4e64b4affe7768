"""HTTP as such: what a connection may do, whatever is asked on it."""

import socket

import pytest

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


def test_chunked_transfer(raw, bucket):
    headers = raw.signed("PUT", f"/{bucket}/k", payload="UNSIGNED-PAYLOAD", length=False)
    headers += [("Transfer-Encoding", "chunked"), ("X-Custom", "1")]
    body = b"5\r\nhello\r\n6;extension=1\r\n world\r\n0\r\n\r\n"
    answer = raw.send("PUT", f"/{bucket}/k", headers, body)
    if answer.status == 200:
        assert raw.request("GET", f"/{bucket}/k").body == b"hello world"
    else:  # AWS wants a length
        assert (answer.status, answer.code) in ((411, "MissingContentLength"), (501, "NotImplemented"))


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
        assert connection.at_end(), "after what cannot be understood, nothing more is read"


def test_the_server_is_there_afterwards(server):
    for data, _ in BAD.values():
        try:
            exchange(server.address, data)
        except OSError:
            pass
    assert exchange(server.address, b"GET /_skerry/health HTTP/1.1\r\nHost: x\r\n\r\n").status == 200


@pytest.mark.parametrize("path", ["/", "/123456789012/name"])
@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        (b"", 501, "NotImplemented"),
        (b"Action=Nothing&Version=2011-06-15", 400, "InvalidAction"),
        (b"Action=%zz", 400, "MalformedXML"),
        (b"x" * (4 << 20) + b"x", 400, "MaxMessageLengthExceeded"),
    ],
    ids=["empty", "nobody's", "malformed", "too long"],
)
def test_a_form_that_nobody_has_signed(server, raw, path, form, status, code):
    answer = raw.anonymous("POST", path, [("Content-Type", "application/x-www-form-urlencoded")], form)
    assert (answer.status, answer.text(".//Code")) == (status, code)
    assert answer.header("x-amz-request-id") and answer.header("x-amz-id-2")
    assert raw.request("GET", "/").status == 200, "the server goes on"


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
