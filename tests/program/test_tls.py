"""TLS: what is spoken, and a certificate changed while the server serves."""

import signal
import socket
import ssl
import subprocess
import time

import boto3
import pytest

from harness.http import serialise
from harness.raw import RawClient


def make_certificate(folder):
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


@pytest.fixture
def tls(tmp_path, start_server):
    """A server with a certificate in tmp_path."""
    make_certificate(tmp_path)
    return start_server("--tls.certificate", tmp_path / "certificate.pem", "--tls.key", tmp_path / "key.pem")


def handshake(server, **versions):
    """(protocol, the server's certificate)"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # this side would speak anything
    for name, value in versions.items():
        setattr(context, name, value)
    with socket.create_connection(server.address, 30) as plain, context.wrap_socket(plain) as wrapped:
        return wrapped.version(), wrapped.getpeercert(binary_form=True)


def test_a_client_over_tls(tls, tmp_path):
    root = tls.root()
    s3 = boto3.client(
        "s3",
        endpoint_url=f"https://127.0.0.1:{tls.port}",
        region_name="us-east-1",
        aws_access_key_id=root.access_key,
        aws_secret_access_key=root.secret_key,
        verify=str(tmp_path / "certificate.pem"),
    )
    s3.create_bucket(Bucket="box")
    s3.put_object(Bucket="box", Key="k", Body=b"x" * 3_000_000)
    assert s3.get_object(Bucket="box", Key="k")["Body"].read() == b"x" * 3_000_000
    assert tls.shell_environment()["AWS_ENDPOINT_URL"].startswith("https://")


def test_versions(tls):
    assert handshake(tls)[0] == "TLSv1.3"
    assert handshake(tls, maximum_version=ssl.TLSVersion.TLSv1_2)[0] == "TLSv1.2"
    with pytest.raises(ssl.SSLError) as refused:
        handshake(tls, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION", "it is the server that refuses"


def test_a_new_certificate_without_a_restart(tls, tmp_path):
    before = handshake(tls)[1]
    (tmp_path / "certificate.pem").write_text("damaged")
    tls.process.send_signal(signal.SIGHUP)
    assert handshake(tls)[1] == before, "a certificate that cannot be read changes nothing"
    make_certificate(tmp_path)
    tls.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 30
    while handshake(tls)[1] == before:
        assert time.monotonic() < deadline, "the new certificate is not served"
    assert tls.process.poll() is None


def test_a_reload_leaves_open_connections_alone(tls, tmp_path):
    """What was begun under the old certificate ends under it, and goes on being used."""
    raw = RawClient(tls, tls.root())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(tls.address, 30) as plain,
        context.wrap_socket(plain) as wrapped,
        wrapped.makefile("rb") as stream,
    ):

        def status():
            line = stream.readline()
            while stream.readline() != b"\r\n":
                pass
            return line.split()[1]

        wrapped.sendall(serialise("PUT", "/box", raw.signed("PUT", "/box")))
        assert status() == b"200"
        before = handshake(tls)[1]
        body = b"x" * 1_000_000
        upload = serialise("PUT", "/box/k", raw.signed("PUT", "/box/k", body=body), body)
        wrapped.sendall(upload[:500_000])
        make_certificate(tmp_path)
        tls.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while handshake(tls)[1] == before:
            assert time.monotonic() < deadline, "the new certificate is not served"
        wrapped.sendall(upload[500_000:])
        assert status() == b"200"
        wrapped.sendall(serialise("DELETE", "/box/k", raw.signed("DELETE", "/box/k")))
        assert status() == b"204"
        assert wrapped.getpeercert(binary_form=True) == before


def test_plain_http_on_the_port_ends_without_harm(tls):
    with socket.create_connection(tls.address, 30) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            assert not plain.recv(100).startswith(b"HTTP/1.1 200")
        except ConnectionResetError:
            pass
    assert handshake(tls)[0] == "TLSv1.3"
