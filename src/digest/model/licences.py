"""Which SPDX identifiers are OSI-approved, and which allow commercial use; by list, never by guess."""

from collections.abc import Mapping

OSI_LICENCES = frozenset(
    {
        "0BSD",
        "AFL-3.0",
        "AGPL-3.0",
        "AGPL-3.0-only",
        "AGPL-3.0-or-later",
        "Apache-2.0",
        "Artistic-2.0",
        "BlueOak-1.0.0",
        "BSD-1-Clause",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD-3-Clause-Clear",
        "BSL-1.0",
        "CDDL-1.0",
        "ECL-2.0",
        "EPL-1.0",
        "EPL-2.0",
        "EUPL-1.1",
        "EUPL-1.2",
        "GPL-2.0",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ISC",
        "LGPL-2.1",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "MS-PL",
        "MulanPSL-2.0",
        "NCSA",
        "OSL-3.0",
        "PostgreSQL",
        "Python-2.0",
        "Unlicense",
        "UPL-1.0",
        "Zlib",
    }
)
"""SPDX identifiers of licences the Open Source Initiative approved, those met in practice."""

HUB_LICENCES: Mapping[str, str] = {
    **{name.casefold(): name for name in OSI_LICENCES},
    **{
        name.casefold(): name
        for name in (
            *("CC0-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0"),
            *("CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-ND-4.0"),
            *("CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0"),
            *("CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0"),
            *("CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"),
            *("CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0"),
            *("etalab-2.0", "LPPL-1.3c", "OFL-1.1", "WTFPL"),
        )
    },
    "c-uda": "C-UDA-1.0",
    "lgpl-lr": "LGPLLR",
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
}
"""Hugging Face's names of licences that SPDX knows, in lower case. Families ("gpl", "cc"), licences of
vendors ("llama3") and "other" are none: which words hold is not said."""

NO_LICENCE = frozenset({"", "false", "noassertion", "none", "other", "unknown"})
"""Values, in lower case, that name no licence: they are unknown, not a bad licence."""
_OSI_FOLDED = frozenset(name.casefold() for name in OSI_LICENCES)
_FREE_OTHERS = frozenset({"cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "wtfpl", "openrail"})
"""Not OSI-approved, yet open to commercial use by their own words."""


def is_osi(spdx: str) -> bool:
    """Say whether the identifier, in any case, is on the list; False also where nobody knows."""
    return spdx.casefold() in _OSI_FOLDED


def allows_commercial_use(spdx: str) -> bool | None:
    """Say whether the licence allows commercial use; None where the list does not tell."""
    folded = spdx.casefold()
    if folded in _OSI_FOLDED or folded in _FREE_OTHERS:
        return True
    if "-nc" in folded or "noncommercial" in folded.replace("-", ""):
        return False
    return None
