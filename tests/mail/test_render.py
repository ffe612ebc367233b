"""An issue becomes one edition: HTML and text that say the same, safe whatever a tool is called."""

import hashlib
import re
import shutil
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from digest.errors import RenderError, SettingsError
from digest.mail.preflight import preflight
from digest.mail.render import Brand, render_confirm
from digest.model import Answer, AnswerKind, Community, Newcomer


def words(text):
    """Words as a reader sees them: joiners, direction marks and marks of code are no letters."""
    return " ".join(re.sub("[\u2060\u2066-\u2069`]", "", text).replace("\xa0", " ").split())


def visible(html):
    return words(BeautifulSoup(html, "html.parser").body.get_text(" "))


def headings(html):
    return [
        (tag.name, words(tag.get_text(" ")))
        for tag in BeautifulSoup(html, "html.parser").find_all(re.compile("^h[1-6]$"))
    ]


def test_the_example_may_leave_the_house(example_edition):
    preflight(example_edition, week="2026-W47")


def test_the_mail_follows_the_order_of_the_paper(example_edition):
    assert headings(example_edition.html) == [
        ("h1", "Weekly AI Tool Verdicts"),
        ("h2", "Quarry vs Ledgerline"),
        ("h3", "Quarry"),
        ("h3", "Ledgerline"),
        ("h3", "What the panel says"),
        ("h3", "Where the facts differ"),
        ("h3", "Why these two"),
        ("h3", "Which would you ship with?"),
        ("h2", "Also compared this week"),
        ("h3", 'R&D <Notes> vs The "Quoted" Desk'),
        (
            "h3",
            "Extraordinarily Long-Named Retrieval and Evaluation Workbench for Everybody vs tick",
        ),
        ("h3", "اردو نویس vs Pen 🖋️ & Paper"),
        ("h3", ".envy vs 50% Off_Brand {{name}} @@VOTE@@"),
        ("h2", "New this week, without a verdict"),
        ("h2", "How this is made"),
    ]


def test_both_parts_say_the_same(example_issue, example_edition):
    """Every name, figure, answer, quote, fact and disclosure is in the HTML and in the text."""
    html, text = visible(example_edition.html), words(example_edition.text)
    lead = example_issue.comparisons[0]
    said = [
        "No. 12 · week 47, 2026",
        *(f"Pick {card.name} if" for card in (lead.a, lead.b)),
        *lead.answer.pick_a_if,
        *lead.answer.pick_b_if,
        "3 of 4",
        "1 of 3",
        "70%",
        "40%",
        "of 10 votes, likely 40 to 89%",
        "Ask sales",
        "price on request",
        "Four reviewers, each a checklist",
        "It starts from a published install line, `pip install quarry` [1].",
        "its maker has been around only since 2 March 2026 [2].”",
        "17 November 2026",
        "OpenAI-compatible API",
        lead.why,
        "4 of 4 against — (too few calls)",
        "Written by software from public sources; nobody here ran the tools",
        "Each review is a checklist over published facts",
        "instruments, not people",
        "312 launches from 6 sources",
        "Ollama library: it turned our reader away; last read well on 20 November 2026.",
        "1 Example Street",
        *(newcomer.name for newcomer in example_issue.newcomers),
        *(pair.answer.line for pair in example_issue.comparisons),
        *(pair.job_label for pair in example_issue.comparisons),
        *(f"{pair.a.name} vs {pair.b.name}" for pair in example_issue.comparisons),
    ]

    assert [line for line in said if words(line) not in html] == []
    assert [line for line in said if words(line) not in text] == []


def test_links_lead_to_the_pages_and_only_what_is_personal_is_a_slot(example_edition):
    links = {
        str(link["href"])
        for link in BeautifulSoup(example_edition.html, "html.parser").find_all("a")
    }
    base = "https://verdicts.example.com"

    assert {
        f"{base}/issues/2026-W47",
        f"{base}/compare/quarry-vs-ledgerline",
        f"{base}/compare/left-5-vs-right-5",
        f"{base}/tools/quarry",
        f"{base}/tools/pocket-ear",
        f"{base}/method",
        f"{base}/unsubscribe/@@UNSUBSCRIBE@@",
        *(
            f"{base}/vote/2026-W47/quarry-vs-ledgerline/@@VOTE@@?c={choice}"
            for choice in ("a", "b", "both", "neither")
        ),
    } <= links


def test_the_facts_are_a_table_with_headings_and_layout_is_not(example_edition):
    soup = BeautifulSoup(example_edition.html, "html.parser")
    data = [table for table in soup.find_all("table") if table.get("role") != "presentation"]

    assert len(data) == 1
    assert [(th["scope"], words(th.get_text())) for th in data[0].find_all("th")] == [
        ("col", "Fact"),
        ("col", "Quarry"),
        ("col", "Ledgerline"),
        ("row", "Licence"),
        ("row", "Price to start"),
        ("row", "Last commit or release"),
        ("row", "Open interface"),
    ]
    assert [td.get_text() for td in data[0].find_all("tr")[4].find_all("td")] == [
        "OpenAI-compatible API",
        "—",
    ]


def test_the_preheader_is_the_lead_answer_hidden_in_the_colour_of_text(example_edition):
    first = BeautifulSoup(example_edition.html, "html.parser").body.find("div").find("div")

    assert first.get_text().startswith(example_edition.preheader)
    assert len(first.get_text()) > 150
    assert "display:none" in first["style"]
    assert "color:#1c1b19" in first["style"]


def test_the_mail_knows_dark_mode_and_names_its_language(example_edition):
    html = example_edition.html

    assert '<html dir="ltr" lang="en"' in html
    assert '<meta content="light dark" name="color-scheme">' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "[data-ogsc] .ink" in html
    assert "fonts.googleapis.com" not in html


def test_right_to_left_names_turn_nothing_around_them(plain_pair, make_issue, render):
    """Each is isolated wherever it is printed; addresses are never touched."""
    name = "اردو نویس"
    named = plain_pair().a.model_copy(update={"name": name, "tagline": name})

    edition = render(make_issue(plain_pair(a=named)))

    for part in (edition.html, edition.text):
        assert part.count(name) == part.count(f"\u2068{name}\u2069") > 5
        assert "\u2068http" not in part


def test_nothing_is_smaller_than_small_print(example_edition):
    sizes = re.findall(r"font-size:(\d+)px", example_edition.html)

    # MJML sets 0 on the boxes around texts, against gaps; every text sets its own.
    assert min({int(size) for size in sizes} - {0}) == 14


def test_the_hash_covers_what_a_reader_gets_and_not_the_clock(example_issue, render):
    edition = render(example_issue)
    later = render(example_issue, now=edition.rendered_at + timedelta(hours=1))
    voted = render(example_issue, community={"quarry-vs-ledgerline": Community(a=5)})

    parts = (edition.subject, edition.preheader, edition.html, edition.text)
    assert edition.sha256 == hashlib.sha256("\0".join(parts).encode()).hexdigest()
    assert later.sha256 == edition.sha256
    assert voted.sha256 != edition.sha256


def test_a_long_issue_stays_below_what_gmail_clips(plain_pair, make_issue, render):
    """Seven comparisons, 160-word takes, names of 75 characters."""
    name = "Extraordinarily Long-Named Retrieval and Evaluation Workbench for Everybody"
    take = "A sentence of exactly eight words stands here [1]. " * 20

    def stretched(card):
        reviews = tuple(review.model_copy(update={"take": take}) for review in card.reviews)
        changes = {"name": name, "description": take, "tagline": name, "reviews": reviews}
        return card.model_copy(update=changes)

    pairs = [
        plain_pair(n, a=stretched(plain_pair().a), b=stretched(plain_pair().b)) for n in range(1, 8)
    ]
    newcomers = tuple(
        Newcomer(slug=f"tool-{n}", name=name, tagline=name, job_label="Music", url=None)
        for n in range(40)
    )
    edition = render(make_issue(*pairs, newcomers=newcomers, note=take))

    preflight(edition, week="2026-W47")
    assert len(edition.html.encode()) < 85_000
    longest = max(len(quote.split()) for quote in re.findall("“([^”]+)”", edition.text))
    assert longest <= 45 + 6  # the marks and the final "…" are no words


def test_a_thin_week_reads_as_one(plain_pair, make_issue, render):
    """One pair, no newcomers, no trouble: no heading stands over nothing."""
    note = "A thin week: only one pair was good enough to compare."
    edition = render(make_issue(plain_pair(), note=note, launches_read=1, sources_read=1))

    for part in (visible(edition.html), words(edition.text)):
        assert note in part
        assert "1 launch from 1 source was read" in part
        for absent in ("Also compared", "New this week", "Not everything could be read"):
            assert absent not in part
    preflight(edition, week="2026-W47")


def test_too_close_to_call_looks_like_an_answer(plain_pair, make_issue, render):
    answer = Answer(kind=AnswerKind.TOO_CLOSE, line="Too close to call: both have 3 of 4.")
    edition = render(make_issue(plain_pair(answer=answer, facts=(), why="Same job.")))

    line = BeautifulSoup(edition.html, "html.parser").find("p", string=answer.line)
    assert "font-size:22px" in line["style"]
    assert "picked" not in line["class"]
    assert edition.subject == "Quarry vs Ledgerline: too close to call"
    for part in (visible(edition.html), words(edition.text)):
        assert "Pick" not in part
        assert "No fact that could be confirmed sets them apart." in part


def test_a_tool_without_words_or_sources_leaves_no_gap(plain_pair, make_issue, render):
    bare = plain_pair().a.model_copy(update={"tagline": "", "description": "", "reviews": ()})

    edition = render(make_issue(plain_pair(a=bare, b=bare)))

    preflight(edition, week="2026-W47")
    assert "Sources" not in edition.text
    assert "\n\n\n" not in edition.text


def test_the_text_has_no_line_that_mail_servers_stumble_over(plain_pair, make_issue, render):
    pair = plain_pair(why=".dotfiles and more", job_label=".NET tools")

    text = render(make_issue(pair)).text

    assert "\n .NET tools\n" in text
    assert not re.search(r"^\.|[ \t]$|^=+$", text, re.MULTILINE)
    assert all(len(line) <= 72 for line in text.splitlines() if "https://" not in line)


def test_an_issue_without_a_comparison_is_not_rendered(make_issue, render):
    with pytest.raises(RenderError, match="2026-W47 has no comparison"):
        render(make_issue())


def test_a_missing_template_folder_says_what_to_do(example_issue, render, tmp_path):
    with pytest.raises(RenderError, match="no such folder; set DIGEST_TEMPLATES_DIR"):
        render(example_issue, templates_dir=tmp_path / "nowhere")


@pytest.fixture
def own_templates(templates_dir, tmp_path):
    """A copy of the shipped templates to break."""
    return shutil.copytree(templates_dir, tmp_path / "templates")


def broken(folder, name, old, new):
    path = folder / name
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))


def test_a_missing_template_is_named(example_issue, render, own_templates):
    (own_templates / "issue/foot.mjml.j2").unlink()

    with pytest.raises(RenderError, match=r"issue/foot\.mjml\.j2: the file is missing; set DIGEST"):
        render(example_issue, templates_dir=own_templates)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{% if view.issue.stale_sources %}", "{% if %}", r"issue/foot\.mjml\.j2: line 9: "),
        ("{{ view.read_line }}", "{{ view.reed_line }}", "has no attribute 'reed_line'"),
        ("{{ view.read_line }}", "{{ nobody }}", "'nobody' is undefined"),
        (
            "{{ view.read_line }}</p>",
            "{{ view.read_line }}",
            r"issue/issue\.mjml\.j2: MJML: unexpected (end of stream|token)",
        ),
        ("<mj-section", '<mj-include path="/etc/hosts" /><mj-section', "unable to load included template .*, line \\d+: '<mj-include"),
        ("<mj-text css", "<mj-foo></mj-foo><mj-text css", "MJML is left in the HTML"),
        ("{{ view.read_line }}", '<img src="https://a.example/b.png">', "an image has no alt"),
        ("{{ links.method }}", "http://elsewhere.example", "not an https link: http://elsewhere"),
        ("{{ view.read_line }}", "{{ '{{' }} left", "template syntax is left in the HTML"),
    ],
)  # fmt: skip
def test_a_broken_template_says_where(example_issue, render, own_templates, old, new, said):
    name = "issue/foot.mjml.j2"
    if "links.method" in old:
        name, old, new = "partials/look.j2", 'href="{{ url }}"', f'href="{new}"'
    broken(own_templates, name, old, new)

    with pytest.raises(RenderError, match=said):
        render(example_issue, templates_dir=own_templates)


def test_pages_on_this_machine_may_be_linked_without_https(example_issue, render, brand):
    local = brand.model_copy(update={"base_url": "http://127.0.0.1:8000"})

    edition = render(example_issue, brand=local)

    preflight(edition, week="2026-W47")
    assert "http://127.0.0.1:8000/method" in edition.text


@pytest.mark.parametrize(
    "base_url",
    ["http://verdicts.example.com", "https://bücher.example", "https://a.example/\r\nX: y"],
)
def test_an_address_that_mails_cannot_link_to_is_a_wrong_setting(brand, base_url):
    with pytest.raises(SettingsError, match="DIGEST_BASE_URL"):
        Brand(**brand.model_dump(exclude={"base_url"}), base_url=base_url)


def test_a_brand_keeps_no_slash_and_knows_its_domain_in_letters_for_machines(brand):
    own = Brand(
        **brand.model_dump(exclude={"base_url", "sender_address"}),
        base_url="https://verdicts.example.com/",
        sender_address="news@bücher.example",
    )

    assert own.base_url == "https://verdicts.example.com"
    assert own.domain == "xn--bcher-kva.example"


def test_a_name_that_the_address_lacks_is_printed_above_it(example_issue, brand, render):
    other = brand.model_copy(update={"postal_address": "PO Box 1, 10115 Berlin"})

    edition = render(example_issue, brand=other)

    assert "Weekly AI Tool Verdicts\nPO Box 1, 10115 Berlin\n" in edition.text
    assert "Weekly AI Tool Verdicts PO Box 1, 10115 Berlin" in visible(edition.html)


def test_the_confirmation_asks_once_and_plainly(brand, templates_dir, example_edition):
    url = "https://verdicts.example.com/confirm/abc.def-1"

    letter = render_confirm(
        url, brand=brand, templates_dir=templates_dir, now=example_edition.rendered_at
    )

    soup = BeautifulSoup(letter.html, "html.parser")
    assert letter.subject == "Confirm your subscription"
    assert [str(link["href"]) for link in soup.find_all("a")] == [
        url,
        "https://verdicts.example.com",
    ]
    for part in (visible(letter.html), words(letter.text)):
        assert "On 20 November 2026 somebody" in part
        assert "without the confirmation no issue is sent" in part
        assert "1 Example Street" in part
    assert url in letter.text
    assert "@@" not in letter.html + letter.text


def test_a_missing_confirmation_template_is_named(brand, own_templates, example_edition):
    (own_templates / "confirm/confirm.txt.j2").unlink()

    with pytest.raises(RenderError, match=r"confirm/confirm\.txt\.j2: the file is missing"):
        render_confirm(
            "https://a.example",
            brand=brand,
            templates_dir=own_templates,
            now=example_edition.rendered_at,
        )
