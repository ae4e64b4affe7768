"""Killed while users, keys and policies are made, changed and deleted: each is as it was or as it was to be, and what
was acknowledged holds."""

import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from harness.boto import client_of
from harness.iam import allow
from harness.server import Account

ROUNDS = 8
WORKERS = 4


def client(server, who, service="iam"):
    return client_of(service, server, who, read_timeout=30)


class Stepper:
    """Makes changes until the server dies. `sure` is the state after the last acknowledged step, `maybe` the one that
    the step under way would make."""

    def __init__(self, number):
        self.number = number
        self.round = 0
        self.sure = self.maybe = None
        self.steps = 0

    def step(self, maybe, call, **arguments):
        self.maybe = maybe
        result = call(**arguments)
        self.sure = maybe
        self.steps += 1
        return result

    def run(self, iam):
        try:
            while True:
                self.one_life(iam)
        except (BotoCoreError, ClientError) as died:
            self.why = died


class Worker(Stepper):
    """One user at a time: made, given a key, the key switched off and on, all of it deleted. A state is None, for no
    user, or (name, key or None, active)."""

    def one_life(self, iam):
        self.round += 1
        user = {"UserName": f"u-{self.number}-{self.round}"}
        name = user["UserName"]
        self.step((name, None, False), iam.create_user, **user)
        # Of a key whose answer never came nobody knows the id.
        made = self.step((name, "?", True), iam.create_access_key, **user)["AccessKey"]
        key = (made["AccessKeyId"], made["SecretAccessKey"])
        self.sure = self.maybe = (name, key, True)
        of_key = {**user, "AccessKeyId": key[0]}
        self.step((name, key, False), iam.update_access_key, **of_key, Status="Inactive")
        self.step((name, key, True), iam.update_access_key, **of_key, Status="Active")
        if self.round % 3 == 0:  # the others stay
            self.step((name, None, False), iam.delete_access_key, **of_key)
            self.step(None, iam.delete_user, **user)


def works(server, key):
    try:
        client(server, Account(*key), "sts").get_caller_identity()
        return True
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidClientTokenId"
        return False


def check(server, iam, worker, context):
    users = {user["UserName"] for user in iam.get_paginator("list_users").paginate().build_full_result()["Users"]}
    name = (worker.sure or worker.maybe or (None,))[0]
    if name is None:
        return
    if name not in users:
        assert worker.sure is None or worker.maybe is None or worker.sure[0] != name, context
        return
    keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    allowed = [state for state in (worker.sure, worker.maybe) if state and state[0] == name]
    assert allowed, f"{context}: {name} was deleted"
    if not keys:
        assert any(state[1] is None for state in allowed), context
        return
    assert len(keys) == 1 and any(state[1] is not None for state in allowed), context
    active = keys[0]["Status"] == "Active"
    assert active in {state[2] for state in allowed if state[1]}, context
    known = next((state[1] for state in allowed if isinstance(state[1], tuple)), None)
    if known:
        assert keys[0]["AccessKeyId"] == known[0] and works(server, known) is active, context


@pytest.mark.timeout(300)
def test_killed_while_identities_change(start_server, seed):
    dice = random.Random(seed)
    server = start_server()
    root = server.root()
    workers = [Worker(number) for number in range(WORKERS)]
    for number in range(ROUNDS):
        context = f"CRASH_SEED={seed}, round {number}"
        threads = []
        for worker in workers:
            worker.sure = worker.maybe = None
            threads.append(threading.Thread(target=worker.run, args=(client(server, root),)))
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.1, 0.8))
        server.kill()
        for thread in threads:
            thread.join()
        server.start()
        iam = client(server, root)
        for worker in workers:
            check(server, iam, worker, context)
        listed = iam.get_paginator("list_users").paginate().build_full_result()["Users"]
        assert iam.get_account_summary()["SummaryMap"]["Users"] == len(listed), context
    assert all(worker.steps > 10 for worker in workers)


class PolicyWorker(Stepper):
    """Gives its policy one version after the other. A state is None, for no policy, or the number of the default."""

    def policy(self, number):
        return {"PolicyArn": self.arn, "PolicyDocument": allow("s3:GetObject", f"arn:aws:s3:::version-{number}")}

    def one_life(self, iam):
        self.round += 1
        name = f"p-{self.number}-{self.round}"
        self.arn = f"arn:aws:iam::{self.account}:policy/{name}"
        self.sure = self.maybe = None
        self.step(1, iam.create_policy, PolicyName=name, PolicyDocument=self.policy(1)["PolicyDocument"])
        for number in range(2, 12):
            self.step(number, iam.create_policy_version, **self.policy(number), SetAsDefault=True)
            self.step(number - 1, iam.set_default_policy_version, PolicyArn=self.arn, VersionId=f"v{number - 1}")
            self.step(number, iam.set_default_policy_version, PolicyArn=self.arn, VersionId=f"v{number}")
            self.step(number, iam.delete_policy_version, PolicyArn=self.arn, VersionId=f"v{number - 1}")
        self.step(None, iam.delete_policy, PolicyArn=self.arn)

    def check(self, iam, policies, context):
        allowed = {self.sure, self.maybe}
        if self.arn not in policies:
            assert None in allowed, f"{context}: {self.arn} is gone"
            return
        assert allowed != {None}, f"{context}: {self.arn} was deleted"
        default = policies[self.arn]["DefaultVersionId"]
        assert default in {f"v{number}" for number in allowed}, context
        versions = iam.list_policy_versions(PolicyArn=self.arn)["Versions"]
        assert [version["VersionId"] for version in versions if version["IsDefaultVersion"]] == [default], context
        for version in versions:
            told = iam.get_policy_version(PolicyArn=self.arn, VersionId=version["VersionId"])["PolicyVersion"]
            resource = told["Document"]["Statement"][0]["Resource"]
            assert resource == f"arn:aws:s3:::version-{version['VersionId'][1:]}", context


@pytest.mark.timeout(300)
def test_killed_while_policies_change(start_server, seed):
    dice = random.Random(seed)
    server = start_server()
    root = server.root()
    account = client(server, root, "sts").get_caller_identity()["Account"]
    workers = [PolicyWorker(number) for number in range(WORKERS)]
    for number in range(ROUNDS):
        context = f"CRASH_SEED={seed}, round {number}"
        threads = []
        for worker in workers:
            worker.account = account
            threads.append(threading.Thread(target=worker.run, args=(client(server, root),)))
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.1, 0.8))
        server.kill()
        for thread in threads:
            thread.join()
        server.start()
        iam = client(server, root)
        listed = iam.get_paginator("list_policies").paginate(Scope="Local").build_full_result()["Policies"]
        for worker in workers:
            worker.check(iam, {policy["Arn"]: policy for policy in listed}, context)
        assert iam.get_account_summary()["SummaryMap"]["Policies"] == len(listed), context
    assert all(worker.steps > 10 for worker in workers)
