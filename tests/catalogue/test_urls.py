import pytest

from digest.catalogue.urls import (
    arxiv_id,
    canonical,
    canonical_url,
    github_repository,
    hugging_face_id,
    maker_label,
    own_site,
    registrable,
)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("HTTP://WWW.Ember.Example:80/", "https://ember.example"),
        ("https://ember.example:8443/a/", "https://ember.example:8443/a"),
        ("https://ember.example/a//b/?utm_source=x&ref=y", "https://ember.example/a/b"),
        ("https://ember.example/a?b=2&a=1&gclid=z", "https://ember.example/a?a=1&b=2"),
        ("https://ember.example./docs#install", "https://ember.example/docs"),
        ("https://github.com/JustMaker/Colibri.git", "https://github.com/justmaker/colibri"),
        ("https://github.com/A/B/blob/main/README", "https://github.com/a/b/blob/main/README"),
        ("https://github.com/", "https://github.com"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example"),
        ("https://ember.example/%7Eada/a%2fb%20c", "https://ember.example/~ada/a%2Fb%20c"),
        ("https://ember.example/?app_id=1&mc_cid=2&fbclid=3&id=4", "https://ember.example?id=4"),
    ],
)
def test_all_spellings_of_an_address_become_one(written, same):
    assert canonical_url(written) == same


@pytest.mark.parametrize(
    "other",
    ["news.example/item?id=7", "ember.example/Path", "ember.example/?page=2"],
)
def test_what_selects_content_stays(other):
    """Dropping a whole query would make one page of every item of a discussion site."""
    assert canonical_url(f"https://{other}") == f"https://{other.replace('/?', '?')}"


@pytest.mark.parametrize(
    ("fragment_url", "stays"),
    [
        ("https://sail.example/changelog#code-4.2", True),
        ("https://sail.example/letter/118#minutewise", True),
        ("https://charts.github.io/flint/#/", True),
        ("https://app.example/#!/start", True),
        ("https://ember.example/guide#install", False),
        ("https://sail.example/changelog#:~:text=new", False),
    ],
)
def test_a_fragment_stays_only_where_it_selects_content(fragment_url, stays):
    assert ("#" in (canonical_url(fragment_url) or "")) is stays


@pytest.mark.parametrize(
    ("wrapped", "target"),
    [
        ("https://www.google.com/url?q=https://ember.example/a", "https://ember.example/a"),
        ("https://out.reddit.com/t3_x?url=https%3A%2F%2Fember.example", "https://ember.example"),
        ("https://l.facebook.com/l.php?u=https://ember.example/", "https://ember.example"),
        ("https://www.google.co.uk/url?url=https://ember.example", "https://ember.example"),
        ("https://kiln.pxf.io/c/1/2/3?u=https%3A%2F%2Fember.example", "https://ember.example"),
        ("https://www.linkedin.com/safety/go?url=https://ember.example", "https://ember.example"),
        ("https://www.google.com/url?q=javascript:alert(1)", None),
        ("https://www.google.com/search?q=https://ember.example", None),
    ],
)
def test_a_redirector_is_unwrapped_where_its_target_is_a_web_address(wrapped, target):
    found = canonical_url(wrapped)

    assert found == target if target else found.startswith("https://google.com/")


def test_redirectors_in_redirectors_end():
    url = "https://ember.example"
    for _ in range(5):
        url = f"https://www.google.com/url?q={url.replace('?', '%3F').replace('=', '%3D')}"

    assert canonical_url(url)


@pytest.mark.parametrize(
    "bad", ["", "mailto:a@b.example", "not a url", "https://", "https://a:x/", "https://[::1"]
)
def test_what_is_no_web_address_has_no_canonical_form(bad):
    assert canonical_url(bad) is None


@pytest.mark.parametrize(
    ("path", "repository"),
    [
        ("Maker/Tool", ("maker", "tool")),
        ("maker/tool/releases/tag/v1", ("maker", "tool")),
        ("maker/tool/tree/main", ("maker", "tool")),
        ("maker/tool/tree/main/packages/other", None),
        ("maker/tool/issues/7", None),
        ("maker", None),
        ("topics/llm", None),
    ],
)
def test_a_folder_inside_a_repository_is_not_the_repository(path, repository):
    """One repository may hold several products."""
    assert github_repository(canonical(f"https://github.com/{path}")) == repository


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("Maker/Model-7B", "maker/model-7b"),
        ("maker/model/blob/main/config.json", "maker/model"),
        ("spaces/maker/demo", "spaces/maker/demo"),
        ("datasets/maker/words", "datasets/maker/words"),
        ("spaces/maker", None),
        ("papers/2607.01234", None),
        ("", None),
    ],
)
def test_hugging_face_pages_give_the_id_of_what_they_hold(path, key):
    assert hugging_face_id(canonical(f"https://huggingface.co/{path}")) == key


def test_other_hosts_hold_no_hugging_face_ids():
    assert hugging_face_id(canonical("https://ember.example/maker/model")) is None


@pytest.mark.parametrize(
    ("url", "paper"),
    [
        ("http://arxiv.org/abs/2607.09424v2", "2607.09424"),
        ("https://arxiv.org/pdf/2607.09424", "2607.09424"),
        ("https://export.arxiv.org/abs/cs/0112017", "cs/0112017"),
        ("https://huggingface.co/papers/2607.09424", "2607.09424"),
        ("https://arxiv.org/list/cs.AI/recent", None),
        ("https://ember.example/abs/2607.09424", None),
    ],
)
def test_a_paper_is_known_by_its_number_without_version(url, paper):
    assert arxiv_id(canonical(url)) == paper


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://ember.example/", "ember.example"),
        ("https://www.ember.example/app/index.html", "ember.example/app"),
        ("https://tool.vercel.app", None),
        ("https://apps.apple.com/app/id1", None),
        ("https://www.producthunt.com/products/ember", None),
        ("https://news.ycombinator.com/item?id=1", None),
        ("http://127.0.0.1:8080/tool", None),
        ("http://localhost/tool", None),
    ],
)
def test_shared_hosts_listings_and_numbers_are_nobodys_own_site(url, site):
    assert own_site(canonical(url)) == site


@pytest.mark.parametrize(
    ("host", "registered", "label"),
    [
        ("docs.ember.example", "ember.example", "ember"),
        ("a.b.ember.co.uk", "ember.co.uk", "ember"),
        ("ember.co", "ember.co", "ember"),
        ("ember.example:8443", "ember.example", "ember"),
    ],
)
def test_the_registered_part_of_a_host_names_its_maker(host, registered, label):
    assert (registrable(host), maker_label(host)) == (registered, label)


@pytest.mark.captures
def test_the_alert_feeds_links_are_unwrapped(captures_dir):
    """20 links of a real feed lead through a redirector."""
    import feedparser  # noqa: PLC0415 # only with captures

    body = (captures_dir / "malformed_feeds/fj_google_alerts_atom.xml").read_bytes()
    links = [entry.link for entry in feedparser.parse(body).entries]

    assert len(links) == 20
    assert not [link for link in links if "google.com" in canonical(link).host]
