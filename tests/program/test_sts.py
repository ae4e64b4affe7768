"""Who a client is, as STS tells it."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from harness.boto import client_of
from harness.cli import VERSIONS, AwsCli
from harness.http import exchange, serialise
from harness.iam import allow, document, new_user


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


def test_the_details_of_a_denial_are_for_who_may_read_them(start_server):
    server = start_server("--auth.encoded_messages", "true")
    iam = client_of("iam", server, server.root())
    deny = document({"Sid": "NotHere", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::secret*"})
    ann, reader = new_user(iam, "ann", deny), new_user(iam, "reader", allow("sts:DecodeAuthorizationMessage"))
    client_of("s3", server, server.root()).create_bucket(Bucket="secret-things")
    with pytest.raises(ClientError) as refused:
        client_of("s3", server, ann).list_objects_v2(Bucket="secret-things")
    told, _, message = refused.value.response["Error"]["Message"].partition(". Encoded authorization failure message: ")
    assert told.endswith("with an explicit deny in an identity-based policy")
    decode = client_of("sts", server, reader).decode_authorization_message
    details = json.loads(decode(EncodedMessage=message)["DecodedMessage"])
    assert (details["allowed"], details["explicitDeny"]) == (False, True)
    assert details["matchedStatements"]["items"][0]["effect"] == "DENY"
    assert details["context"]["principal"]["arn"] == ann.arn
    assert details["context"]["action"] == "s3:ListBucket"
    assert details["context"]["resource"] == "arn:aws:s3:::secret-things"
    keys = {one["key"]: one["values"]["items"][0]["value"] for one in details["context"]["conditions"]["items"]}
    assert keys["aws:sourceip"] == "127.0.0.1" and keys["aws:username"] == "ann"
    with pytest.raises(ClientError, match="AccessDenied"):
        client_of("sts", server, ann).decode_authorization_message(EncodedMessage=message)
    with pytest.raises(ClientError, match="InvalidAuthorizationMessageException"):
        decode(EncodedMessage=message[:-4])
