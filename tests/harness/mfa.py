"""An authenticator app: RFC 6238 by itself, from the seed that the server gave."""

import base64
import hashlib
import hmac
import struct
import time

STEP = 30


class Authenticator:
    """A device of the account that `iam` is of; `seed` in base32."""

    def __init__(self, iam, serial, seed):
        self.iam, self.serial, self.seed = iam, serial, base64.b32decode(seed)

    @classmethod
    def make(cls, iam, name, **more):
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, **more)["VirtualMFADevice"]
        device = cls(iam, made["SerialNumber"], made["Base32StringSeed"])
        device.answer = made
        return device

    def code(self, step):
        mac = hmac.new(self.seed, struct.pack(">q", step), hashlib.sha1).digest()
        at = mac[-1] & 15
        return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"

    def enable(self, user):
        """With the codes of now and of the step before; the next one is then still good."""
        self.last = int(time.time()) // STEP
        self.iam.enable_mfa_device(
            UserName=user,
            SerialNumber=self.serial,
            AuthenticationCode1=self.code(self.last - 1),
            AuthenticationCode2=self.code(self.last),
        )
        return self

    def fresh(self):
        """The one code behind those that enabled it that the server takes whether or not another step has begun."""
        return self.code(self.last + 1)

    def wrong(self):
        good = {self.code(self.last + ahead) for ahead in range(-2, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666")
                    if code not in good)  # fmt: skip
