"""Killed while it makes its store, its first account, and further ones."""

import json
import random
import subprocess
import threading
import time

import pytest

from crash.power_cuts import PowerCuts
from crash.workload import Client
from harness.server import Account, Server

STARTS = 20
ACCOUNT_ROUNDS = 6


def accounts(server):
    return json.loads(server.run("account", "list", "--json", "--data", server.data).stdout)


def use(server, account, bucket):
    """The key is good for all that a key is good for."""
    with Client(server, account) as client:
        client.ask("PUT", f"/{bucket}")
        client.ask("PUT", f"/{bucket}/key", b"value")
        assert client.ask("GET", f"/{bucket}/key").body == b"value"


def die_while_starting(server, seconds):
    killer = threading.Timer(seconds, server.kill)
    killer.start()
    try:
        server.start()
    except RuntimeError:
        pass  # killed before it was ready
    killer.join()
    server.kill()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("power_cut", [False, True])
def test_killed_in_its_first_start(tmp_path, seed, power_cut):
    """The next start has one account, whose key is where the operator looks for it."""
    dice = random.Random(seed)
    for number in range(STARTS if not power_cut else STARTS // 2):
        place = tmp_path.resolve() / str(number)
        place.mkdir()
        cuts = PowerCuts(place, seed + number) if power_cut else None
        server = cuts.server if cuts else Server(place / "data")
        try:
            for _ in range(dice.choice((1, 1, 2))):
                die_while_starting(server, dice.uniform(0, 0.12))
                if cuts:
                    cuts.go_on_with_what_is_left()
            server.start()
            assert len(accounts(server)) == 1, f"CRASH_SEED={seed}, start {number}"
            account = server.root()
            use(server, account, "first")
            server.kill()
            if cuts:
                cuts.go_on_with_what_is_left()
            server.start()
            assert server.root() == account
            use(server, account, "second")
        finally:
            server.kill()


def make_accounts(server, made, asked):
    while True:
        asked.append(1)
        told = subprocess.run(
            [server.program, "account", "create", "--json", "--data", server.data], capture_output=True, text=True
        )
        # Without a server it would open the store itself.
        if told.returncode != 0 or server.process.poll() is not None:
            return
        made.append(json.loads(told.stdout))


@pytest.mark.timeout(300)
def test_accounts_that_were_made_stay(start_server, seed):
    dice = random.Random(seed)
    server = start_server()
    made, asked = [], []
    for number in range(ACCOUNT_ROUNDS):
        maker = threading.Thread(target=make_accounts, args=(server, made, asked))
        maker.start()
        time.sleep(dice.uniform(0.05, 0.6))
        server.kill()
        maker.join()
        server.start()
        ids = [account["AccountId"] for account in accounts(server)]
        assert len(ids) == len(set(ids))
        assert {account["AccountId"] for account in made} <= set(ids), f"CRASH_SEED={seed}, round {number}"
        assert len(ids) <= 1 + len(asked)
    assert made, "no account was ever made"
    for number, account in enumerate(made[-5:]):
        use(server, Account(account["AccessKeyId"], account["SecretAccessKey"]), f"of-account-{number}")
