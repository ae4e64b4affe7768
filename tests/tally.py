"""Prints "PASSED FAILED SKIPPED" of the reports in a folder: `tally.py FOLDER`.

GoogleTest (one XML a program) and pytest (pytest.xml) count their own tests. ctest.xml says how each program ended: one
that failed without a failed test in its report (a crash, a leak found at exit), or that has no report, counts as one.
One that says by itself that it has nothing to run is skipped; one that could not be started has failed.
`checks` has a line, "ok NAME" or "FAILED NAME", for what reports in no other way.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") == "notrun" or case.get("result") == "skipped":
        return "skipped"
    return "passed"


def ended(case):
    skipped = case.find("skipped")
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return "skipped"
    return {"run": "passed", "disabled": "skipped"}.get(case.get("status"), "failed")


def read_cases(path):
    return [outcome(case) for case in ElementTree.parse(path).iter("testcase")]


def tally(folder):
    outcomes = []
    reports = {path.stem: read_cases(path) for path in folder.glob("*.xml") if path.name != "ctest.xml"}
    for report in reports.values():
        outcomes += report
    ctest = folder / "ctest.xml"
    if ctest.exists():
        for case in ElementTree.parse(ctest).iter("testcase"):
            report = reports.get(case.get("name") + "_test")
            if report is None or (ended(case) == "failed" and "failed" not in report):
                outcomes.append(ended(case))
    checks = folder / "checks"
    if checks.exists():
        for line in checks.read_text().splitlines():
            outcomes.append("passed" if line.startswith("ok ") else "failed")
    return outcomes


if __name__ == "__main__":
    found = tally(pathlib.Path(sys.argv[1]))
    print(*(found.count(kind) for kind in ("passed", "failed", "skipped")))
