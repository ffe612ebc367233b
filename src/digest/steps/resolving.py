"""Decide about uncertain deliveries by the relay's own log: what it names, the relay has."""


