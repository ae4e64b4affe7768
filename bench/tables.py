"""The tables in Markdown: what must be reached, all that was measured, and the machine's own limits."""

import rows
from measure import KIB, MIB

ROCKSDB_BOTH, ROCKSDB_ONE = "synced RocksDB puts, 32 threads, both cores", "synced RocksDB puts, 32 threads, one core"


def _ratio(a, b):
    return a / b if a and b else None


class Targets:
    """The figures that issues 2 and 3 ask for. One that was not measured says so, and counts as not reached."""

    def __init__(self, meter, limits, listings, start, swept_s, memory_mib):
        self.meter, self.limits, self.listings, self.start = meter, limits, listings, start
        self.swept_s, self.memory_mib = swept_s, memory_mib
        self.lines = []
        self._gets()
        self._puts()
        self._listings()
        self._access()
        self._start()

    def _add(self, work, target, value, reached, unit="x", by_cpu=None):
        shown = "not measured" if value is None else f"{value:,.2f} {unit}" if value < 1000 else f"{value:,.0f} {unit}"
        self.lines.append((work, target, shown, "" if by_cpu is None else f"{by_cpu:,.2f} x",
                           "-" if value is None else "reached" if reached(value) else "**not reached**"))

    def _at_least(self, work, target, least, value, unit="x", by_cpu=None):
        self._add(work, target, value, lambda number: number >= least, unit, by_cpu)

    def _at_most(self, work, target, most, value, unit="x"):
        self._add(work, target, value, lambda number: number <= most, unit)

    def _against(self, row, target, least, other):
        speed = _ratio(self.meter.value(row, "Skerry"), self.meter.value(row, other))
        by_cpu = _ratio(self.meter.cpu_us(row, other), self.meter.cpu_us(row, "Skerry")) if speed else None
        self._at_least(row, target, least, speed, by_cpu=by_cpu)

    def _gets(self):
        row = rows.get_row(4 * KIB, 32, 10 * MIB)
        self._against(row, "1.0 x nginx", 1.0, "nginx")
        self._against(row, "15 x the RADOS gateway", 15, "rgw")
        row = rows.get_row(MIB, 32, 10 * MIB)
        self._against(row, "0.4 x nginx's sendfile", 0.4, "nginx")
        self._against(row, "0.75 x bare pread, decrypt, send", 0.75, "bare")

    def _puts(self):
        row = rows.put_row(4 * KIB, 32)
        self._against(row, "15 x the RADOS gateway", 15, "rgw")
        for limit in (ROCKSDB_BOTH, ROCKSDB_ONE):
            self._at_least(row, f"0.5 x {limit}", 0.5, _ratio(self.meter.value(row, "Skerry"), self.limits.get(limit)))
        slower = min((self.limits[name] for name in ("disk, sequential", "MD5") if name in self.limits), default=None)
        for payload in ("signed", "unsigned"):
            row = rows.put_row(64 * MIB, 1, payload, "both cores")
            speed = self.meter.value(row, "Skerry", "bytes_per_second")
            self._at_least(row, "0.8 x the slower of disk and MD5", 0.8, _ratio(speed, slower))

    def _p50_against(self, row, other):
        return _ratio(self.meter.value(row, "Skerry", "p50_us"), self.meter.value(other, "Skerry", "p50_us"))

    def _listings(self):
        names = self.listings.rows()
        keys = self.meter.value(names["wide"], "Skerry", "entries_per_second")
        self._at_least(names["wide"], "200,000 keys/s", 200_000, keys, "keys/s")
        self._at_most(names["wide"], f"within 1.3 x of {names['narrow']}", 1.3, self._p50_against(names["wide"], names["narrow"]))
        self._at_most(names["one"], f"within 1.3 x of {names['ten']}", 1.3, self._p50_against(names["one"], names["ten"]))
        prefixes = self.meter.value(names["prefixes"], "Skerry", "entries_per_second")
        self._at_least(names["prefixes"], "40,000 prefixes/s", 40_000, prefixes, "prefixes/s")
        work = names["removed"] + (f" (after {self.swept_s:.0f} s)" if self.swept_s is not None else "")
        self._at_most(work, f"within 2 x of {names['fresh']}", 2, self._p50_against(names["removed"], names["fresh"]))

    def _access(self):
        row, root, user = rows.ACCESS_ROW, rows.ROOT_NAME, rows.USER_NAME
        measured = self.meter.value(row, root) and self.meter.value(row, user)
        cpu = _ratio(self.meter.median_cpu_us(row, user), self.meter.median_cpu_us(row, root)) if measured else None
        self._at_most("GET 4 KiB, 32 conn, by a user with three policies, in a bucket with one", "1.1 x the CPU of root's", 1.1, cpu)

    def _start(self):
        first, again, idle = self.start or (None, None, None)
        self._at_most("start, new folder, to first answer", "60 ms", 60, first, "ms")
        self._at_most("start, empty store, to first answer", "60 ms", 60, again, "ms")
        self._at_most("resident, idle", "25 MiB", 25, idle, "MiB")
        peak = max((mib for (_, name), mib in self.meter.peaks.items() if name == "Skerry"), default=None)
        self._at_most("resident, most under all loads above", f"{self.memory_mib} MiB", self.memory_mib, peak, "MiB")

    def markdown(self):
        head = "| work | target | measured | by CPU time | |\n|---|---|---|---|---|\n"
        return head + "".join(f"| {' | '.join(line)} |\n" for line in self.lines)


def measured(meter):
    """A line for each row and server; CPU is that of all the server's processes."""
    text = ("| work | server | a second | MB/s | p50 µs | p99 µs | CPU s | CPU µs each | peak MiB | client busy |\n"
            "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n")
    for row, name in meter.results:
        if reason := meter.failed(row, name):
            text += f"| {row} | {name} | failed: {reason[:80]} | | | | | | | |\n"
            continue
        cpu_s = sum(report["server_cpu_s"] for report in meter.results[row, name])
        text += (f"| {row} | {name} | {meter.value(row, name):,.0f} | {meter.value(row, name, 'bytes_per_second') / 1e6:,.0f} "
                 f"| {meter.value(row, name, 'p50_us'):,.0f} | {meter.value(row, name, 'p99_us'):,.0f} | {cpu_s:.2f} "
                 f"| {meter.cpu_us(row, name):,.0f} | {meter.peaks[row, name]:,.0f} | {meter.client_share(row, name):.0%} |\n")
    return text


def signed_while_timed(meter):
    """Which rows ran out of requests signed ahead, so that the client's signing was part of what was timed."""
    late = sorted({row for (row, _), reports in meter.results.items() if any(r["signed_while_timed"] for r in reports)})
    return "Every request had been signed before the timed part began.\n" if not late else (
        "Some requests were signed in the timed part, by the client's core, in: " + "; ".join(late) + ".\n")


def limits_table(limits):
    text = "| limit | |\n|---|---:|\n"
    for name, value in limits.items():
        shown = f"{value / 1e6:,.0f} MB/s" if value > 1e6 else f"{value:,.0f} a second"
        text += f"| {name} | {shown} |\n"
    return text
