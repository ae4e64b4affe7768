"""How names of the models become names of C++."""
import json
import re

# Words that C++ or a system header has taken.
RESERVED = set("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const
constexpr continue co_await co_return co_yield decltype default delete do double else enum errno explicit export extern
false float for friend goto if inline int long major minor mutable namespace new noexcept not not_eq nullptr operator or
or_eq private protected public register requires return short signed sizeof static stderr stdin stdout struct switch
template this throw true try typedef typeid typename union unix unsigned using virtual void volatile wchar_t while xor
xor_eq""".split())

# Spellings that the rule below would cut in an odd place.
WHOLE_WORDS = [("ETag", "Etag"), ("SSEKMS", "SseKms"), ("CRC32C", "Crc32c"), ("CRC64NVME", "Crc64nvme"), ("XXHASH", "Xxhash"),
               ("OAuth", "Oauth"), ("IPv6", "Ipv6"), ("ARNs", "Arns"), ("URIs", "Uris"), ("IDs", "Ids")]


def snake(name):
    """SSEKMSKeyId -> sse_kms_key_id"""
    for spelled, word in WHOLE_WORDS:
        name = name.replace(spelled, word)
    name = re.sub(r"[^A-Za-z0-9]", "_", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return name + "_" if name in RESERVED else name


def type_name(shape):
    return shape[0].upper() + re.sub(r"[^A-Za-z0-9]", "_", shape[1:])


def constant(value):
    """aws:kms:dsse -> kAwsKmsDsse, STANDARD_IA -> kStandardIa"""
    words = re.split(r"[^A-Za-z0-9]+", value)
    shouting = value.upper() == value
    return "k" + "".join(word.capitalize() if shouting else word[:1].upper() + word[1:] for word in words) or "kEmpty"


def enumerator(code):
    """KMS.NotFoundException -> KMS_NotFoundException"""
    return re.sub(r"[^A-Za-z0-9]", "_", code)


def literal(text):
    """A C++ string literal; a std::string_view of no text is {}."""
    if not text:
        return "{}"
    return json.dumps(text, ensure_ascii=False)
