"""Killed while users and keys are made, changed and deleted: each is as it was or as it was to be, and what was
acknowledged holds."""

import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from harness.boto import client_of
from harness.server import Account

ROUNDS = 8
WORKERS = 4


def client(server, who, service="iam"):
    return client_of(service, server, who, read_timeout=30)


class Worker:
    """One user at a time: made, given a key, the key switched off and on, all of it deleted. `sure` is the state after
    the last acknowledged step, `maybe` the one that the step under way would make."""

    def __init__(self, number):
        self.number = number
        self.round = 0
        self.sure = self.maybe = None  # None: no user; else (name, key or None, active)
        self.steps = 0
        self.key = None

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
