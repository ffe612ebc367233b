"""What MJML leaves behind is mended, and nothing else is touched."""

import pytest

from digest.mail.postprocess import mend


@pytest.mark.parametrize(
    ("left", "mended"),
    [
        ('<td vertical-align="middle" valign="top">a</td>', '<td valign="top">a</td>'),
        ('<img alt="" height="auto" width="9"/>', '<img alt="" width="9">'),
        ("<!doctype html><p>a</p>", "<!DOCTYPE html>\n<p>a</p>"),
        ("<p>a</p>  \n  <p>b</p> <p>c</p>", "<p>a</p>\n<p>b</p> <p>c</p>"),
        (
            '<title>Pen \u2068x</title><div aria-label="Pen \\u{2068}x"></div>',
            '<title>Pen \u2068x</title><div aria-label="Pen \u2068x"></div>',
        ),
        ("<p>R&amp;D &lt;b&gt; — é</p>", "<p>R&amp;D &lt;b&gt; — é</p>"),
        ('<a href="/?a=1&amp;b=2">x</a>', '<a href="/?a=1&amp;b=2">x</a>'),
    ],
)
def test_markup_is_mended(left, mended):
    assert mend(left) == mended


def test_what_only_outlook_reads_is_kept_to_the_letter():
    """A conditional comment opens and closes tags that no parser may balance."""
    kept = (
        "<!--[if mso | IE]><table><tr><td><![endif]--><div>a</div>"
        "<!--[if mso | IE]></td></tr></table><![endif]--><!--[if !mso]><!--><i>b</i><!--<![endif]-->"
    )

    assert mend(kept) == kept


def test_a_style_sheet_is_not_escaped():
    assert mend("<style>.a > .b { color: red }</style>") == "<style>.a > .b { color: red }</style>"
