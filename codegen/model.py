"""A service's facts with our overlay laid over them, cut down to the operations that are served.

Stops (Unknown) at whatever it does not understand: a fact that is silently dropped becomes a wrong answer later.
"""
import json
import os
import sys

from check import Unknown, check_facts, check_names, check_overlay
from permissions import Permissions

# A blob that the overlay calls large. Models have no such type.
LARGE_BLOB = "large blob"
PROTOCOLS = {"rest-xml": "RestXml", "rest-json": "RestJson", "query": "Query", "smithy-rpc-v2-cbor": "RpcV2Cbor"}
FAULTS = {"s3": "S3", "cloudfront": "CloudFront", "query": "Query", "json": "Json", "logs": "Logs", "sqs": "Sqs"}
OVERLAY_KEYS = {
    "about", "claim", "xmlns", "protocols", "faults", "bare_errors", "always_millis", "constraints", "roots", "unwrapped", "errors",
    "statuses", "permissions", "action_prefix", "other_actions", "resources", "condition_keys", "body_limits", "drop", "unserved_subresources", "subresources", "operations", "shapes", "members", "query_names",
    "error_statuses", "client_errors_are_400", "query_error_codes", "checksum_required", "checksum_optional", "open_enums", "namespace", "large_blobs"}
DEFAULT_BODY_LIMIT = 2 << 20


def read_json(path):
    def once(pairs):
        found = {}
        for key, value in pairs:
            if key in found:
                raise Unknown(f"{path}: {key} stands there twice")
            found[key] = value
        return found

    with open(path) as file:
        try:
            return json.load(file, object_pairs_hook=once)
        except json.JSONDecodeError as error:
            raise Unknown(f"{path}: {error}") from None


TYPED_ONLY = "!typed-only"


def read_ops(path, operations):
    """The operations to generate: a name a line; `*` means all. Nothing serves yet what stands below TYPED_ONLY."""
    names = []
    with open(path) as file:
        for line in file:
            name = line.split("#")[0].strip()
            if name == "*":
                return sorted(operations)
            if name and name != TYPED_ONLY:
                if name not in operations:
                    raise Unknown(f"{path}: {name} is not an operation")
                names.append(name)
    if len(set(names)) != len(names):
        raise Unknown(f"{path}: an operation stands there twice")
    return sorted(names)


class Model:
    def __init__(self, facts, overlay, served=None, both_ways=False, routed=True):
        """`served`: names of operations, all when None. For tests: `both_ways`, every shape can be read and written;
        not `routed`, without a route tree."""
        check_overlay(facts, overlay, OVERLAY_KEYS, FAULTS)
        self.overlay = overlay
        self.name = facts["service"]
        self.namespace = overlay.get("namespace", self.name)
        self.metadata = facts["metadata"]
        self.operations = {**facts["operations"], **overlay.get("operations", {})}
        self.shapes = {**facts["shapes"], **overlay.get("shapes", {})}
        for path, patch in overlay.get("members", {}).items():
            self._patch(path, patch)
        self.served = sorted(set(self.operations) - set(overlay.get("drop", {}))) if served is None else served
        self.both_ways = both_ways
        self.protocols = self._protocols()
        self.routed = routed and self.protocols[0].startswith("Rest")
        check_facts(self)
        check_names(self)
        self.permissions = Permissions(self)
        for path in overlay.get("large_blobs", []):
            self._enlarge(path)
        self._reach()
        self._order()

    @staticmethod
    def load(root, service, served="list"):
        facts = read_json(os.path.join(root, service + ".json"))
        overlay_path = os.path.join(root, "overlay", service + ".json")
        overlay = read_json(overlay_path) if os.path.exists(overlay_path) else {}
        operations = {**facts["operations"], **overlay.get("operations", {})}
        ops_path = os.path.join(root, "ops", service + ".txt")
        names = read_ops(ops_path, operations) if served == "list" else []
        return Model(facts, overlay, names)

    # ---- laying the overlay over the facts

    def _patch(self, path, patch):
        shape, _, member = path.partition(".")
        target = self.shapes.get(shape)
        if target and member:
            target = target.get("members", {}).get(member) or (target.get(member) if member in ("member", "key", "value") else None)
        if target is None:
            raise Unknown(f"overlay: no member {path}")
        for key, value in patch.items():
            if value is None:
                target.pop(key, None)
            else:
                target[key] = value

    def _enlarge(self, path):
        shape, _, member = path.partition(".")
        target = self.shapes.get(shape, {}).get("members", {}).get(member)
        if target is None or self.shapes[target["shape"]]["type"] != "blob" or self.streams(shape, member):
            raise Unknown(f"overlay large_blobs: {path} is no blob")
        if not all(name.startswith(("Json", "RestJson")) for name in self.protocols):
            raise Unknown(f"overlay large_blobs: {path}: only JSON is read so, {self.name} speaks {self.protocols}")
        large = "Large" + target["shape"]
        self.shapes[large] = {**self.shapes[target["shape"]], "type": LARGE_BLOB}
        target["shape"] = large

    def _protocols(self):
        names = self.overlay.get("protocols") or list(self.metadata.get("protocols") or [self.metadata["protocol"]])
        if self.metadata.get("awsQueryCompatible") and "query" not in names:
            names.append("query")
        json_name = {"1.0": "Json10", "1.1": "Json11"}.get(self.metadata.get("jsonVersion"))
        known = {**PROTOCOLS, **({"json": json_name} if json_name else {})}
        if set(names) - set(known):
            raise Unknown(f"{self.name}: protocol of {names}, JSON {self.metadata.get('jsonVersion')}")
        return [known[name] for name in names]

    # ---- which shapes are needed, and for what

    def parts(self, name):
        shape = self.shapes[name]
        return list(shape.get("members", {}).values()) + [shape[part] for part in ("member", "key", "value") if part in shape]

    def reachable(self, start):
        seen, waiting = set(), list(start)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                if not self.shapes[name].get("eventstream"):
                    waiting += [part["shape"] for part in self.parts(name)]
        return seen

    def _reach(self):
        used = [self.operations[name] for name in self.served]
        inputs = [operation["input"]["shape"] for operation in used if "input" in operation]
        outputs = [operation["output"]["shape"] for operation in used if "output" in operation]
        errors = [error for operation in used for error in operation.get("errors", [])]
        errors += [name for name, shape in self.shapes.items() if shape.get("synthetic")]
        self.input_roots = set(inputs)
        self.read, self.written = self.reachable(inputs), self.reachable(outputs + errors)
        for name in set(inputs) & set(outputs):
            if any(self.streams(name, member) for member in self.shapes[name].get("members", {})):
                raise Unknown(f"{self.name}.{name}: streams both ways")
        if self.both_ways:
            self.read = self.written = self.read | self.written
        for name in self.read:
            if self.shapes[name].get("eventstream"):
                raise Unknown(f"{self.name}.{name}: an event stream as input")
        for name in self.written:
            if self.shapes[name]["type"] == LARGE_BLOB:
                raise Unknown(f"{self.name}.{name}: a large blob in an answer")
        self.error_names = sorted({name for name, shape in self.shapes.items() if shape.get("exception")})

    def _order(self):
        """Structures in an order in which C++ can define them; members that close a circle become boxes."""
        self.boxed, self.structures, state = set(), [], {}

        def innermost(name):
            while self.shapes[name]["type"] in ("list", "map"):
                name = self.shapes[name].get("member", self.shapes[name].get("value"))["shape"]
            return name

        def visit(name):
            state[name] = "open"
            for member_name, member in self.shapes[name].get("members", {}).items():
                target = member["shape"]
                if self.streams(name, member_name):
                    continue
                inner = innermost(target)
                if self.shapes[inner]["type"] != "structure":
                    continue
                if inner == target and state.get(target) == "open":
                    self.boxed.add((name, member_name))
                elif inner not in state:
                    visit(inner)
            state[name] = "done"
            self.structures.append(name)

        for name in sorted(self.read | self.written):
            shape = self.shapes[name]
            if shape["type"] == "structure" and not shape.get("eventstream") and name not in state:
                visit(name)

    # ---- questions about members

    def streams(self, shape_name, member_name):
        member = self.shapes[shape_name]["members"][member_name]
        target = self.shapes[member["shape"]]
        return bool(member.get("streaming") or target.get("streaming") or target.get("eventstream"))

    def required(self, shape_name, member_name):
        return member_name in self.shapes[shape_name].get("required", [])

    def optional_uses(self):
        """Shapes that stand somewhere as an optional member, and those that stand in a box."""
        optional, boxes = set(), set()
        for name in self.structures:
            for member_name, member in self.shapes[name].get("members", {}).items():
                if (name, member_name) in self.boxed:
                    boxes.add(member["shape"])
                elif not self.required(name, member_name):
                    optional.add(member["shape"])
        return optional, boxes

    def location(self, shape_name, member_name):
        shape = self.shapes[shape_name]
        member = shape["members"][member_name]
        if shape.get("payload") == member_name and self.protocols[0].startswith("Rest") or self.streams(shape_name, member_name):
            return "Payload"
        where = {None: "Body", "header": "Header", "headers": "PrefixHeaders", "querystring": "Query", "uri": "Label",
                 "statusCode": "Status"}
        if member.get("location") not in where:
            raise Unknown(f"{self.name}.{shape_name}.{member_name}: location {member['location']}")
        return where[member.get("location")]

    # ---- questions about operations

    def signing_name(self):
        return self.metadata.get("signingName") or self.metadata["endpointPrefix"]

    def claim(self):
        """What tells its requests from those of another service with its signing name: a path and a header."""
        return self.overlay.get("claim")

    def route(self, name):
        http = self.operations[name].get("http", {})
        return http.get("method", "POST"), http.get("requestUri", "/")

    def streaming_member(self, name, direction):
        part = self.operations[name].get(direction)
        if not part:
            return None
        for member_name in self.shapes[part["shape"]].get("members", {}):
            if self.streams(part["shape"], member_name):
                return member_name
        return None

    def spills(self, name):
        part = self.operations[name].get("input")
        return bool(part) and any(self.shapes[shape]["type"] == LARGE_BLOB for shape in self.reachable([part["shape"]]))

    def checksum_required(self, name):
        facts = self.operations[name].get("httpChecksum", {})
        if name in self.overlay.get("checksum_optional", []):
            return False
        return bool(facts.get("requestChecksumRequired")) or name in self.overlay.get("checksum_required", [])

    def body_limit(self, name):
        limits = self.overlay.get("body_limits", {})
        return limits.get(name, limits.get("default", DEFAULT_BODY_LIMIT))

    def status(self, name):
        return self.overlay.get("statuses", {}).get(name) or self.operations[name].get("http", {}).get("responseCode") or 200


def fail(message):
    sys.exit("codegen: " + message)
