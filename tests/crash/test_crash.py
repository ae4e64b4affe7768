"""Acknowledged is durable: 32 connections write until the server is killed, again and again.

After every death the server is started on what is left, and everything is as it was acknowledged, or as the one change
that each writer was waiting for would have made it; the listings say the same. See README.md.
"""

import os
import random
import threading
import time

import pytest

from crash.power_cuts import PowerCuts
from crash.workload import PLAIN, Client, Workload
from harness.folders import files_below
from harness.server import Server

ROUNDS = int(os.environ.get("CRASH_ROUNDS", 50))
ROUNDS_UNSYNCED = int(os.environ.get("CRASH_ROUNDS", 15))
# The sweeper is at work while the server dies.
OPTIONS = ("--s3.sweep_grace", "1s", "--s3.sweep_interval", "200ms")


class Rounds:
    """Lives and deaths of one data folder."""

    def __init__(self, server, seed, after_death=lambda: None):
        self.server, self.seed, self.after_death = server, seed, after_death
        self.dice = random.Random(seed)
        self.work = Workload(seed)
        server.start()
        self.account = server.root()
        self.work.prepare(server, self.account)

    def run(self, count):
        for number in range(count):
            try:
                self.live_and_die()
                if self.dice.random() < 0.25:
                    self.die_while_starting()
                self.server.start()
                self.work.verify(self.server, self.account)
                if number % 10 == 9 or number == count - 1:
                    self.scrub()
            except Exception as failure:
                raise AssertionError(f"CRASH_SEED={self.seed}, round {number}: {failure}") from failure
        assert self.work.acknowledged > 300 * count, f"only {self.work.acknowledged} changes were acknowledged"

    def live_and_die(self):
        """Killed after so many more acknowledgements, wherever the others then are."""
        until = self.work.acknowledged + self.dice.choice(
            (self.dice.randrange(100), *[self.dice.randrange(300, 1000)] * 3)
        )
        delay = self.dice.uniform(0, 0.02)
        deadline = time.monotonic() + 60  # beside compilers, too
        threads = self.work.start(self.server, self.account)
        while self.work.acknowledged < until and time.monotonic() < deadline and all(t.is_alive() for t in threads):
            time.sleep(0.002)
        time.sleep(delay)
        self.server.kill()
        for thread in threads:
            thread.join()
        self.after_death()
        self.work.check_failures()

    def die_while_starting(self):
        starting = threading.Timer(self.dice.uniform(0, 0.15), self.server.kill)
        starting.start()
        try:
            self.server.start()
        except RuntimeError:
            pass  # killed before it was ready
        starting.join()
        self.server.kill()
        self.after_death()

    def scrub(self):
        checked = self.server.run("verify", "--data", self.server.data, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr

    def expect_all_space_back(self):
        """No death left a blob that nobody will ever remove."""
        self.work.remove_everything(self.server, self.account)
        blobs = self.server.data / "blobs"
        deadline = time.monotonic() + 60
        while left := files_below(blobs):
            assert time.monotonic() < deadline, f"CRASH_SEED={self.seed}: {len(left)} blobs are left, as {left[0]}"
            time.sleep(0.2)


@pytest.mark.timeout(900)
def test_killed(tmp_path, seed):
    server = Server(tmp_path / "data", OPTIONS)
    try:
        rounds = Rounds(server, seed)
        rounds.run(ROUNDS)
        rounds.expect_all_space_back()
    finally:
        server.kill()


@pytest.mark.timeout(900)
def test_killed_and_what_was_not_synced_is_lost(tmp_path, seed):
    cuts = PowerCuts(tmp_path.resolve(), seed, OPTIONS)
    try:
        rounds = Rounds(cuts.server, seed, cuts.go_on_with_what_is_left)
        rounds.run(ROUNDS_UNSYNCED)
        assert cuts.lost > ROUNDS_UNSYNCED / 2, "hardly anything was ever lost: the power cuts cut nothing"
        rounds.expect_all_space_back()
    finally:
        cuts.server.kill()


def test_syncs_that_do_nothing_are_found_out(tmp_path, seed):
    """The test above, turned around: it has to see the loss when there is one."""
    cuts = PowerCuts(tmp_path.resolve(), seed, OPTIONS)
    server = cuts.server
    bodies = {f"/{PLAIN}/{number}": os.urandom(1000 if number % 2 else 200_000) for number in range(20)}

    def put_all(targets):
        with Client(server, account) as client:
            for target in targets:
                client.ask("PUT", target, bodies[target])
        server.kill()
        cuts.go_on_with_what_is_left()
        server.environment["SKERRY_SYNC_SURVIVE"] = "0"

    def are_there(targets):
        with Client(server, account) as client:
            answers = [client.ask("GET", target, expected=(200, 404, 500)) for target in targets]
        return [
            answer.status == 200 and answer.body == bodies[target]
            for answer, target in zip(answers, targets, strict=True)
        ]

    before, after = list(bodies)[:10], list(bodies)[10:]
    try:
        server.environment["SKERRY_SYNC_SURVIVE"] = "0"
        server.start()
        account = server.root()
        with Client(server, account) as client:
            client.ask("PUT", f"/{PLAIN}")
        put_all(before)
        server.environment["SKERRY_SYNC_LIES"] = "1"
        server.start()
        assert all(are_there(before))
        put_all(after)
        del server.environment["SKERRY_SYNC_LIES"]
        server.start()
        assert all(are_there(before)), "what was synced in an earlier life is lost"
        assert not any(are_there(after)), "nothing was synced, and yet it is there"
    finally:
        server.kill()
