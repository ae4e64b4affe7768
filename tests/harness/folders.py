"""Folders as clients see them, and as a server leaves them."""

import os
import pathlib


def files_below(folder):
    """While a server removes files and folders there, too: of what goes meanwhile some may be told and some not."""
    return [pathlib.Path(parent, name) for parent, _, names in os.walk(folder) for name in names]


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
