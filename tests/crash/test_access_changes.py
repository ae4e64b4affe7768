"""Who may use a bucket is either as it was or as it was to be: changed over and over until the server is killed."""

import json
import os
import random
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from harness.boto import client_of, make_s3
from harness.server import Server

ROUNDS = min(int(os.environ.get("CRASH_ROUNDS", 8)), 50)
WRITERS = 4


class Writer:
    """Changes settings one after the other; knows what was acknowledged, and what was under way."""

    def __init__(self, name):
        self.name, self.number = name, 0
        self.block = True  # as acknowledged; None: there is none
        self.pending = ()  # the change that waits for its answer

    def work(self, client):
        try:
            while True:
                self.number += 1
                self.change(client)
                setattr(self, *self.pending)
                self.pending = ()
        except (BotoCoreError, ClientError):
            pass  # it is dead

    def verify(self, client):
        for what, is_there in self.told(client).items():
            allowed = [getattr(self, what)] + [
                value for name, value in [self.pending] * bool(self.pending) if name == what
            ]
            assert is_there in allowed, f"{self.name}: {what} is {is_there}, and may be {allowed}"
            setattr(self, what, is_there)
        self.pending = ()


def told_block(call, **whose):
    try:
        block = call(**whose)["PublicAccessBlockConfiguration"]
    except ClientError as failed:
        assert failed.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration", failed
        return None
    assert block["BlockPublicAcls"] == block["IgnorePublicAcls"], "half of a change"
    return block["BlockPublicAcls"]


class BucketWriter(Writer):
    """Of a bucket's policy and block."""

    policy = None

    def client(self, server, root):
        return make_s3(server, root)

    def document(self, number):
        statement = {
            "Sid": f"n{number}",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.name}/{'x' * (number * 97 % 3000)}*",
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def change(self, s3):
        if self.number % 3 == 0:
            self.pending = ("block", not self.block)
            setting = {"BlockPublicAcls": self.pending[1], "IgnorePublicAcls": self.pending[1]}
            s3.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=setting)
        elif self.number % 7 == 0:
            self.pending = ("policy", None)
            s3.delete_bucket_policy(Bucket=self.name)
        else:
            self.pending = ("policy", self.document(self.number))
            s3.put_bucket_policy(Bucket=self.name, Policy=self.pending[1])

    def told(self, s3):
        s3.put_object(Bucket=self.name, Key="still", Body=b"writable")
        return {"policy": self.told_policy(s3), "block": told_block(s3.get_public_access_block, Bucket=self.name)}

    def told_policy(self, s3):
        try:
            return s3.get_bucket_policy(Bucket=self.name)["Policy"]
        except ClientError as failed:
            assert failed.response["Error"]["Code"] == "NoSuchBucketPolicy", failed
            return None


class AccountWriter(Writer):
    """Of the public access block of the whole account."""

    def client(self, server, root):
        # SDKs put the account's id before the endpoint's name: the server is its own proxy.
        return client_of("s3control", server, root, proxies={"http": server.endpoint})

    def change(self, control):
        if self.number % 5 == 0:
            self.pending = ("block", None)
            control.delete_public_access_block(AccountId=self.name)
        else:
            self.pending = ("block", self.number % 2 == 0)
            setting = {"BlockPublicAcls": self.pending[1], "IgnorePublicAcls": self.pending[1]}
            control.put_public_access_block(AccountId=self.name, PublicAccessBlockConfiguration=setting)

    def told(self, control):
        return {"block": told_block(control.get_public_access_block, AccountId=self.name)}


def test_a_change_that_was_killed_is_the_old_or_the_new(tmp_path, seed):
    dice = random.Random(seed)
    writers = [BucketWriter(f"policies-{number}") for number in range(WRITERS)]
    server = Server(tmp_path / "data").start()
    try:
        root = server.root()
        for writer in writers:
            make_s3(server, root).create_bucket(Bucket=writer.name)
        whole = AccountWriter(client_of("sts", server, root).get_caller_identity()["Account"])
        whole.block = None
        writers.append(whole)
        for number in range(ROUNDS):
            begun = sum(writer.number for writer in writers)
            threads = [threading.Thread(target=w.work, args=(w.client(server, root),)) for w in writers]
            for thread in threads:
                thread.start()
            deadline = time.monotonic() + 60
            until = begun + dice.randrange(20, 150)
            while sum(writer.number for writer in writers) < until and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(dice.uniform(0, 0.01))
            server.kill()
            for thread in threads:
                thread.join()
            server.start()
            for writer in writers:
                writer.verify(writer.client(server, root))
            assert sum(writer.number for writer in writers) > begun, (
                f"CRASH_SEED={seed}, round {number}: nothing was done"
            )
    finally:
        server.kill()
