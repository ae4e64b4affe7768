"""What the machine itself can do: hashes, encryption, the disk, and RocksDB alone."""

import json
import statistics
import subprocess

from servers import pinned


def crypto_speeds():
    """Bytes a second of one core, in pieces of 64 KiB."""
    speeds = {}
    for name in ("md5", "sha256", "aes-256-gcm"):
        command = ["openssl", "speed", "-mr", "-seconds", "1", "-bytes", "65536", "-evp", name]
        printed = subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=pinned(), timeout=60)
        line = next(line for line in printed.stdout.splitlines() if line.startswith("+F:"))
        speeds[name] = float(line.split(":")[-1])
    return speeds


def _fio(folder, *options):
    command = ["fio", "--name=bench", f"--directory={folder}", "--ioengine=psync", "--randrepeat=0", "--unlink=1",
               "--output-format=json", *options]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return json.loads(printed.stdout[printed.stdout.index("{"):])["jobs"][0]["write"]


def disk_limits(folder, rounds):
    """`sequential`: bytes a second of a new file of 64 MiB, synced before it counts; the median.
    `syncs`: synced writes of 4 KiB a second, one after another."""
    whole = [_fio(folder, "--rw=write", "--bs=1m", "--size=64m", "--fallocate=none", "--end_fsync=1")
             for _ in range(rounds)]
    # `runtime` has the closing sync in it; `bw` has not.
    sequential = statistics.median(job["io_bytes"] / max(job["runtime"], 1) * 1000 for job in whole)
    small = _fio(folder, "--rw=write", "--bs=4k", "--size=64m", "--fallocate=none", "--fdatasync=1", "--time_based",
                 "--runtime=2")
    return {"sequential": sequential, "syncs": small["iops"]}


def rocksdb_puts(binary, folder, seconds, core):
    """Synced puts of 4 KiB a second by 32 threads; `core` None: on all cores."""
    folder.mkdir(parents=True)
    printed = subprocess.run([binary, str(folder), "32", "4096", str(seconds)], check=True, capture_output=True,
                             text=True, preexec_fn=pinned(core), timeout=seconds + 60)
    return float(printed.stdout)
