"""What all tests share: the folder of real responses, where an operator has one."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def captures_dir() -> Path:
    """The folder of real responses; tests that need it skip by name where it is not set."""
    folder = os.environ.get("DIGEST_TEST_CAPTURES")
    if not folder:
        pytest.skip("DIGEST_TEST_CAPTURES is not set: facts of real responses are not checked")
    return Path(folder)
