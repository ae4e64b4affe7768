"""Stories A1 to A4: buckets and objects, with the AWS CLIs, curl and boto3."""

import hashlib
import json
import os
import re
import subprocess
import time

MIB = 1024 * 1024


def curl(*arguments):
    return subprocess.run(["curl", "-sS", *arguments], capture_output=True, check=True, timeout=60).stdout


def uploaded(output):
    return sorted(line.rpartition(" to ")[2].strip() for line in output.splitlines() if "upload: " in line)


def made_before(folder, seconds):
    """Dates the files back. Listings say whole seconds, as AWS's do, so the CLI takes a file for newer than the object
    that it has become when both are of one second."""
    for file in (path for path in folder.rglob("*") if path.is_file()):
        then = file.stat().st_mtime - seconds
        os.utime(file, (then, then))


def test_a1_bucket_from_make_to_remove(aws, tmp_path, name):
    logo = os.urandom(70_000)
    (tmp_path / "logo.png").write_bytes(logo)
    assert aws("s3", "mb", f"s3://{name}").strip() == f"make_bucket: {name}"
    assert name in aws("s3", "ls")

    aws("s3", "cp", "logo.png", f"s3://{name}/img/logo.png")
    [line] = aws("s3", "ls", f"s3://{name}", "--recursive").splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +70000 img/logo.png", line)
    assert aws("s3", "ls", f"s3://{name}").split() == ["PRE", "img/"]

    site = tmp_path / "dir"
    (site / "deep/er").mkdir(parents=True)
    (site / "index.html").write_text("<h1>hello</h1>")
    (site / "deep/er/a b+c%.txt").write_text("names are bytes")
    (site / "empty").touch()
    made_before(site, seconds=60)
    first = aws("s3", "sync", "dir", f"s3://{name}/dir")
    assert uploaded(first) == [f"s3://{name}/dir/{file}" for file in ("deep/er/a b+c%.txt", "empty", "index.html")]
    assert aws("s3", "sync", "dir", f"s3://{name}/dir") == "", "a second sync has nothing to do"

    aws("s3", "sync", f"s3://{name}/dir", "back")
    assert (tmp_path / "back/deep/er/a b+c%.txt").read_text() == "names are bytes"
    assert (tmp_path / "back/index.html").read_text() == "<h1>hello</h1>"
    assert (tmp_path / "back/empty").read_bytes() == b""

    url = aws("s3", "presign", f"s3://{name}/img/logo.png", "--expires-in", "60").strip()
    assert curl(url) == logo

    assert "Error" not in aws("s3", "rm", f"s3://{name}", "--recursive")
    assert aws("s3", "ls", f"s3://{name}", "--recursive") == ""
    assert aws("s3", "rb", f"s3://{name}").strip() == f"remove_bucket: {name}"
    assert name not in aws("s3", "ls")


def test_a1_presigned_url_of_another_key_or_altered_is_refused(aws, tmp_path, name):
    (tmp_path / "f").write_text("mine")
    aws("s3", "mb", f"s3://{name}")
    aws("s3", "cp", "f", f"s3://{name}/f")
    url = aws("s3", "presign", f"s3://{name}/f").strip()
    answer = curl("-w", "%{http_code}", url.replace("/f?", "/g?"))
    assert answer.endswith(b"403") and b"<Code>SignatureDoesNotMatch</Code>" in answer
    assert curl("-o", "/dev/null", "-w", "%{http_code}", url.partition("?")[0]) == b"403"


def test_a1_move_and_copy_between_buckets(aws, tmp_path, name):
    (tmp_path / "f").write_text("wandering")
    for bucket in (name, name + "-2"):
        aws("s3", "mb", f"s3://{bucket}")
    aws("s3", "mv", "f", f"s3://{name}/f")
    assert not (tmp_path / "f").exists()
    aws("s3", "cp", f"s3://{name}/f", f"s3://{name}-2/g")
    aws("s3", "mv", f"s3://{name}/f", f"s3://{name}-2/h")
    assert aws("s3", "ls", f"s3://{name}") == ""
    assert aws("s3", "cp", f"s3://{name}-2/g", "-") == aws("s3", "cp", f"s3://{name}-2/h", "-") == "wandering"
    assert aws.try_("s3", "rb", f"s3://{name}-2").returncode == 1, "it is not empty"
    aws("s3", "rb", f"s3://{name}-2", "--force")
    assert name + "-2" not in aws("s3", "ls")


def test_a2_regions(aws, name):
    aws("s3", "mb", f"s3://{name}-eu", "--region", "eu-west-3")
    aws("s3", "mb", f"s3://{name}-us", "--region", "us-east-1")

    def location(suffix, region):
        return json.loads(aws("s3api", "get-bucket-location", "--bucket", name + suffix, "--region", region))

    assert location("-eu", "eu-west-3") == {"LocationConstraint": "eu-west-3"}
    assert location("-us", "us-east-1") == {"LocationConstraint": None}


def test_a3_large_upload_killed_and_begun_anew(aws, tmp_path, name):
    size = 200 * MIB
    block = os.urandom(MIB)
    with open(tmp_path / "large", "wb") as file:
        for index in range(size // MIB):
            file.write(index.to_bytes(8) + block[8:])
    aws("s3", "mb", f"s3://{name}")

    def uploads():
        out = aws("s3api", "list-multipart-uploads", "--bucket", name)
        return json.loads(out or "{}").get("Uploads", [])

    def parts(upload):
        out = aws("s3api", "list-parts", "--bucket", name, "--key", upload["Key"], "--upload-id", upload["UploadId"])
        return json.loads(out or "{}").get("Parts", [])

    aws("configure", "set", "default.s3.max_bandwidth", "20MB/s")  # so that there is time to kill it
    first = aws.start("s3", "cp", "large", f"s3://{name}/large")
    deadline = time.monotonic() + 60
    while first.poll() is None and not any(parts(upload) for upload in uploads()):
        assert time.monotonic() < deadline, "no part has arrived"
    first.kill()
    first.communicate()
    aws("configure", "set", "default.s3.max_bandwidth", "10GB/s")
    [abandoned] = uploads()
    assert abandoned["Key"] == "large" and abandoned["Initiated"]
    assert aws("s3", "ls", f"s3://{name}") == "", "an upload that is not completed is no object"

    aws("s3", "cp", "large", f"s3://{name}/large", timeout=280)
    assert json.loads(aws("s3api", "head-object", "--bucket", name, "--key", "large"))["ETag"].endswith('-25"')
    aws("s3", "cp", f"s3://{name}/large", "back", timeout=280)
    with open(tmp_path / "large", "rb") as sent, open(tmp_path / "back", "rb") as received:
        assert hashlib.file_digest(sent, "md5").digest() == hashlib.file_digest(received, "md5").digest()

    kept = parts(abandoned)
    assert kept and all(part["Size"] == 8 * MIB for part in kept)
    aws("s3api", "abort-multipart-upload", "--bucket", name, "--key", "large", "--upload-id", abandoned["UploadId"])
    assert uploads() == []
    gone = aws.try_("s3api", "list-parts", "--bucket", name, "--key", "large", "--upload-id", abandoned["UploadId"])
    assert gone.returncode != 0 and "NoSuchUpload" in gone.stderr
    aws("s3", "rm", f"s3://{name}/large")


def test_a4_headers_of_a_download(aws, tmp_path, name):
    body = b"an android package"
    (tmp_path / "app.apk").write_bytes(body)
    aws("s3", "mb", f"s3://{name}")
    aws("s3", "cp", "app.apk", f"s3://{name}/app.apk", "--content-type", "application/vnd.android.package-archive")
    (tmp_path / "app.apk").unlink()
    done = aws.try_("s3", "cp", f"s3://{name}/app.apk", ".", "--debug")
    assert done.returncode == 0 and (tmp_path / "app.apk").read_bytes() == body
    shown = re.findall(r"Response headers: (\{.*\})", done.stderr)
    assert shown, done.stderr[-2000:]
    headers = {key.lower(): value for key, value in re.findall(r"'([^']+)': '([^']*)'", shown[-1])}
    assert headers["etag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert headers["x-amz-server-side-encryption"] == "AES256"
    assert headers["content-type"] == "application/vnd.android.package-archive"
    assert headers["content-length"] == str(len(body))
    assert headers["accept-ranges"] == "bytes"
    assert re.fullmatch(r"[A-Z0-9]{16}", headers["x-amz-request-id"])
    assert len(headers["x-amz-id-2"]) > 20
    for date in ("date", "last-modified"):
        assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", headers[date])
    assert headers["server"]
