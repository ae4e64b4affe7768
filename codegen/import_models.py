#!/usr/bin/env python3
"""Extracts the facts of AWS's service models from an installed botocore into models/.

usage: import_models.py [SERVICE...]          (maintainers only; the build never runs this)

A facts file holds what is needed to speak the wire: shapes, members, types, locations, constraints,
errors. No documentation text, examples, paginators, waiters or endpoint rules. One line an operation
and one a shape, sorted, so that a new botocore shows as a diff that can be read. models/SOURCES names
the version and the SHA-256 of what was read; the same input gives the same bytes.
"""
import gzip
import hashlib
import json
import os
import re
import sys

from facts import ERROR, MEMBER, METADATA, OPERATION, SHAPE

SERVICES = ["acm", "cloudfront", "cloudwatch", "dynamodb", "dynamodbstreams", "events", "iam", "kinesis",
            "kms", "lambda", "logs", "s3", "s3control", "sns", "sqs", "sts"]
MODELS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "models")

# facts.py says what is kept of each part of a model. A key that is neither there nor here stops the import: a new kind
# of fact has to be looked at before it is dropped.
METADATA_DROPPED = {"serviceFullName", "signatureVersion", "uid", "auth", "serviceAbbreviation", "globalEndpoint",
                    "checksumFormat", "protocolSettings"}
OPERATION_DROPPED = {"name", "documentation", "documentationUrl", "staticContextParams", "endpointdiscovery", "readonly",
                     "operationContextParams", "idempotent", "endpoint", "deprecatedMessage", "auth", "endpointoperation",
                     "httpChecksumRequired"}
SHAPE_DROPPED = {"documentation", "box", "xmlOrder", "deprecated", "deprecatedMessage", "retryable"}
MEMBER_DROPPED = {"documentation", "contextParam", "deprecated", "deprecatedMessage", "box", "hostLabel"}


def pick(where, facts, kept, dropped):
    unknown = set(facts) - kept - dropped
    if unknown:
        sys.exit(f"{where}: unknown facts {sorted(unknown)}: decide in {os.path.basename(__file__)} what becomes of them")
    return {key: facts[key] for key in sorted(facts)
            if key in kept and (facts[key] not in (None, False) or key in ("min", "max"))}


def operation(where, raw):
    facts = pick(where, raw, OPERATION, OPERATION_DROPPED)
    if "errors" in facts:
        facts["errors"] = [error["shape"] for error in facts["errors"]]
    return facts


def shape(where, raw):
    facts = pick(where, raw, SHAPE, SHAPE_DROPPED)
    if "members" in facts:
        facts["members"] = {name: pick(f"{where}.{name}", member, MEMBER, MEMBER_DROPPED)
                            for name, member in raw["members"].items()}
    for part in ("member", "key", "value"):
        if part in facts:
            facts[part] = pick(f"{where}.{part}", raw[part], MEMBER, MEMBER_DROPPED)
    if "error" in facts:
        facts["error"] = {key: value for key, value in sorted(raw["error"].items()) if key in ERROR}
    return facts


def reachable(model):
    """Shapes that an operation or an error uses, and common errors that no operation lists."""
    waiting = [name for name, raw in model["shapes"].items() if raw.get("synthetic")]
    for raw in model["operations"].values():
        waiting += [raw[part]["shape"] for part in ("input", "output") if part in raw]
        waiting += [error["shape"] for error in raw.get("errors", [])]
    seen = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        raw = model["shapes"][name]
        waiting += [member["shape"] for member in raw.get("members", {}).values()]
        waiting += [raw[part]["shape"] for part in ("member", "key", "value") if part in raw]
    return seen


def facts_of(service, model):
    line = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    used = reachable(model)
    operations = [f"{line(name)}:{line(operation(f'{service}.{name}', raw))}"
                  for name, raw in sorted(model["operations"].items())]
    shapes = [f"{line(name)}:{line(shape(f'{service}.{name}', raw))}"
              for name, raw in sorted(model["shapes"].items()) if name in used]
    metadata = pick(service, model["metadata"], METADATA, METADATA_DROPPED)
    if "awsQueryCompatible" in model["metadata"]:
        metadata["awsQueryCompatible"] = True  # an empty object in the source: its presence is the fact
    return (f'{{"service":{line(service)},\n"metadata":{line(metadata)},\n"operations":{{\n' + ",\n".join(operations) +
            '\n},\n"shapes":{\n' + ",\n".join(shapes) + "\n}}\n")


def main():
    import botocore
    data = os.path.join(os.path.dirname(botocore.__file__), "data")
    sources = [f"botocore {botocore.__version__} (https://github.com/boto/botocore), Apache-2.0.",
               "Facts extracted by codegen/import_models.py. SHA-256 of each uncompressed model that was read:", ""]
    wanted = sys.argv[1:] or SERVICES
    for service in SERVICES:
        version = sorted(name for name in os.listdir(os.path.join(data, service)) if re.match(r"\d{4}-\d\d-\d\d$", name))[-1]
        path = os.path.join(data, service, version, "service-2.json.gz")
        with gzip.open(path) as file:
            raw = file.read()
        sources.append(f"{hashlib.sha256(raw).hexdigest()}  {service}/{version}/service-2.json")
        if service in wanted:
            with open(os.path.join(MODELS, service + ".json"), "w") as file:
                file.write(facts_of(service, json.loads(raw)))
    with open(os.path.join(MODELS, "SOURCES"), "w") as file:
        file.write("\n".join(sources) + "\n")


if __name__ == "__main__":
    main()
