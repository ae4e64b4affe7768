"""What 32 connections do until the server dies, and what may be there afterwards.

Each writer has keys or buckets of its own and does one thing at a time. So after a crash each thing is as its last
acknowledged change left it, or as the one change under way would have: `allowed` says which states those are.
"""

import base64
import hashlib
import random
import threading
import urllib.parse
from dataclasses import dataclass, field

from harness import sigv4
from harness.http import Connection, serialise

PLAIN, VERSIONED = "crash-plain", "crash-versioned"
GONE, NO_BUCKET = "nothing", "no bucket"
PART_MIN = 5 * 1024 * 1024


@dataclass(frozen=True)
class Content:
    """Bytes that were sent, by their digest."""

    size: int
    sha256: str
    etag: str

    @staticmethod
    def of(body, etag=None):
        return Content(len(body), hashlib.sha256(body).hexdigest(), etag or hashlib.md5(body).hexdigest())

    def __str__(self):
        return f"{self.size} bytes {self.etag}"


class Died(Exception):
    """The server went away before its answer was complete."""


class Refused(AssertionError):
    """An answer that no working server gives here."""


class CachingSigner(sigv4.Signer):
    """Derives its key once a day, as clients do."""

    def key(self, time):
        keys = self.__dict__.setdefault("keys", {})
        day = f"{time:%Y%m%d}"
        if day not in keys:
            keys[day] = super().key(time)
        return keys[day]


class Client:
    """One connection that is kept, and requests signed for it."""

    def __init__(self, server, account):
        self.connection = Connection(server.address)
        self.host = f"127.0.0.1:{server.port}"
        self.signer = CachingSigner(account.access_key, account.secret_key)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, target, body=b"", headers=(), expected=(200,)):
        time = sigv4.now()
        digest = hashlib.sha256(body).hexdigest()
        signed = [("Host", self.host), ("X-Amz-Date", sigv4.stamp(time)), ("X-Amz-Content-SHA256", digest), *headers]
        authorization = self.signer.authorization(time, method, target, signed, digest)
        sent = [*signed, ("Authorization", authorization), ("Content-Length", str(len(body)))]
        try:
            self.connection.send(serialise(method, target, sent, body))
            answer = self.connection.receive(method)
        except (OSError, ValueError, IndexError, AttributeError) as cut:
            raise Died from cut
        if answer is None or not is_complete(answer):
            raise Died
        if answer.status not in expected:
            raise Refused(f"{method} {target}: {answer.status} {answer.body[:500]}")
        return answer


def is_complete(answer):
    length = answer.header("content-length")
    return answer.status == 204 or length is not None and len(answer.body) == int(length)


def vouched_for(document):
    return [("Content-MD5", base64.b64encode(hashlib.md5(document).digest()).decode())]


def draw_body(dice):
    """Of all sizes, mostly small: beside its row, a blob of one record, a blob of many."""
    kind = dice.random()
    if kind < 0.05:
        return b""
    if kind < 0.75:
        return dice.randbytes(dice.randrange(1, 5_000))
    if kind < 0.92:
        return dice.randbytes(dice.randrange(5_000, 60_000))
    return dice.randbytes(dice.randrange(100 * 1024, 3 * 1024 * 1024))


class Writer:
    """The loop of one connection. What it does is drawn from CHANGES of its class: (weight, method)."""

    CHANGES = ()

    def __init__(self, index, seed):
        self.index = index
        self.dice = random.Random(seed * 1000 + index)
        self.acknowledged = 0
        self.failure = None

    def run(self, server, account):
        weights, changes = zip(*self.CHANGES, strict=True)
        try:
            with Client(server, account) as self.client:
                while True:
                    change = self.dice.choices(changes, weights)[0]
                    getattr(self, change)()
        except (Died, ConnectionError):
            pass
        except Exception as failure:  # told by the main thread
            self.failure = failure


class PlainWriter(Writer):
    """Keys without versions."""

    KEYS = 8
    CHANGES = ((60, "put"), (14, "delete"), (6, "delete_several"), (6, "copy"), (5, "upload"))

    def __init__(self, index, seed):
        super().__init__(index, seed)
        self.keys = [f"w{index:02}/{number}" for number in range(self.KEYS)]
        self.allowed = {key: [GONE] for key in self.keys}

    def target(self, key):
        return f"/{PLAIN}/{key}"

    def change(self, keys, states):
        """The next acknowledgement settles `keys` in `states`; until then either may be."""
        for key, state in zip(keys, states, strict=True):
            self.allowed[key] = [self.allowed[key][0], state]

    def settle(self, keys):
        for key in keys:
            self.allowed[key] = [self.allowed[key][-1]]
        self.acknowledged += 1

    def put(self):
        key, body = self.dice.choice(self.keys), draw_body(self.dice)
        content = Content.of(body)
        self.change([key], [content])
        answer = self.client.ask("PUT", self.target(key), body)
        if answer.header("etag") != f'"{content.etag}"':
            raise Refused(f"PUT {key}: its ETag is {answer.header('etag')}, not {content.etag}")
        self.settle([key])

    def delete(self):
        key = self.dice.choice(self.keys)
        self.change([key], [GONE])
        self.client.ask("DELETE", self.target(key), expected=(204,))
        self.settle([key])

    def delete_several(self):
        keys = self.dice.sample(self.keys, 3)
        objects = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
        document = f"<Delete><Quiet>true</Quiet>{objects}</Delete>".encode()
        self.change(keys, [GONE] * len(keys))
        answer = self.client.ask("POST", f"/{PLAIN}?delete", document, vouched_for(document))
        if b"<Error>" in answer.body:
            raise Refused(f"DeleteObjects: {answer.body}")
        self.settle(keys)

    def copy(self):
        source, target = self.dice.sample(self.keys, 2)
        content = self.allowed[source][0]
        if content is GONE:
            return self.put()
        self.change([target], [Content(content.size, content.sha256, "")])
        answer = self.client.ask("PUT", self.target(target), headers=[("x-amz-copy-source", self.target(source))])
        if b"<Error>" in answer.body:
            raise Refused(f"CopyObject: {answer.body}")
        self.settle([target])

    def upload(self):
        key = self.dice.choice(self.keys)
        first = self.dice.randbytes(PART_MIN if self.dice.random() < 0.1 else self.dice.randrange(1, 300_000))
        parts = [first, self.dice.randbytes(1000)] if len(first) == PART_MIN else [first]
        upload = self.client.ask("POST", f"{self.target(key)}?uploads").text("UploadId")
        listed = ""
        for number, part in enumerate(parts, 1):
            answer = self.client.ask("PUT", f"{self.target(key)}?partNumber={number}&uploadId={upload}", part)
            listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{answer.header('etag')}</ETag></Part>"
        if self.dice.random() < 0.2:
            self.client.ask("DELETE", f"{self.target(key)}?uploadId={upload}", expected=(204,))
            return
        document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        self.change([key], [Content.of(b"".join(parts), "")])
        answer = self.client.ask("POST", f"{self.target(key)}?uploadId={upload}", document)
        if b"<Error>" in answer.body:
            raise Refused(f"CompleteMultipartUpload: {answer.body}")
        self.settle([key])

    def verify(self, client):
        """Settles which of the allowed states each key is in; gives the keys that are there."""
        present = set()
        for key in self.keys:
            answer = client.ask("GET", self.target(key), expected=(200, 404))
            found = Content.of(answer.body, "") if answer.status == 200 else GONE
            same = [state for state in self.allowed[key] if is_same(state, found)]
            if not same:
                raise Refused(f"{key}: there is {found}, not one of {[str(state) for state in self.allowed[key]]}")
            self.allowed[key] = [same[0]]
            if found is not GONE:
                present.add(key)
        return present


def is_same(allowed, found):
    if GONE in (allowed, found) or NO_BUCKET in (allowed, found):
        return allowed == found
    return (allowed.size, allowed.sha256) == (found.size, found.sha256)


@dataclass
class Listed:
    """The versions of a key, the latest first; a listing has objects and delete markers apart."""

    objects: list = field(default_factory=list)  # (id, ETag)
    markers: list = field(default_factory=list)  # (id, "")
    latest: str = ""

    @staticmethod
    def of(versions):
        objects = [(version_id, content.etag) for version_id, content in versions[::-1] if content != GONE]
        markers = [(version_id, "") for version_id, content in versions[::-1] if content == GONE]
        return Listed(objects, markers, versions[-1][0] if versions else "")

    def ids(self):
        return [version_id for version_id, _ in self.objects + self.markers]


class VersionedWriter(Writer):
    """Keys that keep their versions: each is a list of them, the latest last, all acknowledged."""

    KEYS = 3
    VERSIONS_MAX = 8
    CHANGES = ((60, "put"), (15, "delete"), (15, "remove_version"))

    def __init__(self, index, seed):
        super().__init__(index, seed)
        self.keys = [f"v{index:02}/{number}" for number in range(self.KEYS)]
        self.versions = {key: [] for key in self.keys}  # [(id, Content or GONE for a delete marker)]
        self.new = None  # (key, Content or GONE): maybe there, above all others
        self.removed = None  # (key, id): maybe gone
        self.unread = set()  # (key, id) of contents that were not read back yet

    def target(self, key):
        return f"/{VERSIONED}/{key}"

    def add(self, key, content, answer):
        version_id = answer.header("x-amz-version-id")
        if not version_id or version_id == "null":
            raise Refused(f"{key}: a version without an id")
        self.versions[key].append((version_id, content))
        self.unread.add((key, version_id))
        self.new = None
        self.acknowledged += 1

    def put(self):
        key = self.dice.choice(self.keys)
        if len(self.versions[key]) >= self.VERSIONS_MAX:
            return self.remove_version()
        body = draw_body(self.dice)
        self.new = (key, Content.of(body))
        self.add(key, self.new[1], self.client.ask("PUT", self.target(key), body))

    def delete(self):
        key = self.dice.choice(self.keys)
        if len(self.versions[key]) >= self.VERSIONS_MAX:
            return self.remove_version()
        self.new = (key, GONE)
        self.add(key, GONE, self.client.ask("DELETE", self.target(key), expected=(204,)))

    def remove_version(self):
        key = max(self.keys, key=lambda one: len(self.versions[one]))
        if not self.versions[key]:
            return self.put()
        # Often the latest: then an older one becomes it.
        version = self.versions[key][-1] if self.dice.random() < 0.5 else self.dice.choice(self.versions[key])
        self.removed = (key, version[0])
        self.client.ask("DELETE", f"{self.target(key)}?versionId={version[0]}", expected=(204,))
        self.forget_removed()
        self.acknowledged += 1

    def forget_removed(self):
        key, version_id = self.removed
        self.versions[key] = [version for version in self.versions[key] if version[0] != version_id]
        self.unread.discard(self.removed)
        self.removed = None

    def verify(self, client, listed):
        """`listed`: key -> Listed, of all keys."""
        for key in self.keys:
            there = listed.get(key, Listed())
            if self.removed and self.removed[0] == key and self.removed[1] not in there.ids():
                self.forget_removed()
            if self.new and self.new[0] == key and len(there.ids()) == len(self.versions[key]) + 1:
                self.versions[key].append((there.latest, self.new[1]))
                self.unread.add((key, there.latest))
            expected = Listed.of(self.versions[key])
            if there != expected:
                raise Refused(f"{key}: there is {there}, not {expected}; new {self.new}, removed {self.removed}")
            self.read_back(client, key)
        self.new = self.removed = None
        self.unread.clear()

    def read_back(self, client, key):
        for version_id, content in self.versions[key]:
            if content is GONE or ((key, version_id) not in self.unread and self.dice.random() < 0.8):
                continue
            body = client.ask("GET", f"{self.target(key)}?versionId={version_id}").body
            if not is_same(content, Content.of(body)):
                raise Refused(f"{key} {version_id}: {len(body)} bytes that are not {content}")


class BucketWriter(PlainWriter):
    """Buckets that come and go. A bucket's state: not there, empty (GONE), or holding one object."""

    KEYS = 4
    CHANGES = ((40, "make"), (20, "remove"), (30, "put"), (20, "delete"))

    def __init__(self, index, seed):
        super().__init__(index, seed)
        self.keys = [f"crash-b{index:02}-{number}" for number in range(self.KEYS)]
        self.allowed = {key: [NO_BUCKET] for key in self.keys}

    def target(self, key):
        return f"/{key}/only"

    def pick(self, *states):
        kind = [key for key in self.keys if self.allowed[key][0] in states]
        return self.dice.choice(kind) if kind else None

    def make(self):
        if key := self.pick(NO_BUCKET):
            self.change([key], [GONE])
            self.client.ask("PUT", f"/{key}")
            self.settle([key])

    def remove(self):
        if key := self.pick(GONE):
            self.change([key], [NO_BUCKET])
            self.client.ask("DELETE", f"/{key}", expected=(204,))
            self.settle([key])

    def put(self):
        full = [key for key in self.keys if self.allowed[key][0] != NO_BUCKET]
        if not full:
            return self.make()
        key, body = self.dice.choice(full), draw_body(self.dice)
        if self.allowed[key][0] != GONE and self.dice.random() < 0.3:
            self.client.ask("DELETE", f"/{key}", expected=(409,))  # it is not empty: nothing may change
            return None
        self.change([key], [Content.of(body)])
        self.client.ask("PUT", self.target(key), body)
        self.settle([key])

    def delete(self):
        full = [key for key in self.keys if self.allowed[key][0] not in (NO_BUCKET, GONE)]
        if full:
            key = self.dice.choice(full)
            self.change([key], [GONE])
            self.client.ask("DELETE", self.target(key), expected=(204,))
            self.settle([key])

    def verify(self, client):
        there = set()
        for key in self.keys:
            answer = client.ask("GET", self.target(key), expected=(200, 404))
            found = Content.of(answer.body, "") if answer.status == 200 else GONE
            if answer.code == "NoSuchBucket":
                found = NO_BUCKET
            same = [state for state in self.allowed[key] if is_same(state, found)]
            if not same:
                raise Refused(f"{key}: there is {found}, not one of {[str(state) for state in self.allowed[key]]}")
            self.allowed[key] = [same[0]]
            if found != NO_BUCKET:
                there.add(key)
        return there


class Workload:
    """All writers, and the judgement of all of them."""

    WRITERS = 32
    READERS = 4

    def __init__(self, seed):
        kinds = [PlainWriter] * 20 + [VersionedWriter] * 9 + [BucketWriter] * 3
        self.writers = [kind(index, seed) for index, kind in enumerate(kinds)]
        assert len(self.writers) == self.WRITERS

    @property
    def acknowledged(self):
        return sum(writer.acknowledged for writer in self.writers)

    def of(self, kind):
        return [writer for writer in self.writers if type(writer) is kind]

    def prepare(self, server, account):
        enabled = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        with Client(server, account) as client:
            client.ask("PUT", f"/{PLAIN}")
            client.ask("PUT", f"/{VERSIONED}")
            client.ask("PUT", f"/{VERSIONED}?versioning", enabled, vouched_for(enabled))

    def start(self, server, account):
        threads = [threading.Thread(target=writer.run, args=(server, account)) for writer in self.writers]
        for thread in threads:
            thread.start()
        return threads

    def check_failures(self):
        failures = [writer.failure for writer in self.writers if writer.failure]
        if failures:
            raise failures[0]

    def verify(self, server, account):
        """Reads everything back and compares it with the listings."""
        with Client(server, account) as client:
            versions = list_versions(client)
            keys = list_keys(client)
        unlisted = set(versions) - {key for writer in self.of(VersionedWriter) for key in writer.keys}
        if unlisted:
            raise Refused(f"{VERSIONED} has keys that nobody put: {unlisted}")
        present, named = set(), set()
        failures = []

        def read(writers):
            try:
                with Client(server, account) as client:
                    for writer in writers:
                        if isinstance(writer, VersionedWriter):
                            writer.verify(client, versions)
                        elif isinstance(writer, BucketWriter):
                            named.update(writer.verify(client))
                        else:
                            present.update(writer.verify(client))
            except Exception as failure:
                failures.append(failure)

        readers = [threading.Thread(target=read, args=(self.writers[n :: self.READERS],)) for n in range(self.READERS)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        if failures:
            raise failures[0]
        # A DeleteBucket that was cut off after its decision is finished by whoever asks for the bucket; ListBuckets does not
        # ask.
        with Client(server, account) as client:
            buckets = {name for name in list_buckets(client) if name not in (PLAIN, VERSIONED)}
        for listed, found, what in ((keys, present, PLAIN), (buckets, named, "ListBuckets")):
            if listed != found:
                raise Refused(f"the listing of {what} differs from what can be read by {listed ^ found}")

    def remove_everything(self, server, account):
        with Client(server, account) as client:
            for key in list_keys(client):
                client.ask("DELETE", f"/{PLAIN}/{key}", expected=(204,))
            for key, versions in list_versions(client).items():
                for version_id in versions.ids():
                    client.ask("DELETE", f"/{VERSIONED}/{key}?versionId={version_id}", expected=(204,))
            for key, upload in list_uploads(client):
                client.ask("DELETE", f"/{PLAIN}/{key}?uploadId={upload}", expected=(204,))
            for writer in self.of(BucketWriter):
                for key in writer.keys:
                    if writer.allowed[key][0] != NO_BUCKET:
                        client.ask("DELETE", writer.target(key), expected=(204,))
                        client.ask("DELETE", f"/{key}", expected=(204,))


def pages(client, target, fields):
    """The documents of a listing; `fields`: element that says where to go on -> parameter."""
    more = ""
    while True:
        page = client.ask("GET", target + more).xml
        yield page
        if page.findtext("IsTruncated") != "true":
            return
        more = "".join(f"&{name}={urllib.parse.quote(page.findtext(element), safe='')}" for element, name in fields)


def list_keys(client):
    listing = pages(client, f"/{PLAIN}?list-type=2&max-keys=100", [("NextContinuationToken", "continuation-token")])
    return {item.findtext("Key") for page in listing for item in page.findall("Contents")}


def list_versions(client):
    found = {}
    fields = [("NextKeyMarker", "key-marker"), ("NextVersionIdMarker", "version-id-marker")]
    for page in pages(client, f"/{VERSIONED}?versions&max-keys=100", fields):
        for item in page:
            if item.tag not in ("Version", "DeleteMarker"):
                continue
            listed = found.setdefault(item.findtext("Key"), Listed())
            kind = listed.objects if item.tag == "Version" else listed.markers
            kind.append((item.findtext("VersionId"), (item.findtext("ETag") or "").strip('"')))
            if item.findtext("IsLatest") == "true":
                if listed.latest:
                    raise Refused(f"{item.findtext('Key')} has two latest versions")
                listed.latest = item.findtext("VersionId")
    return found


def list_uploads(client):
    fields = [("NextKeyMarker", "key-marker"), ("NextUploadIdMarker", "upload-id-marker")]
    listing = pages(client, f"/{PLAIN}?uploads", fields)
    return [(item.findtext("Key"), item.findtext("UploadId")) for page in listing for item in page.findall("Upload")]


def list_buckets(client):
    return {name.text for name in client.ask("GET", "/").xml.iter("Name")}
