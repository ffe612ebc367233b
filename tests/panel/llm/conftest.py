"""The model panel's tests: no real model is ever asked; a careful one and a server of our own are."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pydantic_ai import models

from tests.panel.llm.model_server import ModelServer, model_server
from tests.panel.llm.support import NOW, Memory

models.ALLOW_MODEL_REQUESTS = False


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def server(socket_enabled) -> Iterator[ModelServer]:  # noqa: ARG001 # it opens the door
    """A model's server on loopback, the only one that may be asked."""
    with model_server() as running, models.override_allow_model_requests(True):  # noqa: FBT003 # its own form
        yield running
