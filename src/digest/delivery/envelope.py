"""Read our token off an envelope sender: what stands behind the plus, whatever it means."""


def token_of(sender: str) -> str | None:
    """Give TOKEN of ``local+TOKEN@domain``; None where there is none."""
    local = sender.rpartition("@")[0]
    return local.partition("+")[2] or None
