"""Runs the load generator against servers in turn, and keeps what it says."""

import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys

from servers import CLIENT_CORE, make_bucket

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
BUCKET = "bench"

# More requests a second than any server here answers, so that signing ahead covers the whole timed part.
PER_SECOND_MAX = {"rgw": 5_000}
PER_SECOND_MAX_ELSEWHERE = 90_000
BYTES_PER_SECOND_MAX = 12 * GIB


def size_name(size):
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB" if size >= KIB else f"{size} B"


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def profile(pids, path):
    """Samples the processes' stacks meanwhile; `path` has the functions that took most of their time."""
    data = path.with_suffix(".data")
    recorder = subprocess.Popen(["perf", "record", "-q", "-F", "499", "-g", "-p", ",".join(map(str, pids)), "-o", data],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.wait(30)
    printed = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "-g", "none", "--percent-limit",
                              "0.7", "--sort", "comm,dso,symbol"], capture_output=True, text=True)
    path.write_text("".join(line + "\n" for line in printed.stdout.splitlines() if line and not line.startswith("#")))
    data.unlink(missing_ok=True)


class Meter:
    """One measurement after another. `results` has a list of the load generator's reports by (row, server).

    With `profiles`, a folder, each row is asked of Skerry once more under perf, which slows it down, and not counted.
    """

    def __init__(self, load, seconds, rounds, profiles=None):
        self.load, self.seconds, self.rounds, self.profiles = load, seconds, rounds, profiles
        self.results = {}
        self.peaks = {}  # MiB by (row, server)

    def run_load(self, server, *options, timeout=900):
        environment = dict(os.environ)
        command = [self.load, "--port", str(server.port), "--core", str(CLIENT_CORE),
                   "--pids", ",".join(map(str, server.pids)), *map(str, options)]
        if server.credentials:
            environment["LOAD_ACCESS_KEY"], environment["LOAD_SECRET_KEY"] = server.credentials
        else:
            command.append("--anonymous")
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)
        if not done.stdout:
            raise RuntimeError(f"load ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def fill(self, server, bucket, key_format, keys, size, connections=64):
        """Puts every key once; the server must take them all."""
        make_bucket(server, bucket)
        options = ["--bucket", bucket, "--key-format", key_format, "--keys", keys, "--size", size]
        if server.name == "nginx":
            subprocess.run([self.load, "--write-files", server.folder / "root", *map(str, options)], check=True)
            return
        report = self.run_load(server, "--op", "put", "--once", "--seconds", 3600, "--connections", connections, *options,
                               timeout=3600)
        if report["failed"] or report["requests"] != keys:
            raise RuntimeError(f"{server.name} took {report['requests']} of {keys} keys: {report['first_failure']}")

    def run_timed(self, server, size, *options):
        warm_up = 0 if "put" in options else min(0.3, self.seconds / 4)
        per_second = min(PER_SECOND_MAX.get(server.name, PER_SECOND_MAX_ELSEWHERE), BYTES_PER_SECOND_MAX / max(size, 1))
        prepare = max(64, int(per_second * (self.seconds + warm_up)))
        return self.run_load(server, "--seconds", self.seconds, "--warm-up", warm_up, "--prepare", prepare, *options)

    def measure(self, row, servers, *options, bucket=BUCKET, size=0, rounds=None):
        """Asks each server in turn, several rounds, so that what else the machine does falls on all of them."""
        options = ("--bucket", bucket, "--size", size, *options)
        for _ in range(rounds or self.rounds):
            for server in servers:
                if self.failed(row, server.name):
                    continue
                server.forget_peak()
                report = self.run_timed(server, size, *options)
                self.results.setdefault((row, server.name), []).append(report)
                self.peaks[row, server.name] = max(self.peaks.get((row, server.name), 0), server.peak_mib())
        for server in servers:
            if self.profiles and server.name == "Skerry" and not self.failed(row, server.name):
                with profile(server.pids, self.profiles / (re.sub(r"[^a-z0-9]+", "-", row.lower()) + ".txt")):
                    self.run_timed(server, size, *options)
            say(f"{row}: {server.name}: {self.one_line(row, server.name)}")

    def one_line(self, row, name):
        if reason := self.failed(row, name):
            return f"FAILED: {reason}"
        return f"{self.value(row, name):,.0f}/s, p50 {self.value(row, name, 'p50_us'):,.0f} us"

    def failed(self, row, name):
        return next((report["first_failure"] for report in self.results.get((row, name), []) if report["failed"]), None)

    def value(self, row, name, field="per_second"):
        """The median of the rounds; None when it was not measured or a request failed."""
        reports = self.results.get((row, name))
        if not reports or self.failed(row, name):
            return None
        return statistics.median(report[field] for report in reports)

    def cpu_us(self, row, name):
        """Of the server, for one request."""
        requests = sum(report["requests"] for report in self.results[row, name])
        return sum(report["server_cpu_s"] for report in self.results[row, name]) / max(requests, 1) * 1e6

    def median_cpu_us(self, row, name):
        """Of the rounds: where a few percent are asked for on a busy machine, and there are many short ones."""
        return statistics.median(report["server_cpu_s"] / max(report["requests"], 1) * 1e6
                                 for report in self.results[row, name])

    def client_share(self, row, name):
        reports = self.results[row, name]
        return sum(report["client_cpu_s"] for report in reports) / sum(report["seconds"] for report in reports)
