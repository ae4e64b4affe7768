"""What is measured: the rows of the table, each a function of the servers that take part."""

import json
import pathlib
import shutil
import time

import s3
from measure import BUCKET, GIB, KIB, MIB, say, size_name
from servers import CLIENT_CORE, SERVER_CORE, BareServer, SkerryAs, make_bucket

SIZES = (4 * KIB, 64 * KIB, MIB, 64 * MIB)
LIST_PREFIXES = 1000  # z000/ to z999/, beside the many keys under p/
NARROW_KEYS = 10_000


def get_row(size, connections, working_set):
    return f"GET {size_name(size)}, {connections} conn, {size_name(working_set)} set"


def put_row(size, connections, payload="signed", cores="one core"):
    return f"PUT {size_name(size)}, {connections} conn, {payload} payload, server on {cores}"


def head_row(connections):
    return f"HEAD, {connections} conn"


def measure_gets(meter, servers, folder, bare_binary, working_set, sizes, connection_counts, skip=()):
    """Objects of each size in every server, and the bare loop over the same bytes."""
    servers = [server for server in servers if server.name not in skip]
    for size in sizes:
        keys = max(1, working_set // size)
        bucket = f"get-{size}-{working_set}"
        for server in servers:
            meter.fill(server, bucket, "o/{:08}", keys, size, connections=16 if size < 64 * MIB else 1)
        bare_folder = folder / f"bare-{bucket}"
        bare_keys = min(keys, 16384)  # each is an open file
        with BareServer(bare_folder, bare_binary, size, bare_keys) as bare:
            for connections in connection_counts:
                row = get_row(size, connections, working_set)
                asked = ("--op", "get", "--connections", connections)
                meter.measure(row, servers, *asked, "--keys", keys, bucket=bucket, size=size)
                meter.measure(row, [bare], *asked, "--keys", bare_keys, size=size)
        shutil.rmtree(bare_folder)


def measure_puts(meter, servers, sizes, connection_counts, round_bytes=2 * GIB):
    """New objects, each acknowledged when durable. No more than `round_bytes` a round, so that the disk has room; what
    would have more under way at once is left out."""
    put_number = 0
    for server in servers:
        make_bucket(server, BUCKET)
    for size in sizes:
        keys = 10**9 if size < MIB else GIB // size  # small ones are new keys, large ones come to overwrite each other
        for connections in connection_counts:
            if size * connections > round_bytes:
                continue
            put_number += 1
            most = round_bytes // size
            options = ("--op", "put", "--connections", connections, "--keys", keys, "--requests", most,
                       "--key-format", f"put{put_number}/{{:09}}")
            meter.measure(put_row(size, connections), servers, *options, size=size,
                          rounds=1 if size * connections > GIB else None)
            if size == 64 * MIB and connections == 1:
                measure_large_puts(meter, servers, options, size)


def measure_large_puts(meter, servers, options, size):
    """One upload at a time: hashing and sealing in parallel lanes need the second core, so it is lent to the server."""
    meter.measure(put_row(size, 1, "unsigned"), servers, *options, "--unsigned-payload", size=size)
    for server in servers:
        server.use_cores({SERVER_CORE, CLIENT_CORE})
    meter.measure(put_row(size, 1, "signed", "both cores"), servers, *options, size=size)
    meter.measure(put_row(size, 1, "unsigned", "both cores"), servers, *options, "--unsigned-payload", size=size)
    for server in servers:
        server.use_cores({SERVER_CORE})


def measure_gateway_unpinned(meter, gateway):
    """The gateway with both cores, lest it be said that four daemons on one core are no measure."""
    gateway.use_cores({SERVER_CORE, CLIENT_CORE})
    meter.measure("GET 4 KiB, 32 conn, gateway on both cores", [gateway], "--op", "get", "--connections", 32, "--keys",
                  2560, bucket=f"get-{4 * KIB}-{10 * MIB}", size=4 * KIB)
    meter.measure("PUT 4 KiB, 32 conn, gateway on both cores", [gateway], "--op", "put", "--connections", 32,
                  "--keys", 10**9, "--key-format", "unpinned/{:09}", size=4 * KIB)
    gateway.use_cores({SERVER_CORE})


def measure_heads(meter, servers, connection_counts):
    for connections in connection_counts:
        meter.measure(head_row(connections), servers, "--op", "head", "--connections", connections, "--keys", 2560,
                      bucket=f"get-{4 * KIB}-{10 * MIB}", size=4 * KIB)


ACCESS_ROW = "GET 4 KiB, 32 conn, root and a user with policies"
ROOT_NAME, USER_NAME = "Skerry", "Skerry, as a user"


def statement(effect, action, **more):
    return {"Effect": effect, "Action": action, **more}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def make_reader(server, bucket):
    """A user in a group, with three policies and a bucket that has one, too."""
    port, root = server.port, server.credentials
    objects = f"arn:aws:s3:::{bucket}/*"
    key = s3.make_user(port, root, "reader")
    s3.iam(port, root, "CreateGroup", GroupName="readers")
    s3.iam(port, root, "AddUserToGroup", GroupName="readers", UserName="reader")
    managed = "arn:aws:iam::aws:policy/"
    s3.iam(port, root, "AttachGroupPolicy", GroupName="readers", PolicyArn=managed + "AmazonS3ReadOnlyAccess")
    s3.iam(port, root, "AttachUserPolicy", UserName="reader", PolicyArn=managed + "ReadOnlyAccess")
    s3.iam(port, root, "PutUserPolicy", UserName="reader", PolicyName="own", PolicyDocument=policy(
        statement("Allow", ["s3:GetObject", "s3:PutObject"], Resource=objects),
        statement("Deny", "s3:*", Resource="arn:aws:s3:::secret-*")))
    arn = s3.iam(port, root, "GetUser", UserName="reader").partition("<Arn>")[2].partition("</Arn>")[0]
    s3.put_bucket_policy(port, root, bucket, policy(
        statement("Allow", "s3:GetObject", Principal={"AWS": arn}, Resource=objects),
        statement("Allow", "s3:ListBucket", Principal={"AWS": arn}, Resource=f"arn:aws:s3:::{bucket}"),
        statement("Deny", "s3:DeleteObject", Principal="*", Resource=f"arn:aws:s3:::{bucket}/kept/*"),
        statement("Deny", "s3:*", Principal="*", Resource=[f"arn:aws:s3:::{bucket}", objects],
                  Condition={"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}})))
    return SkerryAs(server, USER_NAME, key)


def measure_access(meter, server):
    """The same objects, for root from a bucket without a policy, and for a user from one that has one. A few percent are
    looked for: many turns, of which each begins with the other."""
    keys = 2560
    for bucket in ("open-to-root", "guarded"):
        meter.fill(server, bucket, "o/{:08}", keys, 4 * KIB, connections=16)
    reader = make_reader(server, "guarded")
    turns = [(server, "open-to-root"), (reader, "guarded")]
    for number in range(4 * meter.rounds):
        for who, bucket in turns if number % 2 else reversed(turns):
            meter.measure(ACCESS_ROW, [who], "--op", "get", "--connections", 32, "--keys", keys, bucket=bucket,
                          size=4 * KIB, rounds=1)


class Listings:
    """Two buckets: `wide` has many keys under p/ and 1,000 prefixes behind them, `narrow` the same with few, and t/
    with ten. A third, `fresh`, has only the 1,000 prefixes: what `wide` looks like once p/ is removed."""

    def __init__(self, meter, wide_keys):
        self.meter, self.wide_keys = meter, wide_keys

    def fill(self, server, wide):
        fill = self.meter.fill
        begin = time.monotonic()
        if wide:
            say(f"putting {self.wide_keys:,} keys into {server.name}")
            fill(server, "wide", "p/{:07}", self.wide_keys - LIST_PREFIXES, 1)
            fill(server, "wide", "z{:03}/k", LIST_PREFIXES, 1)
            say(f"... took {time.monotonic() - begin:.0f} s")
            fill(server, "fresh", "z{:03}/k", LIST_PREFIXES, 1)
        fill(server, "narrow", "p/{:07}", NARROW_KEYS - LIST_PREFIXES - 10, 1)
        fill(server, "narrow", "t/{:02}", 10, 1)
        fill(server, "narrow", "z{:03}/k", LIST_PREFIXES, 1)

    def ask(self, row, servers, bucket, entries, *options, rounds=None):
        self.meter.measure(row, servers, "--op", "list", "--connections", 1, "--entries", entries, *options,
                           bucket=bucket, rounds=rounds)

    def anywhere(self, row, servers, bucket, keys):
        self.ask(row, servers, bucket, 1000, "--list-anywhere", "--key-format", "p/{:07}", "--keys", keys)

    def rows(self):
        return {"wide": f"LIST 1,000 of {self.wide_keys:,}", "narrow": f"LIST 1,000 of {NARROW_KEYS:,}",
                "one": f"LIST delimiter, one prefix over {self.wide_keys - LIST_PREFIXES:,}",
                "ten": "LIST delimiter, one prefix over 10", "prefixes": "LIST delimiter, 1,000 prefixes",
                "removed": f"LIST 1,000 after removal of {self.wide_keys - LIST_PREFIXES:,}",
                "fresh": "LIST 1,000 of a fresh bucket"}

    def measure(self, server, others):
        rows, by_delimiter = self.rows(), ("--list-delimiter", "/", "--list-prefix")
        self.anywhere(rows["wide"], [server], "wide", self.wide_keys - LIST_PREFIXES)
        self.anywhere(rows["narrow"], [server, *others], "narrow", NARROW_KEYS - LIST_PREFIXES - 10)
        self.ask(rows["one"], [server], "wide", 1, *by_delimiter, "p")
        self.ask(rows["ten"], [server, *others], "narrow", 1, *by_delimiter, "t")
        self.ask(rows["prefixes"], [server], "wide", 1000, *by_delimiter, "z")
        self.ask(rows["prefixes"], others, "narrow", 1000, *by_delimiter, "z")

    def remove_and_measure(self, server, patience_s):
        """Removes p/ from `wide`, then gives the sweeper time. Seconds until a listing took less than twice a fresh one."""
        rows, keys = self.rows(), self.wide_keys - LIST_PREFIXES
        say(f"removing {keys:,} keys from {server.name}")
        report = self.meter.run_load(server, "--op", "delete", "--once", "--seconds", 3600, "--connections", 64, "--bucket",
                                     "wide", "--key-format", "p/{:07}", "--keys", keys, timeout=3600)
        if report["failed"]:
            raise RuntimeError(f"{server.name} did not remove all: {report['first_failure']}")
        begin = time.monotonic()
        self.ask(rows["fresh"], [server], "fresh", 1000)
        fresh = self.meter.value(rows["fresh"], server.name, "p50_us")
        while True:
            self.ask("LIST while the sweeper passes", [server], "wide", 1000, rounds=1)
            report = self.meter.results["LIST while the sweeper passes", server.name][-1]
            waited = time.monotonic() - begin
            if report["failed"] or report["p50_us"] < 2 * (fresh or 0) or waited > patience_s:
                break
            time.sleep(1)
        self.ask(rows["removed"], [server], "wide", 1000)
        return waited


def measure_start(make_server, rounds):
    """Milliseconds from starting the process to the first answer: (a new folder, an empty store), and idle MiB."""
    first, again, idle = [], [], 0
    for number in range(rounds):
        server = make_server(number)
        for times in (first, again):
            begin = time.monotonic()
            server.begin()
            try:
                server.wait_for_answer()
                times.append((time.monotonic() - begin) * 1000)
                time.sleep(0.5)
                idle = max(idle, server.resident_mib())
            finally:
                server.stop()
    return sorted(first)[rounds // 2], sorted(again)[rounds // 2], idle
