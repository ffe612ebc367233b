"""The quick reader of feeds: what it reads is what the thorough one reads, and the rest it leaves."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources.charset import decode
from digest.sources.odd_feeds import read_odd_feed
from digest.sources.plain_feeds import _is_odd, read_plain_feed
from digest.sources.syndication import _ROOT

BASE = "https://source.example/list"
DATA = Path(__file__).parent.parent / "data"

ITEM = """<item><title>One &amp;amp; two</title><link>https://one.example/a?b=1&amp;amp;c=2</link>
<guid isPermaLink="false">id-1</guid><description>&lt;p&gt;Words&lt;br&gt;more&lt;/p&gt;</description>
<pubDate>Fri, 20 Nov 2026 09:00:00 +0100</pubDate><dc:creator>Ann</dc:creator>
<category domain="d">x</category><category>y</category>{more}</item>"""
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:x="urn:x"
xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>A list</title>
<link>https://one.example</link><pubDate>Thu, 19 Nov 2026 00:00:00 GMT</pubDate>{head}{item}
</channel></rss>"""
ENTRY = """<entry><title type="html">&lt;b&gt;One&lt;/b&gt;</title><id>tag:1</id>
<link rel="alternate" href="https://one.example/1"/><link rel="self" href="https://one.example/s"/>
<published>2026-11-20T09:00:00.123Z</published><updated>2026-11-20T10:00:00+02:00</updated>
<author><name>Ann</name><email>ann@one.example</email></author><category term="t" label="T"/>
<summary>short</summary><content type="html">&lt;p&gt;long&lt;/p&gt;</content>{more}</entry>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:thr="http://purl.org/syndication/thread/1.0"><title>A list</title>{item}</feed>"""


def rss(more: str = "", head: str = "") -> str:
    """Give an RSS feed of one item with more in it."""
    return RSS.format(head=head, item=ITEM.format(more=more))


def atom(more: str = "") -> str:
    """Give an Atom feed of one entry with more in it."""
    return ATOM.format(item=ENTRY.format(more=more))


def assert_read_alike(text: str) -> None:
    """Both readers give the same, field by field."""
    plain, thorough = read_plain_feed(text, base=BASE), read_odd_feed(text, base=BASE)
    assert plain is not None, "left to the thorough reader"
    assert thorough is not None
    assert plain.title == thorough.title
    assert plain.total_results == thorough.total_results
    assert plain.entries == thorough.entries
    assert plain.built_at in ((), thorough.built_at)


@pytest.mark.parametrize(
    "more",
    [
        "",
        "<comments>https://one.example/c</comments>",
        "<enclosure url='u' type='audio/mpeg'/>",
        "<content:encoded><![CDATA[<p>The <b>whole</b> text</p>]]></content:encoded>",
        "<description>A second one</description>",
        "<atom:updated>2026-11-21T00:00:00Z</atom:updated>",
        "<dc:date>2026-11-21T00:00:00Z</dc:date>",
        "<dc:creator>Bob</dc:creator>",
        "<dc:subject>z</dc:subject>",
        "<feedburner:origLink>https://origin.example/</feedburner:origLink>",
        "<media:content url='u'><media:title>caption</media:title></media:content>",
        "<slash:comments>3</slash:comments>",
        "<x:anything a='b'>text</x:anything>",
        "<source url='u'>Elsewhere</source>",
        "<title>A second title</title>",
        "<!-- a comment --><?pi?>",
        "<x:a><![CDATA[ xml:base='https://b.example/' ]]></x:a>",
        "<content:encoded>&lt;base href='/b/'>&lt;p xml:base='/c/'>&lt;a href='d'></content:encoded>",
    ],
)
def test_an_rss_item_comes_out_as_the_thorough_reader_gives_it(more):
    assert_read_alike(rss(more))


@pytest.mark.parametrize(
    "more",
    [
        "",
        "<contributor><name>Bob</name></contributor>",
        "<source><title>Elsewhere</title><id>x</id><updated>2020-01-01T00:00:00Z</updated></source>",
        "<rights>all</rights>",
        "<category term='u'/>",
        "<thr:total>3</thr:total>",
        "<content>a second content</content>",
        "<dc:date>2026-11-21T00:00:00Z</dc:date>",
    ],
)
def test_an_atom_entry_comes_out_as_the_thorough_reader_gives_it(more):
    assert_read_alike(atom(more))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(rss("<pubDate>last Tuesday</pubDate>"), id="a date in words"),
        pytest.param(rss("<description>a <b>tag</b></description>"), id="markup in text"),
        pytest.param(rss("<itunes:summary>more</itunes:summary>"), id="another description"),
        pytest.param(rss("<media:description>more</media:description>"), id="a media description"),
        pytest.param(rss("<guid>id-2</guid>"), id="two ids"),
        pytest.param(rss("<source>s</source><title>T</title>"), id="a title after a source"),
        pytest.param(atom("<source/><title>T</title>"), id="the same in Atom"),
        pytest.param(rss("<x:a><title>inner</title></x:a>"), id="elements in an unknown one"),
        pytest.param(rss("<link href='x'>https://two.example</link>"), id="a link of two kinds"),
        pytest.param(rss("<item><title>inner</title></item>"), id="an item in an item"),
        pytest.param(rss(head="<title>Another</title>"), id="two titles of a feed"),
        pytest.param(rss().replace("<item>", "<item xml:base='https://b.example/'>"), id="base"),
        pytest.param(rss(head="<x:a base='https://b.example/'/>"), id="base without a prefix"),
        pytest.param(rss("<x:a><x:b x:BASE = 'b'/></x:a><x:c base='c'/>"), id="base deep inside"),
        pytest.param(rss("<dc:title>caf\u00c3\u00a9</dc:title>"), id="encoded twice"),
        pytest.param(rss("<dc:title>caf\u00c3&#xA9;</dc:title>"), id="its end as a reference"),
        pytest.param(rss("<dc:title>caf&#xC3;\u00a9</dc:title>"), id="its start as a reference"),
        pytest.param(rss("<dc:title>caf&#195;&#169;</dc:title>"), id="both as references"),
        pytest.param(rss("<dc:title>don\u0092t</dc:title>"), id="cp1252 as control characters"),
        pytest.param(rss("<dc:title>don&#146;t</dc:title>"), id="the same as a reference"),
        pytest.param(rss("&nbsp;"), id="an entity that is not declared"),
        pytest.param("<!DOCTYPE rss [<!ENTITY a 'b'>]>" + rss("&a;")[21:], id="one that is"),
        pytest.param(rss()[:-20], id="cut off"),
        pytest.param(
            atom("<content type='xhtml'><div xmlns='urn:d'>x</div></content>"), id="XHTML"
        ),
        pytest.param(atom("<author><name/></author>"), id="an author without a name"),
        pytest.param("<rss><channel><item><a>" + "<b>" * 5_000, id="nesting"),
        pytest.param("<opml/>", id="no feed"),
    ],
)
def test_what_is_odd_is_left_to_the_thorough_reader(text):
    assert read_plain_feed(text, base=BASE) is None


_SIGNS = (
    rb"\xc2[\x80-\x9f]",
    rb"&#(?:x0*[89][0-9a-f]|0*1[2-5]\d);",
    rb"\xc3[\x82-\xb4](?:\xc2|&#)",
    rb"&#(?:19[4-9]|2[0-3]\d|24[0-4]|x0*[c-f][0-9a-f]);(?:\xc2|&#)",
)
"""The signs of cp1252 and of text encoded twice, each by itself."""
_OCTETS = st.lists(
    st.sampled_from(
        b"\xc2 \xc3 \x82 \xb4 \xa9 \xb5 &# & 195 244 245 ; x 0 c3 C3 8f 169 120 a".split(b" ")
    ),
    max_size=8,
).map(b"".join)


@settings(deadline=None, max_examples=2_000)
@given(_OCTETS)
def test_signs_that_are_looked_for_together_are_those_looked_for_one_by_one(body):
    found = any(re.search(sign, body, re.IGNORECASE) for sign in _SIGNS)
    assert _is_odd(body) is found


def test_an_entity_bomb_is_left_alone():
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8)
    )

    assert read_plain_feed(f"{bomb}]>{rss('&i;')[21:]}", base=BASE) is None


_PIECES = st.lists(
    st.sampled_from(
        (
            *("<title>T</title>", "<title/>", "<link>https://a.example/</link>", "<guid>g</guid>"),
            *("<guid isPermaLink='false'>h</guid>", "<description>d &amp;lt;b></description>"),
            *(
                "<description/>",
                "<content:encoded>e</content:encoded>",
                "<author>a@b.example</author>",
            ),
            *(
                "<dc:creator>c</dc:creator>",
                "<dc:creator/>",
                "<category>k</category>",
                "<category/>",
            ),
            *(
                "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>",
                "<pubDate/>",
                "<source>s</source>",
            ),
            *(
                "<dc:date>2026-11-21T00:00:00Z</dc:date>",
                "<media:thumbnail url='u'/>",
                "<comments/>",
            ),
            *("<atom:link href='https://b.example/'/>", "<atom:link rel='self' href='s'/>"),
            *("<media:title>m</media:title>", "<dc:title>n</dc:title>", "<x:y>z</x:y>", "<guid/>"),
            *(
                "<dc:description>o</dc:description>",
                "<enclosure url='u'/>",
                "<dc:subject>q</dc:subject>",
            ),
        )
    ),
    max_size=9,
)


@settings(deadline=None, max_examples=300)
@given(st.lists(_PIECES, min_size=1, max_size=3))
def test_items_of_any_parts_in_any_order_are_read_alike_or_left(items):
    text = RSS.format(head="", item="".join(f"<item>{''.join(parts)}</item>" for parts in items))

    if read_plain_feed(text, base=BASE) is not None:
        assert_read_alike(text)


@pytest.mark.parametrize("path", sorted(DATA.glob("*/*.xml")), ids=lambda path: path.name)
def test_the_look_alikes_are_read_alike_or_left(path):
    text = decode(path.read_bytes()).text

    if read_plain_feed(text, base=BASE) is not None:
        assert_read_alike(text)


@pytest.mark.captures
def test_every_real_feed_is_read_alike_and_most_by_the_quick_reader(captures_dir):
    texts = {
        str(path.relative_to(captures_dir)): decode(path.read_bytes()).text
        for path in sorted(captures_dir.rglob("*"))
        if path.suffix in {".xml", ".rss", ".atom", ".rdf"}
    }
    feeds = {name: text for name, text in texts.items() if _ROOT.search(text)}
    plain = {name for name, text in feeds.items() if read_plain_feed(text, base=BASE)}

    for name in plain:
        assert_read_alike(feeds[name])
    well_kept = {name for name in feeds if not name.startswith(("malformed_feeds/", "reddit/"))}
    assert len(plain) > len(feeds) / 2
    assert well_kept - plain == {"vendor_blogs/fair_blog_2026.xml"}  # it says its base
