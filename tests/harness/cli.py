"""The AWS CLI as its users run it."""

import os
import pathlib
import subprocess

from harness.server import ROOT

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
