"""tables.cc of a service: its shapes, operations, errors and routes as constants."""
import routes
from emit_types import SCALAR_TYPES, banner, error_facts, streaming_type, value_type
from model import FAULTS, LARGE_BLOB, Unknown
from naming import enumerator, literal, snake, type_name
from permissions import asked_key

PLAIN = {"string": "kString", "integer": "kInteger", "long": "kLong", "double": "kDouble", "float": "kDouble",
         "boolean": "kBoolean", "timestamp": "kTimestamp", "blob": "kBlob", LARGE_BLOB: "kLargeBlob"}
KINDS = {"float": "Double", LARGE_BLOB: "LargeBlob"}
TIME = {"iso8601": "Iso8601", "rfc822": "HttpDate", "unixTimestamp": "Epoch"}


def flag(value):
    return "true" if value else "false"


def xml_attributes(facts):
    namespace = facts.get("xmlNamespace")
    if not namespace:
        return ""
    if isinstance(namespace, str):
        namespace = {"uri": namespace}
    prefix = f"xmlns:{namespace['prefix']}" if "prefix" in namespace else "xmlns"
    return f' {prefix}="{namespace["uri"]}"'


class Tables:
    def __init__(self, model):
        self.model = model
        self.query = "Query" in model.protocols
        self.optional, self.boxes = model.optional_uses()

    # ---- shapes

    def symbol(self, name):
        return "s_" + type_name(name)

    def reference(self, name):
        """How a member's shape is named: its own table, or the shared one where the shape says nothing of its own."""
        shape = self.model.shapes[name]
        if shape["type"] in PLAIN and not self.limits(name) and "timestampFormat" not in shape:
            return "&wire::plain::" + PLAIN[shape["type"]]
        return "&" + self.symbol(name)

    def limits(self, name):
        model, shape = self.model, self.model.shapes[name]
        enum = shape.get("enum")
        if name in model.overlay.get("open_enums", []):
            enum = None
        generic = model.overlay.get("constraints", "all") == "all"
        facts = []
        if generic and "min" in shape:
            facts.append(f".min = {float(shape['min'])!r}")
        if generic and "max" in shape:
            facts.append(f".max = {float(shape['max'])!r}")
        if generic and "pattern" in shape and shape["type"] == "string":
            facts.append(f".pattern = {literal(shape['pattern'])}")
        if enum:
            facts.append(f".values = v_{type_name(name)}")
        if generic and "min" in shape:
            facts.append(".has_min = true")
        if generic and "max" in shape:
            facts.append(".has_max = true")
        if shape.get("sensitive"):
            facts.append(".sensitive = true")
        return facts

    def ops(self, name):
        model, shape = self.model, self.model.shapes[name]
        uses = [word for word, there in (("kRead", name in model.read), ("kWrite", name in model.written),
                                         ("kInOptional", name in self.optional), ("kInBox", name in self.boxes)) if there]
        use = " | ".join("wire::" + word for word in uses)
        if shape["type"] == "list":
            return f"&wire::kListOps<{value_type(model, shape['member']['shape'])}, {use}>"
        if shape["type"] == "map":
            return f"&wire::kMapOps<{value_type(model, shape['value']['shape'])}, {use}>"
        if shape["type"] == "structure":
            return f"&wire::kValueOps<{type_name(name)}, {use}>"
        return f"&wire::plain::kOps<{SCALAR_TYPES[shape['type']]}>"

    def query_name(self, path, default):
        return self.model.overlay.get("query_names", {}).get(path, {}).get("xmlName", default)

    def member(self, shape_name, member_name):
        model = self.model
        member = model.shapes[shape_name]["members"][member_name]
        target = model.shapes[member["shape"]]
        streams = model.streams(shape_name, member_name)
        location = model.location(shape_name, member_name)
        wire = member.get("locationName", member_name)
        if location == "Payload" and model.protocols[0] == "RestXml" and target["type"] == "structure":
            # The root of a document: a name that says more than the member's, else the structure's.
            wire = (wire if wire != member_name else "") or target.get("locationName") or member.get("locationName") or member["shape"]
        if location in ("Header", "PrefixHeaders"):
            wire = wire.lower()
        flat = (member.get("flattened") or target.get("flattened")) and target["type"] in ("list", "map")
        over = model.overlay.get("query_names", {}).get(f"{shape_name}.{member_name}", {})
        query = over.get("xmlName") or (wire if "Query" == model.protocols[0] else member_name)
        flags = [word for word, there in (
            ("kRequired", model.required(shape_name, member_name)),
            ("kBoxed", (shape_name, member_name) in model.boxed),
            ("kOptional", not model.required(shape_name, member_name) and not streams and (shape_name, member_name) not in model.boxed),
            ("kAttribute", member.get("xmlAttribute")),
            ("kFlat", flat),
            ("kQueryFlat", over.get("flattened") or (flat and model.protocols[0] == "Query")),
            ("kMessage", model.shapes[shape_name].get("exception") and member_name.lower() == "message"),
            ("kToken", member.get("idempotencyToken"))) if there]
        shape = f"&wire::plain::k{streaming_type(model, shape_name)}" if streams else self.reference(member["shape"])
        # offsetof on a type with std::map inside is "conditionally supported": both our compilers do.
        return (f"{{{literal(member_name)}, {literal(wire)}, {literal(query) if self.query else '{}'}, {shape}, "
                f"offsetof({type_name(shape_name)}, {snake(member_name)}), Loc::{location}, "
                f"{' | '.join('wire::' + word for word in flags) or '0'}"
                + self.member_tail(member) + "}")

    def member_tail(self, member):
        time, attributes = member.get("timestampFormat"), xml_attributes(member)
        if not time and not attributes:
            return ""
        return f", wire::TimeFormat::{TIME[time] if time else 'Default'}" + (f", {literal(attributes)}" if attributes else "")

    def shape(self, name):
        model, shape = self.model, self.model.shapes[name]
        kind = shape["type"]
        fields = [f".kind = Kind::{KINDS.get(kind, kind.capitalize())}",
                  f".name = {literal(name)}", f".ops = {self.ops(name)}"]
        if self.limits(name):
            fields.append(f".limits = &l_{type_name(name)}")
        if kind == "structure" and shape.get("members"):
            fields.append(f".members = m_{type_name(name)}")
        if shape.get("union"):
            fields.append(".is_union = true")
        if "timestampFormat" in shape:
            fields.append(f".time = wire::TimeFormat::{TIME[shape['timestampFormat']]}")
        if kind == "list":
            item = shape["member"].get("locationName", "member")
            fields += [f".item = {self.reference(shape['member']['shape'])}", f".item_name = {literal(item)}"]
            if self.query:
                fields.append(f".item_query = {literal(self.query_name(name + '.member', item))}")
        if kind == "map":
            key, value = (shape[part].get("locationName", part) for part in ("key", "value"))
            fields += [f".item = {self.reference(shape['value']['shape'])}", f".key = {self.reference(shape['key']['shape'])}",
                       f".item_name = {literal(self.query_name(name + '.value', value))}",
                       f".key_name = {literal(self.query_name(name + '.key', key))}"]
        if shape.get("locationName"):
            fields.append(f".xml_name = {literal(shape['locationName'])}")
        if xml_attributes(shape):
            fields.append(f".xml_attributes = {literal(xml_attributes(shape))}")
        return f"constinit const wire::Shape {self.symbol(name)}{{{', '.join(fields)}}};\n"

    def shapes(self):
        model, used = self.model, sorted(self.model.read | self.model.written)
        own = [name for name in used if self.reference(name) == "&" + self.symbol(name) and not model.shapes[name].get("eventstream")]
        out = ["namespace tables {\n\n"]
        out += [f"extern const wire::Shape {self.symbol(name)};\n" for name in own]
        out.append("\n")
        for name in own:
            limits = self.limits(name)
            if any(fact.startswith(".values") for fact in limits):
                values = ", ".join(f"sv({literal(value) if value else chr(34) * 2})" for value in model.shapes[name]["enum"])
                out.append(f"constexpr std::string_view v_{type_name(name)}[] = {{{values}}};\n".replace("sv(", "std::string_view("))
            if limits:
                out.append(f"constexpr wire::Limits l_{type_name(name)}{{{', '.join(limits)}}};\n")
        out.append("\n")
        for name in own:
            members = model.shapes[name].get("members", {}) if model.shapes[name]["type"] == "structure" else {}
            if members:
                rows = ",\n    ".join(self.member(name, member) for member in members)
                out.append(f"constexpr wire::Member m_{type_name(name)}[] = {{\n    {rows}}};\n")
            out.append(self.shape(name))
        out.append("\n}  // namespace tables\n\n")
        return "".join(out)

    # ---- errors

    def errors(self):
        rows = []
        for name, code, query_code, status, sender, message, shape in error_facts(self.model):
            rows.append(f"    {{{literal(name)}, {literal(code)}, {literal(query_code)}, {status}, {flag(sender)}, {literal(message)}, "
                        f"{'&tables::' + self.symbol(shape) if shape else 'nullptr'}}},\n")
        return (f"namespace {{\nconstexpr wire::ErrorInfo kErrors[] = {{\n{''.join(rows)}}};\n}}  // namespace\n\n"
                "const wire::ErrorInfo& info(Errc code) { return kErrors[static_cast<std::size_t>(code)]; }\n\n"
                "wire::ApiError error(Errc code, std::string message) { return wire::make_error(info(code), std::move(message)); }\n\n")

    # ---- permissions

    def key_list(self, keys, out):
        """How the condition keys are named; writes them where they are the first of their kind."""
        if not keys:
            return "{}"
        text = ", ".join(literal(asked_key(key)) for key in keys)
        if text not in self.key_lists:
            self.key_lists[text] = f"k{len(self.key_lists)}"
            out.append(f"constexpr std::string_view {self.key_lists[text]}[] = {{{text}}};\n")
        return self.key_lists[text]

    def permissions(self):
        known, out = self.model.permissions, []
        self.key_lists, actions, resources = {}, known.actions(), list(known.resources)
        for symbol, kind, rows in (
                ("kActions", "Action", [f"{{{literal(name)}, {self.key_list(known.keys_of(name), out)}}}" for name in actions]),
                ("kResources", "Resource", [f"{{{literal(name)}, {literal(known.resources[name]['arn'])}, {self.key_list(known.keys_of_resource(name), out)}}}"
                                            for name in resources])):
            out.append(f"constexpr wire::{kind} {symbol}[] = {{\n    " + ",\n    ".join(rows) + "};\n")
        for name in sorted(self.model.operations):
            rows = []
            for count, one in enumerate(known.operations[name]):
                when = "{}"
                if one.when:
                    when = f"p_{name}_{count}"
                    facts = ", ".join(f"{{wire::RequestFact::{fact.kind}, {literal(fact.name)}, {literal(fact.value)}}}" for fact in one.when)
                    out.append(f"constexpr wire::RequestFact {when}[] = {{{facts}}};\n")
                rows.append(f"{{&kActions[{actions.index(one.action)}], &kActions[{actions.index(one.version)}], "
                            f"&kResources[{resources.index(one.resource)}], {when}}}")
            if rows:
                out.append(f"constexpr wire::Permission p_{name}[] = {{{', '.join(rows)}}};\n")
        return f"namespace {{\n\n{''.join(out)}\n}}  // namespace\n\n"

    # ---- operations

    def operation(self, index, name):
        model = self.model
        facts = model.operations[name]
        method, uri = model.route(name)
        made = name in model.served
        shape = lambda part: f"&tables::{self.symbol(facts[part]['shape'])}" if made and part in facts else "nullptr"
        result = facts.get("output", {}).get("resultWrapper", "") or (name + "Result" if self.query and "output" in facts else "")
        if model.protocols[0] == "RestXml":
            output = facts.get("output", {}).get("shape")
            # Where a member is the payload, its shape or itself names the root.
            result = model.overlay.get("roots", {}).get(name) or ("" if not output or model.shapes[output].get("payload") else output)
        fields = [f".service = &kService, .name = {literal(name)}, .method = {literal(method)}, .uri = {literal(uri)}",
                  f".index = {index}, .status = {model.status(name)}",
                  f".generated = {flag(made)}, .checksum_required = {flag(model.checksum_required(name))}",
                  f".streams_in = {flag(model.streaming_member(name, 'input'))}, .streams_out = {flag(model.streaming_member(name, 'output'))}",
                  f".spills = {flag(made and model.spills(name))}",
                  f".unwrapped = {flag(name in model.overlay.get('unwrapped', []))}, .body_limit = {model.body_limit(name)}",
                  f".input = {shape('input')}, .output = {shape('output')}"]
        if model.permissions.operations[name]:
            fields.append(f".permissions = p_{name}")
        if result:
            fields.append(f".result_name = {literal(result)}")
        if facts.get("input", {}).get("locationName"):
            fields.append(f".input_xml_name = {literal(facts['input']['locationName'])}")
        return "    {" + ",\n     ".join(fields) + "},\n"

    def operations(self):
        model = self.model
        rows = "".join(self.operation(index, name) for index, name in enumerate(sorted(model.operations)))
        out = [f"namespace {{\n\nconstexpr wire::Operation kOperations[] = {{\n{rows}}};\n\n"]
        if model.routed:
            out.append(self.routes())
        out.append(f"constexpr wire::Protocol kProtocols[] = {{{', '.join('wire::Protocol::' + name for name in model.protocols)}}};\n")
        out.append("\n}  // namespace\n\n")
        metadata, overlay = model.metadata, model.overlay
        xmlns = overlay.get("xmlns") or metadata.get("xmlNamespace", "")
        faults = FAULTS[overlay["faults"]] if "faults" in overlay else "Query" if model.protocols[0] == "Query" else "Json"
        claim = model.claim()
        out.append("constinit const wire::Service kService{\n"
                   f"    .name = {literal(model.name)}, .api_version = {literal(metadata['apiVersion'])}, "
                   f".target_prefix = {literal(metadata.get('targetPrefix', ''))}, .xmlns = {literal(xmlns)},\n"
                   f"    .signing_name = {literal(model.signing_name())}, .protocols = kProtocols, "
                   f".operations = kOperations, .routes = {'&kRoutes' if model.routed else 'nullptr'},\n"
                   f"    .faults = wire::FaultStyle::{faults}, .bare_errors = {flag(overlay.get('bare_errors'))}, "
                   f".always_millis = {flag(overlay.get('always_millis'))}, .query_compatible = {flag(metadata.get('awsQueryCompatible'))},\n"
                   "    .actions = kActions" +
                   (f", .claim = {{{literal(claim['path'])}, {literal(claim['header'])}}}" if claim else "") + "};\n\n")
        for index, name in enumerate(sorted(model.operations)):
            if name in model.served:
                out.append(f"const wire::Operation& {name}Op::descriptor() {{ return kOperations[{index}]; }}\n")
        return "".join(out)

    # ---- routes

    def candidates(self, symbol, names, peers, out):
        """Writes the conditions of each, then the list; gives its name."""
        order = {name: index for index, name in enumerate(sorted(self.model.operations))}
        rows = []
        for name in routes.ordered(self.model, names):
            wanted = routes.matters(self.model, name, peers)
            reference = "{}"
            if wanted:
                reference = f"{symbol}_{name}"
                conditions = ", ".join(f"{{wire::RouteCondition::{what}, {literal(key)}, {literal(value)}}}" for what, key, value in wanted)
                out.append(f"constexpr wire::RouteCondition {reference}[] = {{{conditions}}};\n")
            rows.append(f"{{{order[name]}, {reference}}}")
        out.append(f"constexpr wire::RouteCandidate {symbol}[] = {{{', '.join(rows)}}};\n")
        return symbol

    def methods(self, number, node, out):
        rows = []
        for method, names in sorted(node.methods.items()):
            by_key = {}
            for name in names:
                by_key.setdefault(routes.first_key(routes.matters(self.model, name, names)), []).append(name)
            symbol, keys = f"r{number}_{method}", []
            for count, key in enumerate(sorted(key for key in by_key if key is not None)):
                keys.append(f"{{{literal(key)}, {self.candidates(f'{symbol}_k{count}', by_key[key], names, out)}}}")
            key_list, plain = "{}", "{}"
            if keys:
                key_list = symbol + "_keys"
                out.append(f"constexpr wire::RouteKey {key_list}[] = {{{', '.join(keys)}}};\n")
            if None in by_key:
                plain = self.candidates(symbol + "_plain", by_key[None], names, out)
            rows.append(f"{{{literal(method)}, {key_list}, {plain}}}")
        out.append(f"constexpr wire::RouteMethod r{number}_methods[] = {{{', '.join(rows)}}};\n")
        return f"r{number}_methods"

    def routes(self):
        model = self.model
        nodes, index = routes.flatten(routes.build(model))
        if len(nodes) >= 0xffff:
            raise Unknown(f"{model.name}: too many paths")
        at = lambda child: "wire::kNone" if child is None else str(index[id(child)])
        out, rows = [], []
        for number, node in enumerate(nodes):
            edges = methods = "{}"
            if node.edges:
                edges = f"r{number}_edges"
                out.append(f"constexpr wire::RouteEdge {edges}[] = {{" +
                           ", ".join(f"{{{literal(segment)}, {index[id(child)]}}}" for segment, child in sorted(node.edges.items())) + "};\n")
            if node.methods:
                methods = self.methods(number, node, out)
            rows.append(f"    {{{edges}, {at(node.parameter)}, {at(node.greedy)}, {methods}}},\n")
        strings = lambda names: ", ".join(literal(name) for name in sorted(names))
        for symbol, names in (("kSubresources", routes.subresources(model)), ("kUnserved", model.overlay.get("unserved_subresources", []))):
            if names:
                out.append(f"constexpr std::string_view {symbol}[] = {{{strings(names)}}};\n")
            else:
                out.append(f"constexpr std::span<const std::string_view> {symbol};\n")
        out.append(f"constexpr wire::RouteNode kNodes[] = {{\n{''.join(rows)}}};\n")
        out.append("constexpr wire::RouteTable kRoutes{kNodes, kSubresources, kUnserved};\n\n")
        return "".join(out)


def tables_cc(model):
    tables = Tables(model)
    return (banner(model) +
            f'#include <cstddef>\n\n#include "{model.name}/api/ops.h"\n#include "wire/route_table.h"\n\n'
            "// The structures hold maps and optionals, so they are not of standard layout; offsetof works on them all the same.\n"
            '#pragma GCC diagnostic ignored "-Winvalid-offsetof"\n\n'
            f"namespace skerry::{model.namespace} {{\n\nusing wire::Kind;\nusing wire::Loc;\n\n" +
            tables.shapes() + tables.errors() + tables.permissions() + tables.operations() + f"\n}}  // namespace skerry::{model.namespace}\n")
