"""An edition that would embarrass us is held back, with every reason at once."""

import pytest

from digest.errors import PreflightError
from digest.mail.preflight import HTML_LIMIT, html_problems, preflight

PAGE = '<html lang="en"><head><title>t</title></head><body>{}</body></html>'


def problems(edition, **changes):
    with pytest.raises(PreflightError) as caught:
        preflight(edition.model_copy(update=changes), week="2026-W47")
    return caught.value.problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"week": "2026-W46"}, "it is the edition of 2026-W46"),
        ({"subject": ""}, "the subject has 0 characters, 1 to 60 are allowed"),
        ({"subject": "x" * 61}, "the subject has 61 characters, 1 to 60 are allowed"),
        ({"subject": "a\r\nBcc: x"}, "the subject holds a line break or a control character"),
        ({"subject": "@@VOTE@@"}, "the subject holds template syntax or a slot"),
        ({"preheader": "{{ answer }}"}, "the preheader holds template syntax or a slot"),
        ({"preheader": " "}, "the preheader is empty"),
    ],
)
def test_a_wrong_envelope_is_held_back(example_edition, changes, problem):
    assert problems(example_edition, **changes) == (problem,)


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("\n.hidden\n", "a line of the text begins with a dot"),
        ("\n====\n", 'the text has a rule made of "="'),
        ("\n{% if %}\n", "template syntax is left in the text: {%"),
        ("\n@@NAME@@\n", "the text has an unknown slot @@NAME@@"),
        ("\nhttps://elsewhere.example/x\n", "the HTML lacks the link https://elsewhere.example/x"),
    ],
)
def test_a_wrong_text_is_held_back(example_edition, extra, problem):
    assert problems(example_edition, text=example_edition.text + extra) == (problem,)


def test_a_text_that_lacks_a_link_is_held_back(example_edition):
    text = example_edition.text.replace("https://verdicts.example.com/method", "")

    assert problems(example_edition, text=text) == (
        "the text lacks the link https://verdicts.example.com/method",
    )


def test_a_missing_slot_is_held_back_in_each_part(example_edition):
    found = problems(
        example_edition,
        html=example_edition.html.replace("@@VOTE@@", "x"),
        text=example_edition.text.replace("@@VOTE@@", "x"),
    )

    assert found == ("the HTML lacks the slot @@VOTE@@", "the text lacks the slot @@VOTE@@")


def test_all_reasons_are_given_at_once(example_edition):
    found = problems(example_edition, html="<p>x", text=".", subject="", preheader="")

    assert len(found) == 9
    assert "the HTML names no language" in found
    assert "the HTML has no title" in found


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        (PAGE.format("<mj-foo></mj-foo>"), "MJML is left in the HTML"),
        (PAGE.format("{{ x }}"), "template syntax is left in the HTML: {{"),
        (PAGE.format('<img src="https://a.example/b.png">'), "an image has no alt: https://a.example/b.png"),
        (PAGE.format('<img alt="" src="http://a.example/b.png">'), "not an https link: http://a.example/b.png"),
        (PAGE.format('<a href="mailto:a@b.example">x</a>'), "not an https link: mailto:a@b.example"),
        (PAGE.format('<a href="https://[">x</a>'), "not an https link: https://["),
        (PAGE.format("").replace("en", "und"), "the HTML names no language"),
        (PAGE.format("").replace("<title>t", "<title> "), "the HTML has no title"),
        (PAGE.format("x" * (HTML_LIMIT - len(PAGE) + 2)), "the HTML has 95,000 octets, 95,000 is the limit"),
    ],
)  # fmt: skip
def test_wrong_html_is_found(html, problem):
    assert html_problems(html) == (problem,)


@pytest.mark.parametrize(
    "html",
    [
        PAGE.format('<a href="https://a.example">x</a><img alt="" src="https://a.example/b.png">'),
        PAGE.format('<a href="http://localhost:8000/x">x</a>'),
        PAGE.format("<style>@media screen{.a{color:red}}</style>"),
    ],
)
def test_right_html_passes(html):
    assert html_problems(html) == ()
