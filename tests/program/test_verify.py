"""What an operator learns of a store that somebody or something has damaged, beside the server and without it."""

import os
import re
import time

import pytest

from harness.boto import make_s3
from harness.folders import files_below


class Store:
    """A server with some objects, and their files."""

    def __init__(self, server):
        self.server = server
        self.s3 = make_s3(server, server.root())
        self.bodies = {}
        self.files = {}
        self.s3.create_bucket(Bucket="box")

    def put(self, key, size):
        before = set(self.blob_files())
        self.bodies[key] = os.urandom(size)
        self.s3.put_object(Bucket="box", Key=key, Body=self.bodies[key])
        for file in set(self.blob_files()) - before:
            self.files[key] = file

    def blob_files(self):
        return files_below(self.server.data / "blobs")

    def verify(self, *options):
        return self.server.run("verify", "--data", self.server.data, *options, check=False)

    def expect(self, *findings, options=()):
        """Exactly these findings (regular expressions, in any order), each on a line of its own."""
        done = self.verify(*options)
        assert done.returncode == (1 if findings else 0), done.stdout + done.stderr
        said = done.stdout + done.stderr
        assert f"; {len(findings)} findings\n" in said, said
        for finding in findings:
            assert re.search(finding, said), f"{finding} is not in:\n{said}"
        return said

    def expect_bodies(self, *keys):
        for key in keys:
            assert self.s3.get_object(Bucket="box", Key=key)["Body"].read() == self.bodies[key]


def flip(file, offset):
    with file.open("r+b") as opened:
        opened.seek(offset)
        byte = opened.read(1)[0]
        opened.seek(offset)
        opened.write(bytes([byte ^ 1]))


@pytest.fixture
def store(start_server):
    made = Store(start_server())
    made.put("small", 5_000)
    for key in ("flipped", "header", "cut", "longer", "gone", "good"):
        made.put(key, 200_000)
    return made


@pytest.mark.parametrize("running", [True, False])
def test_every_damage_has_its_line(store, running):
    if running:
        store.expect_bodies(*store.bodies)  # the files are open now, and stay it
    else:
        store.server.stop()
    flip(store.files["flipped"], 100_000)
    flip(store.files["header"], 3)
    os.truncate(store.files["cut"], 150_000)
    with store.files["longer"].open("ab") as file:
        file.write(b"x")
    store.files["gone"].unlink()
    findings = [
        r"\ndamaged: blob \w+: bucket box, key flipped, version null: .*authenticate",
        r"damaged: blob \w+: bucket box, key header, version null: ",
        r"damaged: blob \w+: bucket box, key cut, version null: has 150000 bytes, and 200080 by its metadata",
        r"damaged: blob \w+: bucket box, key longer, version null: has 200081 bytes, and 200080 by its metadata",
        r"missing: blob \w+: bucket box, key gone, version null: ",
    ]
    said = store.expect(*findings)
    assert "key good" not in said and "key small" not in said
    assert said.endswith("the store is not in order\n")
    files = store.blob_files()
    store.expect(*findings, options=["--repair"])
    assert store.blob_files() == files, "damage is no garbage"
    if not running:
        store.server.start()
    store.expect_bodies("good", "small")


@pytest.mark.parametrize("running", [True, False])
def test_what_is_not_ours_is_left_alone(store, running):
    if not running:
        store.server.stop()
    epoch = store.files["good"].parent.parent
    strays = [store.files["good"].parent / "notes", epoch / "notes", epoch.parent / "notes", epoch.parent / "deadbeef"]
    for stray in strays:
        stray.write_text("somebody's")
    store.expect()
    store.expect(options=["--repair"])
    assert all(stray.read_text() == "somebody's" for stray in strays)
    store.server.restart()
    store.expect_bodies(*store.bodies)


def test_a_repair_removes_orphans_and_nothing_else(start_server):
    """A blob of a server's life that is over, and that nobody refers to: a file that was put back from a backup, say."""
    server = start_server("--s3.sweep_grace", "1s", "--s3.sweep_interval", "500ms")
    store = Store(server)
    store.put("kept", 200_000)
    store.put("deleted", 300_000)
    backup = store.files["deleted"].read_bytes()
    store.s3.delete_object(Bucket="box", Key="deleted")
    wait_until(lambda: not store.files["deleted"].exists())
    server.stop()
    store.files["deleted"].parent.mkdir(exist_ok=True)
    store.files["deleted"].write_bytes(backup)

    finding = r"orphan: blob \w+: 300096 bytes that nothing refers to"
    store.expect(finding)
    server.start()
    store.expect(finding)
    assert store.files["deleted"].exists(), "nobody asked for a repair"
    done = store.verify("--repair")
    assert done.returncode == 0, done.stderr
    assert re.search(finding + r" \(removed\)\n", done.stdout)
    wait_until(lambda: not store.files["deleted"].exists())
    store.expect()
    store.expect_bodies("kept")


def test_a_damaged_database_hides_nothing_else(store):
    """Small bodies lie in its blob files: each that is lost is named, and what is left is checked."""
    for index in range(20):
        store.put(f"small{index}", 5_000)
    flip(store.files["flipped"], 100_000)
    store.server.stop()
    store.server.start()  # what lay in the log is in files now
    store.server.stop()
    [blobs] = (store.server.data / "meta").glob("*.blob")
    os.truncate(blobs, blobs.stat().st_size // 2)
    done = store.verify()
    assert done.returncode == 1
    lost = re.findall(r"\w+: blob \w+: bucket box, key (small\d*), version null: ", done.stderr)
    assert 5 < len(set(lost)) <= 21
    assert "key flipped" in done.stderr and "key good" not in done.stderr
    assert "did not come to its end" not in done.stderr
    store.server.start()
    store.expect_bodies(*(key for key in store.bodies if key not in [*lost, "flipped"]))


def test_a_database_that_cannot_be_opened_says_what_to_do(store):
    store.server.stop()
    (store.server.data / "meta" / "CURRENT").write_text("nonsense")
    for command in ("serve", "verify"):
        done = store.server.run(command, "--data", store.server.data, check=False)
        assert done.returncode == 1
        assert f"the database in {store.server.data}/meta is damaged" in done.stderr and "backup" in done.stderr


def test_a_folder_without_its_database_is_left_alone(store):
    """Not mounted, or not put back: with an empty one in its place all blobs would be garbage."""
    store.server.stop()
    meta, away = store.server.data / "meta", store.server.data / "away"
    files = store.blob_files()
    root_key = (store.server.data / "root.credentials").read_bytes()
    meta.rename(away)
    for command in (["serve"], ["verify"], ["verify", "--repair"]):
        done = store.server.run(*command, "--data", store.server.data, check=False)
        assert done.returncode == 1
        assert f"{meta} has no database" in done.stderr
    assert not meta.exists()
    away.rename(meta)
    assert (store.server.data / "root.credentials").read_bytes() == root_key
    store.server.start()
    assert store.blob_files() == files
    store.expect_bodies(*store.bodies)


def test_there_is_nothing_to_verify(start_server, tmp_path):
    server = start_server()
    done = server.run("verify", "--data", tmp_path / "nowhere", check=False)
    assert done.returncode == 1 and f"there is no store in {tmp_path / 'nowhere'}" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
