"""Decide about uncertain deliveries by the relay's own log: what it names, the relay has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from digest.delivery import ledger, relaylog
from digest.mail.wire import message_id
from digest.model import DeliveryState
from digest.store import deliveries as store
from digest.store import issues as issue_store
from digest.store.engine import Database
