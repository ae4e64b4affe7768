"""What tools ask for before they delete a user, of which nobody can make any here."""

import pytest
from botocore.exceptions import ClientError

from conftest import new_name
from harness.boto import failure


@pytest.mark.parametrize(
    ("operation", "key"),
    [
        ("list_ssh_public_keys", "SSHPublicKeys"),
        ("list_signing_certificates", "Certificates"),
        ("list_service_specific_credentials", "ServiceSpecificCredentials"),
    ],
)
def test_of_a_user(iam, operation, key):
    user = new_name("user")
    iam.create_user(UserName=user)
    assert getattr(iam, operation)(UserName=user)[key] == []
    if iam.can_paginate(operation):
        assert [page[key] for page in iam.get_paginator(operation).paginate(UserName=user)] == [[]]
    iam.delete_user(UserName=user)
    with pytest.raises(ClientError) as caught:
        getattr(iam, operation)(UserName=user)
    assert failure(caught) == (404, "NoSuchEntity")


def test_of_an_account(iam):
    assert iam.list_instance_profiles()["InstanceProfiles"] == []
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []
    assert iam.list_saml_providers()["SAMLProviderList"] == []
    for operation in ("list_instance_profiles", "list_server_certificates"):
        assert len(list(iam.get_paginator(operation).paginate())) == 1
