"""A server that loses power: tests/faults keeps what would be left."""

import random
import shutil

from harness.server import ROOT, Server

LIBRARY = ROOT / "build/release/tests/faults/liblose_unsynced.so"


class PowerCuts:
    """A server in whose folder only that survives what it has synced, and a part of the rest."""

    def __init__(self, place, seed, options=()):
        self.data, self.mirror = place / "data", place / "after"
        self.data.mkdir()
        self.dice = random.Random(seed)
        self.lost = 0
        environment = {
            "LD_PRELOAD": str(LIBRARY),
            "SKERRY_SYNC_ROOT": str(self.data),
            "SKERRY_SYNC_MIRROR": str(self.mirror),
        }
        self.server = Server(self.data, options, environment=environment)
        self.draw()

    def draw(self):
        self.server.environment["SKERRY_SYNC_SEED"] = str(self.dice.randrange(1 << 30))
        self.server.environment["SKERRY_SYNC_SURVIVE"] = self.dice.choice(("0", "30", "80"))

    def go_on_with_what_is_left(self):
        """The next life begins."""
        inodes = self.mirror.with_name(self.mirror.name + ".inodes")
        if (inodes / "begun").exists():  # this life has written something
            self.lost += contents(self.data) != contents(self.mirror)
            shutil.rmtree(self.data)
            self.mirror.rename(self.data)
        shutil.rmtree(self.mirror, ignore_errors=True)
        shutil.rmtree(inodes, ignore_errors=True)
        self.draw()


def contents(folder):
    """Names and sizes: enough to see that something was lost."""
    return {file.relative_to(folder): file.stat().st_size for file in folder.rglob("*") if file.is_file()}
