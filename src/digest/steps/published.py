"""Look whether receivers would find our signatures good: a sample, and the records in DNS."""

from collections.abc import Sequence

from digest.mail.dkim.keys import DkimKey
from digest.mail.dkim.lookup import txt_records
from digest.mail.dkim.records import problems
from digest.mail.dkim.signing import prepare
from digest.mail.dkim.verifying import require_verified
from digest.mail.fields import block


def check_keys(
    keys: Sequence[DkimKey], *, server: tuple[str, int] | None
) -> dict[str, tuple[str, ...]]:
    """
    Say of each key, by its name in DNS, why receivers would not find its signatures good.

    Args:
        keys: One or more; all sign a sample, which is checked before DNS is asked.
        server: IP address and port of a resolver; None is this machine's.

    Raises:
        SignatureError: The sample does not verify.
        DnsError: DNS gave no answer.
    """
    require_verified(_sample(keys), keys)
    return {key.name: problems(key, txt_records(key.name, server=server)) for key in keys}


def _sample(keys: Sequence[DkimKey]) -> bytes:
    fields = [("From", f"sample@{keys[0].domain}"), ("Subject", "A sample")]
    body = b"Signed, looked at, and thrown away.\r\n"
    signer = prepare(keys, constant=fields, personal=[], beginning=body)
    return signer.signatures(personal=b"", rest=()) + block(fields) + b"\r\n" + body
