"""
Send through Postmark: up to 500 messages a request, and an answer for each.

Fields and codes are those of Postmark's developer documentation, "Email API, send batch emails" and
"API error codes": the answer is a list in the order of the request, where ``ErrorCode`` 0 means
accepted, with a ``MessageID`` of Postmark's own. ``X-PM-KeepID`` keeps our Message-ID; ``Metadata``
(names of at most 20 characters, values of 80) comes back in webhooks, and holds our token.
"""

import json
from collections.abc import Sequence

from digest.delivery.envelope import ID_NAME, TOKEN_NAME, token_of
from digest.delivery.transports.http import Answer, LostError, clean, said, words
from digest.delivery.transports.mail_parts import parts_of
from digest.delivery.transports.posting import (
    REAL,
    Given,
    PostingTransport,
    Times,
)
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

MOST = 500
_VALUE_LIMIT = 80
_OCTETS = 25_000_000
"""Of contents; as JSON they stay well below the 50 MB that Postmark takes."""

_MAINTENANCE, _RATE_LIMIT = 100, 429
_OURS = {
    10: "refuses our key; check DIGEST_POSTMARK_TOKEN",
    400: "knows no sender signature of DIGEST_SENDER_ADDRESS; add it there",
    401: "the sender signature of DIGEST_SENDER_ADDRESS is not confirmed; confirm it there",
    405: "does not let us send: no credits are left",
    412: "our account is not approved yet",
    413: "our account may not send",
    1221: "refuses the message stream; check DIGEST_POSTMARK_STREAM",
    1226: "refuses the message stream; check DIGEST_POSTMARK_STREAM",
    1235: "knows no such message stream; check DIGEST_POSTMARK_STREAM",
}
"""Codes that would refuse every message: our fault, not a reader's."""


class PostmarkTransport(PostingTransport):
    """
    A client of one Postmark server.

    Args:
        url: The API's root.
        token: The server's API token.
        stream: Message stream; newsletters belong in a broadcast one.
        batch: Messages of one request, 1 to 500: the most that a kill leaves uncertain.
        times: How time passes.
        answer_s: Seconds for one answer.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str,
        stream: str,
        batch: int = MOST,
        times: Times = REAL,
        answer_s: float = 60.0,
    ) -> None:
        super().__init__(
            "Postmark",
            key_setting="DIGEST_POSTMARK_TOKEN",
            url_setting="DIGEST_POSTMARK_URL",
            most=batch,
            octets=_OCTETS,
            answer_s=answer_s,
            times=times,
        )
        self._url = f"{url}/email/batch"
        self._headers = {"content-type": "application/json", "x-postmark-server-token": token}
        self._stream = stream

    def _ask(self, batch: Sequence[Message]) -> Given:
        body = json.dumps([_request(each, stream=self._stream) for each in batch]).encode()
        answer = self._post(self._url, headers=self._headers, body=body)
        entries = self._taken(answer)
        if not isinstance(entries, list):
            raise LostError(f"status {answer.status}, with an answer that is no list")
        return self._sorted(batch, _matched(batch, entries))

    def _sorted(self, batch: Sequence[Message], entries: Sequence[object]) -> Given:
        results: list[SendResult] = []
        trouble: TransportError | None = None
        for message, entry in zip(batch, entries, strict=True):
            code = entry.get("ErrorCode") if isinstance(entry, dict) else None
            if code in _OURS:
                trouble = self._failed(f"{_OURS[code]} ({_said(entry)})", permanent=True)
                continue
            result = _result(message, code, entry)
            results.append(result)
            if result.outcome is SendOutcome.UNCERTAIN:
                trouble = trouble or self._failed("its answer does not name every message")
        return Given(tuple(results), trouble)

    def _objection(self, answer: Answer) -> TransportError | None:
        code = said(answer).get("ErrorCode")
        if isinstance(code, int) and code in _OURS:
            return self._failed(_OURS[code], permanent=True)
        if code == _MAINTENANCE:
            return self._failed(f"is under maintenance ({words(answer)})", after_s=answer.after_s)
        return None


def _request(message: Message, *, stream: str) -> dict[str, object]:
    parts = parts_of(message)
    own = (("Message-ID", message.message_id), ("X-PM-KeepID", "true"))
    told = {TOKEN_NAME: token_of(message.sender), ID_NAME: message.message_id.strip("<>")}
    fields = {
        "From": parts.sender,
        "To": message.recipient,
        "ReplyTo": parts.reply_to,
        "Subject": parts.subject,
        "HtmlBody": parts.html,
        "TextBody": parts.text,
        "MessageStream": stream,
        "TrackOpens": False,
        "TrackLinks": "None",
        "Headers": [{"Name": name, "Value": value} for name, value in (*parts.headers, *own)],
        "Metadata": {
            name: value for name, value in told.items() if value and len(value) <= _VALUE_LIMIT
        },
    }
    return {name: value for name, value in fields.items() if value is not None}


def _matched(batch: Sequence[Message], entries: Sequence[object]) -> Sequence[object]:
    """Give an entry for each message: by place, or, where some lack, by the address they name."""
    if len(entries) == len(batch):
        return entries
    named: dict[str, list[object]] = {}
    for entry in entries:
        to = entry.get("To") if isinstance(entry, dict) else None
        if isinstance(to, str):
            named.setdefault(to.lower(), []).append(entry)
    found = [named.get(each.recipient.lower(), []) for each in batch]
    return [each[0] if len(each) == 1 else None for each in found]


def _result(message: Message, code: object, entry: object) -> SendResult:
    if not isinstance(entry, dict) or not isinstance(code, int):
        words_ = "its answer says nothing of this message"
        return SendResult(message.subscriber, SendOutcome.UNCERTAIN, words_)
    if code == 0:
        number = clean(entry.get("MessageID") or "")
        return SendResult(message.subscriber, SendOutcome.ACCEPTED, number)
    is_passing = code in {_MAINTENANCE, _RATE_LIMIT}
    outcome = SendOutcome.DEFERRED if is_passing else SendOutcome.REJECTED
    return SendResult(message.subscriber, outcome, _said(entry))


def _said(entry: object) -> str:
    if not isinstance(entry, dict):
        return ""
    return f"{entry.get('ErrorCode')} {clean(entry.get('Message') or '')}".strip()
