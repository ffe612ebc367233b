"""Mend what MJML leaves behind in its HTML; takes markup and gives markup."""

import re

from bs4 import BeautifulSoup, Doctype
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter

_BETWEEN_TAGS = re.compile(r">[ \t\n]+<")
_FORMATTER = HTMLFormatter(
    entity_substitution=EntitySubstitution.substitute_xml, void_element_close_prefix=""
)


def mend(html: str) -> str:
    """
    Give the HTML without MJML's invalid attributes and with one blank between tags.

    Conditional comments for Outlook are kept as they are.
    """
    soup = BeautifulSoup(html, "html.parser")
    for cell in soup.find_all("td", attrs={"vertical-align": True}):
        del cell["vertical-align"]
    for image in soup.find_all("img", attrs={"height": "auto"}):
        del image["height"]
    # MJML copies the title with Rust's escapes: "\\u{2068}" would be read out to a blind reader.
    for labelled in soup.find_all("div", attrs={"aria-label": True}):
        labelled["aria-label"] = "".join(title.get_text() for title in soup.find_all("title"))
    for declared in soup.find_all(string=lambda text: isinstance(text, Doctype)):
        declared.replace_with(Doctype("html"))
    return _BETWEEN_TAGS.sub(_one_blank, soup.decode(formatter=_FORMATTER))


def _one_blank(gap: re.Match[str]) -> str:
    return ">\n<" if "\n" in gap[0] else "> <"
