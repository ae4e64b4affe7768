#!/usr/bin/env python3
"""Renders docs/policies.md: what whoever calls a served operation needs to be allowed.

usage: policies.py [--check]

From the facts that the server's tables are generated from, so that the page cannot say what the server does not ask.
--check writes nothing and fails when the page is stale.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from coverage import NAMES, typed_only  # noqa: E402
from generate import services  # noqa: E402
from model import Model  # noqa: E402
from page import ROOT, write_or_check  # noqa: E402

PAGE = os.path.join("docs", "policies.md")
HEAD = """# What an operation needs to be allowed

Rendered by `codegen/policies.py` from `models/overlay/`; do not edit. For each operation that this release serves: the
actions that policies have to allow, on which resources, and the condition keys that policies may use besides the global
ones (`aws:PrincipalArn`, `aws:SourceIp`, `aws:SecureTransport`, …). Where one version of an object is meant (`versionId`),
the action behind the bar is asked for instead. Some actions are asked for only with certain headers, parameters or
elements of the request; `copied-tags` stands for a copy that takes the tags of a source that has some.
"""


def code(text):
    return f"`{text}`"


def told(fact):
    name = code(fact.name + ("*" if fact.kind == "Begins" else ""))
    return name + {"Sent": "", "Begins": "", "Is": f" = {code(fact.value)}", "IsNot": f" ≠ {code(fact.value)}"}[fact.kind]


def row(operation, permission):
    if not permission:
        return f"| {operation} | none | | |\n"
    actions = code(permission.action)
    if permission.version != permission.action:
        actions += f" \\| {code(permission.version)}"
    return f"| {operation} | {actions} | {permission.resource} | {' or '.join(map(told, permission.when))} |\n"


def section(model, served):
    known, out = model.permissions, [f"\n## {NAMES[model.name]}\n\n| operation | action | on | with |\n|---|---|---|---|\n"]
    needed = {name: known.operations[name] for name in served}
    for name, permissions in needed.items():
        out += [row(name if number == 0 else "", one) for number, one in enumerate(permissions or [None])]
    every = [one for permissions in needed.values() for one in permissions]
    out.append("\n| resource | ARN | condition keys |\n|---|---|---|\n")
    for name in known.resources:
        if any(one.resource == name for one in every):
            keys = ", ".join(map(code, known.keys_of_resource(name)))
            out.append(f"| {name} | {code(known.resources[name]['arn'])} | {keys} |\n")
    actions = sorted({one.action for one in every} | {one.version for one in every})
    common = known.keys.get("*", [])
    if common:
        out.append(f"\nCondition keys of every action: {', '.join(map(code, common))}.\n")
    own = {action: [key for key in known.keys_of(action) if key not in common] for action in actions}
    if any(own.values()):
        out.append("\n| action | its condition keys |\n|---|---|\n")
        out += [f"| {code(action)} | {', '.join(map(code, keys))} |\n" for action, keys in own.items() if keys]
    return "".join(out)


def served(models, service):
    model = Model.load(models, service)
    waiting = typed_only(models, service)
    return model, [name for name in model.served if name not in waiting]


def render(models):
    out = [HEAD]
    for service in services(models):
        model, names = served(models, service)
        if names:
            out.append(section(model, names))
    return "".join(out)


def main(root=ROOT):
    write_or_check(PAGE, render, "codegen/policies.py", root)


if __name__ == "__main__":
    main()
