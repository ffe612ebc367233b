"""Ask DNS for the TXT records at a name; this machine's resolver, or the one named."""

from dns.exception import DNSException, Timeout
from dns.resolver import NXDOMAIN, LifetimeTimeout, NoAnswer, NoNameservers, Resolver

from digest.errors import DnsError

PATIENCE_S = 10.0


def txt_records(
    name: str, *, server: tuple[str, int] | None = None, patience_s: float = PATIENCE_S
) -> tuple[str, ...]:
    """
    Give the texts of all TXT records at a name, each with its strings joined.

    Args:
        name: In A-labels.
        server: IP address and port of a resolver; None is what this machine is set to ask.
        patience_s: Seconds to wait for an answer, all tries together.

    Raises:
        DnsError: There was no answer. That there is no record is an answer: none.
    """
    try:
        resolver = Resolver(configure=server is None)
        if server is not None:
            resolver.nameservers, resolver.port = [server[0]], server[1]
        answer = resolver.resolve(f"{name}.", "TXT", lifetime=patience_s)
    except (NXDOMAIN, NoAnswer):
        return ()
    except (LifetimeTimeout, Timeout) as error:
        raise DnsError(name, f"no answer within {patience_s:g} s; {_ADVICE}") from error
    except NoNameservers as error:
        raise DnsError(name, f"its name servers give no answer (SERVFAIL); {_ADVICE}") from error
    except (DNSException, ValueError) as error:
        raise DnsError(name, f"{error}; {_ADVICE}") from error
    return tuple(b"".join(record.strings).decode("utf-8", "backslashreplace") for record in answer)


_ADVICE = "try again, or name another with --resolver HOST:PORT"
