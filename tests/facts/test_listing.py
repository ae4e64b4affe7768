"""S3's sharp points 1 to 12: listings."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from harness.expect import refused


def put(s3, bucket, *keys):
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")


def listed(raw, bucket, query=""):
    answer = raw.request("GET", f"/{bucket}?{query}")
    assert answer.status == 200, answer.body
    return answer


def pages(raw, bucket, query):
    """Every page of a V2 listing, as [(keys, prefixes, is it cut off), ...]."""
    token, found = None, []
    while True:
        more = f"&continuation-token={quote(token, safe='')}" if token else ""
        page = listed(raw, bucket, f"list-type=2&{query}{more}")
        cut = page.text("IsTruncated") == "true"
        found.append((page.texts("Contents/Key"), page.texts("CommonPrefixes/Prefix"), cut))
        token = page.text("NextContinuationToken")
        assert bool(token) == cut
        if not cut:
            return found


def test_fact_01_a_token_that_was_never_given(s3, bucket):
    with refused(
        400, "InvalidArgument", "The continuation token provided is incorrect", ArgumentName="continuation-token"
    ):
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="made-up")


def test_fact_01_an_empty_token(raw, bucket):
    answer = raw.request("GET", f"/{bucket}?list-type=2&continuation-token=")
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message") == "The continuation token provided is incorrect"


def test_fact_02_token_beats_start_after_and_both_come_back(s3, raw, bucket):
    put(s3, bucket, *"abcdef")
    first = listed(raw, bucket, "list-type=2&max-keys=2&start-after=a")
    assert first.texts("Contents/Key") == ["b", "c"] and first.text("StartAfter") == "a"
    token = first.text("NextContinuationToken")
    second = listed(raw, bucket, f"list-type=2&max-keys=2&start-after=e&continuation-token={quote(token, safe='')}")
    assert second.texts("Contents/Key") == ["d", "e"]
    assert (second.text("ContinuationToken"), second.text("StartAfter")) == (token, "e")


def test_fact_02_a_token_survives_any_key(s3, raw, bucket):
    keys = sorted(
        ["\u0001", "\t", "\n", " ", "%", "+", "&=?", "é", "\u0301", "\ufffd", "😀", "</Key>", "x" * 1024, '"']
    )
    put(s3, bucket, *keys)
    met = [key for page in pages(raw, bucket, "max-keys=1&encoding-type=url") for key in page[0]]
    assert met == [quote(key, safe="/-_.*").replace("%20", "+") for key in sorted(keys, key=str.encode)]


def test_fact_03_encoding_type_url(s3, raw, bucket):
    put(s3, bucket, "a b+c=d/e é", "a b+c=d/f&/g", "b")
    page = listed(raw, bucket, "list-type=2&encoding-type=url&prefix=a%20b%2B&delimiter=%26&start-after=a%20a")
    assert page.text("EncodingType") == "url"
    assert page.texts("Contents/Key") == ["a+b%2Bc%3Dd/e+%C3%A9"]
    assert page.texts("CommonPrefixes/Prefix") == ["a+b%2Bc%3Dd/f%26"]
    assert [page.text(name) for name in ("Prefix", "Delimiter", "StartAfter")] == ["a+b%2B", "%26", "a+a"]

    old = listed(raw, bucket, "encoding-type=url&marker=a%20a&delimiter=%3D&max-keys=1")
    assert (old.text("Marker"), old.text("Delimiter"), old.text("NextMarker")) == ("a+a", "%3D", "a+b%2Bc%3D")
    versions = listed(raw, bucket, "versions&encoding-type=url&key-marker=a%20a")
    assert versions.text("KeyMarker") == "a+a"
    assert versions.texts("Version/Key") == ["a+b%2Bc%3Dd/e+%C3%A9", "a+b%2Bc%3Dd/f%26/g", "b"]


def test_fact_03_without_encoding_keys_are_as_they_are(s3, raw, bucket):
    put(s3, bucket, "a b+c=é")
    assert listed(raw, bucket, "list-type=2").texts("Contents/Key") == ["a b+c=é"]


@pytest.mark.parametrize("query", ["list-type=2&", "", "versions&", "uploads&"])
def test_fact_03_another_encoding(raw, bucket, query):
    answer = raw.request("GET", f"/{bucket}?{query}encoding-type=base64")
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message") == "Invalid Encoding Method specified in Request"
    assert (answer.text("ArgumentName"), answer.text("ArgumentValue")) == ("encoding-type", "base64")


def test_fact_04_prefixes_count_and_are_not_repeated(s3, raw, bucket):
    put(s3, bucket, "a", "b/1", "b/2", "b/3", "c/1", "c/2", "d", "e/1")
    for size in range(1, 7):
        found = pages(raw, bucket, f"delimiter=/&max-keys={size}")
        assert [key for keys, _, _ in found for key in keys] == ["a", "d"]
        assert [prefix for _, prefixes, _ in found for prefix in prefixes] == ["b/", "c/", "e/"]
        assert all(len(keys) + len(prefixes) == size for keys, prefixes, cut in found if cut)
        assert len(found) == -(-5 // size)
    page = listed(raw, bucket, "list-type=2&delimiter=/")
    assert page.text("KeyCount") == "5"


def test_fact_05_max_keys(s3, raw, bucket):
    put(s3, bucket, "a", "b")
    for query in ("list-type=2&", ""):
        none = listed(raw, bucket, query + "max-keys=0")
        assert (none.texts("Contents"), none.text("IsTruncated"), none.text("MaxKeys")) == ([], "false", "0")
        assert none.text("NextContinuationToken") is None and none.text("NextMarker") is None
        assert listed(raw, bucket, query + "max-keys=1001").text("MaxKeys") == "1000"
        assert listed(raw, bucket, query + "max-keys=").text("MaxKeys") == "1000"
        for bad in ("-1", "x", "1.5", "99999999999"):
            answer = raw.request("GET", f"/{bucket}?{query}max-keys={bad}")
            assert (answer.status, answer.code) == (400, "InvalidArgument"), bad


def test_fact_05_a_page_has_at_most_a_thousand(s3, raw, bucket):
    keys = [f"k{index:04}" for index in range(1001)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: put(s3, bucket, key), keys))
    found = pages(raw, bucket, "max-keys=5000")
    assert [len(keys) for keys, _, _ in found] == [1000, 1]
    assert [key for page in found for key in page[0]] == keys


def test_fact_06_next_marker_only_with_a_delimiter(s3, bucket):
    put(s3, bucket, "a", "b/1", "b/2", "c")
    plain = s3.list_objects(Bucket=bucket, MaxKeys=2)
    assert plain["IsTruncated"] and "NextMarker" not in plain
    assert [item["Key"] for item in s3.list_objects(Bucket=bucket, Marker="b/1")["Contents"]] == ["b/2", "c"]
    grouped = s3.list_objects(Bucket=bucket, MaxKeys=2, Delimiter="/")
    assert grouped["IsTruncated"] and grouped["NextMarker"] == "b/"
    rest = s3.list_objects(Bucket=bucket, Delimiter="/", Marker=grouped["NextMarker"])
    assert [item["Key"] for item in rest["Contents"]] == ["c"] and "CommonPrefixes" not in rest


def test_fact_07_byte_order(s3, raw, bucket):
    keys = ["a-b", "a/", "a/b", "a0", "obj+", "obj/", "obj/1", "Z", "z", "é", "\uffff", "😀", "a", "~"]
    put(s3, bucket, *keys)
    expected = sorted(keys, key=str.encode)
    assert expected.index("\uffff") < expected.index("😀"), "UTF-16 would have them the other way"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == expected
    assert [item["Key"] for item in s3.list_objects(Bucket=bucket)["Contents"]] == expected
    assert [item["Key"] for item in s3.list_object_versions(Bucket=bucket)["Versions"]] == expected
    grouped = listed(raw, bucket, "list-type=2&delimiter=/&prefix=obj")
    assert (grouped.texts("Contents/Key"), grouped.texts("CommonPrefixes/Prefix")) == (["obj+"], ["obj/"])


@pytest.mark.parametrize(
    "delimiter, prefix, keys, prefixes",
    [
        ("", "", ["a//b", "a/b", "a/b/", "aXXb", "aXXbXXc", "/", "//x", "é/x"], []),
        ("/", "", ["aXXb", "aXXbXXc"], ["/", "a/", "é/"]),
        ("/", "a/", ["a/b"], ["a//", "a/b/"]),
        ("/", "a//", ["a//b"], []),
        ("/", "/", ["/"], ["//"]),
        ("XX", "", ["a//b", "a/b", "a/b/", "/", "//x", "é/x"], ["aXX"]),
        ("XX", "aXX", ["aXXb"], ["aXXbXX"]),
        ("b", "a", [], ["a//b", "a/b", "aXXb"]),
        ("é", "", ["a//b", "a/b", "a/b/", "aXXb", "aXXbXXc", "/", "//x"], ["é"]),
        ("/b/", "", ["a//b", "a/b", "aXXb", "aXXbXXc", "/", "//x", "é/x"], ["a/b/"]),
    ],
)
def test_fact_08_any_delimiter(s3, raw, bucket, delimiter, prefix, keys, prefixes):
    put(s3, bucket, "a//b", "a/b", "a/b/", "aXXb", "aXXbXXc", "/", "//x", "é/x")
    page = listed(raw, bucket, f"list-type=2&delimiter={quote(delimiter, safe='')}&prefix={quote(prefix, safe='')}")
    assert page.texts("Contents/Key") == sorted(keys, key=str.encode)
    assert page.texts("CommonPrefixes/Prefix") == sorted(prefixes, key=str.encode)
    assert (page.text("Delimiter") or "") == delimiter


def test_fact_09_versions_newest_first(s3, versioned):
    ids = [s3.put_object(Bucket=versioned, Key="k", Body=b"%d" % index)["VersionId"] for index in range(3)]
    marker = s3.delete_object(Bucket=versioned, Key="k")["VersionId"]
    put(s3, versioned, "j", "l/1", "l/2")
    answer = s3.list_object_versions(Bucket=versioned, Prefix="k")
    assert [version["VersionId"] for version in answer["Versions"]] == ids[::-1]
    assert not any(version["IsLatest"] for version in answer["Versions"])
    [removed] = answer["DeleteMarkers"]
    assert (removed["VersionId"], removed["IsLatest"], removed["Key"]) == (marker, True, "k")
    grouped = s3.list_object_versions(Bucket=versioned, Delimiter="/")
    assert [prefix["Prefix"] for prefix in grouped["CommonPrefixes"]] == ["l/"]
    assert {version["Key"] for version in grouped["Versions"]} == {"j", "k"}


def test_fact_09_versions_in_pages(s3, raw, versioned):
    for key in ("a", "b"):
        for _ in range(3):
            put(s3, versioned, key)
    everything = [
        (version["Key"], version["VersionId"]) for version in s3.list_object_versions(Bucket=versioned)["Versions"]
    ]
    met, query = [], ""
    while True:
        page = listed(raw, versioned, f"versions&max-keys=2{query}")
        met += zip(page.texts("Version/Key"), page.texts("Version/VersionId"), strict=True)
        if page.text("IsTruncated") == "false":
            break
        key, version = page.text("NextKeyMarker"), page.text("NextVersionIdMarker")
        query = f"&key-marker={key}&version-id-marker={version}"
    assert met == everything and len(met) == 6
    after = listed(raw, versioned, f"versions&key-marker=a&version-id-marker={everything[0][1]}")
    assert (after.text("KeyMarker"), after.text("VersionIdMarker")) == ("a", everything[0][1])
    assert after.texts("Version/VersionId") == [version for _, version in everything[1:]]


def test_fact_09_version_marker_without_key_marker(raw, versioned):
    answer = raw.request("GET", f"/{versioned}?versions&version-id-marker=x")
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.text("Message") == "A version-id marker cannot be specified without a key marker."


def test_fact_10_what_items_carry(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="crc32", Body=b"x", ChecksumAlgorithm="CRC32")
    raw.request("PUT", f"/{bucket}/none", body=b"x")
    page = listed(raw, bucket, "list-type=2")
    assert page.texts("Contents/ChecksumAlgorithm") == ["CRC32", "CRC64NVME"]
    assert page.texts("Contents/ChecksumType") == ["FULL_OBJECT", "FULL_OBJECT"]
    assert page.texts("Contents/StorageClass") == ["STANDARD", "STANDARD"]
    assert page.texts("Contents/Owner") == []
    assert len(listed(raw, bucket, "list-type=2&fetch-owner=true").texts("Contents/Owner/ID")) == 2
    assert len(listed(raw, bucket).texts("Contents/Owner/ID")) == 2, "V1 always says"


def test_fact_10_control_bytes_are_legal_xml(s3, raw, bucket):
    put(s3, bucket, "a\u0001b\r\n\tc")
    answer = raw.request("GET", f"/{bucket}?list-type=2")
    assert answer.status == 200
    assert b"a&#x1;b&#xd;" in answer.body.lower(), answer.body
    encoded = listed(raw, bucket, "list-type=2&encoding-type=url")
    assert encoded.texts("Contents/Key") == ["a%01b%0D%0A%09c"]


def test_fact_11_uploads_in_order(s3, raw, bucket):
    made = [
        (key, s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]) for key in ("b", "a", "b", "c/1", "c/2")
    ]
    expected = [made[1], made[0], made[2], made[3], made[4]]
    page = listed(raw, bucket, "uploads")
    assert list(zip(page.texts("Upload/Key"), page.texts("Upload/UploadId"), strict=True)) == expected
    grouped = listed(raw, bucket, "uploads&delimiter=/")
    assert (grouped.texts("Upload/Key"), grouped.texts("CommonPrefixes/Prefix")) == (["a", "b", "b"], ["c/"])
    ignored = listed(raw, bucket, f"uploads&upload-id-marker={made[0][1]}")
    assert ignored.texts("Upload/UploadId") == [upload for _, upload in expected]
    first = listed(raw, bucket, "uploads&max-uploads=2")
    assert (first.text("IsTruncated"), first.text("NextKeyMarker")) == ("true", "b")
    assert first.text("NextUploadIdMarker") == made[0][1]
    rest = listed(raw, bucket, f"uploads&key-marker=b&upload-id-marker={made[0][1]}")
    assert rest.texts("Upload/UploadId") == [upload for _, upload in expected[2:]]
    assert listed(raw, bucket, "uploads&key-marker=b").texts("Upload/Key") == ["c/1", "c/2"]
    assert listed(raw, bucket, "uploads&prefix=c").texts("Upload/Key") == ["c/1", "c/2"]


def test_fact_11_parts_in_pages(s3, bucket):
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    for number in (7, 1, 10000, 3):
        s3.upload_part(**upload, PartNumber=number, Body=b"x" * number)
    first = s3.list_parts(**upload, MaxParts=2)
    assert [(part["PartNumber"], part["Size"]) for part in first["Parts"]] == [(1, 1), (3, 3)]
    assert first["IsTruncated"] and first["NextPartNumberMarker"] == 3
    rest = s3.list_parts(**upload, PartNumberMarker=3)
    assert [part["PartNumber"] for part in rest["Parts"]] == [7, 10000]
    assert not rest["IsTruncated"] and rest["PartNumberMarker"] == 3


def test_fact_12_listings_are_as_new_as_the_last_answer(s3, bucket):
    def keys():
        return [(item["Key"], item["Size"]) for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    for round_ in range(20):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x" * round_)
        assert keys() == [("a", round_)]
        upload = s3.create_multipart_upload(Bucket=bucket, Key="b")["UploadId"]
        part = s3.upload_part(Bucket=bucket, Key="b", UploadId=upload, PartNumber=1, Body=b"y" * round_)
        assert keys() == [("a", round_)]
        s3.complete_multipart_upload(
            Bucket=bucket,
            Key="b",
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
        )
        assert keys() == [("a", round_), ("b", round_)]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
        assert keys() == []
