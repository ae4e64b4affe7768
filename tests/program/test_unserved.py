"""What is modelled and not served says so by name, in the protocol of the client that asks."""

import os
import pathlib

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from harness.server import Server

CALLS = {
    "acm": "list_certificates",  # JSON 1.1
    "cloudfront": "list_distributions",  # rest-xml
    "cloudwatch": "list_metrics",  # CBOR
    "dynamodb": "list_tables",  # JSON 1.0
    "dynamodbstreams": "list_streams",
    "events": "list_rules",
    "iam": "list_organizations_features",  # query
    "kinesis": "list_streams",
    "kms": "list_keys",
    "lambda": "list_functions",  # rest-json
    "logs": "describe_log_groups",
    "sns": "list_topics",
    "sqs": "list_queues",  # JSON 1.0, compatible with query
}


def make_client(server, account, service, secret_key=None):
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=account.access_key,
        aws_secret_access_key=secret_key or account.secret_key,
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.mark.parametrize("service", CALLS)
def test_says_which_operation_is_not_there(server, account, service):
    client = make_client(server, account, service)
    with pytest.raises(ClientError) as caught:
        getattr(client, CALLS[service])()
    answer = caught.value.response
    operation = client.meta.method_to_api_mapping[CALLS[service]]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["Error"]["Code"] == "NotImplemented"
    assert answer["Error"]["Message"] == f"The operation {operation} is not implemented."


@pytest.mark.parametrize("service", CALLS)
def test_says_so_only_to_those_who_sign_rightly(server, account, service):
    with pytest.raises(ClientError) as caught:
        getattr(make_client(server, account, service, secret_key="x" * 40), CALLS[service])()
    answer = caught.value.response
    status, code = answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]
    # In JSON AWS words it otherwise, and most of those services say 400.
    assert (status, code) in [
        (403, "SignatureDoesNotMatch"),
        (403, "InvalidSignatureException"),
        (400, "InvalidSignatureException"),
    ]


def test_a_functions_code_is_read_and_not_held(tmp_path):
    """50 MB of code are 67 MB of JSON: more than a small server has memory for."""
    with Server(tmp_path / "data", ["--memory", "64MiB"]) as server:
        client = make_client(server, server.root(), "lambda")
        code = os.urandom(50 * 1024 * 1024)
        before = peak_memory(server.process.pid)
        with pytest.raises(ClientError) as caught:
            client.create_function(FunctionName="f", Role="arn:aws:iam::111122223333:role/r", Code={"ZipFile": code})
        assert caught.value.response["Error"]["Code"] == "NotImplemented"
        assert peak_memory(server.process.pid) - before < 8 << 20


def peak_memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) << 10
    raise AssertionError("no VmHWM")
