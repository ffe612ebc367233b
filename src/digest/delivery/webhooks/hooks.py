"""
Take what a service posts: only what it proves to be its own, as feedback.

One of these stands behind each webhook; without its secret none can be made.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from digest.delivery.webhooks import postmark, resend, ses, sns, svix
from digest.delivery.webhooks.amazon import Amazon
from digest.delivery.webhooks.given import opened
from digest.errors import HookError
from digest.model import Feedback

log = logging.getLogger(__name__)


class Webhook(Protocol):
    """Takes the posts of one service."""

    def take(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[Feedback, ...]:
        """
        Give what a post says of our mails.

        Args:
            headers: Names in lower case, or a mapping that takes any.
            body: As it came.
            now: The real time: signatures grow old.

        Raises:
            HookError: It is not proven to be the service's, or cannot be read.
            FetchError: What proves it cannot be had just now; the service will repeat it.
        """
        ...


@dataclass(frozen=True, slots=True)
class ResendHook:
    """Takes what Resend posts, signed with ``secret`` (whsec_…)."""

    secret: SecretStr

    def take(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[Feedback, ...]:
        """As :meth:`Webhook.take`."""
        secret = self.secret.get_secret_value()
        key = svix.check(headers, body, secret=secret, now=now, hook=resend.SOURCE)
        return resend.read(opened(body, hook=resend.SOURCE), key=key, now=now)


@dataclass(frozen=True, slots=True)
class PostmarkHook:
    """Takes what Postmark posts, showing ``secret``."""

    secret: SecretStr

    def take(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[Feedback, ...]:
        """As :meth:`Webhook.take`."""
        postmark.check(headers, secret=self.secret.get_secret_value())
        return postmark.read(opened(body, hook=postmark.SOURCE), now=now)


@dataclass(frozen=True, slots=True)
class SesHook:
    """Takes what SES publishes to one topic of SNS; its subscription alone is confirmed."""

    topic: str
    amazon: Amazon = field(default_factory=Amazon)

    def take(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> tuple[Feedback, ...]:
        """As :meth:`Webhook.take`."""
        del headers  # SNS puts what it signs into the body
        envelope = sns.open_envelope(body, topic=self.topic, now=now)
        certificate = self.amazon.certificate(envelope.certificate_url)
        sns.check(envelope, certificate, now=now)
        if envelope.kind == sns.CONFIRMATION and envelope.token:
            self.amazon.confirm(sns.confirm_url(self.topic, envelope.token))
            log.info("subscribed to %s", self.topic)
        if envelope.kind == sns.FAREWELL:
            log.warning("no longer subscribed to %s: no feedback comes from SES", self.topic)
        if envelope.kind != sns.NOTIFICATION:
            return ()
        try:
            event = opened(envelope.message, hook=ses.SOURCE)
        except HookError:  # SES greets a new topic in plain words
            return ()
        return ses.read(event, now=now)
