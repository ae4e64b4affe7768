"""The tests' own signer, held to the examples in AWS's documentation of Signature Version 4 for S3."""

from datetime import datetime, timezone

from harness.sigv4 import EMPTY, Signer

SIGNER = Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TIME = datetime(2013, 5, 24, tzinfo=timezone.utc)
HOST = "examplebucket.s3.amazonaws.com"


def test_headers():
    headers = [
        ("Host", HOST),
        ("Range", "bytes=0-9"),
        ("x-amz-content-sha256", EMPTY),
        ("x-amz-date", "20130524T000000Z"),
    ]
    signed = SIGNER.authorization(TIME, "GET", "/test.txt", headers, EMPTY)
    assert signed.endswith("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")


def test_query():
    target = SIGNER.presign("GET", "/test.txt", HOST, TIME, 86400)
    assert target.endswith("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


def test_chunks():
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    headers = [
        ("Host", "s3.amazonaws.com"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", kind),
        ("Content-Encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
        ("Content-Length", "66824"),
    ]
    seed = SIGNER.authorization(TIME, "PUT", "/examplebucket/chunkObject.txt", headers, kind).rpartition("=")[2]
    assert seed == "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    body = SIGNER.chunks(TIME, seed, [b"a" * 65536, b"a" * 1024])
    assert len(body) == 66824
    for signature in (
        b"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        b"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        b"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ):
        assert body.count(b"chunk-signature=" + signature) == 1
