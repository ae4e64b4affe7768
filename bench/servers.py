"""The servers that are measured: each starts on loopback in a folder of its own, and ends by its pids.

All are pinned to SERVER_CORE; the client has the other core.
"""

import contextlib
import http.client
import os
import pathlib
import resource
import shlex
import signal
import socket
import subprocess
import time

import s3

SERVER_CORE = 0
CLIENT_CORE = 1
ROOT = pathlib.Path(__file__).resolve().parent.parent


def free_port(count=1):
    """The first of `count` ports in a row that nobody listens on."""
    while True:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                for step in range(1, count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + step))
                return port
            except OSError:
                continue


def pinned(core=SERVER_CORE):
    """For subprocess: runs the child, and what it starts, on one core (None: on all)."""
    return (lambda: os.sched_setaffinity(0, {core})) if core is not None else None


def wait_for_port(port, process, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        time.sleep(0.02)
    raise RuntimeError(f"{process.args[0]} does not listen on {port}")


def prefer(pids):
    """Lets the scheduler prefer these processes' sessions to all others; needs root. Nice values do not do it: they
    count only within a session where the kernel groups processes by sessions."""
    for pid in pids:
        pathlib.Path(f"/proc/{pid}/autogroup").write_text("-19")


def children(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def status_kib(pid, field):
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
    return 0


class Server:
    """One server: `name`, `port`, `credentials` (None: it asks for no signature), `pids`."""

    name = ""
    credentials = None
    port = 0
    pids = ()

    def start(self):
        raise NotImplementedError

    def stop(self):
        raise NotImplementedError

    def use_cores(self, cores):
        for pid in self.pids:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread), cores)

    def forget_peak(self):
        for pid in self.pids:
            with contextlib.suppress(OSError):
                pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")

    def peak_mib(self):
        return sum(status_kib(pid, "VmHWM") for pid in self.pids) / 1024

    def resident_mib(self):
        return sum(status_kib(pid, "VmRSS") for pid in self.pids) / 1024

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


class ProcessServer(Server):
    """A server that stays in the foreground: one child of ours."""

    process = None

    def spawn(self, argv, **options):
        self.process = subprocess.Popen(argv, preexec_fn=pinned(), stdin=subprocess.DEVNULL, **options)
        return self.process

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def pids(self):
        return [self.process.pid, *children(self.process.pid)]


NGINX_CONF = """
worker_processes 1;
worker_rlimit_nofile {files};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max={cached} inactive=1h;
  open_file_cache_valid 1h;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  types {{ }}
  default_type application/octet-stream;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/root; }}
}}
"""


class Nginx(ProcessServer):
    """Static files with everything on that makes them fast."""

    name = "nginx"

    def __init__(self, folder):
        self.folder = folder

    def start(self):
        (self.folder / "root").mkdir(parents=True)
        self.port = free_port()
        user = "user root;" if os.geteuid() == 0 else ""  # the files are only ours
        conf = self.folder / "nginx.conf"
        # All files stay open, as far as this machine lets a process have so many.
        files = min(400_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        conf.write_text(NGINX_CONF.format(folder=self.folder, port=self.port, user=user, files=files,
                                          cached=min(300_000, files - 4_000)))
        nginx = "/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else "nginx"
        self.spawn([nginx, "-p", str(self.folder), "-c", str(conf), "-e", str(self.folder / "error.log")])
        wait_for_port(self.port, self.process)


class RadosGateway(Server):
    """Ceph's gateway on a cluster of one OSD. What it costs is what all four daemons cost."""

    name = "rgw"
    credentials = ("PEERACCESSKEY", "PEERSECRETKEY")
    script = ROOT / "tests/ceph/ceph_dev_cluster"

    def __init__(self, folder):
        self.folder = folder

    def start(self):
        self.port = free_port(3)
        subprocess.run([self.script, "up", self.folder, str(self.port + 1), str(self.port)], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=pinned(), timeout=180)
        listed = subprocess.run([self.script, "pids", self.folder], check=True, capture_output=True, text=True)
        self.pids = [int(pid) for pid in listed.stdout.split()]

    def stop(self):
        subprocess.run([self.script, "down", self.folder], check=False, stdin=subprocess.DEVNULL)


class Skerry(ProcessServer):
    """One reactor thread, signatures verified, encryption on: what `skerry serve` does unless told otherwise."""

    name = "Skerry"

    def __init__(self, folder, binary):
        self.folder, self.binary = folder, binary

    def begin(self):
        """Starts the process and does not wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        with open(self.folder / "log", "ab") as log:
            self.spawn([self.binary, "serve", "--data", str(self.folder / "data"), "--listen",
                        f"127.0.0.1:{self.port}", "--threads", "1"], stdout=log, stderr=log)

    def wait_for_answer(self, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/_skerry/health")
                if connection.getresponse().status == 200:
                    return
            if self.process.poll() is not None:
                raise RuntimeError(f"skerry ended with {self.process.returncode}: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.0005)
        raise RuntimeError("skerry does not answer")

    def start(self):
        self.begin()
        self.wait_for_answer()
        self.credentials = self.read_credentials()

    def read_credentials(self):
        printed = subprocess.run([self.binary, "env", "--data", str(self.folder / "data")], check=True,
                                 capture_output=True, text=True, timeout=30).stdout
        values = {}
        for line in printed.splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            values[name] = "".join(shlex.split(value.rstrip(";")))
        return values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"]


class SkerryAs(Server):
    """A Skerry that runs, as somebody else than root asks it."""

    def __init__(self, server, name, credentials):
        self.server, self.name, self.credentials = server, name, credentials

    @property
    def port(self):
        return self.server.port

    @property
    def pids(self):
        return self.server.pids


class BareServer(ProcessServer):
    """The bare loop of bare_server.cc, for objects of one size."""

    name = "bare"

    def __init__(self, folder, binary, size, count):
        self.folder, self.binary, self.size, self.count = folder, binary, size, count

    def start(self):
        self.folder.mkdir(parents=True)
        self.spawn([self.binary, str(self.folder), str(self.size), str(self.count)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())


def make_bucket(server, bucket):
    """On a server of files, the folder that stands for it."""
    if server.credentials:
        s3.make_bucket(server.port, server.credentials, bucket)
    elif isinstance(server, Nginx):
        (server.folder / "root" / bucket / "o").mkdir(parents=True, exist_ok=True)
