"""A scripted SMTP server for the transports."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "smtp_server", Path(__file__).with_name("smtp_server.py")
)
smtp_server = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(smtp_server)


@pytest.fixture
def server(socket_enabled) -> Iterator[smtp_server.SmtpServer]:
    """An SMTP server that accepts everything until its ``script`` is set."""
    del socket_enabled
    running = smtp_server.SmtpServer()
    yield running
    running.close()
