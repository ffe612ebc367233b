"""One mail that came back, read: bounces, complaints, out-of-office notes, wishes to leave."""

from digest.delivery.bounces.reading import read_feedback, worst

__all__ = ["read_feedback", "worst"]
