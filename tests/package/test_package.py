"""The Debian package: what is in it, its installation into a scratch root, and a server started from there."""

import os
import pathlib
import subprocess

import pytest

from harness.boto import make_s3
from harness.server import ROOT, Server


@pytest.fixture(scope="module")
def package():
    found = sorted((ROOT / "build").glob("skerry_*.deb"), key=lambda file: file.stat().st_mtime)
    assert found, "./dev deb makes it"
    return found[-1]


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=True, timeout=120).stdout


def field(package, name):
    return run("dpkg-deb", "--field", package, name).strip()


def test_contents(package):
    listed = {line.split()[5]: line.split()[:2] for line in run("dpkg-deb", "--contents", package).splitlines()}
    assert listed["./usr/bin/skerry"] == ["-rwxr-xr-x", "root/root"]
    for file in ("./lib/systemd/system/skerry.service", "./etc/skerry/skerry.toml", "./usr/lib/sysusers.d/skerry.conf"):
        assert listed[file] == ["-rw-r--r--", "root/root"]
    assert not [path for path in listed if path.startswith("./var")], (
        "state is made by systemd, and never removed by dpkg"
    )
    assert "librocksdb" in field(package, "Depends") and "libc6" in field(package, "Depends")
    assert run("dpkg-deb", "--info", package, "conffiles").split() == ["/etc/skerry/skerry.toml"]


def test_unit_is_valid_and_hardened(package, tmp_path):
    run("dpkg-deb", "--extract", package, tmp_path)
    unit = (tmp_path / "lib/systemd/system/skerry.service").read_text()
    for line in (
        "User=skerry",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "StateDirectory=skerry",
        "StandardOutput=null",
    ):
        assert line in unit.splitlines()
    try:
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", f"--root={tmp_path}", "skerry.service"],
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        return  # no systemd here; the package's dependency brings it where it is installed
    assert "Unknown" not in checked.stderr and "Failed to parse" not in checked.stderr, checked.stderr


@pytest.fixture
def root(package, tmp_path):
    """A scratch root in which dpkg has installed the package."""
    if os.geteuid() != 0:
        pytest.skip("dpkg installs into another root only for root")
    scratch = tmp_path / "root"
    for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "usr", "lib"):
        (scratch / folder).mkdir(parents=True)
    for file in ("var/lib/dpkg/status", "etc/passwd", "etc/group"):
        (scratch / file).touch()
    install(scratch, package)
    return scratch


def install(scratch, *arguments):
    return run(
        "dpkg",
        f"--root={scratch}",
        "--force-script-chrootless",
        "--force-depends",
        "--force-confold",
        "--install",
        *arguments,
    )


def test_installed(root):
    assert (
        run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f=${Status}", "skerry") == "install ok installed"
    )
    if pathlib.Path("/usr/bin/systemd-sysusers").exists():
        assert "skerry:" in (root / "etc/passwd").read_text()


def test_the_configuration_of_its_owner_stays(root, package):
    config = root / "etc/skerry/skerry.toml"
    config.write_text('listen = "127.0.0.1:9000"\n')
    install(root, package)
    assert config.read_text() == 'listen = "127.0.0.1:9000"\n'
    run("dpkg", f"--root={root}", "--force-script-chrootless", "--force-depends", "--remove", "skerry")
    assert config.exists() and not (root / "usr/bin/skerry").exists()


def test_a_server_from_there(root):
    config = root / "etc/skerry/skerry.toml"
    with Server(root / "var/lib/skerry", ["--config", config], program=root / "usr/bin/skerry") as server:
        s3 = make_s3(server, server.root())
        s3.create_bucket(Bucket="box")
        s3.put_object(Bucket="box", Key="k", Body=b"packaged")
        assert s3.get_object(Bucket="box", Key="k")["Body"].read() == b"packaged"
        assert server.stop() == 0
