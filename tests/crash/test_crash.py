"""Acknowledged is durable: a writer with 32 connections, killed at random moments, again and again.

Each round: writers put, overwrite, delete and upload in parts until the server is killed; it is started again, and every
key is as its last acknowledged change left it, or as the change in flight would have. Nothing else is there. In the
second test what was not synced is lost too (tests/faults).
"""

import os
import random
import shutil
import threading
import time

import pytest

from harness.boto import make_s3
from harness.http import Connection, serialise
from harness.raw import RawClient
from harness.server import ROOT, Server

ROUNDS = int(os.environ.get("CRASH_ROUNDS", 50))
WRITERS = 32
KEYS = 6  # of each writer
SIZES = (0, 1, 300, 5_000, 20_000, 90_000, 400_000)
LIBRARY = ROOT / "build/release/tests/faults/liblose_unsynced.so"
GONE = None


class Writer:
    """One connection and keys of its own, so that what may be there is known exactly."""

    def __init__(self, raw, index, seed):
        self.raw, self.index = raw, index
        self.random = random.Random(seed * 1000 + index)
        self.allowed = {}  # key -> the bodies (or GONE) of which one has to be there
        self.acknowledged = 0
        self.failure = None

    def run(self):
        try:
            with Connection(self.raw.server.address) as self.connection:
                while True:
                    self.step()
        except (OSError, ValueError, AttributeError):
            pass  # killed in the middle of it
        except AssertionError as failure:
            self.failure = failure

    def step(self):
        key = f"w{self.index:02}-{self.random.randrange(KEYS)}"
        change = self.random.choices((self.put, self.delete, self.upload), (12, 4, 1))[0]
        body = GONE if change == self.delete else self.random.randbytes(self.random.choice(SIZES))
        before = self.allowed.get(key, [GONE])
        self.allowed[key] = [*before, body]
        change(key, body)
        self.allowed[key] = [body]
        self.acknowledged += 1

    def ask(self, method, target, body=b"", expected=200):
        self.connection.send(serialise(method, target, self.raw.signed(method, target, [], body), body))
        answer = self.connection.receive(method)
        if answer is None:
            raise ConnectionResetError
        assert answer.status == expected, (method, target, answer.status, answer.body)
        return answer

    def put(self, key, body):
        self.ask("PUT", f"/crash/{key}", body)

    def delete(self, key, _):
        self.ask("DELETE", f"/crash/{key}", expected=204)

    def upload(self, key, body):
        upload = self.ask("POST", f"/crash/{key}?uploads").text("UploadId")
        etag = self.ask("PUT", f"/crash/{key}?partNumber=1&uploadId={upload}", body).header("etag")
        part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
        document = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
        self.ask("POST", f"/crash/{key}?uploadId={upload}", document)


def write_until_killed(server, writers, seconds):
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    time.sleep(seconds)  # the random moment is what is tested
    server.kill()
    for thread in threads:
        thread.join()
    failures = [writer.failure for writer in writers if writer.failure]
    assert not failures, failures


def verify(raw, writers):
    """Reads every key that was ever written, and settles which of the allowed bodies it is."""
    present = set()
    with Connection(raw.server.address) as connection:
        for writer in writers:
            for key, allowed in writer.allowed.items():
                target = f"/crash/{key}"
                connection.send(serialise("GET", target, raw.signed("GET", target)))
                answer = connection.receive()
                assert answer.status in (200, 404), (key, answer.body)
                found = answer.body if answer.status == 200 else GONE
                assert found in allowed, (
                    f"{key}: {describe(found)} is there, not one of {[describe(b) for b in allowed]}"
                )
                writer.allowed[key] = [found]
                if found is not GONE:
                    present.add(key)
    return present


def describe(body):
    return "nothing" if body is GONE else f"{len(body)} bytes {body[:4].hex()}"


def run_rounds(server, seed, after_kill=lambda: None):
    moments = random.Random(seed)
    raw = RawClient(server, server.root())
    s3 = make_s3(server, server.root())
    assert raw.request("PUT", "/crash").status == 200
    writers = [Writer(raw, index, seed) for index in range(WRITERS)]
    for round_ in range(ROUNDS):
        write_until_killed(server, writers, moments.uniform(0.02, 0.7))
        after_kill()
        server.start()
        present = verify(raw, writers)
        listed = {item["Key"] for item in s3.list_objects_v2(Bucket="crash").get("Contents", [])}
        assert listed == present, f"round {round_}: the listing differs by {listed ^ present}"
    assert sum(writer.acknowledged for writer in writers) > ROUNDS * 10, "hardly anything was written"
    # What the lives before left in flight is no fault; anything else is.
    checked = server.run("verify", "--data", server.data, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture
def seed():
    chosen = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(1_000_000)))
    print(f"CRASH_SEED={chosen}")
    return chosen


@pytest.mark.timeout(900)
def test_killed(start_server, seed):
    run_rounds(start_server(), seed)


@pytest.mark.timeout(900)
def test_killed_and_what_was_not_synced_is_lost(tmp_path, seed):
    data, mirror = tmp_path / "data", tmp_path / "after"
    data.mkdir()
    faults = {
        "LD_PRELOAD": str(LIBRARY),
        "SKERRY_SYNC_ROOT": str(data),
        "SKERRY_SYNC_MIRROR": str(mirror),
        "SKERRY_SYNC_SEED": str(seed),
        "SKERRY_SYNC_SURVIVE": "30",
    }

    def go_on_with_what_is_left():
        shutil.rmtree(data)
        shutil.rmtree(f"{mirror}.inodes", ignore_errors=True)
        mirror.rename(data)

    server = Server(data, environment=faults)
    with server:
        run_rounds(server, seed, go_on_with_what_is_left)
