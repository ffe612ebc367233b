"""How much one fetch may cost: time, octets, tries. The reasons are in the manners of fetching."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch; seconds and octets."""

    connect_s: float = 10.0
    read_s: float = 30.0
    """Longest silence between two pieces of an answer."""
    total_s: float = 60.0
    """Longest time for one request, from resolving the name to the last octet."""
    max_compressed: int = 15 * MIB
    """Octets on the wire."""
    max_decoded: int = 20 * MIB
    """Octets after any layer of content coding; most pages may have less (Source.max_mib)."""
    max_ratio: int = 200
    """Octets after any layer per octet on the wire; honest pages stay under 50."""
    max_layers: int = 3
    attempts: int = 3
    """Requests for one address, the first one included."""
    retries_a_run: int = 300
    """Requests of one run that only repeat another: a network that is down is not asked for ever."""
    max_redirects: int = 5
    max_sleep_s: float = 10.0
    """Longest wait a host may ask for that is slept; a longer one is handed to the caller."""
    lease_s: float = 180.0
    """How long a worker has a host to itself without saying so again; a killed one no longer."""
    max_turn_s: float = 600.0
    """Longest wait for other workers that are asking the same host."""

    @property
    def request_s(self) -> float:
        """Longest time that a request may take, with some to spare."""
        return self.total_s + self.connect_s
