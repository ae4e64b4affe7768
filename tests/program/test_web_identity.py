"""Roles for those whom an identity provider vouches for."""

import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from harness.boto import client_of, failure
from harness.cli import VERSIONS, AwsCli
from harness.http import exchange, serialise
from harness.oidc import KeyServer, SigningKey, key_set
from harness.server import Server

BY_FILE, BY_URL, SILENT = "by-file.example", "by-url.example/realm", "silent.example"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return [SigningKey(folder, "one"), SigningKey(folder, "two")]


@pytest.fixture(scope="module")
def world(keys, tmp_path_factory):
    """A server that knows where three providers' keys are, and a role for each of them."""
    folder = tmp_path_factory.mktemp("web-identity")
    (folder / "keys.json").write_bytes(key_set(keys[:1]))
    with KeyServer(keys[:1]) as served:
        places = f"{BY_FILE}={folder}/keys.json {BY_URL}={served.url} {SILENT}=http://127.0.0.1:1/keys"
        with Server(folder / "data", ["--sts.oidc_keys", places]) as server:
            server.folder, server.served = folder, served
            server.iam = client_of("iam", server, server.root())
            server.roles = {url: make_role(server, url) for url in (BY_FILE, BY_URL, SILENT)}
            yield server


def make_role(server, url):
    arn = server.iam.create_open_id_connect_provider(Url=f"https://{url}", ClientIDList=["app"])
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": arn["OpenIDConnectProviderArn"]},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{url}:aud": "app", f"{url}:sub": "ann"}},
            }
        ],
    }
    name = "web-" + url.split(".")[0]
    role = server.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}
    server.iam.put_role_policy(RoleName=name, PolicyName="list", PolicyDocument=json.dumps(allow))
    return role["Arn"]


def assume(server, url, token, **more):
    sts = boto3.client(
        "sts",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}),
    )
    request = {"RoleArn": server.roles[url], "RoleSessionName": "web", "WebIdentityToken": token, **more}
    return sts.assume_role_with_web_identity(**request)


def token_for(key, url, **claims):
    return key.token(**{"iss": f"https://{url}", "aud": "app", "sub": "ann", **claims})


@pytest.mark.parametrize("url", [BY_FILE, BY_URL])
def test_a_token_opens_a_role(world, keys, url):
    answer = assume(world, url, token_for(keys[0], url))
    assert answer["SubjectFromWebIdentityToken"] == "ann"
    assert answer["Audience"] == "app"
    assert answer["Provider"] == f"https://{url}"
    said = client_of("sts", world, answer["Credentials"]).get_caller_identity()
    assert said["Arn"] == answer["AssumedRoleUser"]["Arn"]
    client_of("s3", world, answer["Credentials"]).list_buckets()
    with pytest.raises(ClientError) as refused:
        client_of("s3", world, answer["Credentials"]).create_bucket(Bucket="not-for-ann")
    assert failure(refused) == (403, "AccessDenied")


def test_bad_tokens(world, keys):
    good = token_for(keys[0], BY_FILE)
    for token, code, text in [
        ("not-a-token", "InvalidIdentityToken", "not a valid JWT"),
        (good[:-8] + "AAAAAAAA", "InvalidIdentityToken", "could not be validated"),
        (token_for(keys[1], BY_FILE), "InvalidIdentityToken", "Couldn't retrieve verification key"),
        (token_for(keys[0], BY_FILE, aud="other"), "InvalidIdentityToken", "Incorrect token audience"),
        (
            token_for(keys[0], BY_FILE, iss="https://x.example"),
            "InvalidIdentityToken",
            "No OpenIDConnect provider found",
        ),
        (token_for(keys[0], BY_FILE, exp=1), "ExpiredTokenException", "Token expired: current date/time"),
    ]:
        with pytest.raises(ClientError) as refused:
            assume(world, BY_FILE, token)
        assert failure(refused) == (400, code)
        assert text in refused.value.response["Error"]["Message"]
    with pytest.raises(ClientError) as refused:
        assume(world, BY_FILE, token_for(keys[0], BY_FILE, sub="bob"))
    assert failure(refused) == (403, "AccessDenied")
    assert refused.value.response["Error"]["Message"] == "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    with pytest.raises(ClientError) as refused:
        assume(world, SILENT, token_for(keys[0], SILENT))
    assert refused.value.response["Error"]["Code"] == "IDPCommunicationError"


def test_keys_of_a_file_change_at_once_and_those_of_a_url_are_asked_for_rarely(world, keys):
    assume(world, BY_URL, token_for(keys[0], BY_URL))
    asked = world.served.asked
    for _ in range(5):
        with pytest.raises(ClientError):
            assume(world, BY_URL, token_for(keys[1], BY_URL))
    assert world.served.asked <= asked + 1
    (world.folder / "keys.json").write_bytes(key_set(keys))
    assume(world, BY_FILE, token_for(keys[1], BY_FILE))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_profile_with_a_token_file(world, keys, version, tmp_path):
    (tmp_path / "token").write_text(token_for(keys[0], BY_FILE))
    exports = {
        "AWS_ENDPOINT_URL": world.endpoint,
        "AWS_ROLE_ARN": world.roles[BY_FILE],
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ROLE_SESSION_NAME": "cli",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    if version == "v2":
        # Its credential provider knows no endpoint but AWS's; the command does.
        cli = AwsCli(version, world, tmp_path, {"AWS_DEFAULT_REGION": "us-east-1"})
        said = json.loads(
            cli(
                *("sts", "assume-role-with-web-identity", "--role-arn", world.roles[BY_FILE]),
                *("--role-session-name", "cli", "--web-identity-token", f"file://{tmp_path}/token"),
                *("--output", "json"),
            )
        )
        assert said["AssumedRoleUser"]["Arn"].endswith("/cli")
        return
    said = json.loads(AwsCli(version, world, tmp_path, exports)("sts", "get-caller-identity", "--output", "json"))
    assert said["Arn"].endswith(":assumed-role/web-by-file/cli")


def test_only_what_nobody_signs_comes_unsigned(world):
    too_long = "AssumeRoleWithWebIdentity&WebIdentityToken=" + "t" * (300 << 10)
    for action, status, code in [
        (too_long, 403, b"MissingAuthenticationToken"),
        ("NoSuchAction", 403, b"MissingAuthenticationToken"),
        ("GetCallerIdentity", 403, b"MissingAuthenticationToken"),
        ("AssumeRole", 403, b"MissingAuthenticationToken"),
        ("AssumeRoleWithSAML", 501, b"NotImplemented"),
    ]:
        body = f"Action={action}&Version=2011-06-15".encode()
        headers = [
            ("Host", "127.0.0.1"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", str(len(body))),
        ]
        answer = exchange(world.address, serialise("POST", "/", headers) + body)
        assert answer.status == status and code in answer.body, action[:40]
