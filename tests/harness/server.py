"""A Skerry server as a child process, with a data folder of its own."""

import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import threading
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("SKERRY", ROOT / "build/release/src/skerry/skerry"))
START_SECONDS = 30  # far more than a start takes, also beside a compiler
STOP_SECONDS = 60


@dataclass(frozen=True)
class Account:
    """Who a client is: an account's root access key, or a user's."""

    access_key: str
    secret_key: str
    id: str = ""
    canonical_id: str = ""
    arn: str = ""


class Server:
    """Started by start() or `with`; ends by its pid alone. A restarted server keeps its port and its data."""

    def __init__(self, data, options=(), program=PROGRAM, environment=None):
        self.data = pathlib.Path(data)
        self.options = list(options)
        self.program = str(program)
        self.environment = environment or {}
        self.port = 0
        self.process = None
        self.lines = []  # what it printed
        self._ready = threading.Event()
        self._serving = False

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def start(self):
        self.data.mkdir(parents=True, exist_ok=True)
        self._ready = threading.Event()  # the reader of a life before may still set its own
        self._serving = False
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**_clean_environment(), **self.environment},
        )
        self._reader = threading.Thread(target=self._read, args=(self.process, self._ready), daemon=True)
        self._reader.start()
        self._ready.wait(START_SECONDS)
        if not self._serving:
            self.kill()
            raise RuntimeError(f"the server did not start:\n{self.output}")
        return self

    def stop(self):
        """SIGTERM; returns the exit code, once everything it printed is in `lines`."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        return code

    def kill(self):
        """SIGKILL: what was not acknowledged may be lost, nothing else."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self):
        self.kill()
        return self.start()

    @property
    def output(self):
        return "".join(self.lines)

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments, check=True):
        """Another command of the program, beside the server."""
        return subprocess.run(
            [self.program, *arguments],
            env=_clean_environment(),
            text=True,
            capture_output=True,
            check=check,
            timeout=60,
        )

    def shell_environment(self):
        """What `eval "$(skerry env)"` sets."""
        exports = {}
        for line in self.run("env", "--data", self.data).stdout.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["export"]:
                exports.update(word.split("=", 1) for word in words[1:])
        return exports

    def root(self):
        """The account that the first start made."""
        exports = self.shell_environment()
        return Account(exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"])

    def new_account(self):
        made = json.loads(self.run("account", "create", "--json", "--data", self.data).stdout)
        flat = {re.sub("[^a-z]", "", name.lower()): value for name, value in _flatten(made)}
        return Account(flat["accesskeyid"], flat["secretaccesskey"], flat["accountid"], flat["canonicalid"])

    def _read(self, process, ready):
        for line in process.stdout:
            self.lines.append(line)
            found = re.search(r"https?://[\w.\[\]:-]*?:(\d+)", line)
            if found and not ready.is_set():
                self.port = int(found.group(1))
                self._serving = process is self.process
                ready.set()
        ready.set()  # it has ended


def _flatten(value):
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _flatten(inner)
        else:
            yield name, inner


def _clean_environment():
    """No one's own AWS or Skerry settings reach a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SKERRY_"))}
