"""Runs the transcripts (*.wire) of this folder, each against a new server.

A transcript is what a client and the server say to one another on one connection:

    # A comment.
    > PUT /box/k  content-type: text/plain  | hello
    < 200  etag: $etag  x-amz-version-id: -
    > GET /box/k
    < 200  etag: $etag  | hello
    > GET /box/k  anonymous
    < 403  | ...<Code>AccessDenied</Code>...

Requests are signed as root, for S3, unless they are "anonymous"; "digest" adds the body's Content-MD5; "iam" signs for
IAM, and says that the body is a form. Two or more spaces part
the pieces of a line; a piece is "name: value", a word, or, after "| ", the body up to the line's end. More lines of
one body begin with "|". In what is expected, "-" says that the header is absent, "..." is anything, and $name is
taken down where it is met first and must be the same afterwards, in requests too. A body that is not given is not
looked at; "| (none)" expects none.
"""

import base64
import hashlib
import pathlib
import re
from dataclasses import dataclass, field

import pytest

from harness.http import Connection, serialise
from harness.raw import RawClient

FILES = sorted(pathlib.Path(__file__).parent.glob("*.wire"))


@dataclass
class Line:
    number: int
    direction: str  # > or <
    subject: str  # "PUT /box/k", or "200"
    headers: list = field(default_factory=list)
    words: set = field(default_factory=set)
    body: str | None = None


def parse(text):
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("|"):
            lines[-1].body = (lines[-1].body or "") + line[1:].removeprefix(" ")
        elif line[:2] in ("> ", "< "):
            head, bar, body = line[2:].partition("| ")
            subject, *pieces = re.split(r"\s{2,}", head.strip())
            parsed = Line(number, line[0], subject, body=body if bar else None)
            for piece in pieces:
                name, colon, value = piece.partition(":")
                parsed.headers.append((name, value.strip())) if colon else parsed.words.add(piece)
            lines.append(parsed)
        else:
            assert not line.strip() or line.startswith("#"), f"line {number}: what is this? {line}"
    return lines


class Known:
    """The values that $names stand for."""

    def __init__(self):
        self.values = {}

    def fill(self, text):
        return re.sub(r"\$(\w+)", lambda found: self.values[found.group(1)], text)

    def matches(self, pattern, text):
        """Whether `text` is as `pattern` says; takes down what is new."""
        parts, new = [], []
        for piece in re.split(r"(\.\.\.|\$\w+)", pattern):
            if piece == "...":
                parts.append(".*?")
            elif piece.startswith("$") and len(piece) > 1 and piece[1:] not in self.values and piece[1:] not in new:
                parts.append(f"(?P<{piece[1:]}>.+?)")
                new.append(piece[1:])
            elif piece.startswith("$") and piece[1:] in new:
                parts.append(f"(?P={piece[1:]})")
            else:
                parts.append(re.escape(self.values[piece[1:]] if piece.startswith("$") and len(piece) > 1 else piece))
        found = re.fullmatch("".join(parts), text, re.DOTALL)
        if found:
            self.values.update(found.groupdict())
        return bool(found)


def send(connection, raw, line, known):
    method, target = known.fill(line.subject).split(" ", 1)
    headers = [(name, known.fill(value)) for name, value in line.headers]
    body = known.fill(line.body or "").encode()
    if "digest" in line.words:
        headers.append(("Content-MD5", base64.b64encode(hashlib.md5(body).digest()).decode()))
    if "anonymous" in line.words:
        sent = [("Host", raw.host), *headers]
        sent += [("Content-Length", str(len(body)))] if body or method in ("PUT", "POST") else []
    else:
        host = dict(headers).pop("host", None)
        if "iam" in line.words:
            raw = raw.as_(service="iam")
            headers.append(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"))
        sent = raw.signed(method, target, [header for header in headers if header[0] != "host"], body, host=host)
    connection.send(serialise(method, target, sent, body))
    return method


def compare(line, answer, known):
    assert str(answer.status) == line.subject, answer.body
    for name, value in line.headers:
        if value == "-":
            assert answer.header(name) is None
        else:
            got = answer.header(name)
            assert got is not None and known.matches(value, got), f"{name} is {got}, not {value} {known.values}"
    if line.body is not None:
        wanted = "" if line.body == "(none)" else line.body
        got = re.sub(r'^<\?xml[^>]*\?>\s*| xmlns="[^"]*"', "", answer.body.decode())
        assert known.matches(wanted, got), f"the body is\n{got}\nand not\n{wanted}\n{known.values}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_transcript(start_server, file):
    server = start_server()
    raw, known = RawClient(server, server.root()), Known()
    with Connection(server.address) as connection:
        for line in parse(file.read_text()):
            try:
                if line.direction == ">":
                    method = send(connection, raw, line, known)
                else:
                    answer = connection.receive(method)
                    assert answer, "the connection was closed"
                    compare(line, answer, known)
            except (AssertionError, KeyError, OSError) as error:
                raise AssertionError(f"{file.name}, line {line.number}: {error}") from None
