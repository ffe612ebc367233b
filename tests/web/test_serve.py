"""The pages on a real server, with the settings of an operator."""

import os
import socket
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from digest.settings import Settings
from digest.web.serve import web_parts
from digest.wiring import open_resources

SERVE = (
    "import sys\n"
    "from digest.settings import load_settings\n"
    "from digest.web.serve import serve\n"
    "from digest.wiring import open_resources\n"
    "with open_resources(load_settings()) as resources:\n"
    "    serve(resources, host='127.0.0.1', port=int(sys.argv[1]))\n"
)


def test_a_sign_up_leaves_by_the_transport_of_the_settings(tmp_path: Path, visit):
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'digest.db'}", outbox_dir=tmp_path / "outbox"
    )
    with open_resources(settings) as resources:
        visitor = visit(web_parts(resources))
        visitor.post("/subscribe", data={"email": "ada@example.com"})
        (mail,) = (tmp_path / "outbox").glob("*.eml")
        text = message_from_bytes(mail.read_bytes(), policy=policy.default)
        body = text.get_body(("plain",)).get_content()
        link = next(word for word in body.split() if "/confirm/" in word)
        answer = visitor.post(link.removeprefix(settings.base_url))

    assert "You are subscribed" in answer.text


@pytest.mark.enable_socket
def test_the_server_answers_and_logs_no_paths(tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DIGEST_DATABASE_URL": f"sqlite:///{tmp_path / 'digest.db'}"}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        answer = _first_answer(f"http://127.0.0.1:{port}/unsubscribe/a-key")
    finally:
        server.terminate()
        log = server.communicate(timeout=20)[1]

    assert answer.status_code == 410
    assert "server" not in answer.headers
    assert "a-key" not in log


def _first_answer(url: str) -> httpx.Response:
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(url)
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
