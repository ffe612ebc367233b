"""
Send through Amazon SES: API v2, SendEmail with the whole message as it is.

Fields and errors are those of the SES API v2 reference, SendEmail: ``Content.Raw.Data``,
``Destination.ToAddresses`` (who gets it, whatever To says), ``EmailTags``, ``ConfigurationSetName``;
an error is named in the header ``x-amzn-ErrorType``. SES writes the envelope sender, Message-ID and
Date itself, so our token travels as a tag, which event publishing gives back.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from digest.delivery.envelope import TOKEN_NAME, token_of
from digest.delivery.sigv4 import Keys, signed
from digest.delivery.transports.http import Answer, LostError, said, words
from digest.delivery.transports.posting import (
    REAL,
    Given,
    PostingTransport,
    RequestRefusedError,
    Times,
)
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

AT_ONCE = 8
"""Requests under way; a new account may send 14 a second, and a request takes about 0.1 s."""
_PATH = "/v2/email/outbound-emails"
_TAG_VALUE = re.compile(r"[A-Za-z0-9_.@-]{1,256}")
_HURRIED = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_KEY_ERRORS = frozenset(
    {
        "AccessDeniedException", "ExpiredTokenException", "IncompleteSignature",
        "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
        "SignatureDoesNotMatch", "UnrecognizedClientException",
    }
)  # fmt: skip
_ACCOUNT_ERRORS = {
    "AccountSuspendedException": "our account is suspended for good",
    "SendingPausedException": "sending is paused for our account or configuration set",
    "MailFromDomainNotVerifiedException": "our MAIL FROM domain is not verified",
    "NotFoundException": "it knows no such thing; check DIGEST_SES_CONFIGURATION_SET",
    "LimitExceededException": "a limit of our account is reached",
}


class SesTransport(PostingTransport):
    """
    A client of SES in one region.

    Args:
        url: The API's root, such as ``https://email.eu-central-1.amazonaws.com``.
        region: Its region.
        keys: Of a user that may do ses:SendRawEmail and ses:SendEmail.
        configuration_set: Its name; events are published by it.
        clock: The real time; AWS refuses requests that are five minutes off.
        times: How time passes.
        answer_s: Seconds for one answer.
    """

    def __init__(
        self,
        url: str,
        *,
        region: str,
        keys: Keys,
        configuration_set: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        times: Times = REAL,
        answer_s: float = 30.0,
    ) -> None:
        super().__init__(
            "Amazon SES",
            key_setting="DIGEST_SES_ACCESS_KEY, DIGEST_SES_SECRET and this machine's clock",
            url_setting="DIGEST_SES_REGION and DIGEST_SES_URL",
            most=1,
            octets=40_000_000,  # SES takes 40 MB
            at_once=AT_ONCE,
            answer_s=answer_s,
            times=times,
        )
        self._url = url + _PATH
        self._region = region
        self._keys = keys
        self._configuration_set = configuration_set
        self._clock = clock

    def _ask(self, batch: Sequence[Message]) -> Given:
        (message,) = batch
        body = json.dumps(self._request(message)).encode()
        headers = {"content-type": "application/json"}
        signature = signed(
            "POST",
            self._url,
            headers=headers,
            body=body,
            keys=self._keys,
            region=self._region,
            service="ses",
            now=self._clock(),
        )
        answer = self._post(self._url, headers=headers | signature, body=body)
        try:
            taken = self._taken(answer)
        except RequestRefusedError as error:
            raise self._refused(message, error) from error
        number = taken.get("MessageId") if isinstance(taken, dict) else None
        if not isinstance(number, str):
            raise LostError(f"status {answer.status}, without a MessageId")
        return Given((SendResult(message.subscriber, SendOutcome.ACCEPTED, number),))

    def _request(self, message: Message) -> dict[str, object]:
        request: dict[str, object] = {
            "Content": {"Raw": {"Data": b64encode(message.content).decode()}},
            "Destination": {"ToAddresses": [message.recipient]},
        }
        token = token_of(message.sender)
        if token and _TAG_VALUE.fullmatch(token):
            request["EmailTags"] = [{"Name": TOKEN_NAME, "Value": token}]
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        return request

    def _refused(self, message: Message, error: RequestRefusedError) -> Exception:
        """Tell a refusal of this message from one of our sender, which would refuse them all."""
        text = str(error).lower()
        if "not verified" in text and message.recipient.lower() not in text:
            return self._failed(f"our sender is not verified there: {error}", permanent=True)
        return error

    def _is_hurried(self, answer: Answer) -> bool:
        return super()._is_hurried(answer) or (
            answer.status == 400 and _kind(answer) in _HURRIED  # noqa: PLR2004 # bad request
        )

    def _is_spent(self, answer: Answer) -> bool:
        return _kind(answer) in _HURRIED and "daily" in words(answer).lower()

    def _objection(self, answer: Answer) -> TransportError | None:
        kind = _kind(answer)
        if kind in _KEY_ERRORS:
            return self._failed(f"{kind}; check {self._key_setting}", permanent=True)
        if kind in _ACCOUNT_ERRORS:
            return self._failed(f"{_ACCOUNT_ERRORS[kind]} ({words(answer)})", permanent=True)
        return None


def _kind(answer: Answer) -> str:
    """Give the name of an error; AWS may put a colon and an address behind it."""
    named = answer.headers.get("x-amzn-errortype") or str(said(answer).get("__type") or "")
    return named.partition(":")[0].rpartition("#")[2]
