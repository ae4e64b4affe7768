#!/usr/bin/env python3
"""Tests of the generator: golden files of a toy model, routes of all services, and what it must refuse.

usage: generator_test.py [--update]      (--update rewrites the golden files: read the diff)
"""
import copy
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import coverage  # noqa: E402
import routes  # noqa: E402
from generate import OUTPUTS  # noqa: E402
from model import Model, Unknown  # noqa: E402
from naming import constant, snake  # noqa: E402

GOLDEN = os.path.join(HERE, "golden")
MODELS = os.path.join(os.path.dirname(HERE), "models")


def read(*parts):
    with open(os.path.join(*parts)) as file:
        return file.read()


def toy(change=None, overlay_change=None):
    facts, overlay = json.loads(read(GOLDEN, "toy.json")), json.loads(read(GOLDEN, "toy_overlay.json"))
    if change:
        change(facts)
    if overlay_change:
        overlay_change(overlay)
    return Model(facts, overlay)


class Golden(unittest.TestCase):
    maxDiff = None

    def test_toy(self):
        for name, emit in OUTPUTS.items():
            with self.subTest(name):
                self.assertEqual(emit(toy()), read(GOLDEN, name + ".golden"))

    def test_is_deterministic(self):
        for name, emit in OUTPUTS.items():
            self.assertEqual(emit(toy()), emit(copy.deepcopy(toy())))


class Names(unittest.TestCase):
    def test_snake(self):
        for name, expected in (("SSEKMSKeyId", "sse_kms_key_id"), ("ETag", "etag"), ("VersionIdMarker", "version_id_marker"),
                               ("ChecksumCRC32C", "checksum_crc32c"), ("Namespace", "namespace_"), ("x-amz-id", "x_amz_id"),
                               ("ACL", "acl"), ("MFADelete", "mfa_delete")):
            self.assertEqual(snake(name), expected)

    def test_constant(self):
        for value, expected in (("aws:kms:dsse", "kAwsKmsDsse"), ("STANDARD_IA", "kStandardIa"), ("s3:ObjectCreated:*", "kS3ObjectCreated")):
            self.assertEqual(constant(value), expected)


class Routes(unittest.TestCase):
    def test_every_service_is_unambiguous(self):
        for service in coverage.services(MODELS):
            model = Model.load(MODELS, service)
            if model.routed:
                routes.build(model)

    def test_a_required_header_tells_apart(self):
        model = toy()
        self.assertEqual(routes.ordered(model, ["PutThing", "CopyThing"]), ["CopyThing", "PutThing"])

    def test_two_of_a_kind_are_refused(self):
        def double(facts):
            facts["operations"]["ReplaceThing"] = facts["operations"]["PutThing"]

        with self.assertRaisesRegex(Unknown, "cannot be told apart"):
            routes.build(toy(double))


class Refusals(unittest.TestCase):
    def refused(self, words, change=None, overlay_change=None):
        with self.assertRaisesRegex(Unknown, words):
            model = toy(change, overlay_change)
            for emit in OUTPUTS.values():
                emit(model)

    def test_unknown_facts(self):
        self.refused("type", lambda facts: facts["shapes"]["Max"].update(type="bigdecimal"))
        self.refused("location", lambda facts: facts["shapes"]["ListThingsRequest"]["members"]["Max"].update(location="cookie"))
        self.refused("protocol", lambda facts: facts["metadata"].update(protocols=["ec2"]))
        self.refused("overlay", None, lambda overlay: overlay.update(colour="red"))

    def test_an_overlay_that_no_longer_fits(self):
        self.refused("no operation", None, lambda overlay: overlay.update(statuses={"Gone": 204}))
        self.refused("no member", None, lambda overlay: overlay.update(members={"Thing.Gone": {}}))

    def test_large_blobs_that_cannot_be(self):
        def speaks_json(facts):
            facts["metadata"].update(protocol="rest-json", protocols=["rest-json"])

        self.refused("Thing.Gone is no blob", speaks_json, lambda overlay: overlay.update(large_blobs=["Thing.Gone"]))
        self.refused("Thing.ETag is no blob", speaks_json, lambda overlay: overlay.update(large_blobs=["Thing.ETag"]))

        def has_blob(facts):
            facts["shapes"]["Code"] = {"type": "blob"}
            facts["shapes"]["Thing"]["members"]["Code"] = {"shape": "Code"}

        self.refused("only JSON", has_blob, lambda overlay: overlay.update(large_blobs=["Thing.Code"]))
        self.refused("in an answer", lambda facts: (speaks_json(facts), has_blob(facts)),
                     lambda overlay: overlay.update(large_blobs=["Thing.Code"]))

    def test_members_of_one_name(self):
        self.refused("are called", lambda facts: facts["shapes"]["Thing"]["members"].update(etag={"shape": "String"}))


class LargeBlobs(unittest.TestCase):
    def test_what_spills(self):
        model = Model.load(MODELS, "lambda")
        self.assertEqual([name for name in model.served if model.spills(name)],
                         ["CreateFunction", "PublishLayerVersion", "UpdateFunctionCode"])
        self.assertIn("std::optional<wire::LargeBlob> zip_file", OUTPUTS["types.h"](model))


class Coverage(unittest.TestCase):
    def test_the_page_is_not_stale(self):
        self.assertEqual(coverage.render(MODELS), read(os.path.dirname(HERE), "docs", "coverage.md"))


if __name__ == "__main__":
    if "--update" in sys.argv:
        for name, emit in OUTPUTS.items():
            with open(os.path.join(GOLDEN, name + ".golden"), "w") as file:
                file.write(emit(toy()))
    else:
        unittest.main()
