"""Virtual MFA devices: with boto3 and the AWS CLI, and what policies make of them."""

import base64
import json
import struct
import zlib

import pytest
from botocore.exceptions import ClientError

from conftest import new_name
from harness.boto import client_of, failure
from harness.cli import VERSIONS, AwsCli
from harness.iam import document, new_user, trust
from harness.mfa import Authenticator

WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
UNKNOWN = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
    "and associated with this user."
)


@pytest.fixture
def user(iam):
    """May do all of S3 with MFA, and nothing without."""
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}
    careful = {"Effect": "Allow", "Action": ["s3:*", "iam:List*"], "Resource": "*", "Condition": with_mfa}
    return new_user(iam, new_name("user"), document(careful))


def name_of(user):
    return user.arn.rpartition("/")[2]


def refused(status, code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert failure(caught) == (status, code)
    return caught.value.response["Error"]["Message"]


def session(server, who, device=None, code=None):
    sts = client_of("sts", server, who)
    shown = {"SerialNumber": device.serial, "TokenCode": code or device.fresh()} if device else {}
    return sts.get_session_token(**shown)["Credentials"]


def test_a_policy_asks_for_mfa(server, iam, user):
    device = Authenticator.make(iam, name_of(user)).enable(name_of(user))
    bucket = new_name()
    refused(403, "AccessDenied", client_of("s3", server, user).create_bucket, Bucket=bucket)
    plain = session(server, user)
    refused(403, "AccessDenied", client_of("s3", server, plain).create_bucket, Bucket=bucket)
    s3 = client_of("s3", server, session(server, user, device))
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    refused(403, "AccessDenied", client_of("s3", server, plain).get_object, Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)


def test_iam_takes_sessions_with_mfa_alone(server, iam, user):
    device = Authenticator.make(iam, name_of(user)).enable(name_of(user))
    message = refused(403, "InvalidClientTokenId", client_of("iam", server, session(server, user)).list_users)
    assert message.startswith("The security token included in the request is invalid")
    with_mfa = session(server, user, device)
    assert name_of(user) in [one["UserName"] for one in client_of("iam", server, with_mfa).list_users()["Users"]]
    refused(403, "AccessDenied", client_of("iam", server, with_mfa).create_user, UserName="no")
    sts = client_of("sts", server, with_mfa)
    assert sts.get_caller_identity()["Arn"] == user.arn
    for call, arguments in [
        (sts.get_session_token, {}),
        (sts.get_federation_token, {"Name": "web"}),
        (sts.get_access_key_info, {"AccessKeyId": user.access_key}),
    ]:
        assert "with session credentials" in refused(403, "AccessDenied", call, **arguments)


def test_a_code_is_good_once_and_only_of_ones_own_device(server, iam, user):
    other = new_user(iam, new_name("user"))
    device = Authenticator.make(iam, name_of(user)).enable(name_of(user))
    sts, of_other = client_of("sts", server, user), client_of("sts", server, other)
    shown = {"SerialNumber": device.serial, "TokenCode": device.fresh()}
    assert refused(403, "AccessDenied", of_other.get_session_token, **shown) == UNKNOWN
    wrong = {**shown, "TokenCode": device.wrong()}
    assert refused(403, "AccessDenied", sts.get_session_token, **wrong) == WRONG_CODE
    half = {"SerialNumber": device.serial}
    assert "must provide both" in refused(403, "AccessDenied", sts.get_session_token, **half)
    assert sts.get_session_token(**shown)["Credentials"]
    assert refused(403, "AccessDenied", sts.get_session_token, **shown) == WRONG_CODE
    device.iam.deactivate_mfa_device(UserName=name_of(user), SerialNumber=device.serial)
    assert refused(403, "AccessDenied", sts.get_session_token, **shown) == UNKNOWN


def test_a_role_that_asks_for_mfa(server, iam, user):
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    role = new_name("role")
    arn = iam.create_role(
        RoleName=role, AssumeRolePolicyDocument=trust({"AWS": user.arn}, condition=condition)
    )["Role"]["Arn"]  # fmt: skip
    sts = client_of("sts", server, user)
    ask = {"RoleArn": arn, "RoleSessionName": "careful"}
    refused(403, "AccessDenied", sts.assume_role, **ask)
    device = Authenticator.make(iam, name_of(user)).enable(name_of(user))
    shown = {"SerialNumber": device.serial, "TokenCode": device.wrong()}
    assert refused(403, "AccessDenied", sts.assume_role, **ask, **shown) == WRONG_CODE
    shown["TokenCode"] = device.fresh()
    made = sts.assume_role(**ask, **shown)
    said = client_of("sts", server, made["Credentials"]).get_caller_identity()
    assert said["Arn"] == made["AssumedRoleUser"]["Arn"]


def test_devices_come_in_lists(server):
    owner = server.new_account()
    iam = client_of("iam", server, owner)
    iam.create_user(UserName="ann", Path="/team/")
    mine = [Authenticator.make(iam, f"ann-{i}", Path="/team/").enable("ann") for i in range(3)]
    root = Authenticator.make(iam, "root-account-mfa-device").enable("root")
    spare = Authenticator.make(iam, "spare", Tags=[{"Key": "Team", "Value": "red"}])
    assert spare.answer["Tags"] == [{"Key": "Team", "Value": "red"}]
    assert spare.serial == f"arn:aws:iam::{owner.id}:mfa/spare"

    def paged(operation, key, **arguments):
        pages = iam.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": 2})
        return [one for page in pages for one in page[key]]

    listed = paged("list_virtual_mfa_devices", "VirtualMFADevices")
    assert {one["SerialNumber"] for one in listed} == {one.serial for one in (*mine, root, spare)}
    holders = {one["SerialNumber"]: one.get("User", {}).get("Arn") for one in listed}
    assert holders[root.serial] == f"arn:aws:iam::{owner.id}:root" and holders[spare.serial] is None
    assert {holders[one.serial] for one in mine} == {f"arn:aws:iam::{owner.id}:user/team/ann"}
    assert not any({"Base32StringSeed", "QRCodePNG"} & set(one) for one in listed)
    assigned = paged("list_virtual_mfa_devices", "VirtualMFADevices", AssignmentStatus="Assigned")
    assert len(assigned) == 4 and all(one["EnableDate"] for one in assigned)
    own = paged("list_mfa_devices", "MFADevices", UserName="ann")
    assert [one["SerialNumber"] for one in own] == [one.serial for one in mine]
    assert [one["SerialNumber"] for one in iam.list_mfa_devices()["MFADevices"]] == [root.serial]
    assert iam.get_mfa_device(SerialNumber=mine[0].serial, UserName="ann")["EnableDate"]

    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (5, 4, 1)
    iam.generate_credential_report()
    lines = iam.get_credential_report()["Content"].decode().splitlines()
    columns = lines[0].split(",")
    assert [line.split(",")[columns.index("mfa_active")] for line in lines[1:]] == ["true", "true"]
    iam.tag_mfa_device(SerialNumber=spare.serial, Tags=[{"Key": "team", "Value": "blue"}])
    iam.untag_mfa_device(SerialNumber=spare.serial, TagKeys=["Team"])
    assert iam.list_mfa_device_tags(SerialNumber=spare.serial)["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert "must delete MFA device" in refused(409, "DeleteConflict", iam.delete_user, UserName="ann")


def test_the_code_for_a_camera_is_a_picture(iam):
    png = Authenticator.make(iam, new_name("camera")).answer["QRCodePNG"]
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks[kind] = chunks.get(kind, b"") + png[at + 8 : at + 8 + size]
        at += 12 + size
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert width == height and (depth, colour) == (8, 0)
    rows = zlib.decompress(chunks[b"IDAT"])
    assert len(rows) == height * (width + 1)
    assert set(rows[1 : width + 1]) == {255} or rows[0] != 0, "a white margin"


def test_devices_outlive_the_server_and_their_seeds_are_nowhere_to_read(start_server):
    server = start_server("--log.level", "debug")
    iam = client_of("iam", server, server.root())
    user = new_user(iam, "ann")
    device = Authenticator.make(iam, "ann").enable("ann")
    spent = {"SerialNumber": device.serial, "TokenCode": device.fresh()}
    client_of("sts", server, user).get_session_token(**spent)
    server.stop()
    written = [device.seed, base64.b32encode(device.seed), base64.b64encode(device.seed), device.seed.hex().encode()]
    assert not any(form.decode("latin-1") in server.output for form in written)
    for file in server.data.rglob("*"):
        if file.is_file():
            text = file.read_bytes()
            assert not any(form in text for form in written), file
    again = start_server(data=server.data)
    iam = client_of("iam", again, again.root())
    assert [one["SerialNumber"] for one in iam.list_mfa_devices(UserName="ann")["MFADevices"]] == [device.serial]
    assert refused(403, "AccessDenied", client_of("sts", again, user).get_session_token, **spent) == WRONG_CODE


@pytest.mark.parametrize("version", VERSIONS)
def test_with_the_cli(server, iam, owner, version, tmp_path):
    def cli(who):
        exports = {
            "AWS_ENDPOINT_URL": server.endpoint,
            "AWS_ACCESS_KEY_ID": who.access_key,
            "AWS_SECRET_ACCESS_KEY": who.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_DEFAULT_OUTPUT": "json",
        }
        return AwsCli(version, server, tmp_path, exports)

    name = new_name("cli")
    user = new_user(iam, name)
    aws = cli(owner)
    seed = tmp_path / "seed.txt"
    made = json.loads(aws("iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", name,
                          "--bootstrap-method", "Base32StringSeed", "--outfile", seed))  # fmt: skip
    serial = made["VirtualMFADevice"]["SerialNumber"]
    device = Authenticator(iam, serial, seed.read_bytes()).enable(name)
    listed = json.loads(aws("iam", "list-mfa-devices", "--user-name", name))["MFADevices"]
    assert [one["SerialNumber"] for one in listed] == [serial]
    answer = json.loads(
        cli(user)("sts", "get-session-token", "--serial-number", serial, "--token-code", device.fresh())
    )
    assert answer["Credentials"]["SessionToken"]
    aws("iam", "deactivate-mfa-device", "--user-name", name, "--serial-number", serial)
    aws("iam", "delete-virtual-mfa-device", "--serial-number", serial)
    assert json.loads(aws("iam", "list-mfa-devices", "--user-name", name))["MFADevices"] == []
