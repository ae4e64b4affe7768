"""What a failed call of boto3's has to say."""

from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


class Refusal:
    """The error once the `with` has ended."""

    def __init__(self):
        self.response = None

    @property
    def message(self):
        return self.response["Error"].get("Message")

    def field(self, name):
        return self.response["Error"].get(name)

    @property
    def headers(self):
        return self.response["ResponseMetadata"]["HTTPHeaders"]


@contextmanager
def refused(status, code, message=None, **fields):
    """The body must be refused with this status, code, (part of the) message and further fields of the XML."""
    refusal = Refusal()
    with pytest.raises(ClientError) as caught:
        yield refusal
    refusal.response = caught.value.response
    error = refusal.response["Error"]
    got = (refusal.response["ResponseMetadata"]["HTTPStatusCode"], error.get("Code"))
    assert got == (status, code), error
    if message is not None:
        assert message in error["Message"]
    for name, value in fields.items():
        assert error.get(name) == str(value), error
