"""A row of IAM's tables: one request that is refused, and AWS's answer to it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class IamRow:
    """In parameters and message these stand for what the fixture made: {account}, {policy} (an ARN; attached to the user
    "ann", and with the versions v1, the default, and v2), {full} (with five versions), {limit} (bounds the user "ann")
    and {free} (nobody has it). The role "r" is there, too.
    """

    operation: str
    status: int
    code: str
    parameters: dict = field(default_factory=dict)
    message: str = ""  # a part of it

    def __str__(self):
        shown = " ".join(f"{name}={str(value)[:40]}" for name, value in self.parameters.items())
        return f"{self.operation} {shown}".encode("ascii", "backslashreplace").decode()[:110]


def invalid(operation, message="", **parameters):
    return IamRow(operation, 400, "ValidationError", parameters, message)


def missing(operation, message="", **parameters):
    return IamRow(operation, 404, "NoSuchEntity", parameters, message)


def tags(*pairs):
    """As a form has them."""
    out = {}
    for number, (key, value) in enumerate(pairs, 1):
        out |= {f"Tags.member.{number}.Key": key, f"Tags.member.{number}.Value": value}
    return out
