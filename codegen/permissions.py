"""What whoever calls an operation needs to be allowed: `permissions`, `resources`, `condition_keys`, `other_actions` of
an overlay.

An operation has a list of texts: "ACTION on RESOURCE", "ACTION|VERSION_ACTION on RESOURCE" where one version of the thing
has an action of its own, and behind them "when FACT or FACT", a FACT being "NAME" (the request has that header, parameter
or member), "NAME*" (any that begins so), "NAME is VALUE" or "NAME is not VALUE". An operation without a list needs the
action of its own name.
"""
import re
from dataclasses import dataclass, field

from check import Unknown

PERMISSION = re.compile(r"(?P<action>[\w:-]+)(?:\|(?P<version>[\w:-]+))? on (?P<resource>.+?)(?: when (?P<when>.+))?")
FACT = re.compile(r"(?P<name>[\w-]+)(?:(?P<any>\*)| is (?P<negated>not )?(?P<value>\S+))?")
# A key with a part that the policy's author chooses.
OPEN_KEY = re.compile(r"/(\$\{\w+\}|<\w+>)$")


@dataclass
class Fact:
    name: str
    kind: str  # Sent, Begins, Is, IsNot
    value: str = ""


@dataclass
class Permission:
    action: str
    version: str  # the action on one version; mostly the same
    resource: str
    when: list = field(default_factory=list)


def fact(where, text):
    found = FACT.fullmatch(text)
    if not found:
        raise Unknown(f"{where}: {text!r} is no fact of a request")
    if found["any"]:
        return Fact(found["name"], "Begins")
    if found["value"]:
        return Fact(found["name"], "IsNot" if found["negated"] else "Is", found["value"])
    return Fact(found["name"], "Sent")


class Permissions:
    """Of one service."""

    def __init__(self, model):
        overlay = model.overlay
        self.prefix = overlay.get("action_prefix", model.name)
        self.resources = {"*": {"arn": "*"}, **overlay.get("resources", {})}
        self.keys = overlay.get("condition_keys", {})
        self.declared = overlay.get("permissions", {})
        self.others = sorted(self.full(name) for name in overlay.get("other_actions", []))
        self.operations = {name: self.parse(name) for name in model.operations}
        self._check()

    def full(self, action):
        """IAM's name of it. The overlay may name another service's action in full."""
        return action if ":" in action else f"{self.prefix}:{action}"

    def parse(self, operation):
        if operation not in self.declared:
            return [Permission(self.full(operation), self.full(operation), "*")]
        out = []
        for text in self.declared[operation]:
            where = f"overlay permissions: {operation}"
            found = PERMISSION.fullmatch(text)
            if not found:
                raise Unknown(f"{where}: {text!r} is no permission")
            if found["resource"] not in self.resources:
                raise Unknown(f"{where}: no resource {found['resource']}")
            action = self.full(found["action"])
            when = [fact(where, part) for part in found["when"].split(" or ")] if found["when"] else []
            out.append(Permission(action, self.full(found["version"]) if found["version"] else action, found["resource"], when))
        return out

    def _check(self):
        known = set(self.actions())
        for name in self.keys:
            if name != "*" and self.full(name) not in known:
                raise Unknown(f"overlay condition_keys: nothing needs {name}")
        for name in self.others:
            if any(name in (one.action, one.version) for needed in self.operations.values() for one in needed):
                raise Unknown(f"overlay other_actions: an operation needs {name}")

    def actions(self):
        """All of the service and those of others that its operations need, by name."""
        needed = [one for permissions in self.operations.values() for one in permissions]
        return sorted({one.action for one in needed} | {one.version for one in needed} | set(self.others))

    def keys_of(self, action):
        """The service's own condition keys of an action, as they are written."""
        short = action.removeprefix(self.prefix + ":")
        return sorted({*self.keys.get("*", []), *self.keys.get(short, [])}, key=str.lower) if ":" not in short else []

    def keys_of_resource(self, resource):
        return self.resources[resource].get("keys", [])


def asked_key(key):
    """As a request is asked for it: in lower case; one with an open end up to its slash."""
    return OPEN_KEY.sub("/", key).lower()
