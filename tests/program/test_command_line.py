"""The program's commands, beside a running server and without one."""

import json
import os
import pty
import re
import signal
import socket
import stat
import subprocess

import pytest

from harness.boto import make_s3
from harness.cli import VERSIONS
from harness.http import exchange
from harness.raw import RawClient
from harness.server import PROGRAM


def program(*arguments, **how):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60, **how)


def test_env_can_be_evaluated(server):
    exports = server.shell_environment()
    assert exports["AWS_ENDPOINT_URL"].endswith(f":{server.port}")
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", exports["AWS_ACCESS_KEY_ID"])
    assert len(exports["AWS_SECRET_ACCESS_KEY"]) == 40
    assert exports["AWS_DEFAULT_REGION"] == exports["AWS_REGION"] == "us-east-1"
    shell = f'eval "$("{PROGRAM}" env --data "{server.data}")"; printf %s "$AWS_SECRET_ACCESS_KEY"'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=60)
    assert done.stdout == exports["AWS_SECRET_ACCESS_KEY"]


# What the use of AWS before may have left in a shell.
LEFT = {
    "AWS_SESSION_TOKEN": "of-aws",
    "AWS_PROFILE": "nobody",
    "AWS_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
}


def test_env_and_aws_leave_nothing_of_another_endpoint(server, tmp_path):
    environment = {**os.environ, **LEFT, "SKERRY_DATA": str(server.data), "HOME": str(tmp_path)}
    commands = f'''eval "$("{PROGRAM}" env)" && "{VERSIONS["v1"]}" s3api list-buckets && env'''
    done = subprocess.run(["sh", "-ec", commands], capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Buckets" in done.stdout and not re.search("of-aws|nobody|eu-central|127.0.0.1:1\n", done.stdout)
    done = program("aws", "s3api", "list-buckets", env=environment)
    assert done.returncode == 0, done.stderr


def test_env_quotes_for_the_shell(server):
    region = "it's $(touch x); `y`"
    done = server.run("env", "--data", server.data, "--region", region)
    printed = subprocess.run(
        ["sh", "-c", done.stdout + 'printf %s "$AWS_REGION"'], capture_output=True, text=True, timeout=60
    )
    assert printed.stdout == region


def test_what_to_type_next_can_be_typed(start_server, tmp_path):
    """The welcome says where, with what key, and what next; also of a folder whose name needs quotes."""
    server = start_server(data=tmp_path / "it's a folder")
    root = server.root()
    welcome = server.output
    assert server.endpoint in welcome and str(server.data) in welcome
    assert root.access_key in welcome and root.secret_key in welcome and "root.credentials" in welcome
    [line] = [line.strip() for line in server.lines if "skerry env" in line]
    typed = line.replace("$(skerry ", f'$("{PROGRAM}" ')
    done = subprocess.run(["sh", "-ec", f"{typed}; env"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert f"AWS_SECRET_ACCESS_KEY={root.secret_key}\n" in done.stdout
    assert f"AWS_ENDPOINT_URL={server.endpoint}\n" in done.stdout


def test_a_data_folder_may_lie_deep(start_server, tmp_path):
    """Deeper than the address of a unix socket reaches."""
    server = start_server(data=tmp_path / ("d" * 150) / "data")
    made = server.new_account()
    make_s3(server, made).create_bucket(Bucket="box")
    assert stat.S_IMODE((server.data / "admin.sock").stat().st_mode) == 0o600
    assert server.run("verify", "--data", server.data).returncode == 0


def test_who_may_not_look_is_told_so(server):
    """Not that there is no account, or no store."""
    if os.geteuid() != 0:
        pytest.skip("becoming somebody else takes root")
    for command in (["env"], ["account", "list"]):
        arguments = ["--reuid=65534", "--regid=65534", "--clear-groups", PROGRAM, *command, "--data", server.data]
        done = subprocess.run(["setpriv", *map(str, arguments)], capture_output=True, text=True, timeout=60, cwd="/")
        assert done.returncode == 1 and "Permission denied" in done.stderr, done.stderr


def test_accounts_have_buckets_of_their_own(start_server):
    server = start_server()
    made = server.new_account()
    assert re.fullmatch(r"\d{12}", made.id) and re.fullmatch(r"[0-9a-f]{64}", made.canonical_id)
    theirs = make_s3(server, made)
    theirs.create_bucket(Bucket="their-bucket")
    assert [bucket["Name"] for bucket in theirs.list_buckets()["Buckets"]] == ["their-bucket"]
    assert make_s3(server, server.root()).list_buckets()["Buckets"] == []
    listed = server.run("account", "list", "--json", "--data", server.data).stdout
    assert made.secret_key not in listed
    accounts = {one["AccountId"]: one for one in json.loads(listed)}
    assert len(accounts) == 2 and accounts[made.id]["AccessKeyId"] == made.access_key
    assert accounts[made.id]["CanonicalId"] == made.canonical_id
    server.stop()
    alone = server.new_account()
    assert alone.id in server.run("account", "list", "--data", server.data).stdout, "without a server, too"
    server.start()
    assert make_s3(server, alone).list_buckets()["Buckets"] == []
    server.restart()
    assert len(make_s3(server, made).list_buckets()["Buckets"]) == 1


def test_secrets_are_0600_and_in_no_log(start_server):
    server = start_server("--log.level", "debug")
    root = server.root()
    make_s3(server, root).list_buckets()
    server.stop()
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    secrets = [file for file in server.data.rglob("*") if re.search("key|secret|credential", file.name)]
    assert len(secrets) >= 2, "the root access key and the master key"
    assert [stat.S_IMODE(file.stat().st_mode) for file in secrets] == [0o600] * len(secrets)
    server.lines.clear()
    server.start()
    make_s3(server, root).list_buckets()
    server.stop()
    assert root.secret_key not in server.output, "it is printed at the first start, and never again"


def test_what_a_url_grants_is_in_no_log(start_server):
    server = start_server("--log.level", "debug")
    raw = RawClient(server, server.root())
    target = raw.signer.presign("GET", "/", raw.host)
    assert raw.anonymous("GET", target).status == 200
    assert raw.anonymous("GET", f"{target}&X-Amz-Security-Token=a-token").status == 400
    server.stop()
    requests = [line for line in server.lines if '"message":"request"' in line]
    assert len(requests) == 2 and all(json.loads(line)["request_id"] for line in requests)
    assert target.rpartition("=")[2] not in server.output and "a-token" not in server.output


def log_of(tmp_path, *options, terminal):
    """What a server says on standard error from its start to its end, with a request and a refused one between."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    arguments = ["serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--http.connections_max", "50"]
    arguments += options
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    try:
        url = re.search(r"http://127.0.0.1:(\d+)", process.stdout.readline())
        for _ in range(2):
            exchange(("127.0.0.1", int(url.group(1))), b"GET /a-bucket HTTP/1.1\r\nHost: x\r\n\r\n")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    said = b""
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:
        pass  # how a terminal ends
    os.close(ours)
    return said.decode().replace("\r\n", "\n").splitlines()


def test_logs_are_for_people_on_a_terminal_and_json_elsewhere(tmp_path):
    piped = [json.loads(line) for line in log_of(tmp_path, terminal=False)]
    assert [line["message"] for line in piped][::2] == ["serving", "stopped"], "no line a request"
    assert all(line["time"] and line["level"] == "info" for line in piped)
    shown = log_of(tmp_path, terminal=True)
    assert len(shown) == len(piped) and not any(line.startswith("{") for line in shown)
    assert "serving" in shown[0] and "127.0.0.1" in shown[0]
    forced = log_of(tmp_path, "--log.format", "json", terminal=True)
    assert json.loads(forced[0])["message"] == "serving"


def test_debug_has_one_line_a_request(tmp_path):
    lines = [json.loads(line) for line in log_of(tmp_path, "--log.level", "debug", terminal=False)]
    requests = [line for line in lines if line["level"] == "debug"]
    assert [(line["operation"], line["status"], line["code"]) for line in requests] == [
        ("ListObjects", "404", "NoSuchBucket")
    ] * 2
    assert len({line["request_id"] for line in requests}) == 2


def test_aws_passes_on(server):
    done = program("aws", "s3api", "list-buckets", env={**os.environ, "SKERRY_DATA": str(server.data)})
    assert done.returncode == 0, done.stderr
    assert "Buckets" in json.loads(done.stdout)


def test_verify_beside_a_server_and_alone(start_server):
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    for size in (0, 100, 1_000_000):
        s3.put_object(Bucket="box", Key=str(size), Body=os.urandom(size))
    assert server.run("verify", "--data", server.data).returncode == 0
    server.stop()
    assert server.run("verify", "--data", server.data).returncode == 0


def test_verify_finds_a_flipped_bit(start_server):
    server = start_server()
    s3 = make_s3(server, server.root())
    s3.create_bucket(Bucket="box")
    s3.put_object(Bucket="box", Key="k", Body=os.urandom(3_000_000))
    server.stop()
    largest = max(
        (file for file in (server.data / "blobs").rglob("*") if file.is_file()), key=lambda file: file.stat().st_size
    )
    damaged = bytearray(largest.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    os.chmod(largest, 0o600)
    largest.write_bytes(damaged)
    assert server.run("verify", "--data", server.data, check=False).returncode != 0
    server.start()
    with pytest.raises(Exception):  # noqa: B017 whichever way the client tells it: never wrong bytes
        make_s3(server, server.root()).get_object(Bucket="box", Key="k")["Body"].read()


def test_small_commands(server):
    version = program("version").stdout
    assert re.fullmatch(r"skerry \d+\.\d+\.\d+\n", version)
    assert program("--version").stdout == version
    shown = program("config", "show", env={**os.environ, "SKERRY_LISTEN": "127.0.0.1:1"}).stdout
    assert "127.0.0.1:1" in shown and "SKERRY_LISTEN" in shown and "default" in shown


def test_doctor_says_what_is_weak(server, tmp_path):
    def weak(*options):
        done = server.run("doctor", "--data", server.data, *options, check=False)
        lines = done.stdout.splitlines()
        assert all(line.startswith(("ok ", "WEAK ", "FAIL ")) for line in lines) and len(lines) >= 4
        return [line for line in lines if line.startswith("WEAK ") and not re.search("cores:|MiB are free", line)]

    [line] = weak()
    assert "master key lies in the data folder" in line
    key = tmp_path / "key"
    key.write_text("0" * 64)
    assert weak("--master_key", f"file:{key}") == []
    [line] = weak("--master_key", f"file:{key}", "--listen", "0.0.0.0:4566")
    assert "0.0.0.0:4566 WITHOUT TLS" in line
    certificate = ["--tls.certificate", "c.pem", "--tls.key", "k.pem"]
    assert weak("--master_key", f"file:{key}", "--listen", "0.0.0.0:4566", *certificate) == []


TEACHES = {
    "": ["skerry serve", 'eval "$(skerry env)"', "aws s3 mb", "skerry aws", "--help"],
    "serve": ["skerry serve --data", "--listen 127.0.0.1:4566", "--threads", "root access key", "SIGTERM", "SIGHUP"],
    "env": ['eval "$(skerry env --data', "AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY", "aws s3 ls"],
    "aws": ["skerry aws s3 ls", "AWS_ENDPOINT_URL"],
    "account": ["create", "list", "skerry account create --name", "--json"],
    "account create": ["--json", "--name", "--data", "never again"],
    "account list": ["--json", "--data"],
    "config": ["skerry config show", "SKERRY_HTTP_IDLE_TIMEOUT"],
    "config show": ["SKERRY_HTTP_IDLE_TIMEOUT", "--config"],
    "verify": ["--repair", "beside a running", "every object"],
    "doctor": ["WEAK", "master key", "TLS"],
    "version": ["Print the version"],
}


@pytest.mark.parametrize("command", TEACHES)
def test_help_teaches(command):
    done = program(*command.split(), "--help")
    assert done.returncode == 0 and not done.stderr
    said = " ".join(done.stdout.split())
    assert not [words for words in TEACHES[command] if words not in said]


def test_help_of_serve_has_every_setting_with_its_default():
    said = " ".join(program("serve", "--help").stdout.split())
    shown = [line.split() for line in program("config", "show", env={}).stdout.splitlines()]
    assert len(shown) > 25
    for name, value, *_ in shown:
        described = said.partition(f"--{name} ")[2].partition(" --")[0]
        assert len(described.split()) > 4, f"{name} has no words"
        assert value == "-" or f"[{value}]" in described


def test_help_names_every_command_and_nothing_said_is_a_question():
    done = program()
    assert done.returncode == 1 and not done.stdout
    for command in {words.split()[0] for words in TEACHES if words}:
        assert f"\n  {command} " in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve", "--nonsense"],
        ["serve", "--listen", "nonsense"],
        ["serve", "--threads", "x"],
        ["serve", "--log.level", "loud"],
        ["serve", "--listen", "127.0.0.1:0", "--tls.key", "key.pem"],
        ["serve", "--listen", "127.0.0.1:0", "--tls.certificate", "certificate.pem"],
        ["env", "--data", "nowhere"],
        ["verify", "--data", "nowhere"],
    ],
)
def test_a_wrong_command_line_says_so(tmp_path, arguments):
    done = program(*arguments, cwd=tmp_path)
    assert done.returncode > 0 and done.stderr.strip()


def test_health_and_metrics(server, raw):
    raw.request("GET", "/")
    health = exchange(server.address, b"GET /_skerry/health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert health.status == 200
    metrics = exchange(server.address, b"GET /_skerry/metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    assert metrics.status == 200 and b"# TYPE" in metrics.body and b"ListBuckets" in metrics.body


def read_metrics(server):
    """By way of the admin socket, which answers however metrics.public is set."""
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(30)
        admin.connect(str(server.data / "admin.sock"))
        admin.sendall(b"GET /_skerry/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: admin.recv(65536), b"")).decode()
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 ")
    lines = (line.rpartition(" ") for line in body.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_metrics_tell_what_was_done(server, raw, name):
    before = read_metrics(server)
    assert raw.request("PUT", f"/{name}").status == 200
    assert raw.request("PUT", f"/{name}/k", body=b"x" * 100_000).status == 200
    assert len(raw.request("GET", f"/{name}/k").body) == 100_000
    assert raw.request("DELETE", f"/{name}/k").status == 204
    after = read_metrics(server)

    def grown(metric):
        return after[metric] - before.get(metric, 0)

    def requests(operation, status):
        return f'skerry_requests_total{{operation="{operation}",service="s3",status="{status}"}}'

    assert grown(requests("PutObject", 200)) == grown(requests("GetObject", 200)) == 1
    assert grown('skerry_request_seconds_count{operation="DeleteObject",service="s3"}') == 1
    assert grown("skerry_received_bytes_total") > 100_000
    assert grown("skerry_sent_bytes_total") > 100_000
    assert grown("skerry_commit_batches_total") >= grown("skerry_commits_total") >= 3
    assert after["skerry_storage_healthy"] == after["skerry_storage_accepting"] == 1
    assert after["skerry_sweep_queue"] >= 1, "the deleted body waits for its readers' grace"
    assert after["skerry_commit_queue"] == 0 and after["skerry_request_memory_bytes"] == 0
    assert after["skerry_connections"] >= 1
    assert 0 < after["skerry_disk_free_bytes"] < after["skerry_disk_bytes"]
    buckets = [name for name in after if name.startswith("skerry_request_seconds_bucket") and "PutObject" in name]
    assert len(buckets) > 10 and any('le="+Inf"' in name for name in buckets), "latencies are histograms"
