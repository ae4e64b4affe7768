"""Who may use a bucket is either as it was or as it was to be: changed over and over until the server is killed."""

import json
import os
import random
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from harness.boto import make_s3
from harness.server import Server

ROUNDS = min(int(os.environ.get("CRASH_ROUNDS", 8)), 50)
WRITERS = 4


class Writer:
    """Changes one bucket's policy and block by turns; knows what was acknowledged, and what was under way."""

    def __init__(self, name):
        self.name, self.number = name, 0
        self.policy, self.block = None, True  # as acknowledged; None: there is none
        self.pending = ()  # the change that waits for its answer

    def document(self, number):
        statement = {
            "Sid": f"n{number}",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.name}/{'x' * (number * 97 % 3000)}*",
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def work(self, s3):
        try:
            while True:
                self.number += 1
                self.change(s3)
        except (BotoCoreError, ClientError):
            pass  # it is dead

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
        setattr(self, *self.pending)
        self.pending = ()

    def verify(self, s3):
        found = {"policy": self.told_policy(s3)}
        block = s3.get_public_access_block(Bucket=self.name)["PublicAccessBlockConfiguration"]
        assert block["BlockPublicAcls"] == block["IgnorePublicAcls"], "half of a change"
        found["block"] = block["BlockPublicAcls"]
        for what, is_there in found.items():
            allowed = [getattr(self, what)] + [
                value for name, value in [self.pending] * bool(self.pending) if name == what
            ]
            assert is_there in allowed, f"{self.name}: {what} is {is_there}, and may be {allowed}"
            setattr(self, what, is_there)
        self.pending = ()
        s3.put_object(Bucket=self.name, Key="still", Body=b"writable")

    def told_policy(self, s3):
        try:
            return s3.get_bucket_policy(Bucket=self.name)["Policy"]
        except ClientError as failed:
            assert failed.response["Error"]["Code"] == "NoSuchBucketPolicy", failed
            return None


def test_a_change_that_was_killed_is_the_old_or_the_new(tmp_path, seed):
    dice = random.Random(seed)
    writers = [Writer(f"policies-{number}") for number in range(WRITERS)]
    server = Server(tmp_path / "data").start()
    try:
        for writer in writers:
            make_s3(server, server.root()).create_bucket(Bucket=writer.name)
        for number in range(ROUNDS):
            begun = sum(writer.number for writer in writers)
            threads = [threading.Thread(target=w.work, args=(make_s3(server, server.root()),)) for w in writers]
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
                writer.verify(make_s3(server, server.root()))
            assert sum(writer.number for writer in writers) > begun, (
                f"CRASH_SEED={seed}, round {number}: nothing was done"
            )
    finally:
        server.kill()
