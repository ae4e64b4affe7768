"""Parameters of listings."""

from bad_input.row import Row

KINDS = {
    "v2": "list-type=2&max-keys",
    "v1": "max-keys",
    "versions": "versions&max-keys",
    "uploads": "uploads&max-uploads",
}
NUMBERS = ["-1", "x", "1.5", "0x10", "99999999999", "2147483648"]

ROWS = [
    Row(5, f"GET /{{bucket}}?{query}={number}", 400, "InvalidArgument")
    for query in KINDS.values()
    for number in NUMBERS
]
ROWS += [
    Row(3, f"GET /{{bucket}}?{kind}encoding-type={value}", 400, "InvalidArgument")
    for kind in ("list-type=2&", "", "versions&", "uploads&")
    for value in ("xml", "base64")
]
ROWS += [
    Row(1, "GET /{bucket}?list-type=2&continuation-token=made-up", 400, "InvalidArgument"),
    Row(1, "GET /{bucket}?list-type=2&continuation-token=", 400, "InvalidArgument"),
    Row(1, "GET /{bucket}?list-type=2&continuation-token=AAAA", 400, "InvalidArgument"),
    Row(1, "GET /{bucket}?list-type=2&continuation-token=" + "A" * 3000, 400, "InvalidArgument", why="a long token"),
    Row(1, "GET /{bucket}?list-type=2&continuation-token=%FF%FE", 400, "InvalidArgument"),
    Row(9, "GET /{bucket}?versions&version-id-marker=x", 400, "InvalidArgument"),
    Row(9, "GET /{bucket}?versions&version-id-marker=", 400, "InvalidArgument"),
    Row(9, "GET /{bucket}?versions&key-marker=k&version-id-marker=nonsense", 400, "InvalidArgument"),
    Row(11, "GET /{bucket}/k?uploadId={upload}&max-parts=-1", 400, "InvalidArgument"),
    Row(11, "GET /{bucket}/k?uploadId={upload}&max-parts=x", 400, "InvalidArgument"),
    Row(11, "GET /{bucket}/k?uploadId={upload}&part-number-marker=-1", 400, "InvalidArgument"),
    Row(11, "GET /{bucket}/k?uploadId={upload}&part-number-marker=x", 400, "InvalidArgument"),
    Row(0, "GET /?max-buckets=0", 400, "InvalidArgument"),
    Row(0, "GET /?max-buckets=10001", 400, "InvalidArgument"),
    Row(0, "GET /?max-buckets=x", 400, "InvalidArgument"),
    Row(0, "GET /?continuation-token=made-up", 400, "InvalidArgument"),
]
