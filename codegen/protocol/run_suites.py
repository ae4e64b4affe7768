#!/usr/bin/env python3
"""Drives the protocol cases through the harness and says how many hold.

usage: run_suites.py --harness BINARY --suites suites.json --waivers FILE [--verbose]

Requests: the bytes that a client would send are read, and what was read must equal the case's values. Responses and
errors: the case's values are written, and botocore's own parser must read the same from them, or the answer be the
case's own (that parser does not read all that Smithy has). Malformed requests: the kind of error must be the case's; its
words differ between Smithy and AWS.

A case that does not hold needs a line `suite-file/id: reason` in the waivers. A waiver that nothing needs any more is a
failure, too.
"""
import argparse
import base64
import datetime
import json
import math
import subprocess
import sys
import xml.etree.ElementTree
from collections import Counter

import botocore.awsrequest
import botocore.model
import botocore.parsers
import botocore.utils

PARSERS = {"query": botocore.parsers.QueryParser, "json": botocore.parsers.JSONParser,
           "rest-json": botocore.parsers.RestJSONParser, "rest-xml": botocore.parsers.RestXMLParser,
           "smithy-rpc-v2-cbor": botocore.parsers.RpcV2CBORParser}


class Harness:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def by_name(value, shape, shapes):
    """A case's values as the harness has them: blobs in base64, no nulls."""
    kind = shape["type"]
    if kind == "structure":
        return {key: by_name(item, shapes[shape["members"][key]["shape"]], shapes)
                for key, item in value.items() if item is not None and key in shape["members"]}
    if kind == "list":
        return [by_name(item, shapes[shape["member"]["shape"]], shapes) for item in value if item is not None]
    if kind == "map":
        return {key: by_name(item, shapes[shape["value"]["shape"]], shapes) for key, item in value.items() if item is not None}
    if kind == "blob":
        return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()
    return value


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) != isinstance(b, (int, float)):
        named = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
        return same(named.get(a, a), named.get(b, b)) if a in named or b in named else False
    if isinstance(a, (int, float)):
        return a == b or (math.isnan(a) and math.isnan(b)) or (math.isfinite(a) and abs(a - b) <= 1e-6 * max(1, abs(a)))
    return a == b


def document(text, protocol):
    """What a body says: of XML names, attributes and text, whatever the order of members; of JSON the values.

    Namespaces are left out, which no client reads, and so is the name of rest-xml's root, which the suites' models lack.
    """
    def element(node):
        return node.tag.rpartition("}")[2], tuple(sorted(node.attrib.items())), (node.text or "").strip() if not len(node) else "", tuple(sorted(map(element, node)))

    if not text.strip():
        return None
    if protocol == "rest-json":
        return json.loads(text) or None
    root = xml.etree.ElementTree.fromstring(text)
    for child in [child for child in root if child.tag.endswith("ResponseMetadata")]:
        root.remove(child)  # the id of a request
    return element(root)[1 if protocol == "rest-xml" else 0:]


def is_as_written(case, answer, protocol):
    """Whether an answer is the case's own, byte for byte as far as order and space do not matter."""
    if protocol not in ("rest-json", "rest-xml", "query") or case.get("body") is None:
        return False
    headers = {key.lower(): value for key, value in answer["headers"].items()}
    wanted = {key.lower(): value for key, value in (case.get("headers") or {}).items() if key.lower() != "content-type"}
    forbidden = {name.lower() for name in case.get("forbidHeaders") or []}
    if case.get("code", case.get("status_code")) != answer["status"] or forbidden & set(headers) or wanted.items() - headers.items():
        return False
    try:
        return document(case["body"], protocol) == document(base64.b64decode(answer["body"]).decode(), protocol)
    except (ValueError, xml.etree.ElementTree.ParseError):  # a body that is of no format
        return case["body"].encode() == base64.b64decode(answer["body"])


def without_empty(value):
    """Empty lists and maps, which several protocols cannot tell from absent ones, at the top."""
    return {key: item for key, item in value.items() if item not in ({}, [])} if isinstance(value, dict) else value


def plain(value):
    """What botocore's parsers give, as JSON would have it."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value if item is not None]
    return plain(value.read()) if hasattr(value, "read") else value


class Suite:
    def __init__(self, facts, harness):
        self.facts, self.harness = facts, harness
        self.shapes, self.metadata = facts["shapes"], facts["metadata"]
        protocols = self.metadata.get("protocols") or [self.metadata["protocol"]]
        self.protocol = protocols[0]

    def shape_of(self, operation, side):
        part = self.facts["operations"][operation].get(side)
        return self.shapes[part["shape"]] if part else None

    def encoded(self, body):
        if self.protocol == "smithy-rpc-v2-cbor":
            return body or ""
        return base64.b64encode((body if isinstance(body, str) else json.dumps(body)).encode()).decode()

    def read(self, operation, method, uri, headers, body):
        headers = {key.lower(): value for key, value in (headers or {}).items()}
        return self.harness.ask(entry=f"{self.facts['suite']}/{operation}", method=method, uri=uri, headers=headers, body=self.encoded(body))

    def check_read(self, operation, got, params):
        shape = self.shape_of(operation, "input")
        want = by_name(params or {}, shape, self.shapes) if shape else {}
        read = got.get("params")
        return read is not None and (same(read, want) or same(without_empty(read), without_empty(want))), want

    def parse(self, operation, answer, shape):
        facts = self.facts["operations"][operation]
        model = botocore.model.ServiceModel({"metadata": {"apiVersion": "x", "endpointPrefix": "x", **self.metadata, "protocol": self.protocol},
                                             "operations": {operation: {**facts, "name": operation}}, "shapes": self.shapes})
        output = model.shape_for(shape) if shape else model.operation_model(operation).output_shape
        if not shape and answer["status"] >= 300:
            output = None
        if self.protocol == "query" and output and not shape:
            output.serialization.setdefault("resultWrapper", operation + "Result")
        # Of the words for a time and for bytes make what the cases have.
        parser = PARSERS[self.protocol](timestamp_parser=lambda text: botocore.utils.parse_timestamp(text).timestamp(),
                                        blob_parser=lambda text: text if isinstance(text, bytes) else base64.b64decode(text))
        headers = botocore.awsrequest.HeadersDict()
        for key, value in answer["headers"].items():
            headers[key] = value
        parsed = parser.parse({"headers": headers, "status_code": answer["status"], "body": base64.b64decode(answer["body"])}, output)
        return parsed

    def check_written(self, operation, result, status, case):
        shape = self.shape_of(operation, "output")
        value = by_name(result, shape, self.shapes) if shape else {}
        answer = self.harness.ask(entry=f"{self.facts['suite']}/{operation}", value=value)
        if is_as_written(case, answer, self.protocol):
            return True, None
        try:
            parsed = self.parse(operation, answer, None)
        except Exception as error:  # a parser's failure is the case's, whatever it is
            return False, repr(error)
        parsed.pop("ResponseMetadata", None)
        good = same(without_empty(plain(parsed)), without_empty(plain(result))) and status in (None, answer["status"])
        return good, (plain(parsed), answer["status"])

    def check_error(self, operation, name, params, status):
        shape = self.shapes[name]
        message = next((value for key, value in params.items() if key.lower() == "message"), "")
        answer = self.harness.ask(error=f"{self.facts['suite']}/{name}", message=message, value=by_name(params, shape, self.shapes))
        code = shape.get("error", {}).get("code", name)
        try:
            parsed = {**self.parse(operation, answer, name), **self.parse(operation, answer, None)}
        except Exception as error:
            return False, repr(error)
        members = {key: value for key, value in parsed.items() if key in shape["members"] and key.lower() != "message"}
        want = {key: value for key, value in params.items() if key.lower() != "message"}
        found = parsed.get("Error", {})
        good = (found.get("Code") in (code, name) and (found.get("Message") or "") == message and status in (None, answer["status"]) and
                same(without_empty(plain(members)), without_empty(want)))
        return good, (parsed, answer["status"])


def malformed_holds(case, got):
    kind = (case["response"].get("headers") or {}).get("x-amzn-errortype", "")
    if kind == "ValidationException":
        return bool(got.get("violations")) or "malformed" in got
    return "malformed" in got


def run_case(suite, entry):
    """(does it hold, what was wanted, what was got); None where a server has nothing to do with the case."""
    case, operation = entry["case"], entry["operation"]
    kind = suite.facts["kind"]
    if operation not in suite.facts["made"]:
        return False, "the operation", "documents and event streams have no type here"
    if kind == "botocore-input":
        sent = case["serialized"]
        got = suite.read(operation, sent["method"], sent["uri"], sent.get("headers"), sent.get("body", ""))
        good, want = suite.check_read(operation, got, case["params"])
        return good, want, got
    if kind == "botocore-output":
        if "error" in case or "errorCode" in case:
            name = case.get("errorCode")
            errors = suite.facts["operations"][operation].get("errors", [])
            if name not in errors:
                return None
            return (*suite.check_error(operation, name, case.get("error") or {}, None), case)
        good, got = suite.check_written(operation, case["result"], None, case["response"])
        return good, case["result"], got
    if case.get("appliesTo") == "client":
        return None
    if case["kind"] == "malformed":
        sent = case["request"]
        got = suite.read(operation, sent["method"], full_uri(sent), sent.get("headers"), sent.get("body") or "")
        return malformed_holds(case, got), case["response"], got
    if case["kind"] == "request":
        got = suite.read(operation, case["method"], full_uri(case), case.get("headers"), case.get("body") or "")
        good, want = suite.check_read(operation, got, case.get("params"))
        return good, want, got
    if case["kind"] == "response":
        good, got = suite.check_written(operation, case.get("params") or {}, case.get("code"), case)
        return good, case.get("params"), got
    good, got = suite.check_error(operation, case["error"], case.get("params") or {}, case.get("code"))
    return good, case.get("params"), got


def full_uri(sent):
    query = sent.get("queryParams")
    # A bucket in the host stands before the path by the time that a request is read.
    bucket, dot, _ = sent.get("resolvedHost", "").partition(".s3")
    return ("/" + bucket if dot else "") + sent["uri"] + ("?" + "&".join(query) if query else "")


def read_waivers(path):
    waivers = {}
    with open(path) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, _, reason = line.strip().partition(": ")
                if not reason:
                    sys.exit(f"{path}: {name} has no reason")
                waivers[name] = reason
    return waivers


def main():
    parser = argparse.ArgumentParser()
    for name in ("harness", "suites", "waivers"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    waivers, used = read_waivers(arguments.waivers), set()
    harness, counts, bad = Harness(arguments.harness), {}, []
    for facts in json.load(open(arguments.suites)):
        suite = Suite(facts, harness)
        for entry in facts["cases"]:
            kind = entry["case"].get("kind", facts["kind"].split("-")[-1])
            count = counts.setdefault((facts["file"], kind), Counter())
            result = run_case(suite, entry)
            if result is None:
                count["client only"] += 1
                continue
            name = f"{facts['file']}/{entry['id']}"
            if result[0]:
                count["passed"] += 1
            elif name in waivers:
                count["waived"] += 1
                used.add(name)
            else:
                count["failed"] += 1
                bad.append((name, result[1], result[2]))
    total = Counter()
    for (file, kind), count in sorted(counts.items()):
        print(f"{file:55} {kind:10} " + "  ".join(f"{word} {count[word]}" for word in ("passed", "waived", "failed", "client only") if count[word]))
        total += count
    print("all:", dict(total))
    for name, want, got in bad:
        print("FAILED", name, *(["\n   wanted", str(want)[:500], "\n   got   ", str(got)[:700]] if arguments.verbose else []))
    for name in sorted(set(waivers) - used):
        print("NEEDLESS WAIVER", name)
    sys.exit(1 if bad or set(waivers) - used else 0)


if __name__ == "__main__":
    main()
