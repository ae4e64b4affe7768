"""The AWS CLI as its users run it."""

import json
import os
import pathlib
import subprocess

from harness.server import ROOT

# Runs commands one after another, each a JSON list of arguments on a line, without a start of its own for each.
RUNNER = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = create_clidriver().main(json.loads(line))
        except SystemExit as left:
            code = left.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""

VERSIONS = {"v1": ROOT / ".venv/bin/aws", "v2": pathlib.Path("/usr/bin/aws")}


class AwsCli:
    """One installed AWS CLI, pointed at a server by the environment, as `eval "$(skerry env)"` does it."""

    def __init__(self, version, server, home, exports):
        self.program = VERSIONS[version]
        # Debian's version is older than AWS_ENDPOINT_URL.
        self.flags = [] if version == "v1" else ["--endpoint-url", server.endpoint]
        self.folder = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            **exports,
        }

    def start(self, *arguments):
        """A process of it that a test may kill."""
        return subprocess.Popen(
            [self.program, *self.flags, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def try_(self, *arguments, timeout=180):
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"aws {arguments} did not end in {timeout} s:\n{err}") from None
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def __call__(self, *arguments, timeout=180):
        """Its standard output; a failure is an assertion's."""
        done = self.try_(*arguments, timeout=timeout)
        assert done.returncode == 0, (
            f"aws {' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done.stdout


class ManyCommands(AwsCli):
    """The same for many commands: they share one process. A context manager."""

    INTERPRETERS = {"v1": ROOT / ".venv/bin/python", "v2": pathlib.Path("/usr/bin/python3")}

    def __init__(self, version, server, home, exports):
        super().__init__(version, server, home, exports)
        self.interpreter = self.INTERPRETERS[version]

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.interpreter, "-c", RUNNER],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def try_(self, *arguments):
        self.process.stdin.write(json.dumps([*self.flags, *map(str, arguments)]) + "\n")
        self.process.stdin.flush()
        code, out, err = json.loads(self.process.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, out, err)

    def __call__(self, *arguments):
        done = self.try_(*arguments)
        assert done.returncode == 0, f"aws {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
        return done.stdout
