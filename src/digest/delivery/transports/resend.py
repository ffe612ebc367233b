"""
Send through Resend: up to 100 messages a request, and never twice under the same key.

Fields and errors are those of Resend's documentation, "Send batch emails", "Batch validation modes",
"Idempotency keys" and "Errors". In permissive mode the answer lists the ids of what was taken
(``data``, in order) and what was not (``errors``, by ``index``). A request repeated with its
``Idempotency-Key`` within 24 hours is answered as the first time and sends nothing again: so a lost
answer is asked for again here, and only then uncertain.
"""

import hashlib
import json
import re
from collections.abc import Sequence

from digest.delivery.envelope import TOKEN_NAME, token_of
from digest.delivery.transports.http import Answer, LostError, clean, said, words
from digest.delivery.transports.mail_parts import parts_of
from digest.delivery.transports.posting import (
    CONFLICT,
    MANY,
    REAL,
    Given,
    PostingTransport,
    RequestRefusedError,
    Times,
)
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

MOST = 100
_OCTETS = 25_000_000
"""Of the contents of one request."""
RETRY_WAITS_S = (1.0, 4.0)
"""Waits before a lost answer is asked for again: with 25 s for each try, less than a lease of 120 s."""
_TAG_VALUE = re.compile(r"[A-Za-z0-9_-]{1,256}")
_QUOTAS = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})


class ResendTransport(PostingTransport):
    """
    A client of one Resend account.

    Args:
        url: The API's root.
        key: Its API key.
        times: How time passes.
        answer_s: Seconds for one answer.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        times: Times = REAL,
        answer_s: float = 20.0,
    ) -> None:
        super().__init__(
            "Resend",
            key_setting="DIGEST_RESEND_KEY",
            url_setting="DIGEST_RESEND_URL",
            most=MOST,
            octets=_OCTETS,
            answer_s=answer_s,
            times=times,
        )
        self._url = f"{url}/emails/batch"
        self._headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {key}",
            "x-batch-validation": "permissive",
        }

    def _ask(self, batch: Sequence[Message]) -> Given:
        # In one order whatever order they came in: the same messages make the same request.
        ordered = sorted(batch, key=lambda message: message.message_id)
        body = json.dumps([_request(each) for each in ordered], sort_keys=True).encode()
        headers = self._headers | {"idempotency-key": key_of(ordered)}
        taken = self._insisted(headers, body)
        if not isinstance(taken, dict):
            raise LostError("an answer that is no object")
        return self._sorted(ordered, taken)

    def _insisted(self, headers: dict[str, str], body: bytes) -> object:
        """Ask until there is an answer; what follows a lost one must not be taken for the first."""
        lost: Exception | None = None
        for wait_s in (*RETRY_WAITS_S, None):
            try:
                return self._taken(self._post(self._url, headers=headers, body=body))
            except LostError as error:
                lost = error
            except (TransportError, RequestRefusedError) as error:
                if lost is None:
                    raise
                lost = LostError(f"{lost}; asked again: {error}")
            if wait_s is not None:
                self._times.sleep(wait_s)
        raise lost or LostError("no answer")

    def _sorted(self, batch: Sequence[Message], taken: dict[str, object]) -> Given:
        refused = _refused(taken.get("errors"), of=len(batch))
        data = taken.get("data")
        ids = (
            [each.get("id") for each in data if isinstance(each, dict)]
            if isinstance(data, list)
            else []
        )
        left = len(batch) - len(refused)
        if len(ids) != left:  # then nobody can say which is whose
            ids = [None] * left
        numbers = iter(ids)
        results = [
            SendResult(message.subscriber, SendOutcome.REJECTED, refused[place])
            if place in refused
            else _result(message, next(numbers))
            for place, message in enumerate(batch)
        ]
        if any(each.outcome is SendOutcome.UNCERTAIN for each in results):
            return Given(tuple(results), self._failed("its answer does not name every message"))
        return Given(tuple(results))

    def _is_spent(self, answer: Answer) -> bool:
        return answer.status == MANY and said(answer).get("name") in _QUOTAS

    def _objection(self, answer: Answer) -> TransportError | None:
        if answer.status == CONFLICT:
            # this key is in use: for the same just now, or for other content before
            raise LostError(f"status {words(answer)}")
        return None


def key_of(batch: Sequence[Message]) -> str:
    """Give the idempotency key of some messages: the same for the same Message-IDs."""
    names = "\n".join(sorted(message.message_id for message in batch))
    return f"digest-{hashlib.sha256(names.encode()).hexdigest()}"


def _request(message: Message) -> dict[str, object]:
    parts = parts_of(message)
    # Resend's carrier writes a Message-ID of its own; X-Entity-Ref-ID keeps ours readable there.
    ours = {"Message-ID": message.message_id, "X-Entity-Ref-ID": message.message_id}
    wanted = {
        "from": parts.sender,
        "to": [message.recipient],
        "subject": parts.subject,
        "reply_to": parts.reply_to,
        "html": parts.html,
        "text": parts.text,
        "headers": dict(parts.headers) | ours,
    }
    fields: dict[str, object] = {name: value for name, value in wanted.items() if value is not None}
    token = token_of(message.sender)
    if token and _TAG_VALUE.fullmatch(token):
        fields["tags"] = [{"name": TOKEN_NAME, "value": token}]
    return fields


def _refused(errors: object, *, of: int) -> dict[int, str]:
    """Give the reasons by place of what was not taken. Raises LostError where they make no sense."""
    found: dict[int, str] = {}
    for each in errors if isinstance(errors, list) else []:
        place = each.get("index") if isinstance(each, dict) else None
        if not isinstance(place, int) or not 0 <= place < of:
            raise LostError("an answer that refuses what was not asked for")
        found[place] = clean(each.get("message") or "refused")
    return found


def _result(message: Message, number: object) -> SendResult:
    if isinstance(number, str) and number:
        return SendResult(message.subscriber, SendOutcome.ACCEPTED, clean(number))
    reply = "its answer says nothing of this message"
    return SendResult(message.subscriber, SendOutcome.UNCERTAIN, reply)
