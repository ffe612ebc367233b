"""
Notice when a source stops telling the truth, and say what its listing shows to be new.

Pure. ``counts`` are the figures, ``faults`` and ``dates`` the rules, ``settling`` tells what lasts,
``judging`` turns readings into outcomes, ``incidents`` decides who is told, ``series`` replays.
"""

from digest.sources.health.counts import Counts, Doubt, PastReading, Trail, counts_of
from digest.sources.health.fault import Fault
from digest.sources.health.faults import Promise, find_fault, promise_of
from digest.sources.health.judging import judge
from digest.sources.health.listing import mark_launched

__all__ = [
    "Counts",
    "Doubt",
    "Fault",
    "PastReading",
    "Promise",
    "Trail",
    "counts_of",
    "find_fault",
    "judge",
    "mark_launched",
    "promise_of",
]
