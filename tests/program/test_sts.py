"""Who a client is, as STS tells it."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from harness.cli import VERSIONS, AwsCli
from harness.http import exchange, serialise


def sts(server, access_key, secret_key, region="us-east-1"):
    return boto3.client(
        "sts",
        endpoint_url=server.endpoint,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_caller_identity_of_each_account(server, other_account, region):
    said = sts(server, other_account.access_key, other_account.secret_key, region).get_caller_identity()
    assert said["Account"] == said["UserId"] == other_account.id
    assert said["Arn"] == f"arn:aws:iam::{other_account.id}:root"
    assert said["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("version", VERSIONS)
def test_caller_identity_with_the_cli(server, other_account, version, tmp_path):
    exports = {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": other_account.access_key,
        "AWS_SECRET_ACCESS_KEY": other_account.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    cli = AwsCli(version, server, tmp_path, exports)
    assert json.loads(cli("sts", "get-caller-identity", "--output", "json"))["Account"] == other_account.id


def test_only_who_signs_rightly_is_told(server, account):
    for access_key, secret_key, code in [
        (account.access_key, "x" * 40, "SignatureDoesNotMatch"),
        ("AKIAIOSFODNN7EXAMPLE", account.secret_key, "InvalidClientTokenId"),
    ]:
        with pytest.raises(ClientError) as caught:
            sts(server, access_key, secret_key).get_caller_identity()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        assert caught.value.response["Error"]["Code"] == code
    answer = exchange(
        server.address, serialise("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", [("Host", "localhost")])
    )
    assert answer.status == 403 and b"<Code>MissingAuthenticationToken</Code>" in answer.body
