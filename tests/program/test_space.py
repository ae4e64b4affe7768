"""Space that comes back, and a disk that is full."""

import os
import subprocess
import time

import pytest

from harness.boto import make_s3
from harness.folders import files_below
from harness.raw import RawClient

MIB = 1024 * 1024


def used(folder):
    """Bytes on disk, less what is set aside for a full one."""
    files = [file for file in files_below(folder) if file.name != "reserve"]
    return sum(status.st_blocks * 512 for file in files if (status := stat_or_none(file)))


def stat_or_none(file):
    try:
        return file.stat()
    except FileNotFoundError:
        return None  # removed meanwhile


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.2)


def test_what_is_deleted_gives_its_space_back(start_server):
    server = start_server("--s3.sweep_grace", "1s", "--s3.sweep_interval", "500ms")
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    # An empty store has some 16 MiB: the log is set aside before it is written.
    for index in range(10):
        s3.put_object(Bucket="box", Key=f"large{index}", Body=os.urandom(24 * MIB))
    for index in range(1000):
        s3.put_object(Bucket="box", Key=f"small{index}", Body=os.urandom(10_000))
    upload = s3.create_multipart_upload(Bucket="box", Key="parts")["UploadId"]
    s3.upload_part(Bucket="box", Key="parts", UploadId=upload, PartNumber=1, Body=os.urandom(8 * MIB))
    full = used(server.data)
    assert full > 250 * MIB

    s3.abort_multipart_upload(Bucket="box", Key="parts", UploadId=upload)
    keys = [{"Key": f"large{index}"} for index in range(10)] + [{"Key": f"small{index}"} for index in range(1000)]
    for begin in range(0, len(keys), 1000):
        assert "Errors" not in s3.delete_objects(Bucket="box", Delete={"Objects": keys[begin : begin + 1000]})
    wait_until(lambda: used(server.data) < full / 10, 60, f"the folder shrinks below a tenth of {full} bytes")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 400 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", folder], capture_output=True).returncode
        != 0
    ):
        pytest.skip("mounting a small file system takes root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk(small_disk, start_server):
    server = start_server("--s3.sweep_grace", "1s", "--s3.sweep_interval", "500ms", data=small_disk / "data")
    raw = RawClient(server, server.root())
    raw.request("PUT", "/box")
    body, kept = os.urandom(4 * MIB), 0
    while (answer := raw.request("PUT", f"/box/{kept}", body=body)).status == 200:
        kept += 1
        assert kept < 100, "400 MiB cannot hold this"
    assert (answer.status, answer.code) == (503, "SlowDown") and kept > 10

    assert raw.request("GET", "/box/0").body == body, "reads go on"
    assert raw.request("GET", f"/box/{kept}").status == 404, "what was refused is not there"
    assert len(raw.request("GET", "/box?list-type=2").texts("Contents/Key")) == kept
    for index in range(kept // 2):
        assert raw.request("DELETE", f"/box/{index}").status == 204, "deletes go on"
    wait_until(lambda: raw.request("PUT", "/box/again", body=body).status == 200, 60, "writing resumes by itself")
    assert raw.request("GET", f"/box/{kept - 1}").body == body
    server.restart()
    assert raw.request("GET", "/box/again").body == body


def test_a_start_on_a_full_disk(small_disk, start_server):
    """Who finds the disk full may have to start the server in order to delete."""
    server = start_server("--s3.sweep_grace", "1s", "--s3.sweep_interval", "500ms", data=small_disk / "data")
    raw = RawClient(server, server.root())
    raw.request("PUT", "/box")
    body = os.urandom(4 * MIB)
    for index in range(20):
        assert raw.request("PUT", f"/box/{index}", body=body).status == 200
    assert raw.request("PUT", "/box/small", body=b"small").status == 200
    server.kill()
    filler = small_disk / "filler"
    with filler.open("wb") as file, pytest.raises(OSError, match="No space"):
        while True:
            os.write(file.fileno(), bytes(MIB))
    server.start()
    assert raw.request("GET", "/box/small").body == b"small"
    assert (answer := raw.request("PUT", "/box/more", body=body)).status == 503 and answer.code == "SlowDown"
    for index in range(20):
        assert raw.request("DELETE", f"/box/{index}").status == 204
    filler.unlink()
    wait_until(lambda: raw.request("PUT", "/box/more", body=body).status == 200, 60, "writing resumes by itself")
    assert server.run("verify", "--data", server.data).returncode == 0
