"""Which states of an issue mean what to the steps that change one."""

from digest.model import IssueState

UNDER_WAY = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT)
"""Mails have left: nothing of it can be changed."""
RELEASED = (IssueState.APPROVED, *UNDER_WAY)
"""An editor has released it."""
CLOSED = (*UNDER_WAY, IssueState.CANCELLED)
"""It cannot be built again, nor released."""
