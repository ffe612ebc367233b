"""
Decide what one piece of feedback does to its reader.

Pure: takes the feedback and what is known of its reader, gives an effect; the caller finds out who
it is about, and stores. Hard bounces end at once, except that a domain which cannot be found may be
a week's mistake of its owner; soft ones when three of the last five issues came back; policy
refusals are our fault and end nobody's subscription. A host that has suddenly never heard of a large
part of its mailboxes is not believed before the next issue. docs/decisions has why these numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType

from digest.model import (
    Delivery,
    DeliveryState,
    Feedback,
    FeedbackCount,
    FeedbackEffect,
    FeedbackKind,
    FeedbackRecord,
    Subscriber,
    SubscriberState,
    SuppressionKind,
)

SOFT_ISSUES = 3
SOFT_OF = 5
"""Issues that came back, of the last so many mailed to a reader, at which a reader is bounced."""
NO_SUCH_DOMAIN = frozenset({"5.1.2", "5.4.4", "5.4.310"})
"""Status codes of a domain that was not found: RFC 3463, what Postfix says, what Exchange says."""
SLOWED = "4.7."
"""How the codes begin by which a host puts us off for what we are: no fault of the reader's."""
DOMAIN_TIMES = 3
DOMAIN_SPAN = timedelta(days=3)
"""So many such reports, the first and the last so far apart, make it a hard bounce."""
HOST_LEAST = 20
HOST_SHARE = 0.05
"""Readers of one domain that hard bounces of one issue end: so many, or this share of its mails."""
POLICY_LEAST = 10
POLICY_SHARE = 0.02
"""Readers refused for what we are, and their share of the answered, at which an issue is paused."""
COMPLAINTS_LEAST = 2
COMPLAINT_AIM = 0.001
COMPLAINT_LIMIT = 0.003
"""Shares of accepted mails: aim below the one, never reach the other (rules of large mailbox hosts)."""

LONGEST_KEY = 200
LONGEST_ADDRESS = 320
LONGEST_STATUS = 20
LONGEST_WORDS = 500

ENDS: Mapping[FeedbackEffect, SubscriberState] = MappingProxyType(
    {
        FeedbackEffect.BOUNCED: SubscriberState.BOUNCED,
        FeedbackEffect.COMPLAINED: SubscriberState.COMPLAINED,
        FeedbackEffect.UNSUBSCRIBED: SubscriberState.UNSUBSCRIBED,
    }
)
"""Effects that end a subscription, with the state they leave."""
_AT_ONCE: Mapping[FeedbackKind, FeedbackEffect] = MappingProxyType(
    {
        FeedbackKind.HARD: FeedbackEffect.BOUNCED,
        FeedbackKind.COMPLAINT: FeedbackEffect.COMPLAINED,
        FeedbackKind.UNSUBSCRIBE: FeedbackEffect.UNSUBSCRIBED,
        FeedbackKind.POLICY: FeedbackEffect.ALERTED,
    }
)
_PROVES_ACCEPTED = frozenset(
    {
        FeedbackKind.HARD,
        FeedbackKind.SOFT,
        FeedbackKind.POLICY,
        FeedbackKind.COMPLAINT,
        FeedbackKind.DELIVERED,
        FeedbackKind.AUTO_REPLY,
    }
)
_BOUNCES = frozenset({FeedbackKind.HARD, FeedbackKind.SOFT})
_ADDRESS = re.compile(r"[^\s<>\"'(),;:=@]+@(?=[\w.-])")


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the reader a piece of feedback is about."""

    subscriber: Subscriber
    delivery: Delivery | None = None
    """The very mail it is about, where that is known."""
    mailed: tuple[Delivery, ...] = ()
    """What was mailed to this reader, the newest week first, at least the last five."""
    soft_weeks: frozenset[str] = frozenset()
    """Weeks whose issue has a soft bounce of this reader."""
    hard_at: tuple[datetime, ...] = ()
    """When hard reports came before that were only counted."""
    is_host_doubted: bool = False
    """Hard bounces of this issue have ended as many readers of the domain as are believed at once."""


def effect_of(feedback: Feedback, past: Past) -> FeedbackEffect:
    """
    Give what proven feedback does.

    What was sent, or came, before the reader's last confirmation says nothing of today: it is
    only noted.
    """
    if _is_stale(feedback, past):
        return FeedbackEffect.NOTED
    if feedback.kind is FeedbackKind.HARD and feedback.status in NO_SUCH_DOMAIN:
        return _counted(is_enough=_domain_is_gone(feedback, past))
    if feedback.kind is FeedbackKind.HARD and past.is_host_doubted:
        return _counted(is_enough=_was_hard_before(feedback, past))
    if feedback.kind is FeedbackKind.SOFT and (feedback.status or "").startswith(SLOWED):
        return FeedbackEffect.ALERTED
    if feedback.kind is FeedbackKind.SOFT:
        return _counted(is_enough=_is_soft_enough(past))
    return _AT_ONCE.get(feedback.kind, FeedbackEffect.NOTED)


def effect_of_unproven(feedback: Feedback) -> FeedbackEffect:
    """
    Give what feedback does that nothing proves to be about a mail of ours: nothing at all.

    What a person may want to read, a letter among it, is told from what nobody needs to see.
    """
    if feedback.kind in {FeedbackKind.AUTO_REPLY, FeedbackKind.DELIVERED}:
        return FeedbackEffect.NOTED
    return FeedbackEffect.UNPROVEN


def _counted(*, is_enough: bool) -> FeedbackEffect:
    return FeedbackEffect.BOUNCED if is_enough else FeedbackEffect.COUNTED


def _is_stale(feedback: Feedback, past: Past) -> bool:
    since = past.subscriber.confirmed_at
    if past.subscriber.state is not SubscriberState.CONFIRMED or since is None:
        return False
    is_of_before = past.delivery is not None and past.delivery.changed_at < since
    return feedback.received_at < since or (feedback.kind in _BOUNCES and is_of_before)


def _hard_reports(feedback: Feedback, past: Past) -> list[datetime]:
    since = past.subscriber.confirmed_at
    before = [at for at in past.hard_at if since is None or at >= since]
    return sorted([*before, feedback.received_at])


def _was_hard_before(feedback: Feedback, past: Past) -> bool:
    """Say whether another issue came back as well: so long no host goes without its mailboxes."""
    reports = _hard_reports(feedback, past)
    return reports[-1] - reports[0] >= DOMAIN_SPAN


def _domain_is_gone(feedback: Feedback, past: Past) -> bool:
    reports = _hard_reports(feedback, past)
    return len(reports) >= DOMAIN_TIMES and reports[-1] - reports[0] >= DOMAIN_SPAN


def _is_soft_enough(past: Past) -> bool:
    """Count issues, not reports: one mail can bounce softly more than once."""
    since = past.subscriber.confirmed_at
    this = {past.delivery.week} if past.delivery else set()
    mailed = [each.week for each in past.mailed if since is None or each.changed_at >= since]
    return len((past.soft_weeks | this).intersection(mailed[:SOFT_OF])) >= SOFT_ISSUES


def most_believed(mailed: int) -> int:
    """Give how many readers of one domain hard bounces of one issue end, of so many that were mailed."""
    return max(HOST_LEAST, int(HOST_SHARE * mailed))


def is_doubt(record: FeedbackRecord) -> bool:
    """Say whether a hard bounce was only counted since its host is not believed."""
    is_counted = record.kind is FeedbackKind.HARD and record.effect is FeedbackEffect.COUNTED
    return is_counted and record.status not in NO_SUCH_DOMAIN


def doubts_of(week: str) -> str:
    """Give the sentence for an operator about an issue some of whose hard bounces are not believed."""
    return (
        f"{week}: a host says of so many readers that they do not exist that the rest of them are "
        "kept until the next issue comes back as well; look at its words: digest feedback list "
        f"--week {week} --kind hard --effect counted"
    )


def proves_accepted(feedback: Feedback, delivery: Delivery | None) -> bool:
    """
    Say whether feedback settles an uncertain delivery: a report on a mail is proof that it left.

    Whatever the report says of the mail afterwards, a server had taken it from us.
    """
    return (
        delivery is not None
        and delivery.state is DeliveryState.UNCERTAIN
        and feedback.kind in _PROVES_ACCEPTED
    )


def suppression_kind(feedback: Feedback, effect: FeedbackEffect) -> SuppressionKind | None:
    """Give as what an address goes on the list by this effect; None where it does not."""
    if effect is FeedbackEffect.COMPLAINED:
        return SuppressionKind.COMPLAINT
    if effect is not FeedbackEffect.BOUNCED:
        return None
    return SuppressionKind.SOFT if feedback.kind is FeedbackKind.SOFT else SuppressionKind.HARD


def must_pause(*, refused: int, answered: int) -> bool:
    """
    Say whether a running issue is to be paused for what mailbox hosts think of us.

    Args:
        refused: Readers whose host refused us by policy, each once.
        answered: Mails of the issue that a server took or refused.
    """
    return refused >= POLICY_LEAST and refused >= POLICY_SHARE * answered


def may_be_too_many(kinds: Mapping[FeedbackKind, int]) -> bool:
    """Say whether an issue's shares are worth counting: fewer than these are never too many."""
    return (
        kinds.get(FeedbackKind.POLICY, 0) >= POLICY_LEAST
        or kinds.get(FeedbackKind.COMPLAINT, 0) >= COMPLAINTS_LEAST
    )


def warnings_of(count: FeedbackCount) -> tuple[str, ...]:
    """Give a sentence for each thing an operator should look at in what came back of an issue."""
    refused = count.kinds.get(FeedbackKind.POLICY, 0)
    complaints = count.kinds.get(FeedbackKind.COMPLAINT, 0)
    found = []
    if must_pause(refused=refused, answered=count.accepted + count.rejected):
        found.append(
            f"{count.week}: hosts of {refused} readers refuse us by their policy; look at their "
            f"words: digest feedback list --week {count.week} --kind policy"
        )
    if complaints >= COMPLAINTS_LEAST and count.complaint_rate >= COMPLAINT_AIM:
        bound = COMPLAINT_LIMIT if count.complaint_rate >= COMPLAINT_LIMIT else COMPLAINT_AIM
        found.append(
            f"{count.week}: {complaints} complaints are {count.complaint_rate:.2%} of the accepted "
            f"mails, {bound:.1%} or more: large hosts refuse senders for that; look at whom you "
            "imported, and whether leaving is easy"
        )
    return tuple(found)


def nameless(words: str) -> str:
    """Give a server's words without anybody's name: of an address the domain stays."""
    return _ADDRESS.sub("…@", words)


def tidy(feedback: Feedback) -> Feedback:
    """
    Give feedback as it can be stored: no NUL, no half of a pair, nothing too long, nobody's name.

    Strangers write what a report holds, and PostgreSQL refuses the first two. Of addresses in a
    server's words the domain stays; a key that holds one, or is too long, is its hash.
    """
    is_hashed = "@" in feedback.key or len(feedback.key) > LONGEST_KEY
    words = nameless(_plain(feedback.diagnostic, LONGEST_WORDS * 2) or "")
    return feedback.model_copy(
        update={
            "key": sha256(feedback.key.encode("utf-8", "replace")).hexdigest()
            if is_hashed
            else _plain(feedback.key, LONGEST_KEY),
            "recipient": _plain(feedback.recipient, LONGEST_ADDRESS),
            "status": _plain(feedback.status, LONGEST_STATUS),
            "diagnostic": words[:LONGEST_WORDS] or None,
        }
    )


def _plain(text: str | None, limit: int) -> str | None:
    if text is None:
        return None
    return text.encode("utf-8", "replace").decode().replace("\0", " ")[:limit]
