"""A page under docs/ that is rendered from models/, and a check that it is not stale."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def write_or_check(page, render, script, root):
    """Writes `render(models)` to the page; with --check among the program's arguments it only says whether that is there."""
    path = os.path.join(root, page)
    text = render(os.path.join(root, "models"))
    if "--check" in sys.argv[1:]:
        current = ""
        if os.path.exists(path):
            with open(path) as file:
                current = file.read()
        sys.exit(0 if current == text else f"{page} is stale: run {script}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
