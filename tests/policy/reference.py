"""What AWS documents of matching, written down a second time: slow, plain, and without a look at the engine."""

import base64
import binascii
import datetime
import decimal
import ipaddress
import re

RUN, ONE = object(), object()


class Unresolved(Exception):
    """A variable has neither one value nor a default."""


def tokens(text, keys, wildcards=True):
    """The pattern as a list of RUN, ONE and characters, its variables replaced."""
    out = []
    at = 0
    while at < len(text):
        variable = re.compile(r"\$\{([^}]+)\}").match(text, at)
        if variable:
            out.extend(value_of(variable.group(1), keys))
            at = variable.end()
            continue
        out.append({"*": RUN, "?": ONE}.get(text[at], text[at]) if wildcards else text[at])
        at += 1
    return out


def value_of(inside, keys):
    if inside in ("*", "?", "$"):
        return inside
    default = re.fullmatch(r"([^,]*), *'(.*)' *", inside)
    name = (default.group(1).strip() if default else inside).lower()
    values = keys.get(name, [])
    if len(values) == 1:
        return values[0]
    if not values and default:
        return default.group(2)
    raise Unresolved(inside)


def match(pattern, value):
    """Dynamic programming: which prefixes of the value does the pattern so far match?"""
    reached = {0}
    for token in pattern:
        if token is RUN:
            reached = set(range(min(reached), len(value) + 1)) if reached else set()
        elif token is ONE:
            reached = {at + 1 for at in reached if at < len(value)}
        else:
            reached = {at + 1 for at in reached if at < len(value) and value[at] == token}
    return len(value) in reached


def like(pattern, value, keys, wildcards=True, fold=False):
    try:
        wanted = tokens(pattern, keys, wildcards)
    except Unresolved:
        return False
    if fold:
        wanted = [token.lower() if isinstance(token, str) else token for token in wanted]
        value = value.lower()
    return match(wanted, value)


def arn(pattern, value, keys):
    fields = value.split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":
        return False
    hidden = re.sub(r"\$\{[^}]*\}", lambda found: found.group(0).replace(":", "\0"), pattern)
    wanted = [field.replace("\0", ":") for field in hidden.split(":", 5)]
    if len(wanted) == 1 and re.fullmatch(r"\$\{[^}]{2,}\}", wanted[0]):
        return like(wanted[0], value, keys)
    wanted += ["*"] * (6 - len(wanted))
    return all(like(one, field, keys) for one, field in zip(wanted, fields, strict=True))


def number(text):
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return None
    return decimal.Decimal(text)


def instant(text):
    if re.fullmatch(r"\d+", text):
        return decimal.Decimal(text)
    found = re.fullmatch(
        r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", text
    )
    if not found or "-" not in text:
        return None
    year, month, day, hour, minute, second = (
        int(part or default) for part, default in zip(found.groups()[:6], "011000", strict=True)
    )
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    except ValueError:
        return None
    seconds = decimal.Decimal(int((moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)).total_seconds()))
    seconds += decimal.Decimal((found.group(7) or "0")[:3].ljust(3, "0")) / 1000
    zone = found.group(8)
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds


def network(text):
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def unbase64(text):
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


COMPARE = {
    "Equals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}


def ordered(read, name):
    def test(wanted, value, keys):
        value = read(value)
        return value is not None and COMPARE[name](value, read(wanted))

    return test


def in_network(wanted, value, keys):
    try:
        return ipaddress.ip_address(value) in network(wanted)
    except ValueError:
        return False


def operators():
    """By name: what tests one value of a request against one of a policy, what reads the latter, is it negated?"""
    table = {}

    def add(name, test, read=None, negated=None):
        table[name] = (test, read, False)
        if negated:
            table[negated] = (test, read, True)

    add("StringEquals", lambda w, v, k: like(w, v, k, wildcards=False), negated="StringNotEquals")
    add(
        "StringEqualsIgnoreCase",
        lambda w, v, k: like(w, v, k, wildcards=False, fold=True),
        negated="StringNotEqualsIgnoreCase",
    )
    add("StringLike", like, negated="StringNotLike")
    add("ArnEquals", arn, negated="ArnNotEquals")
    add("ArnLike", arn, negated="ArnNotLike")
    for family, read in (("Numeric", number), ("Date", instant)):
        for name in COMPARE:
            add(family + name, ordered(read, name), read, family + "NotEquals" if name == "Equals" else None)
    add("Bool", lambda w, v, k: v.lower() == w.lower(), lambda w: w if w.lower() in ("true", "false") else None)
    add("BinaryEquals", lambda w, v, k: v.encode() == unbase64(w), unbase64)
    add("IpAddress", in_network, network, "NotIpAddress")
    return table


OPERATORS = operators()


def condition(name, policy, request, keys):
    """True, False, or None where AWS would refuse the condition."""
    quantifier, _, plain = name.rpartition(":")
    if plain == "Null":
        if any(value.lower() not in ("true", "false") for value in policy):
            return None
        return any((value.lower() == "true") == (not request) for value in policy)
    if_exists = plain.endswith("IfExists")
    test, read, negated = OPERATORS[plain.removesuffix("IfExists")]
    if read and any(read(value) is None for value in policy):
        return None
    if if_exists and not request:
        return True

    def fits(value):
        found = any(test(wanted, value, keys) for wanted in policy)
        return not found if negated else found

    if quantifier == "ForAllValues":
        return all(fits(value) for value in request if value)
    if quantifier == "ForAnyValue":
        return any(fits(value) for value in request if value)
    if not request:
        return negated
    if negated:
        return all(fits(value) for value in request)
    return any(fits(value) for value in request)
