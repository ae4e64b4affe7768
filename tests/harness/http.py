"""HTTP/1.1 by hand, so that a test can send what no client library would."""

import re
import socket
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Response:
    status: int
    headers: list = field(default_factory=list)  # (name in lower case, value), as received
    body: bytes = b""
    interim: list = field(default_factory=list)  # statuses of the 1xx answers before it

    def header(self, name):
        """The value of a header, or None. More than one of a name is a fault of the server's."""
        values = [value for n, value in self.headers if n == name.lower()]
        assert len(values) < 2, f"{name} is there {len(values)} times: {values}"
        return values[0] if values else None

    @property
    def xml(self):
        """The body without namespaces, so that paths stay short."""
        return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", self.body))

    @property
    def code(self):
        """The error's Code; None where the body is none."""
        return self.text("Code") if b"<Error>" in self.body else None

    def text(self, path):
        """The text of an element; "" where it is empty, None where it is absent."""
        found = self.xml.find(path)
        return None if found is None else found.text or ""

    def texts(self, path):
        return [found.text or "" for found in self.xml.findall(path)]


class Connection:
    """One connection; answers are read one at a time."""

    def __init__(self, address, timeout=30):
        self.socket = socket.create_connection(address, timeout)
        self._stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._stream.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, method="GET"):
        """The next answer; `method` is that of its request, for HEAD's have no body. None at the connection's end."""
        interim = []
        while True:
            line = self._stream.readline()
            if not line:
                return None
            status = int(line.split()[1])
            headers = []
            while (line := self._stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                headers.append((name.strip().lower(), value.strip()))
            if status >= 200:
                break
            interim.append(status)
        response = Response(status, headers, interim=interim)
        if method != "HEAD" and status not in (204, 304):
            response.body = self._body(response)
        return response

    def at_end(self):
        """True once the server has closed the connection, with nothing more sent."""
        try:
            return self._stream.read(1) == b""
        except ConnectionResetError:
            return True

    def _body(self, response):
        if (response.header("transfer-encoding") or "").lower() == "chunked":
            body = b""
            while size := int(self._stream.readline().split(b";")[0], 16):
                body += self._stream.read(size)
                self._stream.readline()
            while self._stream.readline() not in (b"\r\n", b""):
                pass
            return body
        length = response.header("content-length")
        return self._stream.read() if length is None else self._stream.read(int(length))


def serialise(method, target, headers, body=b"", version="HTTP/1.1"):
    """`headers` are (name, value) pairs; text is sent as UTF-8."""
    lines = [f"{method} {target} {version}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode() + body


def exchange(address, data, method="GET"):
    """Sends bytes on a connection of their own and returns the answer."""
    with Connection(address) as connection:
        try:
            connection.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent: the answer says why
        return connection.receive(method)
