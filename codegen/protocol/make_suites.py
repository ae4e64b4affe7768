#!/usr/bin/env python3
"""Generates the API of every suite of the protocol cases, so that the harness can read and write their shapes.

usage: make_suites.py --cases DIR --out DIR

Writes OUT/SUITE/api/*, one OUT/ptest/FILE.cc for each file of cases, and OUT/ptest/suites.json, which tells run_suites.py
what became of each case.
"""
import argparse
import copy
import glob
import hashlib
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import facts as known  # noqa: E402
from emit_types import error_facts  # noqa: E402
from generate import OUTPUTS, generate, write_if_new  # noqa: E402
from model import Model  # noqa: E402
from naming import enumerator, type_name  # noqa: E402

SMITHY_PROTOCOLS = {"awsJson1_0": "json", "awsJson1_1": "json", "awsQuery": "query", "restJson1": "rest-json",
                    "restXml": "rest-xml", "rpcv2Cbor": "smithy-rpc-v2-cbor"}


def reachable(shapes, names):
    seen, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            shape = shapes[name]
            waiting += [member["shape"] for member in shape.get("members", {}).values()]
            waiting += [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]
    return seen


def supported(shapes, operation):
    """Documents (values without a shape) and event streams are in none of our services' requests."""
    names = [operation[part]["shape"] for part in ("input", "output") if part in operation]
    return not any(shapes[name]["type"] == "document" or shapes[name].get("document") or shapes[name].get("eventstream")
                   for name in reachable(shapes, names))


def streams(shapes, name):
    return any(member.get("streaming") or shapes[member["shape"]].get("streaming")
               for member in shapes[name].get("members", {}).values())


def only(found, allowed):
    return {key: value for key, value in found.items() if key in allowed}


def cut(operations, shapes):
    """What the importer would keep of them: the suites' models have traits that are in no facts."""
    operations = {name: {**only(operation, known.OPERATION),
                         **{part: only(operation[part], allowed) for part, allowed in
                            (("http", known.HTTP), ("input", known.INPUT), ("output", known.OUTPUT)) if part in operation}}
                  for name, operation in operations.items()}
    cut_shapes = {}
    for name, shape in shapes.items():
        cut_shapes[name] = only(shape, known.SHAPE)
        if "members" in shape:
            cut_shapes[name]["members"] = {key: only(member, known.MEMBER) for key, member in shape["members"].items()}
        for part in ("member", "key", "value"):
            if part in shape:
                cut_shapes[name][part] = only(shape[part], known.MEMBER)
    for operation in operations.values():
        for error in operation.get("errors", []):
            cut_shapes[error]["exception"] = True
    return operations, cut_shapes


def make_model(name, metadata, operations, shapes):
    metadata = {"apiVersion": "2020-01-01", "endpointPrefix": "x", **metadata}
    operations = {key: value for key, value in operations.items() if supported(shapes, value)}
    shapes = dict(shapes)
    inputs = {operation["input"]["shape"] for operation in operations.values() if "input" in operation}
    for key, operation in operations.items():
        # The suites use one structure both ways, which has no one type where its payload streams.
        output = operation.get("output", {}).get("shape")
        if output in inputs and streams(shapes, output):
            shapes[output + "Written"] = shapes[output]
            operations[key] = {**operation, "output": {**operation["output"], "shape": output + "Written"}}
    used = [part for operation in operations.values() for part in
            [operation[side]["shape"] for side in ("input", "output") if side in operation] + operation.get("errors", [])]
    kept = reachable(shapes, used)
    shapes = {key: value for key, value in copy.deepcopy(shapes).items() if key in kept}
    for shape in shapes.values():
        if "xmlName" in shape:  # how the Smithy suites call a structure's own element
            shape.setdefault("locationName", shape["xmlName"])
    operations, shapes = cut(operations, shapes)
    metadata = only(metadata, known.METADATA)
    # Without routes: the suites have operations that no server could tell apart.
    return Model({"service": name, "metadata": metadata, "operations": operations, "shapes": shapes}, {}, both_ways=True, routed=False)


def botocore_suites(folder):
    for direction in ("input", "output"):
        for path in sorted(glob.glob(os.path.join(folder, "botocore", direction, "*.json"))):
            label = f"botocore_{direction}_{os.path.basename(path)[:-5]}"
            suites = []
            for suite in json.load(open(path)):
                operations, cases = {}, []
                for case in suite["cases"]:
                    given = copy.deepcopy(case["given"])
                    given["errors"] = [error["shape"] for error in given.get("errors", [])]
                    # Cases of one name may describe different operations.
                    name = base = given.get("name", "Operation")
                    number = 1
                    while name in operations and operations[name] != given:
                        number += 1
                        name = f"{base}{number}"
                    operations[name] = given
                    cases.append({"id": case.get("id") or suite["description"], "operation": name, "case": case})
                suites.append({"metadata": suite["metadata"], "operations": operations, "shapes": suite["shapes"], "cases": cases})
            yield label, f"botocore-{direction}", suites


def smithy_suites(folder):
    for path in sorted(glob.glob(os.path.join(folder, "smithy", "*.json"))):
        whole = json.load(open(path))
        model = whole["model"]
        metadata = {**model["metadata"], "protocol": SMITHY_PROTOCOLS[whole["protocol"]]}
        # The suites' errors have their neighbours' codes and statuses; the cases say the right ones.
        for case in whole["cases"]:
            if case["kind"] == "error":
                shape = model["shapes"][case["error"]]
                code = case.get("vendorParams", {}).get("code")
                shape["error"] = {"httpStatusCode": case["code"], **({"code": code} if code else {})}
                shape["exception"] = True
                shape.pop("fault", None)
        cases = [{"id": case["id"], "operation": case["operation"], "case": case} for case in whole["cases"]]
        yield (f"smithy_{os.path.basename(path)[:-5]}", "smithy",
               [{"metadata": metadata, "operations": model["operations"], "shapes": model["shapes"], "cases": cases}])


def registration(model):
    name, spelled = model.name, f"skerry::{model.namespace}"
    lines = [f'  {spelled}::{type_name(model.namespace)}Ops::each([&]<class Op>() {{\n'
             f'    static const std::string entry = "{name}/" + std::string(Op::kName);\n'
             f"    suites.operations.push_back({{entry, &Op::descriptor(), make<typename Op::Request>, make<typename Op::Response>}});\n  }});\n"]
    for row in error_facts(model):
        made = f"make<{spelled}::{type_name(row[6])}>" if row[6] else "nullptr"
        lines.append(f'  suites.errors.push_back({{"{name}/{row[0]}", &{spelled}::kService, '
                     f"&{spelled}::info({spelled}::Errc::{enumerator(row[0])}), {made}}});\n")
    return "".join(lines)


def write_file(out, label, models):
    # The build knows this file and not the many that it includes: what they are makes it change with them.
    digest = hashlib.sha256()
    for model in models:
        for name in sorted(OUTPUTS):
            with open(os.path.join(out, model.name, "api", name), "rb") as file:
                digest.update(file.read())
    includes = "".join(f'#include "{model.name}/api/tables.cc"\n' for model in models)
    body = "".join(registration(model) for model in models)
    write_if_new(os.path.join(out, "ptest", label + ".cc"),
                 f'// Of {digest.hexdigest()}\n#include "protocol/harness.h"\n{includes}\nnamespace skerry::ptest {{\nvoid fill_{label}([[maybe_unused]] Suites& suites) {{\n{body}}}\n}}\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    os.makedirs(os.path.join(arguments.out, "ptest"), exist_ok=True)
    labels, index = [], []
    for label, kind, suites in [*botocore_suites(arguments.cases), *smithy_suites(arguments.cases)]:
        label = re.sub(r"[^A-Za-z0-9]", "_", label)
        models = []
        for number, suite in enumerate(suites):
            model = make_model(f"{label}_{number}", suite["metadata"], suite["operations"], suite["shapes"])
            if model.served:
                generate(model, arguments.out)
                models.append(model)
            index.append({"kind": kind, "file": label, "suite": model.name, "metadata": suite["metadata"], "shapes": suite["shapes"],
                          "operations": suite["operations"], "made": model.served, "cases": suite["cases"]})
        write_file(arguments.out, label, models)
        labels.append(label)
    declared = "".join(f"void fill_{label}(Suites& suites);\n" for label in labels)
    calls = "".join(f"  fill_{label}(suites);\n" for label in labels)
    write_if_new(os.path.join(arguments.out, "ptest", "fill.cc"),
                 f'#include "protocol/harness.h"\n\nnamespace skerry::ptest {{\n{declared}\nvoid fill(Suites& suites) {{\n{calls}}}\n}}\n')
    write_if_new(os.path.join(arguments.out, "ptest", "suites.json"), json.dumps(index))


if __name__ == "__main__":
    main()
