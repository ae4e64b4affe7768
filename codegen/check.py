"""What must be true of a service's facts and overlay before anything is written. Each refusal names its place.

A key that nobody reads would be a wrong answer later, and so would a name that points nowhere.
"""
import re

import facts as known


class Unknown(Exception):
    """The generator does not understand this, and stops."""


SCALARS = {"string", "integer", "long", "double", "float", "boolean", "timestamp", "blob"}
SHAPE_TYPES = SCALARS | {"structure", "list", "map"}
TIMES = {"iso8601", "rfc822", "unixTimestamp"}
CONSTRAINTS = {"all", "enums"}
PARTS = ("member", "key", "value")
# What can stand in each place of a request or an answer besides its body. In text there are no structures.
LOCATIONS = {"uri": SCALARS - {"blob"}, "statusCode": {"integer"}, "header": SCALARS - {"blob"} | {"list"},
             "querystring": SCALARS - {"blob"} | {"list"}, "headers": {"map"}}
PATCHABLE = known.SHAPE | known.MEMBER


def keys(where, found, allowed):
    unknown = sorted(set(found) - set(allowed))
    if unknown:
        raise Unknown(f"{where}: unknown {', '.join(unknown)}")


def number(where, value, low, high):
    if type(value) is not int or not low <= value <= high:
        raise Unknown(f"{where}: {value!r} is not a number from {low} to {high}")


# ---- facts


def check_facts(model):
    """Of the facts with the overlay laid over them."""
    keys(f"{model.name}: metadata", model.metadata, known.METADATA)
    for name, shape in model.shapes.items():
        if shape["type"] not in SHAPE_TYPES:
            raise Unknown(f"{model.name}.{name}: type {shape['type']}")
    for name, shape in model.shapes.items():
        check_shape(model, f"{model.name}.{name}", shape)
    for name, operation in model.operations.items():
        check_operation(model, f"{model.name}.{name}", operation)


def check_shape(model, where, shape):
    keys(where, shape, known.SHAPE)
    keys(f"{where}: error", shape.get("error", {}), known.ERROR)
    wanted = {"list": {"member"}, "map": {"key", "value"}}.get(shape["type"], set())
    if wanted != {part for part in PARTS if part in shape}:
        raise Unknown(f"{where}: a {shape['type']} has {', '.join(sorted(wanted)) or 'no parts'}")
    members = {**shape.get("members", {}), **{part: shape[part] for part in wanted}}
    for name, member in members.items():
        keys(f"{where}.{name}", member, known.MEMBER)
        if member["shape"] not in model.shapes:
            raise Unknown(f"{where}.{name}: no shape {member['shape']}")
        check_location(model, f"{where}.{name}", member)
        check_time(f"{where}.{name}", member)
    if shape["type"] == "map" and model.shapes[shape["key"]["shape"]]["type"] != "string":
        raise Unknown(f"{where}: keys that are no strings")
    for name in [*shape.get("required", []), *([shape["payload"]] if "payload" in shape else [])]:
        if name not in shape.get("members", {}):
            raise Unknown(f"{where}: no member {name}")
    if "enum" in shape and shape["type"] != "string":
        raise Unknown(f"{where}: an enumeration of {shape['type']}")
    check_time(where, shape)


def check_time(where, found):
    if found.get("timestampFormat", "iso8601") not in TIMES:
        raise Unknown(f"{where}: timestampFormat {found['timestampFormat']}")


def check_location(model, where, member):
    location = member.get("location")
    if location is None:
        return
    if location not in LOCATIONS:
        raise Unknown(f"{where}: location {location}")
    if not model.routed:
        return
    target = model.shapes[member["shape"]]
    item = model.shapes[target["member"]["shape"]]["type"] if target["type"] == "list" else "string"
    if target["type"] not in LOCATIONS[location] or item not in SCALARS - {"blob"}:
        raise Unknown(f"{where}: a {target['type']} in {location}")


def check_operation(model, where, operation):
    keys(where, operation, known.OPERATION)
    for part, allowed in (("http", known.HTTP), ("input", known.INPUT), ("output", known.OUTPUT), ("httpChecksum", known.CHECKSUM)):
        keys(f"{where}: {part}", operation.get(part, {}), allowed)
    for part in ("input", "output"):
        if part in operation and model.shapes.get(operation[part]["shape"], {}).get("type") != "structure":
            raise Unknown(f"{where}: no structure {operation[part]['shape']}")
    for name in operation.get("errors", []):
        if not model.shapes.get(name, {}).get("exception"):
            raise Unknown(f"{where}: no error {name}")
    if model.routed:
        check_labels(model, where, operation)


def check_labels(model, where, operation):
    """A label without its member would be a value that nobody reads; a member without its label one that nobody gives."""
    uri = operation.get("http", {}).get("requestUri", "/").partition("?")[0]
    labels = [label.rstrip("+") for label in re.findall(r"{([^}]*)}", uri)]
    members = model.shapes[operation["input"]["shape"]].get("members", {}) if "input" in operation else {}
    wanted = [member.get("locationName", name) for name, member in members.items() if member.get("location") == "uri"]
    if sorted(labels) != sorted(wanted):
        raise Unknown(f"{where}: the path has labels {sorted(labels)}, the input {sorted(wanted)}")


# ---- the overlay


def check_overlay(facts, overlay, allowed, faults):
    """Before it is laid over the facts: it adds, and hides nothing by accident."""
    keys("overlay", overlay, allowed)
    for kind in ("operations", "shapes"):
        twice = sorted(set(facts[kind]) & set(overlay.get(kind, {})))
        if twice:
            raise Unknown(f"overlay {kind}: {twice[0]} is in the model already")
    for path, patch in overlay.get("members", {}).items():
        keys(f"overlay members: {path}", patch, PATCHABLE)
    if overlay.get("faults", "json") not in faults:
        raise Unknown(f"overlay faults: {overlay['faults']}")
    if overlay.get("constraints", "all") not in CONSTRAINTS:
        raise Unknown(f"overlay constraints: {overlay['constraints']}")
    keys("overlay claim", overlay.get("claim", {}), {"path", "header"})
    for name, status in overlay.get("statuses", {}).items():
        number(f"overlay statuses: {name}", status, 200, 299)
    for name, status in overlay.get("error_statuses", {}).items():
        number(f"overlay error_statuses: {name}", status, 300, 599)
    for name, limit in overlay.get("body_limits", {}).items():
        number(f"overlay body_limits: {name}", limit, 1, 1 << 40)
    for code, more in overlay.get("errors", {}).items():
        keys(f"overlay errors: {code}", more, {"status", "message", "code", "query"})
        if "status" in more or code not in facts["shapes"]:
            number(f"overlay errors: {code}: status", more.get("status"), 300, 599)
    for name, more in overlay.get("resources", {}).items():
        keys(f"overlay resources: {name}", more, {"arn", "keys"})
        if not more.get("arn"):
            raise Unknown(f"overlay resources: {name}: no arn")
    for path, more in overlay.get("query_names", {}).items():
        keys(f"overlay query_names: {path}", more, {"xmlName", "flattened"})
    for name, more in overlay.get("query_error_codes", {}).items():
        keys(f"overlay query_error_codes: {name}", more, {"code", "httpResponseCode"})


def check_names(model):
    """What the overlay speaks of is there."""
    overlay = model.overlay
    for key in ("roots", "statuses", "permissions", "checksum_required", "checksum_optional", "unwrapped", "body_limits", "drop"):
        for name in overlay.get(key, {}):
            if name not in model.operations and (key, name) != ("body_limits", "default"):
                raise Unknown(f"overlay {key}: no operation {name}")
    for name in overlay.get("drop", {}):
        if name in model.served:
            raise Unknown(f"overlay drop: {name} is served")
    for key in ("error_statuses", "query_error_codes"):
        for name in overlay.get(key, {}):
            if not model.shapes.get(name, {}).get("exception"):
                raise Unknown(f"overlay {key}: no error {name}")
    for name in overlay.get("open_enums", []):
        if "enum" not in model.shapes.get(name, {}):
            raise Unknown(f"overlay open_enums: no enumeration {name}")
    for path in overlay.get("query_names", {}):
        shape, _, member = path.partition(".")
        if shape not in model.shapes or not (member in model.shapes[shape].get("members", {}) or member in model.shapes[shape]):
            raise Unknown(f"overlay query_names: no {path}")


# ---- services beside one another


def prove_services(services):
    """No request means two services: `services` are all of them, as Models without anything served.

    The router asks first for what a service claims; then X-Amz-Target and CBOR's path for the prefix, a form for its
    signature or else its version, and an unsigned REST request for its path, of which S3 takes what nobody else has.
    """
    services = list(services)
    for model in services:
        prove_claim(model)
    once("target prefix", ((model.metadata.get("targetPrefix"), model.name) for model in services))
    once("version of query", ((model.metadata["apiVersion"], model.name) for model in services if "Query" in model.protocols))
    signing = [(model.signing_name(), model.name) for model in services
               if (model.routed or "Query" in model.protocols) and not model.claim()]
    once("signing name", signing)
    for model in services:
        if not model.routed and "Query" not in model.protocols and model.signing_name() in dict(signing):
            raise Unknown(f"{model.name} and {dict(signing)[model.signing_name()]} have one signing name")
    beginnings = sorted({(model.route(name)[1].partition("?")[0].split("/")[1], model.name)
                         for model in services if model.routed for name in model.operations})
    once("beginning of a path", ((begin if begin and not begin.startswith("{") else "any", name) for begin, name in beginnings))


def prove_claim(model):
    """All that is routed of a service that claims its requests is claimed."""
    claim = model.claim()
    if not claim:
        return
    for name in sorted(set(model.operations) - set(model.overlay.get("drop", {}))):
        if not model.route(name)[1].startswith(claim["path"]):
            raise Unknown(f"{model.name}.{name}: its path is not claimed")
        shape = model.shapes[model.operations[name]["input"]["shape"]] if "input" in model.operations[name] else {}
        required = [shape["members"][member] for member in shape.get("required", [])]
        if not any(member.get("location") == "header" and member["locationName"].lower() == claim["header"] for member in required):
            raise Unknown(f"{model.name}.{name}: a request may come without {claim['header']}")


def once(what, pairs):
    owners = {}
    for value, name in pairs:
        if value and owners.setdefault(value, name) != name:
            raise Unknown(f"{owners[value]} and {name} have one {what}: {value}")
