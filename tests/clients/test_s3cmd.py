"""s3cmd, the oldest of the clients still in wide use."""

import os
import subprocess

import pytest

from harness.folders import contents


@pytest.fixture
def s3cmd(server, account, tmp_path):
    config = tmp_path / "s3cfg"
    host = f"127.0.0.1:{server.port}"
    config.write_text(
        f"[default]\naccess_key = {account.access_key}\nsecret_key = {account.secret_key}\nhost_base = {host}\n"
        f"host_bucket = {host}\nuse_https = False\nbucket_location = us-east-1\nmultipart_chunk_size_mb = 5\n"
        "max_retries = 1\n"
    )

    def run(*arguments, check=True):
        done = subprocess.run(
            ["s3cmd", "-c", config, "--no-progress", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == 0 or not check, f"s3cmd {arguments}:\n{done.stdout}{done.stderr}"
        return done

    return run


def test_make_list_remove_bucket(s3cmd, name):
    assert "created" in s3cmd("mb", f"s3://{name}").stdout
    assert f"s3://{name}" in s3cmd("ls").stdout
    s3cmd("rb", f"s3://{name}")
    assert f"s3://{name}" not in s3cmd("ls").stdout


def test_put_get_del(s3cmd, tree, tmp_path, name):
    s3cmd("mb", f"s3://{name}")
    for file in ("one", "large.bin", "space and +plus%.txt", "ünïcödé/日本語.bin"):
        s3cmd("put", str(tree / file), f"s3://{name}/{file}")
        s3cmd("get", "--force", f"s3://{name}/{file}", str(tmp_path / "got"))
        assert (tmp_path / "got").read_bytes() == (tree / file).read_bytes()
    listed = s3cmd("ls", "--recursive", f"s3://{name}").stdout
    assert len(listed.splitlines()) == 4 and f"s3://{name}/space and +plus%.txt" in listed
    s3cmd("del", f"s3://{name}/one")
    assert f"s3://{name}/one\n" not in s3cmd("ls", f"s3://{name}").stdout
    assert s3cmd("get", f"s3://{name}/one", str(tmp_path / "none"), check=False).returncode != 0


def test_sync_up_and_down(s3cmd, tree, tmp_path, name):
    s3cmd("mb", f"s3://{name}")
    s3cmd("sync", f"{tree}/", f"s3://{name}/t/")
    assert "upload:" not in s3cmd("sync", f"{tree}/", f"s3://{name}/t/").stdout
    (tmp_path / "back").mkdir()
    s3cmd("sync", f"s3://{name}/t/", f"{tmp_path}/back/")
    assert contents(tmp_path / "back") == contents(tree)


def test_info_copy_and_recursive_delete(s3cmd, tree, name):
    s3cmd("mb", f"s3://{name}")
    s3cmd("put", "--add-header", "x-amz-meta-colour: blue", str(tree / "one"), f"s3://{name}/one")
    assert "blue" in s3cmd("info", f"s3://{name}/one").stdout
    s3cmd("cp", f"s3://{name}/one", f"s3://{name}/two")
    s3cmd("mv", f"s3://{name}/two", f"s3://{name}/three")
    keys = [line.split()[-1] for line in s3cmd("ls", f"s3://{name}").stdout.splitlines()]
    assert keys == [f"s3://{name}/one", f"s3://{name}/three"]
    s3cmd("del", "--recursive", "--force", f"s3://{name}")
    assert s3cmd("ls", f"s3://{name}").stdout == ""
