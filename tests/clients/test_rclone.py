"""rclone as its manual sets it up for another S3."""

import os
import subprocess

import pytest

from harness.folders import contents


@pytest.fixture
def rclone(server, account, tmp_path):
    config = tmp_path / "rclone.conf"
    config.write_text(
        # rclone sends `x-amz-acl: private` unless told otherwise, which buckets with owner-enforced ownership refuse.
        f"[skerry]\ntype = s3\nprovider = Other\nacl = bucket-owner-full-control\nbucket_acl = private\nendpoint = {server.endpoint}\nregion = us-east-1\n"
        f"access_key_id = {account.access_key}\nsecret_access_key = {account.secret_key}\n"
    )

    def run(*arguments, check=True):
        done = subprocess.run(
            ["rclone", "--config", config, "--retries", "1", "--low-level-retries", "1", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        )
        assert done.returncode == 0 or not check, f"rclone {arguments}:\n{done.stdout}{done.stderr}"
        return done

    return run


def test_copy_check_and_back(rclone, tree, tmp_path, name):
    rclone("mkdir", f"skerry:{name}")
    rclone("copy", str(tree), f"skerry:{name}/tree", "--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M")
    checked = rclone("check", str(tree), f"skerry:{name}/tree", "--download")
    assert "0 differences found" in checked.stderr
    rclone("copy", f"skerry:{name}/tree", str(tmp_path / "back"))
    assert contents(tmp_path / "back") == contents(tree)


def test_ls_shows_sizes_and_paths(rclone, tree, name):
    rclone("copy", str(tree), f"skerry:{name}")
    listed = dict(reversed(line.split(None, 1)) for line in rclone("ls", f"skerry:{name}").stdout.splitlines())
    assert listed == {path: str(len(data)) for path, data in contents(tree).items()}
    folders = rclone("lsf", "--dirs-only", f"skerry:{name}").stdout.splitlines()
    assert folders == ["deep/", "ünïcödé/"]


def test_sync_changes_only_what_changed(rclone, tree, name):
    rclone("sync", str(tree), f"skerry:{name}")
    again = rclone("sync", "-v", str(tree), f"skerry:{name}")
    assert "There was nothing to transfer" in again.stderr

    (tree / "one").write_bytes(b"two!")
    (tree / "empty").unlink()
    (tree / "new").write_bytes(b"new")
    (tree / "deep/er/still/small.txt").rename(tree / "moved.txt")
    rclone("sync", str(tree), f"skerry:{name}")
    rclone("check", str(tree), f"skerry:{name}")
    listed = rclone("lsf", "-R", "--files-only", f"skerry:{name}").stdout.splitlines()
    assert sorted(listed) == sorted(contents(tree))


def test_modification_times_are_kept(rclone, tree, name):
    os.utime(tree / "one", (1_000_000_000, 1_000_000_000))
    rclone("copy", str(tree / "one"), f"skerry:{name}")
    assert "2001-09-09 01:46:40" in rclone("lsl", f"skerry:{name}").stdout


def test_delete_and_purge(rclone, tree, name):
    rclone("copy", str(tree), f"skerry:{name}")
    rclone("deletefile", f"skerry:{name}/one")
    assert "one" not in rclone("lsf", f"skerry:{name}").stdout.splitlines()
    rclone("delete", f"skerry:{name}/deep")
    assert "deep/" not in rclone("lsf", f"skerry:{name}").stdout.splitlines()
    rclone("purge", f"skerry:{name}")
    assert name not in rclone("lsd", "skerry:").stdout


def test_server_side_copy(rclone, tree, name):
    rclone("copy", str(tree), f"skerry:{name}/a")
    rclone("copy", f"skerry:{name}/a", f"skerry:{name}/b")
    rclone("check", f"skerry:{name}/a", f"skerry:{name}/b")


def test_a_damaged_local_file_is_noticed(rclone, tree, name):
    rclone("copy", str(tree), f"skerry:{name}")
    (tree / "one").write_bytes(b"x" if (tree / "one").read_bytes() != b"x" else b"y")
    assert rclone("check", str(tree), f"skerry:{name}", check=False).returncode != 0
