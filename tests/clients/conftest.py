import random

import pytest


@pytest.fixture
def tree(tmp_path):
    """A folder of files as people have them: empty, small, of several parts, with awkward names."""
    folder = tmp_path / "tree"
    source = random.Random(1)
    for name, size in {
        "empty": 0,
        "one": 1,
        "deep/er/still/small.txt": 1000,
        "space and +plus%.txt": 333,
        "ünïcödé/日本語.bin": 4096,
        "[brackets] & 'quotes'": 17,
        "large.bin": 17 * 1024 * 1024 + 3,
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(source.randbytes(size))
    return folder
