"""Pick what turns texts into vectors by what an operator has set."""

# ruff: noqa: PLC0415 # each loads what only it needs

from pydantic import SecretStr

from digest.catalogue.embedders.base import Embedder


def chosen_embedder(
    *, model: str | None, url: str | None, key: SecretStr | None, timeout_s: float
) -> Embedder | None:
    """
    Give the embedder that is set, or None: then words alone decide.

    Args:
        model: Its name; ``minilm`` without a URL is the one on this machine.
        url: Root of a server's API.
        key: The server's.
        timeout_s: Seconds one answer may take.

    Raises:
        SettingsError: The packages it needs are not installed.
    """
    if model is None:
        return None
    if url is None:
        from digest.catalogue.embedders.minilm import MiniLm

        return MiniLm()
    from digest.catalogue.embedders.served import ServedEmbedder

    return ServedEmbedder(url, model, key=key, timeout_s=timeout_s)
