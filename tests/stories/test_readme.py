"""The README's tours, run as they stand there."""

import os
import re
import subprocess

import pytest

from harness.cli import VERSIONS
from harness.server import PROGRAM, ROOT


def tour(title):
    """The commands of the section, in order."""
    section = (ROOT / "README.md").read_text().partition(f"## {title}\n")[2].partition("\n## ")[0]
    return "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))


def follow(title, start_server, tmp_path, version):
    """What the commands print."""
    server = start_server()
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "aws").symlink_to(VERSIONS[version])
    home = tmp_path / "home"
    home.mkdir()
    # As the README has it: an old CLI is run by `skerry aws`.
    own = f'skerry() {{ "{PROGRAM}" "$@"; }}'
    older = f'aws() {{ "{PROGRAM}" aws "$@"; }}' if version == "v2" else ""
    script = f'set -euo pipefail\neval "$("{PROGRAM}" env)"\n{own}\n{older}\n{tour(title)}\n'
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(home),
        "SKERRY_DATA": str(server.data),
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_private_app_store(start_server, tmp_path, version):
    said = follow("A private app store", start_server, tmp_path, version).splitlines()
    assert said.count("an app") == 2, "by the user's policy, and by the bucket's"
    assert "refused, as it should be" in said and "refused: to get is not to list" in said
    assert "a better app" in said, "uploaded under the role"
    assert [line.split() for line in said[-2:]] == [["s3:PutObject", "allowed"], ["s3:DeleteObject", "implicitDeny"]]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_five_minutes(start_server, tmp_path, version):
    said = follow("Five minutes", start_server, tmp_path, version)
    assert "make_bucket: holiday" in said and "remove_bucket: holiday" in said
    assert len(re.findall(r"upload: pictures/\S+ to ", said)) == 2, "the second sync has nothing to do"
    assert said.count("Dear all, it rains.") == 2, "by the link, and as the first version"
    assert "Dear all, the sun!" not in said
