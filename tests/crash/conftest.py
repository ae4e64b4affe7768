import os
import random

import pytest


@pytest.fixture
def seed():
    chosen = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(1_000_000)))
    print(f"CRASH_SEED={chosen}")
    return chosen
