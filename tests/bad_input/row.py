"""A row of the tables: one malformed request, and AWS's answer to it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """`fact` is the number of the sharp point, 0 where AWS's reference of error codes is the source.

    In `request` ("METHOD target"), header values and body these stand for what the fixture made: {bucket} (which holds
    the object "k"), {versioned}, {upload} (an upload of "k" in {bucket} with part 1), {etag} (part 1's) and {key} (the
    access key). `kind` is the RawClient's method that sends it (request, presigned or anonymous), and `how` its further
    arguments, with "age" for how old the signature is.
    """

    fact: int
    request: str
    status: int
    code: str | None  # None where the answer has no body
    headers: dict = field(default_factory=dict)
    body: str | bytes = ""
    kind: str = "request"
    how: dict = field(default_factory=dict)
    why: str = ""  # told in the test's name where the request alone does not say it

    def __str__(self):
        shown = [f"{self.fact:02}", self.why or self.request]
        shown += [f"{name}={str(value)[:30]}" for name, value in self.headers.items()] if not self.why else []
        return " ".join(shown).encode("ascii", "backslashreplace").decode()[:110]
