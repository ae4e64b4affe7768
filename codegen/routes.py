"""The tree by which a REST request finds its operation, and the proof that it finds one at most."""
import re
from urllib.parse import parse_qsl

from model import Unknown


def split_uri(uri):
    path, _, query = uri.partition("?")
    segments = [segment for segment in path.split("/") if segment]
    literals = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != "x-id"]
    return segments, literals


def conditions(model, name):
    """What a request must have besides method and path. Query keys come first: the router looks those up."""
    found = []
    _, uri = model.route(name)
    for key, value in split_uri(uri)[1]:
        found.append(("QueryValue", key, value) if value else ("QueryKey", key, ""))
    part = model.operations[name].get("input")
    shape = model.shapes[part["shape"]] if part else {}
    headers = []
    for member_name in shape.get("required", []):
        member = shape["members"][member_name]
        if member.get("location") == "querystring":
            found.append(("QueryKey", member["locationName"], ""))
        elif member.get("location") == "header":
            headers.append(("Header", member["locationName"].lower(), ""))
    return found, headers


class Node:
    def __init__(self):
        self.edges, self.parameter, self.greedy, self.methods = {}, None, None, {}

    def below(self, segment):
        if not segment.startswith("{"):
            return self.edges.setdefault(segment, Node())
        kind = "greedy" if segment.endswith("+}") else "parameter"
        if getattr(self, kind) is None:
            setattr(self, kind, Node())
        return getattr(self, kind)


def matters(model, name, peers):
    """A required header is a condition only where it tells the operation from another one of the same path.

    Otherwise its absence is a fault of the request (a missing parameter), not a different operation.
    """
    queries, headers = conditions(model, name)
    others = [conditions(model, peer)[0] for peer in peers if peer != name]
    return queries + (headers if any(set(queries) == set(other) for other in others) else [])


def build(model):
    root, groups = Node(), {}
    for name in sorted(model.operations):
        if name in model.overlay.get("drop", {}):
            continue
        method, uri = model.route(name)
        node = root
        for segment in split_uri(uri)[0]:
            if "{" in segment and not re.fullmatch(r"\{[A-Za-z0-9_]+\+?\}", segment):
                raise Unknown(f"{model.name}.{name}: a label inside a segment: {uri}")
            node = node.below(segment)
        node.methods.setdefault(method, []).append(name)
        groups.setdefault((id(node), method), []).append(name)
    for names in groups.values():
        prove(model, names)
    prove_paths(model, root)
    return root


def prove_paths(model, root):
    """Where a literal segment and a label both match, the literal's branch is taken, and a greedy label's last; so the
    branch that is taken has to know every method that the other knows there, or a request would be refused that has an
    operation."""

    def hides(taken, other, path):
        for method in sorted(set(other.methods) - set(taken.methods) if taken.methods else ()):
            raise Unknown(f"{model.name}: {path} hides {', '.join(other.methods[method])}")

    def overlaps(literal, label, path):
        hides(literal, label, path)
        for segment, child in literal.edges.items():
            for other in (label.edges.get(segment), label.parameter):
                if other:
                    overlaps(child, other, f"{path}/{segment}")
        if literal.parameter and label.parameter:
            overlaps(literal.parameter, label.parameter, path + "/{}")

    def visit(node, path, greedy):
        greedy = [*greedy, *([node.greedy] if node.greedy else [])]
        below = [*node.edges.items(), *([("{}", node.parameter)] if node.parameter else [])]
        for segment, child in below:
            if node.parameter and child is not node.parameter:
                overlaps(child, node.parameter, f"{path}/{segment}")
            for other in greedy:
                hides(child, other, f"{path}/{segment}")
            visit(child, f"{path}/{segment}", greedy)

    visit(root, "", [])


def meant_by(asked, wanted):
    """Whether a request with just what `asked` asks for has all that `wanted` asks for."""
    query = {name for what, name, _ in asked if what != "Header"}
    return all(name in query if what == "QueryKey" else (what, name, value) in asked for what, name, value in wanted)


def ordered(model, names):
    """The most demanding first."""
    return sorted(names, key=lambda name: (-len(matters(model, name, names)), name))


def prove(model, names):
    """No two operations of one path and method ask for the same, and none hides another.

    Two that ask for different query keys can both be named by one request. The router answers that as a conflict, so it
    needs no order; two that share their first key (or have none) are told apart by who asks for more.
    """
    wants = {name: matters(model, name, names) for name in names}
    for a in names:
        for b in names:
            if a >= b:
                continue
            if set(wants[a]) == set(wants[b]):
                raise Unknown(f"{model.name}: {a} and {b} cannot be told apart")
            for one, other in ((a, b), (b, a)):
                key = first_key(wants[other])
                if key and key != first_key(wants[one]) and meant_by(wants[one], wants[other]):
                    raise Unknown(f"{model.name}: every {one} is a {other} as well")
            same_key = first_key(wants[a]) == first_key(wants[b])
            nested = set(wants[a]) < set(wants[b]) or set(wants[b]) < set(wants[a])
            if same_key and not nested and not exclusive(wants[a], wants[b]):
                raise Unknown(f"{model.name}: a request could mean both {a} and {b}")


def exclusive(a, b):
    """One parameter cannot have two values."""
    return any(x[0] == y[0] == "QueryValue" and x[1] == y[1] and x[2] != y[2] for x in a for y in b)


def first_key(wanted):
    return wanted[0][1] if wanted and wanted[0][0] != "Header" else None


def flatten(root):
    """Nodes in the order of their indices."""
    nodes, index = [root], {id(root): 0}
    for node in nodes:
        for child in [*(child for _, child in sorted(node.edges.items())), node.parameter, node.greedy]:
            if child is not None:
                index[id(child)] = len(nodes)
                nodes.append(child)
    return nodes, index


def subresources(model):
    """Every query key that names a part of a resource, whatever the method: `?acl`, but not `?list-type=2`."""
    keys = set(model.overlay.get("subresources", []))
    for name in model.operations:
        if name not in model.overlay.get("drop", {}):
            keys |= {key for key, value in split_uri(model.route(name)[1])[1] if not value}
    return sorted(keys)
