#!/usr/bin/env python3
"""Tests of the generator: golden files of toy models, routes of all services, and what it must refuse.

usage: generator_test.py [--update]      (--update rewrites the golden files: read the diff)
"""
import contextlib
import copy
import io
import json
import os
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import check  # noqa: E402
import coverage  # noqa: E402
import facts as known  # noqa: E402
import generate  # noqa: E402
import policies  # noqa: E402
import routes  # noqa: E402
from check import Unknown  # noqa: E402
from generate import OUTPUTS, services  # noqa: E402
from model import Model  # noqa: E402
from naming import constant, snake  # noqa: E402
from permissions import asked_key  # noqa: E402

ROOT = os.path.dirname(HERE)
GOLDEN = os.path.join(HERE, "golden")
MODELS = os.path.join(ROOT, "models")


def read(*parts):
    with open(os.path.join(*parts)) as file:
        return file.read()


def toy(change=None, overlay_change=None, files=("toy.json", "toy_overlay.json")):
    facts, overlay = (json.loads(read(GOLDEN, name)) for name in files)
    if change:
        change(facts)
    if overlay_change:
        overlay_change(overlay)
    return Model(facts, overlay)


def queue(change=None, overlay_change=None):
    return toy(change, overlay_change, files=(os.path.join("rpc", "toyqueue.json"), os.path.join("rpc", "overlay.json")))


# By the folder of the golden files.
TOYS = {"": toy, "rpc": queue}


class Golden(unittest.TestCase):
    maxDiff = None

    def test_toys(self):
        for folder, make in TOYS.items():
            for name, emit in OUTPUTS.items():
                with self.subTest(folder=folder, name=name):
                    self.assertEqual(emit(make()), read(GOLDEN, folder, name + ".golden"))

    def test_is_deterministic(self):
        for make in TOYS.values():
            for name, emit in OUTPUTS.items():
                self.assertEqual(emit(make()), emit(copy.deepcopy(make())))


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def paths(self):
        return [os.path.join(self.folder, "toy", "api", name) for name in OUTPUTS]

    def test_an_output_that_stays_the_same_keeps_its_time(self):
        generate.generate(toy(), self.folder)
        for path in self.paths():
            os.utime(path, (1, 1))
        generate.generate(toy(), self.folder)
        self.assertEqual([os.stat(path).st_mtime for path in self.paths()], [1, 1, 1, 1])

    def test_an_output_that_changes_is_written_and_the_others_are_not(self):
        generate.generate(toy(), self.folder)
        for path in self.paths():
            os.utime(path, (1, 1))
        generate.generate(toy(None, lambda overlay: overlay.update(statuses={"CopyThing": 204})), self.folder)
        written = [os.path.basename(path) for path in self.paths() if os.stat(path).st_mtime != 1]
        self.assertEqual(written, ["tables.cc"])

    def run_generator(self, service):
        """(exit status, what it says)"""
        arguments, sys.argv = sys.argv, ["generate.py", "--models", os.path.join(self.folder, "models"), "--out", self.folder, service]
        try:
            with contextlib.redirect_stderr(io.StringIO()) as said:
                generate.main()
            return 0, said.getvalue()
        except SystemExit as stopped:
            return stopped.code, said.getvalue()
        finally:
            sys.argv = arguments

    def lay_out(self, ops="GetThing\n", overlay=None, facts=None):
        shutil.rmtree(os.path.join(self.folder, "models"), ignore_errors=True)
        for folder in ("ops", "overlay"):
            os.makedirs(os.path.join(self.folder, "models", folder))
        for name, text in (("toy.json", facts or read(GOLDEN, "toy.json")), ("overlay/toy.json", overlay or read(GOLDEN, "toy_overlay.json")),
                           ("ops/toy.txt", ops)):
            if text != "none":
                with open(os.path.join(self.folder, "models", name), "w") as file:
                    file.write(text)

    def test_the_program_writes_what_is_served(self):
        self.lay_out()
        self.assertEqual(self.run_generator("toy"), (0, ""))
        ops = read(self.folder, "toy", "api", "ops.h")
        self.assertIn("struct GetThingOp", ops)
        self.assertNotIn("struct PutThingOp", ops)

    def test_the_program_stops_with_one_line_and_writes_nothing(self):
        for words, service, broken in (
                ("ReadThing is not an operation", "toy", {"ops": "GetThing\nReadThing\n"}),
                ("stands there twice", "toy", {"ops": "GetThing\nGetThing\n"}),
                ("ops/toy.txt", "toy", {"ops": "none"}),
                ("no service tiy", "tiy", {}),
                ("roots stands there twice", "toy", {"overlay": '{"roots": {}, "roots": {}}'}),
                ("overlay/toy.json: Expecting", "toy", {"overlay": "{"})):
            with self.subTest(words):
                self.lay_out(**broken)
                status, _ = self.run_generator(service)
                self.assertRegex(str(status), "^codegen: .*" + words)
                self.assertEqual(len(str(status).splitlines()), 1)
                self.assertFalse(os.path.exists(os.path.join(self.folder, "toy")))


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
        for service in services(MODELS):
            model = Model.load(MODELS, service)
            if model.routed:
                routes.build(model)

    def test_a_required_header_tells_apart(self):
        model = toy()
        self.assertEqual(routes.ordered(model, ["PutThing", "CopyThing"]), ["CopyThing", "PutThing"])

    def refused(self, words, **uris):
        """With operations beside the toy's, each a copy of GetThing or ListThings at "METHOD /uri"."""
        def add(facts):
            for name, route in uris.items():
                method, uri = route.split(" ")
                like = "GetThing" if "{Name" in uri else "ListThings"
                facts["operations"][name] = {**facts["operations"][like], "http": {"method": method, "requestUri": uri}}

        with self.assertRaisesRegex(Unknown, words):
            routes.build(toy(add))

    def test_two_of_a_kind_are_refused(self):
        self.refused("ListThings and Other cannot be told apart", Other="GET /{Box}?list")
        self.refused("GetThing and Other cannot be told apart", Other="GET /{Box}/{Name+}")
        self.refused("GetThing and Other cannot be told apart", Other="GET /{Box}/{Name+}?x-id=Other")
        # A slash at the end makes no other path.
        self.refused("ListThings and Other cannot be told apart", Other="GET /{Box}/?list")

    def test_two_that_ask_for_different_things_of_one_key_are_refused(self):
        self.refused("a request could mean both A and B", A="POST /{Box}?a&b", B="POST /{Box}?a&c")
        self.refused("a request could mean both A and B", A="POST /{Box}?a", B="POST /{Box}?a=1")

    def test_one_that_another_would_always_contradict_is_refused(self):
        self.refused("every A is a B as well", A="POST /{Box}?a&b", B="POST /{Box}?b")

    def test_one_whose_path_another_hides_is_refused(self):
        self.refused("/{}/fixed hides Other", Other="POST /{Box}/{Name}", Fixed="PUT /{Box}/fixed")
        self.refused("/{}/fixed hides Get", Fixed="POST /{Box}/fixed")

    def test_a_label_inside_a_segment_is_refused(self):
        self.refused("a label inside a segment", Other="POST /{Box}.d")

    def test_what_can_be_told_apart_is_not_refused(self):
        def add(facts):
            for name, uri in (("One", "/{Box}?a=1"), ("Two", "/{Box}?a=2"), ("More", "/{Box}?b&c"), ("Less", "/{Box}?b")):
                facts["operations"][name] = {**facts["operations"]["ListThings"], "http": {"method": "POST", "requestUri": uri}}

        model = toy(add)
        routes.build(model)
        self.assertEqual(routes.ordered(model, ["Less", "More"]), ["More", "Less"])


class ServicesTogether(unittest.TestCase):
    def test_no_request_means_two(self):
        check.prove_services([Model.load(MODELS, service) for service in services(MODELS)])

    def refused(self, words, *models):
        with self.assertRaisesRegex(Unknown, words):
            check.prove_services(models)

    def other(self, **metadata):
        def change(facts):
            facts["service"] = "other"
            facts["metadata"].update(apiVersion="2000-01-01", targetPrefix="Other", endpointPrefix="other")
            facts["metadata"].update(metadata)
        return queue(change)

    def test_two_that_could_be_meant_are_refused(self):
        check.prove_services([queue(), self.other()])
        self.refused("one target prefix: ToyQueue", queue(), self.other(targetPrefix="ToyQueue"))
        self.refused("one version of query: 2026-02-02", queue(), self.other(apiVersion="2026-02-02"))
        self.refused("one signing name: toyqueue", queue(), self.other(signingName="toyqueue"))

    def test_paths_of_two_services_begin_differently(self):
        def at(service):
            def change(facts):
                facts.update(service=service, operations={"Look": {"http": {"method": "GET", "requestUri": "/2026/look"}}})
                facts["metadata"].update(endpointPrefix=service)
            return toy(change, lambda overlay: (overlay.pop("roots"), overlay.pop("permissions"), overlay.pop("condition_keys"), overlay.update(body_limits={})))

        def any_path(facts):
            facts["service"] = "three"
            facts["metadata"].update(endpointPrefix="three")
        self.refused("one and two have one beginning of a path: 2026", at("one"), at("two"))
        self.refused("three and toy have one beginning of a path: any", toy(), toy(any_path))
        check.prove_services([toy(), at("one")])

    def test_what_is_claimed_may_share_a_signing_name(self):
        def claiming(change=None):
            def facts(found):
                found.update(service="claiming", operations={"Look": {"http": {"method": "GET", "requestUri": "/2026/look"}, "input": {"shape": "LookInput"}}})
                account = {"shape": "AccountId", "location": "header", "locationName": "X-Account"}
                found["shapes"].update(AccountId={"type": "string"}, LookInput={"type": "structure", "members": {"AccountId": account}, "required": ["AccountId"]})
                if change:
                    change(found)

            def overlay(found):
                for key in ("roots", "permissions", "condition_keys"):
                    found.pop(key)
                found.update(body_limits={}, claim={"path": "/2026/", "header": "x-account"})
            return toy(facts, overlay)
        check.prove_services([toy(), claiming()])
        self.refused("claiming.Look: its path is not claimed", toy(),
                     claiming(lambda facts: facts["operations"]["Look"]["http"].update(requestUri="/2027/look")))
        for change in (lambda facts: facts["shapes"]["LookInput"].pop("required"),
                       lambda facts: facts["shapes"]["LookInput"]["members"]["AccountId"].update(locationName="x-other"),
                       lambda facts: facts["operations"]["Look"].pop("input")):
            self.refused("claiming.Look: a request may come without x-account", toy(), claiming(change))

    def test_lists_and_overlays_have_a_model(self):
        for folder in ("ops", "overlay"):
            self.assertEqual(sorted(name.split(".")[0] for name in os.listdir(os.path.join(MODELS, folder))), services(MODELS))


class Refusals(unittest.TestCase):
    def refused(self, words, change=None, overlay_change=None, make=toy):
        with self.assertRaisesRegex(Unknown, words):
            model = make(change, overlay_change)
            for emit in OUTPUTS.values():
                emit(model)

    def in_shape(self, words, shape, **facts):
        self.refused(words, lambda all_facts: all_facts["shapes"][shape].update(facts))

    def in_member(self, words, structure, member, **facts):
        self.refused(words, lambda all_facts: all_facts["shapes"][structure]["members"][member].update(facts))

    def in_operation(self, words, name, **facts):
        self.refused(words, lambda all_facts: all_facts["operations"][name].update(facts))

    def in_overlay(self, words, make=toy, **facts):
        self.refused(words, None, lambda overlay: overlay.update(facts), make)

    def test_unknown_traits(self):
        self.in_shape("toy.Max: unknown uniqueItems", "Max", uniqueItems=True)
        self.in_member("toy.Thing.Size: unknown jsonvalue", "Thing", "Size", jsonvalue=True)
        self.in_operation("toy.GetThing: unknown hostPrefix", "GetThing", hostPrefix="x.")
        self.in_operation("toy.GetThing: http: unknown cache", "GetThing", http={"method": "GET", "requestUri": "/", "cache": 1})
        self.in_operation("toy.GetThing: httpChecksum: unknown colour", "GetThing", httpChecksum={"colour": "red"})
        self.in_shape("toy.NoSuchThing: error: unknown retry", "NoSuchThing", error={"retry": True})
        self.refused("toy: metadata: unknown mood", lambda facts: facts["metadata"].update(mood="good"))

    def test_unknown_values(self):
        self.in_shape("toy.Max: type bigdecimal", "Max", type="bigdecimal")
        self.in_shape("toy.Time: timestampFormat stardate", "Time", timestampFormat="stardate")
        self.in_member("toy.Thing.Size: timestampFormat stardate", "Thing", "Size", timestampFormat="stardate")
        self.in_member("toy.ListThingsRequest.Max: location cookie", "ListThingsRequest", "Max", location="cookie")
        self.in_shape("toy.Max: an enumeration of integer", "Max", enum=["1"])

    def test_unknown_protocols(self):
        self.refused("protocol of .*ec2", lambda facts: facts["metadata"].update(protocols=["ec2"]))
        self.refused("protocol of .*ec2", lambda facts: (facts["metadata"].pop("protocols"), facts["metadata"].update(protocol="ec2")))
        self.in_overlay("protocol of .*ec2", protocols=["ec2"])
        self.refused("JSON 2.0", lambda facts: facts["metadata"].update(jsonVersion="2.0"), make=queue)

    def test_names_that_point_nowhere(self):
        self.in_member("toy.Thing.Size: no shape Gone", "Thing", "Size", shape="Gone")
        self.in_shape("toy.Things.member: no shape Gone", "Things", member={"shape": "Gone"})
        self.in_shape("toy.Thing: no member Gone", "Thing", required=["Gone"])
        self.in_shape("toy.GetThingOutput: no member Gone", "GetThingOutput", payload="Gone")
        self.in_operation("toy.GetThing: no structure Gone", "GetThing", input={"shape": "Gone"})
        self.in_operation("toy.GetThing: no error Gone", "GetThing", errors=["Gone"])
        self.in_operation("toy.GetThing: no error Thing", "GetThing", errors=["Thing"])

    def test_shapes_that_cannot_be(self):
        self.refused("toy.Things: a list has member", lambda facts: facts["shapes"]["Things"].pop("member"))
        self.refused("toy.Labels: a map has key, value", lambda facts: facts["shapes"]["Labels"].pop("key"))
        self.in_shape("toy.Labels: keys that are no strings", "Labels", key={"shape": "Max"})
        self.in_member("toy.ListThingsRequest.Max: a structure in querystring", "ListThingsRequest", "Max", shape="Thing")
        self.in_member("toy.GetThingOutput.Changed: a list in header", "GetThingOutput", "Changed", shape="Things")
        self.in_operation("the path has labels .'Box'., the input .'Box', 'Name'.", "GetThing", http={"method": "GET", "requestUri": "/{Box}"})
        self.in_operation("the path has labels .'Box', 'Id'.", "ListThings", http={"method": "GET", "requestUri": "/{Box}/{Id}"})

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

    def test_shapes_of_one_name(self):
        def lower(facts):
            facts["shapes"]["thing"] = copy.deepcopy(facts["shapes"]["Thing"])
            facts["shapes"]["ListThingsOutput"]["members"]["Another"] = {"shape": "thing"}
        self.refused("two shapes are called Thing", lower)

    def test_streams_that_nobody_could_type(self):
        self.refused("streams both ways", lambda facts: facts["operations"]["PutThing"].update(output={"shape": "PutThingRequest"}))
        self.refused("an event stream as input", lambda facts: facts["shapes"]["Thing"].update(eventstream=True)
                     or facts["shapes"]["CopyThingRequest"]["members"].update(Events={"shape": "Thing"}))

    def test_unknown_keys_of_the_overlay(self):
        self.in_overlay("overlay: unknown colour", colour="red")
        self.in_overlay("overlay errors: Other: unknown text", errors={"Other": {"status": 400, "text": "x"}})
        self.in_overlay("overlay errors: NoSuchThing: unknown text", errors={"NoSuchThing": {"text": "x"}})
        self.in_overlay("overlay members: Thing.Size: unknown colour", members={"Thing.Size": {"colour": "red"}})
        self.in_overlay("overlay query_names: Attributes.key: unknown flat", queue, query_names={"Attributes.key": {"flat": True}})
        self.in_overlay("overlay query_error_codes: QueueIsGone: unknown status", queue, query_error_codes={"QueueIsGone": {"status": 400}})

    def test_values_of_the_overlay(self):
        self.in_overlay("overlay faults: ec2", faults="ec2")
        self.in_overlay("overlay constraints: some", constraints="some")
        self.in_overlay("overlay statuses: GetThing: 404", statuses={"GetThing": 404})
        self.in_overlay("overlay statuses: GetThing: '204'", statuses={"GetThing": "204"})
        self.in_overlay("overlay error_statuses: NoSuchThing: 200", error_statuses={"NoSuchThing": 200})
        self.in_overlay("overlay body_limits: default: 0", body_limits={"default": 0})
        self.in_overlay("overlay errors: Other: status: None", errors={"Other": {"message": "x"}})

    def test_an_overlay_that_no_longer_fits(self):
        for key, value in (("statuses", {"Gone": 204}), ("roots", {"Gone": "Root"}), ("permissions", {"Gone": []}),
                           ("body_limits", {"Gone": 1}), ("drop", {"Gone": "why"}), ("checksum_required", ["Gone"]),
                           ("checksum_optional", ["Gone"]), ("unwrapped", ["Gone"])):
            self.in_overlay(f"overlay {key}: no operation Gone", **{key: value})
        self.in_overlay("overlay: no member Thing.Gone", members={"Thing.Gone": {}})
        self.in_overlay("overlay: no member Gone", members={"Gone": {}})
        self.in_overlay("overlay error_statuses: no error Gone", error_statuses={"Gone": 404})
        self.in_overlay("overlay query_error_codes: no error Gone", queue, query_error_codes={"Gone": {"code": "x"}})
        self.in_overlay("overlay open_enums: no enumeration Gone", open_enums=["Gone"])
        self.in_overlay("overlay query_names: no Gone.member", queue, query_names={"Gone.member": {"xmlName": "x"}})

    def test_permissions_that_cannot_be(self):
        for text, words in (("PutThing", "'PutThing' is no permission"), ("PutThing on", "is no permission"), ("on thing", "is no permission"),
                            ("Put Thing on thing", "is no permission"), ("PutThing on box", "no resource box"),
                            ("PutThing on thing when x is", "'x is' is no fact"), ("PutThing on thing when x and y", "'x and y' is no fact"),
                            ("PutThing on thing when x or", "no resource|is no fact")):
            self.in_overlay(words, permissions={"CopyThing": [text]})
        self.in_overlay("overlay condition_keys: nothing needs Burn", condition_keys={"Burn": ["toy:heat"]})
        self.in_overlay("overlay other_actions: an operation needs toy:GetThing", other_actions=["GetThing"])
        self.in_overlay("overlay resources: box: unknown colour", resources={"box": {"arn": "x", "colour": "red"}})
        self.in_overlay("overlay resources: box: no arn", resources={"box": {}})

    def test_an_overlay_that_would_hide_the_model(self):
        self.in_overlay("overlay shapes: Thing is in the model already", shapes={"Thing": {"type": "string"}})
        self.in_overlay("overlay operations: GetThing is in the model already", operations={"GetThing": {}})

    def test_an_operation_that_is_dropped_and_served(self):
        facts, overlay = json.loads(read(GOLDEN, "toy.json")), {"drop": {"GetThing": "for a reason"}}
        with self.assertRaisesRegex(Unknown, "overlay drop: GetThing is served"):
            Model(facts, overlay, served=["GetThing"])


class Importer(unittest.TestCase):
    def test_what_it_keeps_is_all_that_the_models_say(self):
        for service in services(MODELS):
            facts = json.loads(read(MODELS, service + ".json"))
            self.assertLessEqual(set(facts["metadata"]), known.METADATA)
            self.assertEqual([name for name, shape in facts["shapes"].items() if "documentation" in shape], [])
        self.assertNotIn("documentation", "".join(read(MODELS, service + ".json") for service in services(MODELS)))

    def test_sources_name_every_model(self):
        lines = [line.split("  ") for line in read(MODELS, "SOURCES").splitlines() if line.endswith("service-2.json")]
        self.assertEqual([path.split("/")[0] for _, path in lines], services(MODELS))
        self.assertEqual([len(digest) for digest, _ in lines], [64] * len(lines))


class LargeBlobs(unittest.TestCase):
    def test_what_spills(self):
        model = Model.load(MODELS, "lambda")
        self.assertEqual([name for name in model.served if model.spills(name)],
                         ["CreateFunction", "PublishLayerVersion", "UpdateFunctionCode"])
        self.assertIn("std::optional<wire::LargeBlob> zip_file", OUTPUTS["types.h"](model))


class Page:
    """Of a page that `script` renders."""

    def test_it_is_not_stale(self):
        self.assertEqual(self.script.render(MODELS), read(ROOT, self.script.PAGE))

    def test_a_stale_one_is_noticed(self):
        with tempfile.TemporaryDirectory() as root:
            shutil.copytree(MODELS, os.path.join(root, "models"))
            shutil.copytree(os.path.join(ROOT, "docs"), os.path.join(root, "docs"))
            arguments, sys.argv = sys.argv, ["", "--check"]
            self.addCleanup(setattr, sys, "argv", arguments)
            with self.assertRaises(SystemExit) as fresh:
                self.script.main(root)
            self.assertEqual(fresh.exception.code, 0)
            with open(os.path.join(root, "models", "ops", "s3.txt"), "a") as file:
                file.write("RestoreObject\n")
            with self.assertRaises(SystemExit) as stale:
                self.script.main(root)
            self.assertRegex(stale.exception.code, "is stale")
            sys.argv = [""]
            self.script.main(root)
            self.assertEqual(read(root, self.script.PAGE), self.script.render(os.path.join(root, "models")))


class Coverage(Page, unittest.TestCase):
    script = coverage


class Policies(Page, unittest.TestCase):
    script = policies

    def test_whatever_is_served_says_what_it_needs(self):
        for service in services(MODELS):
            model, names = policies.served(MODELS, service)
            self.assertEqual([name for name in names if name not in model.overlay["permissions"]], [], service)

    def test_keys_as_requests_are_asked_for_them(self):
        self.assertEqual([asked_key(key) for key in ("s3:VersionId", "s3:ExistingObjectTag/<key>", "aws:RequestTag/${TagKey}")],
                         ["s3:versionid", "s3:existingobjecttag/", "aws:requesttag/"])


if __name__ == "__main__":
    if "--update" in sys.argv:
        for folder, make in TOYS.items():
            for name, emit in OUTPUTS.items():
                with open(os.path.join(GOLDEN, folder, name + ".golden"), "w") as file:
                    file.write(emit(make()))
    else:
        unittest.main()
