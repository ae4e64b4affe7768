"""Fixtures of all tests that run against the real program."""

import itertools
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import pytest  # noqa: E402

from harness.boto import client_of, make_s3  # noqa: E402
from harness.cli import AwsCli  # noqa: E402
from harness.raw import RawClient  # noqa: E402
from harness.server import Server  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for a run (with xdist, for each of its processes). A test that stops or fills one starts its own."""
    with Server(tmp_path_factory.mktemp("server") / "data") as started:
        yield started


@pytest.fixture
def start_server(tmp_path):
    """start_server("--threads", "1") starts one more, with an empty data folder; it ends with the test."""
    started = []

    def start(*options, data=None, **how):
        one = Server(data or tmp_path / f"data-{len(started)}", options, **how)
        started.append(one)
        return one.start()

    yield start
    for one in started:
        one.kill()


@pytest.fixture(scope="session")
def account(server):
    return server.root()


@pytest.fixture(scope="session")
def other_account(server):
    return server.new_account()


@pytest.fixture(scope="session")
def s3(server, account):
    return make_s3(server, account)


@pytest.fixture(scope="session")
def other_s3(server, other_account):
    return make_s3(server, other_account)


@pytest.fixture(scope="module")
def owner(server):
    """An account of the module's own: what is in it is what its tests have made."""
    return server.new_account()


@pytest.fixture(scope="module")
def iam(server, owner):
    return client_of("iam", server, owner)


@pytest.fixture
def raw(server, account):
    return RawClient(server, account)


_numbers = itertools.count()


def new_name(prefix="bucket"):
    return f"{prefix}-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def name():
    """A bucket name that is nobody's yet."""
    return new_name()


@pytest.fixture
def bucket(s3):
    """A new, empty bucket."""
    made = new_name()
    s3.create_bucket(Bucket=made)
    return made


@pytest.fixture
def versioned(s3, bucket):
    """A new bucket that keeps versions."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


@pytest.fixture(params=["v1", "v2"])
def aws(request, server, tmp_path):
    """Each of the AWS CLIs in turn; they start in an empty folder."""
    return AwsCli(request.param, server, tmp_path, server.shell_environment())
