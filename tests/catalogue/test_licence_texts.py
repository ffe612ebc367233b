"""A licence is told by its own title and words, and by nothing else."""

import pytest

from digest.catalogue.licence_texts import licence_of, licence_of_field

MIT = (
    "MIT License",
    "Copyright (c) 2026 Fire",
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software",
    "The above copyright notice and this permission notice shall be included in all copies",
    "THE SOFTWARE IS PROVIDED AS IS",
)
BSD = (
    "Copyright 2026 Fire",
    "Redistribution and use in source and binary forms, with or without modification, are permitted:",
)
ENDORSE = "3. Neither the name of the holder nor its contributors may be used to endorse products."


def name_of(*lines):
    found = licence_of(lines)
    return found and found[0]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (MIT, "MIT"),
        (("Apache License Version 2.0, January 2004", "TERMS AND CONDITIONS"), "Apache-2.0"),
        (
            (
                "GNU GENERAL PUBLIC LICENSE",
                "Version 3, 29 June 2007",
                "the GNU Affero General Public License",
            ),
            "GPL-3.0",
        ),
        (("GNU AFFERO GENERAL PUBLIC LICENSE Version 3, 19 November 2007",), "AGPL-3.0"),
        (("GNU LESSER GENERAL PUBLIC LICENSE", "Version 2.1, February 1999"), "LGPL-2.1"),
        (
            (
                "Mozilla Public License Version 2.0",
                "x" * 900,
                "GNU Lesser General Public License Version 2.1",
            ),
            "MPL-2.0",
        ),
        (BSD, "BSD-2-Clause"),
        ((*BSD, ENDORSE), "BSD-3-Clause"),
        (("Creative Commons Attribution-NonCommercial 4.0 International",), "CC-BY-NC-4.0"),
        (("// SPDX-License-Identifier: apache-2.0",), "Apache-2.0"),
    ],
)
def test_a_known_licence_is_told_by_its_own_words(lines, name):
    assert name_of(*lines) == name


@pytest.mark.parametrize(
    "lines",
    [
        ("This project is MIT-like: be nice.",),
        ("License", "See the other file."),
        ("Commons Clause License Condition v1.0", *MIT),
        (*MIT, "Except that you may not use it for commercial purposes."),
        ("Business Source License 1.1", "Change License: Apache License, Version 2.0"),
        ("SPDX-License-Identifier: LicenseRef-own", *MIT),
        ("GNU GENERAL PUBLIC LICENSE Version 1, February 1989",),
        ("",),
    ],
)
def test_what_is_added_to_or_only_like_a_licence_is_unknown(lines):
    assert name_of(*lines) is None


def test_the_line_that_shows_it_is_given_verbatim():
    assert licence_of(MIT) == ("MIT", MIT[2])


def test_a_model_cards_field_is_taken_by_list():
    assert licence_of_field("license: apache-2.0") == "Apache-2.0"
    assert licence_of_field("license: 'mit'") == "MIT"
    assert licence_of_field("license: other") is None
    assert licence_of_field("") is None
