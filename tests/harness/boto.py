"""boto3 clients."""

import boto3
from botocore.config import Config


def make_s3(server, account, region="us-east-1", **config):
    """A boto3 client with its defaults, but for the retries that would hide a fault."""
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=region,
        aws_access_key_id=account.access_key,
        aws_secret_access_key=account.secret_key,
        config=Config(retries={"total_max_attempts": 1}, **config),
    )
