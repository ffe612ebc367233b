import pytest

from digest.model.licences import OSI_LICENCES, allows_commercial_use, is_osi


@pytest.mark.parametrize("spdx", ["MIT", "mit", "Apache-2.0", "AGPL-3.0-or-later"])
def test_an_approved_licence_is_known_in_any_case(spdx):
    assert is_osi(spdx)
    assert allows_commercial_use(spdx) is True


@pytest.mark.parametrize(
    ("spdx", "allowed"),
    [
        ("CC-BY-4.0", True),
        ("CC-BY-NC-4.0", False),
        ("PolyForm-Noncommercial-1.0.0", False),
        ("LicenseRef-proprietary", None),
        ("llama3.2", None),
        ("", None),
    ],
)
def test_other_licences_are_not_approved_and_commercial_use_is_as_listed(spdx, allowed):
    assert not is_osi(spdx)
    assert allows_commercial_use(spdx) is allowed


def test_no_name_on_the_list_forbids_commercial_use():
    assert not [name for name in OSI_LICENCES if "NC" in name.split("-")]
