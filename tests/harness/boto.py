"""boto3 clients."""

import boto3
from botocore.config import Config


def make_s3(server, account, region="us-east-1", **config):
    return client_of("s3", server, account, region, **config)


def client_of(service, server, who, region="us-east-1", **config):
    """A client with its defaults, but for the retries that would hide a fault; for an Account, or for the key that IAM
    or STS gave."""
    if isinstance(who, dict):
        keys = (who["AccessKeyId"], who["SecretAccessKey"], who.get("SessionToken"))
    else:
        keys = (who.access_key, who.secret_key, None)
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name=region,
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        aws_session_token=keys[2],
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def failure(caught):
    """Status and code of a ClientError that pytest.raises has caught."""
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]
