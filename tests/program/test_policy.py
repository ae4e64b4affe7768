"""`skerry policy`: documents made, explained and tried without a server."""

import json
import subprocess

import pytest

from harness.server import PROGRAM


def policy(*arguments, **how):
    return subprocess.run([PROGRAM, "policy", *map(str, arguments)], capture_output=True, text=True, timeout=60, **how)


def generate(*arguments):
    done = policy("generate", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_generate_then_check_then_simulate(tmp_path):
    ann = "arn:aws:iam::111122223333:user/ann"
    text = generate("--principal", ann, "--actions", "Get*", "--resource", "box/*")
    document = json.loads(text)
    assert document["Version"] == "2012-10-17" and document["Id"]
    [statement] = document["Statement"]
    assert statement == {
        "Sid": "AllowGet",
        "Effect": "Allow",
        "Principal": {"AWS": ann},
        "Action": "s3:Get*",
        "Resource": "arn:aws:s3:::box/*",
    }
    file = tmp_path / "bucket.json"
    file.write_text(text)
    checked = policy("check", file)
    assert checked.returncode == 0
    assert checked.stdout == (f"Statement[0] (AllowGet): allows {ann}\n  to do s3:Get*\n  on arn:aws:s3:::box/*\n")
    ask = ["simulate", "--resource-policy", file, "--resource", "arn:aws:s3:::box/k", "--principal"]
    allowed = policy(*ask, ann, "--action", "s3:GetObject")
    assert (allowed.returncode, allowed.stdout) == (0, f"allowed by Statement[0] (AllowGet) of {file}\n")
    for other in [(ann, "s3:PutObject"), ("arn:aws:iam::111122223333:user/bob", "s3:GetObject"), ("*", "s3:GetObject")]:
        denied = policy(*ask, other[0], "--action", other[1])
        assert denied.returncode == 1 and denied.stdout.startswith("denied: "), other


def test_check_warns_of_public_access_and_typos():
    text = generate("--principal", "*", "--actions", "GetObjct", "--resource", "box/*")
    done = policy("check", "-", input=text)
    assert done.returncode == 0
    warnings = [line for line in done.stdout.splitlines() if line.startswith("WARNING")]
    assert len(warnings) == 2
    assert "everyone may do this" in warnings[0] and "did you mean s3:GetObject?" in warnings[1]
    known = ["iam:CreateUser", "sts:AssumeRole", "s3:PutAccountPublicAccessBlock", "lambda:InvokeFunction"]
    statement = {"Effect": "Allow", "Action": known, "Resource": "*"}
    done = policy("check", "-", input=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert done.returncode == 0 and "WARNING" not in done.stdout


@pytest.mark.parametrize("action", ["s3:GetObjectVersion", "iam:PassRole", "sqs:*", "dynamodb:PutItem", "kms:Decrypt"])
def test_actions_of_all_services_are_known(action):
    text = generate("--actions", action, "--resource", "*")
    done = policy("check", "-", input=text)
    assert done.returncode == 0 and "WARNING" not in done.stdout


def test_context_decides():
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": "*",
                "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
            },
        }
    )
    ask = [
        "simulate",
        "--policy",
        "-",
        "--principal",
        "arn:aws:iam::111122223333:user/ann",
        "--action",
        "s3:ListBucket",
    ]
    assert policy(*ask, input=text).returncode == 1
    assert policy(*ask, "--context", "aws:SourceIp=192.0.2.7", input=text).returncode == 0
    assert policy(*ask, "--context", "aws:SourceIp=198.51.100.7", input=text).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "text", "words"),
    [
        (["check", "-"], "{", "no policy: Malformed"),
        (["check", "-"], '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}', "Statement[0]"),
        (["check", "/nowhere"], "", "cannot read /nowhere"),
        (["generate", "--actions", "s3:Get:x", "--resource", "b"], "", "no policy"),
        (["simulate", "--principal", "ann", "--action", "s3:GetObject"], "", "ann cannot ask"),
        (["simulate", "--principal", "*", "--action", "s3:GetObject", "--context", "x"], "", "KEY=VALUE"),
    ],
)
def test_what_cannot_be_used_is_said(arguments, text, words):
    done = policy(*arguments, input=text)
    assert done.returncode == 2 and words in done.stderr and not done.stdout
