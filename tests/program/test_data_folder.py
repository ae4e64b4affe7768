"""Whose folder it is, of which format, and where its master key comes from: a start that is refused says what to do."""

import base64
import os

import pytest

from harness.boto import make_s3


def refusal(server):
    """Why it does not start."""
    server.lines.clear()
    with pytest.raises(RuntimeError) as failure:
        server.start()
    return str(failure.value)


@pytest.fixture
def stopped(start_server):
    """A server that has something in its folder, and does not run."""
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    s3.put_object(Bucket="box", Key="k", Body=b"body")
    server.stop()
    return server


def expect_body(server):
    server.start()
    assert make_s3(server, server.root()).get_object(Bucket="box", Key="k")["Body"].read() == b"body"
    server.stop()


def key_file(server):
    return server.data / "master.key"


FORMS = ["hex", "hex and newline", "base64", "raw"]


@pytest.mark.parametrize(
    ("kind", "form"),
    [(kind, form) for kind in ("file", "env", "credential") for form in FORMS if (kind, form) != ("env", "raw")],
)
def test_the_master_key_may_lie_elsewhere(stopped, tmp_path, kind, form):
    key = bytes.fromhex(key_file(stopped).read_text())
    written = {
        "hex": key.hex().encode(),
        "hex and newline": key.hex().encode() + b"\n",
        "base64": base64.b64encode(key),
        "raw": key,
    }[form]
    key_file(stopped).unlink()
    place = tmp_path / "keys"
    place.mkdir()
    (place / "skerry").write_bytes(written)
    (place / "skerry").chmod(0o600 if kind == "file" else 0o440)
    name = {"file": f"file:{place}/skerry", "env": "env:THE_KEY", "credential": "credential:skerry"}[kind]
    stopped.options += ["--master_key", name]
    stopped.environment = {"THE_KEY": os.fsdecode(written)} if kind == "env" else {"CREDENTIALS_DIRECTORY": str(place)}
    expect_body(stopped)
    assert not key_file(stopped).exists()


def test_a_variable_is_gone_once_it_was_read(stopped):
    key = key_file(stopped).read_text().strip()
    stopped.options += ["--master_key", "env:THE_KEY"]
    stopped.environment = {"THE_KEY": key}
    stopped.start()
    with open(f"/proc/{stopped.process.pid}/environ", "rb") as environment:
        assert key.encode() not in environment.read()


@pytest.mark.parametrize(
    ("key", "name", "reason"),
    [
        ("wrong", "", r"{data}/master.key holds another master key than this store's: put the store's own there"),
        (None, "", r"its master key is not there (file {data}/master.key): put it back"),
        ("", "", r"{data}/master.key holds no master key: it takes 32 bytes"),
        ("nonsense", "", r"{data}/master.key holds no master key: it takes 32 bytes"),
        ("readable", "", r"{data}/master.key can be read by others: chmod 600 it"),
        ("wrong", "env:THE_KEY", "the environment variable THE_KEY holds another master key than this store's"),
        (None, "env:THE_KEY", "its master key is not there (environment variable THE_KEY)"),
        ("", "env:THE_KEY", "environment variable THE_KEY holds no master key"),
        ("wrong", "credential:the", "the systemd credential the holds another master key than this store's"),
        (None, "credential:the", "its master key is not there (systemd credential the)"),
        ("wrong", "vault:the", 'master_key is "vault:the"; it has to be file:PATH, env:NAME or credential:NAME'),
    ],
)
def test_a_start_without_the_right_master_key(stopped, tmp_path, key, name, reason):
    right = key_file(stopped).read_text()
    text = {"wrong": "0" * 64, "readable": right}.get(key, key)
    if name:
        stopped.environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
        stopped.options += ["--master_key", name]
        if text is not None:
            stopped.environment["THE_KEY"] = text
            (tmp_path / "the").write_text(text)
    else:
        key_file(stopped).unlink()
        if text is not None:
            key_file(stopped).write_text(text)
            key_file(stopped).chmod(0o640 if key == "readable" else 0o600)
    assert reason.replace("{data}", str(stopped.data)) in refusal(stopped)
    assert stopped.process.returncode == 1
    # And nothing has changed.
    stopped.options, stopped.environment = [], {}
    key_file(stopped).write_text(right)
    key_file(stopped).chmod(0o600)
    expect_body(stopped)


def test_a_new_store_wants_its_key_first(start_server):
    with pytest.raises(RuntimeError, match="openssl rand -hex 32"):
        start_server("--master_key", "env:THE_KEY")
    server = start_server("--master_key", "env:THE_KEY", environment={"THE_KEY": "5" * 64})
    assert not key_file(server).exists(), "no second key lies about"


@pytest.mark.parametrize(
    ("format", "reason"),
    [
        ("skerry 2\n", "was written by a newer version (format 2; this one reads up to 1): run that version"),
        ("other 1\n", "says 'other 1', not a format of Skerry: put the file back, or use another data folder"),
        ("", "says '', not a format of Skerry"),
        (None, "has data but no `format` file"),
    ],
)
def test_a_folder_of_another_format(stopped, format, reason):
    file = stopped.data / "format"
    right = file.read_text()
    file.unlink()
    if format is not None:
        file.write_text(format)
    assert reason in refusal(stopped)
    verify = stopped.run("verify", "--repair", "--data", stopped.data, check=False)
    assert verify.returncode == 1 and verify.stderr
    assert (file.read_text() if file.exists() else None) == format
    file.write_text(right)
    expect_body(stopped)


def test_a_folder_that_another_server_has(start_server):
    server = start_server()
    done = server.run("serve", "--data", server.data, "--listen", "127.0.0.1:0", check=False)
    assert done.returncode == 1
    assert f"{server.data} is in use by another server (process {server.process.pid})" in done.stderr
    # A lock ends with its process, however that ends.
    server.restart()


def test_a_data_folder_that_is_none(start_server, tmp_path):
    (tmp_path / "file").write_text("somebody's")
    server = start_server()
    done = server.run("serve", "--data", tmp_path / "file", check=False)
    assert done.returncode == 1 and str(tmp_path / "file") in done.stderr
    assert (tmp_path / "file").read_text() == "somebody's"
