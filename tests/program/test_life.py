"""Starting, stopping, being killed, and what is there afterwards."""

import hashlib
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness.boto import make_s3
from harness.http import Connection, serialise
from harness.raw import RawClient
from harness.server import PROGRAM


def test_what_was_acknowledged_survives_a_kill(start_server):
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    bodies = {f"k{size}": os.urandom(size) for size in (0, 1, 5_000, 70_000, 2_000_000)}
    for key, body in bodies.items():
        s3.put_object(Bucket="box", Key=key, Body=body)
        server.kill()
        server.start()
        for known in list(bodies)[: list(bodies).index(key) + 1]:
            assert s3.get_object(Bucket="box", Key=known)["Body"].read() == bodies[known]
    s3.delete_object(Bucket="box", Key="k1")
    server.restart()
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="box")["Contents"]] == [
        "k0",
        "k2000000",
        "k5000",
        "k70000",
    ]


def test_an_upload_in_parts_goes_on_after_a_kill(start_server):
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    ids = {"Bucket": "box", "Key": "k"}
    ids["UploadId"] = s3.create_multipart_upload(**ids)["UploadId"]
    bodies = [os.urandom(5 * 1024 * 1024), os.urandom(100)]
    parts = []
    for number, body in enumerate(bodies, 1):
        parts.append({"PartNumber": number, "ETag": s3.upload_part(**ids, PartNumber=number, Body=body)["ETag"]})
        server.restart()
    s3.complete_multipart_upload(**ids, MultipartUpload={"Parts": parts})
    server.restart()
    assert s3.get_object(Bucket="box", Key="k")["Body"].read() == b"".join(bodies)


def test_a_second_server_on_the_port_or_the_folder_is_refused(start_server, tmp_path):
    server = start_server()
    for data, listen in ((tmp_path / "other", f"127.0.0.1:{server.port}"), (server.data, "127.0.0.1:0")):
        done = subprocess.run(
            [PROGRAM, "serve", "--data", data, "--listen", listen], capture_output=True, text=True, timeout=60
        )
        assert done.returncode != 0 and done.stdout + done.stderr
    assert RawClient(server, server.root()).request("GET", "/").status == 200


def test_sigterm_lets_requests_end(start_server):
    server = start_server()
    raw = RawClient(server, server.root())
    raw.request("PUT", "/box")
    body = os.urandom(100_000)
    headers = raw.signed("PUT", "/box/k", [], body)
    with Connection(server.address) as connection:
        connection.send(serialise("PUT", "/box/k", headers) + body[:50_000])
        stopped = threading.Thread(target=server.stop)
        raw.request("GET", "/")  # the server has read what came before
        stopped.start()
        connection.send(body[50_000:])
        assert connection.receive().status == 200
    stopped.join(60)
    assert server.process.returncode == 0
    server.start()
    assert raw.request("GET", "/box/k").body == body


def bytes_read(process):
    """By the process, of files too."""
    counts = pathlib.Path(f"/proc/{process.pid}/io").read_text().split()
    return int(counts[counts.index("rchar:") + 1])


def test_sigterm_ends_a_verify(start_server):
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    body = os.urandom(100_000_000)
    for key in "abcdef":
        s3.put_object(Bucket="box", Key=key, Body=body)
    before = bytes_read(server.process)
    verify = subprocess.Popen([PROGRAM, "verify", "--data", server.data], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while bytes_read(server.process) < before + 10_000_000:
        assert time.monotonic() < deadline, "it has not begun"
    assert server.stop() == 0
    said = verify.communicate(timeout=60)[1]
    assert verify.returncode == 1 and "did not come to its end: it was stopped" in said


def test_sigterm_lets_answers_end_and_takes_nothing_new(start_server):
    server = start_server()
    raw = RawClient(server, server.root())
    raw.request("PUT", "/box")
    body = os.urandom(30_000_000)
    raw.request("PUT", "/box/k", body=body)
    with Connection(server.address) as busy, Connection(server.address) as idle:
        idle.send(serialise("GET", "/", raw.signed("GET", "/")))
        assert idle.receive().status == 200
        busy.send(serialise("GET", "/box/k", raw.signed("GET", "/box/k")) * 2)  # the second is there already
        assert busy.socket.recv(1, socket.MSG_PEEK), "its answer has begun"
        stopped = threading.Thread(target=server.stop)
        stopped.start()
        assert idle.at_end(), "a connection between requests ends at once"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(server.address, 30).close()
        answer = busy.receive()
        assert answer.status == 200 and answer.body == body
        last = busy.receive()
        assert (last.status, last.header("connection")) == (200, "close") and last.body == body
        assert busy.at_end()
    stopped.join(60)
    assert server.process.returncode == 0


def test_sigterm_waits_for_the_slow_so_long_and_no_longer(start_server):
    server = start_server("--http.drain_timeout", "300ms")
    raw = RawClient(server, server.root())
    raw.request("PUT", "/box")
    raw.request("PUT", "/box/k", body=b"old")
    with Connection(server.address) as stuck:
        stuck.send(serialise("PUT", "/box/k", raw.signed("PUT", "/box/k", body=b"n" * 100_000)) + b"n" * 50_000)
        raw.request("GET", "/")  # the server has read what came before
        assert server.stop() == 0
        try:
            answer = stuck.receive()
            assert answer is None or answer.status != 200
        except ConnectionResetError:
            pass
    server.start()
    assert raw.request("GET", "/box/k").body == b"old", "half an upload is none"


def test_a_wrong_or_missing_master_key_refuses_to_start(start_server):
    server = start_server()
    server.stop()
    [key] = [file for file in server.data.rglob("*") if file.is_file() and "master" in file.name]
    right = key.read_bytes()
    for change in (lambda: key.unlink(), lambda: key.write_bytes(os.urandom(len(right)).hex()[: len(right)].encode())):
        change()
        with pytest.raises(RuntimeError) as failure:
            server.start()
        assert "master key" in str(failure.value).lower()
    key.write_bytes(right)
    key.chmod(0o600)
    server.start()


def test_nothing_of_an_object_is_readable_in_the_folder(start_server):
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    markers = [b"marker-in-the-small-body", b"marker-in-the-large-body", "marker-in-metadata", "marker-in-a-tag"]
    s3.put_object(Bucket="box", Key="s", Body=markers[0] * 10, Metadata={"m": markers[2]}, Tagging=f"t={markers[3]}")
    s3.put_object(Bucket="box", Key="l", Body=markers[1] * 100_000)
    secret = server.root().secret_key
    server.stop()
    for file in server.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for marker in markers:
                assert (marker.encode() if isinstance(marker, str) else marker) not in content, file
            assert secret.encode() not in content or "credential" in file.name or "root" in file.name, file


def test_hangup_does_not_end_it(start_server):
    server = start_server()
    server.process.send_signal(signal.SIGHUP)
    assert RawClient(server, server.root()).request("GET", "/").status == 200


def test_overwritten_while_it_is_read(start_server):
    server = start_server()
    raw = RawClient(server, server.root())
    raw.request("PUT", "/box")
    old, new = os.urandom(30_000_000), os.urandom(30_000_000)
    raw.request("PUT", "/box/k", body=old)
    with Connection(server.address) as connection:
        connection.send(serialise("GET", "/box/k", raw.signed("GET", "/box/k")))
        assert raw.request("PUT", "/box/k", body=new).status == 200
        raw.request("DELETE", "/box/k")
        read = connection.receive().body
    assert hashlib.md5(read).digest() == hashlib.md5(old).digest()
