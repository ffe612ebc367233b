"""An issue that leaves through a mail service, from the settings to the service and the ledger."""

from collections.abc import Iterator

import pytest

from tests.cli.conftest import WEEK
from tests.delivery.esp_server import EspServer, Reply


@pytest.fixture
def service(socket_enabled) -> Iterator[EspServer]:
    """A mail service on loopback."""
    del socket_enabled
    running = EspServer()
    yield running
    running.close()


def test_an_issue_leaves_through_a_service_and_the_ledger_says_what_it_said(
    built, readers, service
):
    built("approve", WEEK, "--by", "Ada")
    built("subscribers", "import", readers, "--confirmed")
    service.bad["bob@reader.example"] = (406, "You tried to send to an inactive recipient")
    settings = {
        "transport": "postmark",
        "postmark_url": service.url,
        "postmark_token": "a-token",
        "bounce_address": "b@bounce.verdicts.example.com",
    }

    service.replies = [Reply(401)]
    refused = built("send", WEEK, **settings)
    sent = built("send", WEEK, "--json", **settings)
    listed = built("deliveries", WEEK, "--state", "rejected", **settings)

    assert "check DIGEST_POSTMARK_TOKEN" in refused.err
    assert sent.json["states"] == {"accepted": 2, "rejected": 1}
    assert sent.json["sums"]
    assert "bob@reader.example" in listed.out
    assert service.recipients() == ["ada@reader.example", "cy@reader.example"]
    tokens = {fields["Metadata"]["digest-token"] for _, fields in service.accepted}
    assert {len(token) for token in tokens} == {40}
    assert len(tokens) == 2
