"""
Tell of variables that look like settings and are none: a limit that was misspelt limits nothing.

Pure: names in, sentences out.
"""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

PREFIX = "DIGEST_"
FOR_TESTS = "DIGEST_TEST_"
"""The project's own tests are told things by variables of these names."""


def unknown_words(variables: Iterable[str], *, known: Collection[str]) -> list[str]:
    """
    Say of each variable that no setting has its name, and which one may have been meant.

    Args:
        variables: Names of the environment's variables.
        known: Names of all settings, such as DIGEST_SEND_RATE.

    Returns:
        A sentence for each that begins like a setting and is none, by name.
    """
    strange = sorted(
        name
        for name in variables
        if name.startswith(PREFIX) and not name.startswith(FOR_TESTS) and name not in known
    )
    return [_words(name, known) for name in strange]


def _words(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    meant = f"did you mean {near[0]}?" if near else "docs/settings.md has all of them"
    return f"{name} is no setting, so it does nothing; {meant}"
