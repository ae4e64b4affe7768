"""restic: a backup must come back whole, also after pruning."""

import os
import subprocess

import pytest

from harness.folders import contents


@pytest.fixture
def restic(server, account, tmp_path, name):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": account.access_key,
        "AWS_SECRET_ACCESS_KEY": account.secret_key,
        "RESTIC_REPOSITORY": f"s3:{server.endpoint}/{name}/repository",
        "RESTIC_PASSWORD": "between us",
    }

    def run(*arguments):
        done = subprocess.run(
            ["restic", "--no-cache", *arguments],
            capture_output=True,
            text=True,
            timeout=180,
            env=environment,
        )
        assert done.returncode == 0, f"restic {arguments}:\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


def test_backup_check_restore(restic, tree, tmp_path):
    restic("init")
    restic("backup", str(tree))
    assert "no errors were found" in restic("check", "--read-data")
    restic("restore", "latest", "--target", str(tmp_path / "back"), "--verify")
    assert contents(tmp_path / "back" / tree.relative_to("/")) == contents(tree)


def test_forget_and_prune_keep_the_rest(restic, tree, tmp_path):
    restic("init")
    restic("backup", str(tree))
    (tree / "large.bin").unlink()
    (tree / "later").write_bytes(os.urandom(3_000_000))
    restic("backup", str(tree))
    assert "2 snapshots" in restic("snapshots")
    restic("forget", "--keep-last", "1", "--prune")
    assert "1 snapshots" in restic("snapshots")
    assert "no errors were found" in restic("check", "--read-data")
    restic("restore", "latest", "--target", str(tmp_path / "back"))
    assert contents(tmp_path / "back" / tree.relative_to("/")) == contents(tree)
