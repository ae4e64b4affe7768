"""S3's sharp points 24 to 32: signatures of headers, URLs and streams."""

import base64
import hashlib
import io
import urllib.error
import urllib.request
import zlib
from datetime import timedelta

import pytest

from harness import post_form, sigv4
from harness.boto import make_s3
from harness.raw import RawClient, change_header

KIB = 1024
MISSING = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
    "X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)


@pytest.fixture
def stored(s3, bucket):
    """The path of an object."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"stored")
    return f"/{bucket}/k"


@pytest.mark.parametrize("field", ["Credential", "Signature", "Date", "SignedHeaders", "Expires"])
def test_fact_24_a_presigned_url_lacks_a_field(raw, stored, field):
    answer = raw.presigned("GET", stored, **{f"X_Amz_{field}": None})
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError")
    assert answer.text("Message") == MISSING


@pytest.mark.parametrize(
    "scope", ["x", "20240101/us-east-1/s3", "{date}/us-east-1/s3/aws4_request/more", "{date}/us-east-1/s3/aws3"]
)
def test_fact_24_a_malformed_scope(raw, stored, scope):
    credential = f"{raw.signer.access_key}/{scope.format(date=f'{sigv4.now():%Y%m%d}')}"
    answer = raw.presigned("GET", stored, X_Amz_Credential=credential)
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError")


def test_fact_24_what_a_scope_should_be(raw, stored):
    answer = raw.presigned("GET", stored, X_Amz_Credential=raw.signer.access_key)
    assert answer.text("Message") == (
        'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/'
        'SERVICE/aws4_request".'
    )


@pytest.mark.parametrize(
    "expires, message",
    [
        ("-1", "X-Amz-Expires must be non-negative"),
        ("604801", "X-Amz-Expires must be less than a week (in seconds)"),
        ("soon", "X-Amz-Expires should be a number"),
    ],
)
def test_fact_24_expires(raw, stored, expires, message):
    answer = raw.presigned("GET", stored, expires=expires)
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError")
    assert message in answer.text("Message")


def test_fact_24_a_week_is_allowed(raw, stored):
    assert raw.presigned("GET", stored, expires=604800).body == b"stored"


def test_fact_25_an_expired_url(raw, stored):
    time = sigv4.now() - timedelta(seconds=400)
    answer = raw.presigned("GET", stored, time=time, expires=300)
    assert (answer.status, answer.code, answer.text("Message")) == (403, "AccessDenied", "Request has expired")
    assert answer.text("X-Amz-Expires") == "300"
    assert answer.text("Expires") == f"{time + timedelta(seconds=300):%Y-%m-%dT%H:%M:%SZ}"
    assert answer.text("ServerTime")[:10] == f"{sigv4.now():%Y-%m-%d}"


@pytest.mark.parametrize("name", ["x-amz-meta-colour", "x-amz-storage-class", "X-Amz-Tagging", "x-amz-made-up"])
def test_fact_26_every_amz_header_is_signed(raw, bucket, name):
    for answer in (
        raw.request("PUT", f"/{bucket}/k", body=b"x", unsigned=[(name, "STANDARD")]),
        raw.send(
            "PUT",
            target := raw.signer.presign("PUT", f"/{bucket}/k", raw.host),
            [("Host", raw.host), (name, "STANDARD"), ("Content-Length", "1")],
            b"x",
        ),
    ):
        assert (answer.status, answer.code) == (403, "AccessDenied"), target
        assert answer.text("Message") == "There were headers present in the request which were not signed"
        assert answer.text("HeadersNotSigned") == name.lower()
    assert raw.request("GET", f"/{bucket}/k").status == 404


def test_fact_27_wrong_region(raw, stored):
    answer = raw.as_(region="eu-west-1").request("GET", stored)
    assert (answer.status, answer.code) == (400, "AuthorizationHeaderMalformed")
    assert answer.text("Message") == (
        "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'"
    )
    assert answer.text("Region") == "us-east-1"
    assert answer.header("x-amz-bucket-region") == "us-east-1"


def test_fact_27_wrong_service(raw, stored):
    answer = raw.as_(service="ec2").request("GET", stored)
    assert (answer.status, answer.code) == (400, "AuthorizationHeaderMalformed")


def test_fact_27_unknown_key(raw, stored):
    answer = raw.as_(access_key="AKIAIOSFODNN7EXAMPLE").request("GET", stored)
    assert (answer.status, answer.code) == (403, "InvalidAccessKeyId")
    assert answer.text("Message") == "The AWS Access Key Id you provided does not exist in our records."
    assert answer.text("AWSAccessKeyId") == "AKIAIOSFODNN7EXAMPLE"


def test_fact_27_bad_session_token(raw, stored):
    answer = raw.request("GET", stored, [("x-amz-security-token", "made-up")])
    assert (answer.status, answer.code) == (400, "InvalidToken")
    assert answer.text("Message") == "The provided token is malformed or otherwise invalid."


@pytest.mark.parametrize("minutes", [-16, 16, -60 * 24 * 365])
def test_fact_28_clock_skew(raw, stored, minutes):
    time = sigv4.now() + timedelta(minutes=minutes)
    answer = raw.request("GET", stored, time=time)
    assert (answer.status, answer.code) == (403, "RequestTimeTooSkewed")
    assert answer.text("Message") == "The difference between the request time and the current time is too large."
    assert answer.text("RequestTime") == sigv4.stamp(time)
    assert answer.text("ServerTime") and answer.text("MaxAllowedSkewMilliseconds") == "900000"


@pytest.mark.parametrize("minutes", [-14, 14])
def test_fact_28_a_little_skew(raw, stored, minutes):
    assert raw.request("GET", stored, time=sigv4.now() + timedelta(minutes=minutes)).status == 200


def test_fact_29_signature_does_not_match_shows_its_reasons(raw, stored):
    target, time = stored + "?partNumber=1", sigv4.now()
    headers = raw.as_(secret_key="wrong").signed("GET", target, time=time)
    answer = raw.send("GET", target, headers)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.text("Message") == (
        "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )
    signed = [(name, value) for name, value in headers if name != "Authorization"]
    request, _ = raw.signer.canonical_request("GET", target, signed, sigv4.EMPTY)
    string = raw.signer.string_to_sign(time, request)
    assert answer.text("CanonicalRequest") == request
    assert answer.text("StringToSign") == string
    assert answer.text("CanonicalRequestBytes") == request.encode().hex(" ")
    assert answer.text("StringToSignBytes") == string.encode().hex(" ")
    assert answer.text("SignatureProvided") == dict(headers)["Authorization"].rpartition("=")[2]
    assert answer.text("AWSAccessKeyId") == raw.signer.access_key


def test_fact_30_payload_hash(raw, bucket):
    wrong = hashlib.sha256(b"other").hexdigest()
    answer = raw.request("PUT", f"/{bucket}/k", body=b"mine", payload=wrong)
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch")
    assert answer.text("Message") == "The provided 'x-amz-content-sha256' header does not match what was computed."
    assert answer.text("ClientComputedContentSHA256") == wrong
    assert answer.text("S3ComputedContentSHA256") == hashlib.sha256(b"mine").hexdigest()
    assert raw.request("GET", f"/{bucket}/k").status == 404


@pytest.mark.parametrize("value", ["no", "0" * 63, "g" * 64, "STREAMING", "unsigned-payload"])
def test_fact_30_payload_hash_is_no_hash(raw, bucket, value):
    answer = raw.request("PUT", f"/{bucket}/k", body=b"mine", payload=value)
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message").startswith("x-amz-content-sha256 must be UNSIGNED-PAYLOAD")
    assert (answer.text("ArgumentName"), answer.text("ArgumentValue")) == ("x-amz-content-sha256", value)


def test_fact_30_payload_hash_is_required(raw, stored):
    answer = raw.request("GET", stored, payload=False)
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert answer.text("Message") == "Missing required header for this request: x-amz-content-sha256"


def test_fact_30_unsigned_payload(raw, bucket):
    assert raw.request("PUT", f"/{bucket}/k", body=b"mine", payload=sigv4.UNSIGNED).status == 200
    assert raw.request("GET", f"/{bucket}/k").body == b"mine"


@pytest.mark.parametrize(
    "target, headers",
    [
        ("/k", [("x-amz-meta-spaces", "  a   b \t c ")]),
        ("/k", [("x-amz-meta-twice", "1"), ("X-Amz-Meta-Twice", "2")]),
        ("/k", [("X-Custom", "signed too")]),
        ("/k?x-id=GetObject", []),
        ("/k?empty", []),
        ("/k?empty=", []),
        ("/k?b=2&a=2&a=1&A=0", []),
        ("/k?%E1%88%B4=%2B%20x", []),
        ("/%6B", []),
    ],
)
def test_fact_31_canonical_forms(raw, stored, target, headers):
    assert raw.request("GET", stored.removesuffix("/k") + target, headers).body == b"stored"


@pytest.mark.parametrize(
    "key", ["a%20b", "a+b", "a%2Bb", "a%2Fb", "a//b", "~tilde", "a%7Eb", "%C3%A9", "a=b&c,d;e:f@g!$'()*"]
)
def test_fact_31_paths_are_encoded_once(raw, bucket, key):
    assert raw.request("PUT", f"/{bucket}/{key}", body=b"x").status == 200
    assert raw.presigned("GET", f"/{bucket}/{key}").body == b"x"


@pytest.mark.parametrize("host", ["{}.s3.localhost", "{}.s3.us-east-1.localhost"])
def test_fact_31_virtual_hosts_with_and_without_port(raw, bucket, stored, host):
    for port in ("", f":{raw.server.port}"):
        assert raw.request("GET", "/k", host=host.format(bucket) + port).body == b"stored"


def test_fact_32_signed_chunks(raw, bucket):
    pieces = [b"a" * (64 * KIB), b"b" * (64 * KIB), b"c" * 10]
    assert raw.streamed(f"/{bucket}/k", pieces).status == 200
    assert raw.request("GET", f"/{bucket}/k").body == b"".join(pieces)
    assert raw.request("HEAD", f"/{bucket}/k").header("content-encoding") is None


def test_fact_32_signed_trailer(raw, bucket):
    digest = base64.b64encode(hashlib.sha256(b"hello").digest()).decode()
    assert raw.streamed(f"/{bucket}/k", [b"hello"], trailer=("x-amz-checksum-sha256", digest)).status == 200
    answer = raw.request("GET", f"/{bucket}/k", [("x-amz-checksum-mode", "ENABLED")])
    assert (answer.body, answer.header("x-amz-checksum-sha256")) == (b"hello", digest)


def unsigned_stream(raw, target, body, length, trailer="x-amz-checksum-crc32"):
    headers = [
        ("Content-Encoding", "aws-chunked"),
        ("X-Amz-Decoded-Content-Length", str(length)),
        ("X-Amz-Trailer", trailer),
    ]
    return raw.request("PUT", target, headers, body, payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER")


def test_fact_32_unsigned_trailer(raw, bucket):
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    assert unsigned_stream(raw, f"/{bucket}/k", body, 5).status == 200
    assert raw.request("GET", f"/{bucket}/k").body == b"hello"


def test_fact_32_small_chunk(raw, bucket):
    answer = raw.streamed(f"/{bucket}/k", [b"a" * 8192, b"b" * 8191, b"c"])
    assert (answer.status, answer.code) == (403, "InvalidChunkSizeError")
    assert answer.text("Message") == "Only the last chunk is allowed to have a size less than 8192 bytes"
    assert answer.text("Chunk") and answer.text("BadChunkSize") == "8191"
    assert raw.request("GET", f"/{bucket}/k").status == 404


@pytest.mark.parametrize("length", [4, 6])
def test_fact_32_decoded_length(raw, bucket, length):
    answer = raw.streamed(f"/{bucket}/k", [b"hello"], decoded_length=length)
    assert (answer.status, answer.code) == (400, "IncompleteBody")
    assert raw.request("GET", f"/{bucket}/k").status == 404


def test_fact_32_chunk_signature(raw, bucket):
    def swap(body):
        return body.replace(b"hello", b"jello")

    answer = raw.streamed(f"/{bucket}/k", [b"hello"], change=swap)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert raw.request("GET", f"/{bucket}/k").status == 404


@pytest.mark.parametrize(
    "trailer", [b"x-amz-checksum-crc32 NhCmhg==\r\n\r\n", b"x-amz-checksum-sha1:AAAA\r\n\r\n", b"\r\n"]
)
def test_fact_32_malformed_trailer(raw, bucket, trailer):
    answer = unsigned_stream(raw, f"/{bucket}/k", b"5\r\nhello\r\n0\r\n" + trailer, 5)
    assert (answer.status, answer.code) == (400, "MalformedTrailerError")
    assert raw.request("GET", f"/{bucket}/k").status == 404


CONTENT = bytes(range(256)) * 100


def chunked(pieces):
    """Unsigned aws-chunked framing of `pieces`, up to and with the last chunk's line."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n"


CRC = ("x-amz-checksum-crc32", base64.b64encode(zlib.crc32(CONTENT).to_bytes(4)).decode())
CRC_LINE = f"{CRC[0]}:{CRC[1]}".encode()
PIECES = [CONTENT[:8192], CONTENT[8192:]]


# What clients frame, each as it does so: (payload, encoding, trailer announced, body or what changes the signed one).
FRAMINGS = {
    "SDK for Java 1: signed, no Content-Encoding": ("signed", None, False, None),
    "documented: signed": ("signed", "aws-chunked", False, None),
    "SDK for Java 1 with gzip: signed": ("signed", "gzip,aws-chunked", False, None),
    "SDK for Kotlin, C++: signed with trailer": ("signed", "aws-chunked", True, None),
    "minio-go: signed with trailer, bare LF": (
        "signed", None, True, lambda body: body.replace(CRC_LINE + b"\r\n", CRC_LINE + b"\n\r\n"),
    ),
    "documented: a blank line before the signed trailer": (
        "signed", "aws-chunked", True, lambda body: body.replace(CRC_LINE, b"\r\n" + CRC_LINE),
    ),
    "boto3, SDKs for Go and Java 2: unsigned with trailer": (
        "unsigned", "aws-chunked", True, chunked(PIECES) + CRC_LINE + b"\r\n\r\n",
    ),
    "the same with gzip": (
        "unsigned", "aws-chunked, gzip", True, chunked(PIECES) + CRC_LINE + b"\r\n\r\n",
    ),
    "minio-go: unsigned with trailer, bare LF": (
        "unsigned", None, True, chunked(PIECES) + CRC_LINE + b"\n\r\n\r\n",
    ),
    "unsigned without trailer": ("unsigned", "aws-chunked", False, chunked(PIECES) + b"\r\n"),
    "unsigned with upper-case sizes and names": (
        "unsigned", "AWS-Chunked", True,
        b"2000;x=y\r\n" + PIECES[0] + b"\r\n%X\r\n" % len(PIECES[1]) + PIECES[1] + b"\r\n0\r\n"
        + CRC_LINE.replace(b"x-amz-checksum-crc32", b"X-Amz-Checksum-CRC32") + b"\r\n\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("client", FRAMINGS)
@pytest.mark.parametrize("operation", ["PutObject", "UploadPart"])
def test_fact_32_every_framing_comes_off(raw, bucket, client, operation):
    kind, encoding, with_trailer, framed = FRAMINGS[client]
    target = f"/{bucket}/k"
    if operation == "UploadPart":
        upload = raw.request("POST", f"/{bucket}/k?uploads").text("UploadId")
        target += f"?partNumber=1&uploadId={upload}"
    headers = [("Content-Encoding", encoding)] if encoding else []
    if kind == "signed":
        headers = [header for header in headers if header[1] != "aws-chunked"]
        made = raw.streamed(
            target, PIECES, headers, trailer=CRC if with_trailer else None, change=framed or (lambda body: body),
            encoding="aws-chunked" if encoding == "aws-chunked" else None,
        )  # fmt: skip
    else:
        headers += [("X-Amz-Decoded-Content-Length", str(len(CONTENT)))]
        headers += [("X-Amz-Trailer", CRC[0])] if with_trailer else []
        made = raw.request("PUT", target, headers, framed, payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert made.status == 200, made.body
    if operation == "UploadPart":
        part = f"<Part><PartNumber>1</PartNumber><ETag>{made.header('etag')}</ETag></Part>"
        body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>"
        assert raw.request("POST", f"/{bucket}/k?uploadId={upload}", body=body).status == 200
    answer = raw.request("GET", f"/{bucket}/k", [("x-amz-checksum-mode", "ENABLED")])
    assert answer.body == CONTENT
    if operation == "PutObject":
        assert answer.header("content-encoding") == ("gzip" if "gzip" in (encoding or "") else None)
        assert answer.header(CRC[0]) == (CRC[1] if with_trailer else None)


@pytest.mark.parametrize("after", [b"\r\n\r\n", b"x", b"5\r\nhello\r\n0\r\n\r\n", b"x-amz-acl:public-read\r\n\r\n"])
def test_fact_32_nothing_follows_the_end(raw, bucket, after):
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    assert unsigned_stream(raw, f"/{bucket}/k", body + b"\r\n", 5).status == 200, "minio-go sends one line end more"
    raw.request("DELETE", f"/{bucket}/k")
    answer = unsigned_stream(raw, f"/{bucket}/k", body + after, 5)
    assert (answer.status, answer.code) == (400, "MalformedTrailerError")
    assert raw.request("GET", f"/{bucket}/k").status == 404


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"request_checksum_calculation": "when_required"},
        {"signature_version": "s3v4", "s3": {"payload_signing_enabled": True}},
        {"signature_version": "s3v4", "s3": {"payload_signing_enabled": False}},
        {"signature_version": "s3"},
        {"signature_version": "s3v4", "s3": {"addressing_style": "path"}},
    ],
)
def test_fact_32_no_byte_of_framing_is_stored(server, account, raw, bucket, config):
    s3 = make_s3(server, account, **config)
    body = bytes(range(256)) * 1000
    for key, extra in (("plain", {}), ("stream", {}), ("crc", {"ChecksumAlgorithm": "CRC32C"})):
        if config.get("signature_version") == "s3" and extra:
            continue
        s3.put_object(Bucket=bucket, Key=key, Body=io.BytesIO(body) if key == "stream" else body, **extra)
        assert raw.request("GET", f"/{bucket}/{key}").body == body
        assert raw.request("HEAD", f"/{bucket}/{key}").header("content-encoding") is None


def test_tampering_with_a_signed_header_is_noticed(raw, stored):
    answer = raw.request("GET", stored, [("x-custom", "1")], tamper=change_header("x-custom", "2"))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")


# ---- Signature version 2


def fetch(url):
    """What an HTTP client without any credential gets: (status, body)."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def test_version_2_is_what_boto3_makes_by_default(server, account, s3, raw, bucket, stored):
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
    assert "AWSAccessKeyId=" in url and "X-Amz-Signature" not in url
    assert fetch(url) == (200, b"stored")
    override = s3.generate_presigned_url(
        "get_object", {"Bucket": bucket, "Key": "k", "ResponseContentType": "text/x-overridden"}
    )
    with urllib.request.urlopen(override, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/x-overridden"
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "new"})
    request = urllib.request.Request(put, b"by url", {"Content-Type": ""}, method="PUT")
    assert urllib.request.urlopen(request, timeout=30).status == 200
    assert raw.request("GET", f"/{bucket}/new").body == b"by url"
    form = s3.generate_presigned_post(bucket, "posted")
    assert "AWSAccessKeyId" in form["fields"] and "x-amz-signature" not in form["fields"]
    assert post_form.post(raw, bucket, list(form["fields"].items())).status == 204
    assert raw.request("GET", f"/{bucket}/posted").body == b"hello"
    version_2 = make_s3(server, account, signature_version="s3")
    assert version_2.list_objects_v2(Bucket=bucket)["KeyCount"] == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda url: url.replace("/k?", "/other?"), b"SignatureDoesNotMatch"),
        (lambda url: url.replace("Expires=", "Expires=1"), b"SignatureDoesNotMatch"),
        (lambda url: url + "&versionId=null", b"SignatureDoesNotMatch"),
        (lambda url: url + "&tagging", b"SignatureDoesNotMatch"),
        (lambda url: url + "&response-content-type=text/html", b"SignatureDoesNotMatch"),
        (lambda url: url + "&x-amz-meta-a=b", b"SignatureDoesNotMatch"),
        (lambda url: url.replace("Signature=", "Signature=x"), b"SignatureDoesNotMatch"),
        (lambda url: url.partition("&Expires")[0] + "&Expires=1000000000", b"AccessDenied"),
        (lambda url: url.replace("AWSAccessKeyId=", "AWSAccessKeyId=X"), b"InvalidAccessKeyId"),
    ],
    ids=["key", "time", "version", "subresource", "response header", "header", "signature", "expired", "nobody"],
)
def test_version_2_covers_what_a_url_grants(s3, bucket, stored, change, code):
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=300)
    status, body = fetch(change(url))
    assert (status, body.partition(b"<Code>")[2].partition(b"<")[0]) == (403, code)


def test_version_2_can_be_switched_off(start_server):
    server = start_server("--auth.sigv2", "false")
    account = server.root()
    s3, raw = make_s3(server, account), RawClient(server, account)
    s3.create_bucket(Bucket="box")
    s3.put_object(Bucket="box", Key="k", Body=b"stored")
    url = s3.generate_presigned_url("get_object", {"Bucket": "box", "Key": "k"}).removeprefix(server.endpoint)
    answers = [
        raw.send("GET", url, [("Host", "x")]),
        post_form.post(raw, "box", list(s3.generate_presigned_post("box", "new")["fields"].items())),
        raw.send("GET", "/box/k", [("Host", "x"), ("Authorization", f"AWS {account.access_key}:c2lnbmF0dXJl")]),
    ]
    for answer in answers:
        assert (answer.status, answer.code) == (400, "InvalidRequest")
        assert answer.text("Message") == (
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        )
    assert raw.presigned("GET", "/box/k").body == b"stored"
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="box")["Contents"]] == ["k"]


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_forms_and_urls_in_both_styles(raw, bucket, stored, style):
    host = raw.host if style == "path" else f"{bucket}.s3.localhost:{raw.server.port}"
    path = f"/{bucket}" if style == "path" else ""
    target = raw.signer.presign("GET", f"{path}/k", host)
    assert raw.send("GET", target, [("Host", host)]).body == b"stored"
    fields = post_form.signed_fields(raw.signer, "posted", post_form.policy(bucket))
    body = post_form.multipart(fields)
    headers = [("Host", host), ("Content-Type", f"multipart/form-data; boundary={post_form.BOUNDARY}")]
    answer = raw.send("POST", path or "/", [*headers, ("Content-Length", str(len(body)))], body)
    assert answer.status == 204
    assert raw.request("GET", f"/{bucket}/posted").body == b"hello"
