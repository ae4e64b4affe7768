#!/usr/bin/env python3
"""Turns policies.json into rows of a constant table (../managed_policies.cc).

usage: generate.py POLICIES OUT
"""
import json
import sys
from datetime import datetime, timezone

FIELDS = {"name", "path", "id", "default_version", "created", "updated", "description", "document"}


def literal(text):
    """Of C++. JSON's escapes are C++'s for ASCII; a line of the document is a line here."""
    assert text.isascii(), text
    return "\n      ".join(json.dumps(line) for line in text.splitlines(keepends=True))


def seconds(text):
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())


def main(source, out):
    with open(source) as file:
        policies = json.load(file)
    rows = []
    for policy in sorted(policies, key=lambda policy: policy["name"]):
        assert set(policy) == FIELDS, policy
        arn = f"arn:aws:iam::aws:policy{policy['path']}{policy['name']}"
        strings = [arn, policy["name"], policy["path"], policy["id"], policy["description"], json.dumps(policy["document"], indent=4)]
        rows.append("    {" + ", ".join(literal(text) for text in strings) +
                    f",\n     {policy['default_version']}, {seconds(policy['created'])}, {seconds(policy['updated'])}}},\n")
    with open(out, "w") as file:
        file.write(f"// Of {source.rsplit('/', 1)[-1]}, by generate.py.\n" + "".join(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
