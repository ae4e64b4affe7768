"""`skerry account rm`: with a running server and without one."""

import json

import pytest
from botocore.exceptions import ClientError

from harness.boto import client_of, make_s3


def account_ids(server):
    return [
        one["AccountId"] for one in json.loads(server.run("account", "list", "--json", "--data", server.data).stdout)
    ]


def remove(server, account_id):
    return server.run("account", "rm", account_id, "--data", server.data, check=False)


def iam_of(server, account):
    return client_of("iam", server, account)


def test_not_while_it_has_buckets(start_server):
    server = start_server()
    account = server.new_account()
    s3 = make_s3(server, account)
    s3.create_bucket(Bucket="in-the-way")
    iam_of(server, account).create_user(UserName="ann")
    told = remove(server, account.id)
    assert told.returncode == 1
    assert told.stderr == f"skerry: account {account.id} still has buckets, in-the-way for one: delete them first\n"
    assert iam_of(server, account).get_user(UserName="ann")
    s3.delete_bucket(Bucket="in-the-way")
    assert remove(server, account.id).stdout == f"removed account {account.id}\n"
    with pytest.raises(ClientError) as caught:
        s3.list_buckets()
    assert caught.value.response["Error"]["Code"] == "InvalidAccessKeyId"
    assert account.id not in account_ids(server)
    server.restart()
    assert account.id not in account_ids(server)
    told = remove(server, account.id)
    assert (told.returncode, told.stderr) == (1, f"skerry: there is no account {account.id}\n")


def test_its_users_keys_end_with_it(start_server):
    server = start_server()
    account = server.new_account()
    iam = iam_of(server, account)
    iam.create_user(UserName="ann")
    made = iam.create_access_key(UserName="ann")["AccessKey"]
    sts = client_of("sts", server, made)
    sts.get_caller_identity()
    assert remove(server, account.id).returncode == 0
    with pytest.raises(ClientError) as caught:
        sts.get_caller_identity()
    assert caught.value.response["Error"]["Code"] == "InvalidClientTokenId"


def test_without_a_server(start_server):
    server = start_server()
    account = server.new_account()
    server.stop()
    assert remove(server, account.id).returncode == 0
    assert account.id not in account_ids(server)


def test_the_first_account_stays(start_server):
    server = start_server()
    server.new_account()
    first = account_ids(server)[0]
    told = remove(server, first)
    assert told.returncode == 1
    assert told.stderr == f"skerry: account {first} is the one whose key lies in the data folder: it stays\n"
    make_s3(server, server.root()).list_buckets()
