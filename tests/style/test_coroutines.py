"""g++ 12 may destroy a temporary twice that is built inside a co_await expression, and compiles some loops around
co_await into a coroutine that never starts. Neither warns, so this looks for the shapes (base/task.h tells them)."""

import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "src"
# What builds something that owns memory in the middle of a call's arguments.
OWNING = re.compile(r"\{\s*\}|std::string\(|std::vector<|std::to_string\(|fmt::format\(")
# What the branches give is destroyed twice.
CONDITIONAL = re.compile(r"\?\s*co_await\b")
# Takes views or references only, or gives an awaiter: what stands inside is not an argument of the coroutine.
HARMLESS = re.compile(r"co_await\s+(suspend|run_on|sleep_for|yield)\b")


def call_arguments(text, start):
    """The text between the parentheses of the first call after `start`, up to the end of the statement."""
    depth, begin = 0, None
    for position in range(start, len(text)):
        character = text[position]
        if character == "(":
            depth += 1
            if begin is None:
                begin = position + 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return text[begin:position]
            if depth < 0:
                return ""
        elif character in ";{" and depth == 0:
            return ""
    return ""


def without_comments(text):
    return re.sub(r"//[^\n]*", lambda match: " " * len(match.group()), text)


def findings():
    for path in sorted(SOURCE.rglob("*.cc")) + sorted(SOURCE.rglob("*.h")):
        text = without_comments(path.read_text())
        for match in re.finditer(r"\bco_await\b", text):
            line = text.count("\n", 0, match.start()) + 1
            place = f"{path.relative_to(SOURCE)}:{line}"
            if not HARMLESS.match(text, match.start()) and OWNING.search(call_arguments(text, match.end())):
                yield f"{place}: give what the awaited call takes a name first"
        for match in CONDITIONAL.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.relative_to(SOURCE)}:{line}: await in a statement of its own, not in a ?: expression"
        for match in re.finditer(r"while\s*\([^;{})]*\bco_await\b|\bfor\s*\(;;\)\s*\{\s*if\s*\(co_await\b", text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.relative_to(SOURCE)}:{line}: give the awaited condition of the loop a name first"


def test_no_shape_that_gcc_12_compiles_wrongly():
    assert not list(findings()), "\n".join(findings())


def test_the_shapes_are_recognised():
    arguments = call_arguments
    assert OWNING.search(arguments("co_await f(a, {})", 8))
    assert OWNING.search(arguments('co_await x.f(std::string("text"))', 8))
    assert not OWNING.search(arguments("co_await f(std::move(a), b)", 8))
    assert CONDITIONAL.search("auto x = a ? co_await f() : co_await g();")
