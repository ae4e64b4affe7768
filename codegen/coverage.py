#!/usr/bin/env python3
"""Renders docs/coverage.md: which operations of AWS's APIs this release serves.

usage: coverage.py [--check]

From models/*.json and models/ops/*.txt, so that the page cannot say what the router does not. --check writes nothing and
fails when the page is stale.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from generate import services  # noqa: E402
from model import TYPED_ONLY, Model  # noqa: E402
from page import ROOT, write_or_check  # noqa: E402

PAGE = os.path.join("docs", "coverage.md")
NAMES = {"acm": "Certificate Manager", "cloudfront": "CloudFront", "cloudwatch": "CloudWatch", "dynamodb": "DynamoDB",
         "dynamodbstreams": "DynamoDB Streams", "events": "EventBridge", "iam": "IAM", "kinesis": "Kinesis", "kms": "KMS",
         "lambda": "Lambda", "logs": "CloudWatch Logs", "s3": "S3",
         "s3control": "S3 Control", "sns": "SNS", "sqs": "SQS", "sts": "STS"}
HEAD = """# Coverage

Rendered by `codegen/coverage.py` from `models/`; do not edit. An operation that is modelled and not served is answered
501 `NotImplemented` in the caller's protocol, with its name: nothing is stored and nothing pretended. Typed are operations
whose requests and answers have types already, before there is a handler for them.

| service | modelled | typed | served |
|---|---|---|---|
"""


def typed_only(models, service):
    """What stands below the mark."""
    path = os.path.join(models, "ops", service + ".txt")
    with open(path) as file:
        lines = [line.split("#")[0].strip() for line in file]
    return set(lines[lines.index(TYPED_ONLY):]) if TYPED_ONLY in lines else set()


def render(models):
    rows, sections = [], []
    for service in services(models):
        model = Model.load(models, service)
        waiting = typed_only(models, service)
        served = [name for name in model.served if name not in waiting]
        rows.append(f"| {NAMES[service]} | {len(model.operations)} | {len(model.served)} | {len(served)} |\n")
        section = [f"\n## {NAMES[service]}\n"]
        typed = [name for name in model.served if name not in served]
        others = [name for name in sorted(model.operations) if name not in model.served]
        for title, names in (("Served", served), ("Typed, answered 501 until a later release", typed), ("Answered 501", others)):
            if names:
                section.append(f"\n{title}: {', '.join(names)}.\n")
        sections.append("".join(section))
    return HEAD + "".join(rows) + "".join(sections)


def main(root=ROOT):
    write_or_check(PAGE, render, "codegen/coverage.py", root)


if __name__ == "__main__":
    main()
