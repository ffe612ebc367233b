"""How often one corner of the internet may do something: a count in memory, per process."""

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

IPV4_PREFIX = 24
IPV6_PREFIX = 48
MOST_KEYS = 10_000
"""Keys remembered; beyond that the one quiet for longest is forgotten."""


class Limit:
    """At most ``times`` in ``seconds`` for one key."""

    def __init__(self, times: int, seconds: float, ticks: Callable[[], float]) -> None:
        self.seconds = seconds
        self._times = times
        self._ticks = ticks
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def allows(self, key: str) -> bool:
        """Count one more; True while the key is within its bound."""
        with self._lock:
            return self._count(key, self._ticks())

    def is_spent(self, key: str) -> bool:
        """Tell whether one more would not be allowed; counts nothing."""
        with self._lock:
            now = self._ticks()
            recent = [at for at in self._seen.get(key, ()) if now - at < self.seconds]
            return len(recent) >= self._times

    def _count(self, key: str, now: float) -> bool:
        moments = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while moments and now - moments[0] >= self.seconds:
            moments.popleft()
        if len(self._seen) > MOST_KEYS:
            self._seen.popitem(last=False)
        if len(moments) >= self._times:
            return False
        moments.append(now)
        return True


def network(client: str) -> str:
    """Give the network a client belongs to (/24 or /48), so that a neighbour's address is no news."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    prefix = IPV4_PREFIX if address.version == 4 else IPV6_PREFIX  # noqa: PLR2004 # IPv4
    return str(ipaddress.ip_network((address, prefix), strict=False))
