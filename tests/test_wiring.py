"""From settings to parts: the key that signs links, the way out for mail, the folder of templates."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digest.delivery.transports.file import FileTransport
from digest.delivery.transports.memory import MemoryTransport
from digest.delivery.transports.postmark import PostmarkTransport
from digest.delivery.transports.resend import ResendTransport
from digest.delivery.transports.ses import SesTransport
from digest.delivery.transports.smtp import SmtpTransport
from digest.errors import SettingsError
from digest.mail.dkim.keys import KeyKind, new_key
from digest.panel.rules import load_rules
from digest.settings import Settings, TransportKind
from digest.store.engine import Database
from digest.wiring import load_secret, model_panel, open_resources

LONG = "a-key-of-more-than-thirty-two-characters"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch):
    """Settings of a public house, with more where a test asks."""
    monkeypatch.chdir(tmp_path)

    def make(**more) -> Settings:
        return Settings(
            database_url=f"sqlite:///{tmp_path / 'digest.db'}",
            base_url="https://news.example.org",
            **more,
        )

    return make


@pytest.fixture
def database(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    yield database
    database.close()


def test_a_key_that_is_set_is_taken(settings, database):
    assert load_secret(settings(secret=LONG), database) == LONG.encode()


def test_a_short_key_is_refused_where_links_are_public(settings, database):
    with pytest.raises(SettingsError, match="DIGEST_SECRET: 5 characters are too few; use 32"):
        load_secret(settings(secret="short"), database)


@pytest.mark.parametrize("url", ["http://localhost:8000", "https://verdicts.example.com"])
def test_a_short_key_will_do_for_a_rehearsal(settings, database, url: str):
    rehearsal = settings(secret="short").model_copy(update={"base_url": url})

    assert load_secret(rehearsal, database) == b"short"


def test_a_key_is_made_once_and_kept_for_its_owner_alone(settings, database, tmp_path: Path):
    first = load_secret(settings(), database)

    assert len(first) >= 32
    assert load_secret(settings(), database) == first == (tmp_path / "secret").read_bytes()
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob(".secret*")] == []


def test_of_many_that_make_the_key_at_once_all_have_the_same(settings, database):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_secret(settings(), database), range(32)))

    assert len(keys) == 1


def test_half_a_key_is_not_used(settings, database, tmp_path: Path):
    """An empty one would let anybody make links."""
    (tmp_path / "secret").write_bytes(b"")

    with pytest.raises(SettingsError, match="holds no whole key; restore that file"):
        load_secret(settings(), database)


def test_a_key_that_cannot_be_kept_is_said_with_its_place(settings, tmp_path: Path):
    (tmp_path / "secret").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")

    with pytest.raises(SettingsError, match=r"secret cannot be used \(Is a directory\)"):
        load_secret(settings(), database)
    database.close()


def test_on_postgresql_the_key_must_be_set(settings):
    database = Database("postgresql://nobody@127.0.0.1:1/digest")

    with pytest.raises(SettingsError, match=r"DIGEST_SECRET: must be set when .* PostgreSQL"):
        load_secret(settings(), database)
    database.close()


@pytest.mark.parametrize(
    ("kind", "transport"),
    [
        ("smtp", SmtpTransport),
        ("file", FileTransport),
        ("memory", MemoryTransport),
        ("ses", SesTransport),
        ("postmark", PostmarkTransport),
        ("resend", ResendTransport),
    ],
)
def test_each_transport_is_the_one_of_its_name(settings, kind, transport):
    keys = {"ses_region": "eu-central-1", "ses_access_key": "a", "ses_secret": "b"}
    keys |= {"postmark_token": "c", "resend_key": "d"}
    chosen = settings(transport=kind, **keys)
    with open_resources(chosen) as resources, resources.transport() as made:
        assert type(made) is transport


def test_the_parts_of_a_house_can_all_be_had(settings, tmp_path: Path):
    with open_resources(settings(secret=LONG)) as resources:
        assert len(resources.sources) >= 6
        assert (resources.templates_dir / "issue" / "issue.mjml.j2").is_file()
        assert resources.send_parts().secret == LONG.encode()
        assert resources.weekly_parts().zone.key == "UTC"
        fetcher = resources.fetcher()
        assert resources.ingest_parts(fetcher).captures is resources.captures
    other = settings(templates_dir=tmp_path)
    with open_resources(other) as resources:
        assert resources.templates_dir == tmp_path


def test_keys_that_sign_mail_go_to_who_sends_it_and_their_lack_is_remarked_on(settings):
    pem = new_key(KeyKind.ED25519).decode()
    relay = {"transport": "smtp", "smtp_url": "smtp://relay.example.org", "secret": LONG}

    with open_resources(settings(**relay)) as resources:
        assert len(resources.signing_remarks()) == 1
        assert resources.send_parts().keys == ()
    wrong = settings(dkim_selector="s1", dkim_key=pem, secret=LONG)
    with (
        open_resources(wrong) as resources,
        pytest.raises(SettingsError, match="DIGEST_DKIM_KEY: holds an ed25519 key"),
    ):
        resources.send_parts()


def test_what_a_service_signs_is_not_signed_by_us(settings):
    """SES writes Date and Message-ID anew: a signature of ours would be a broken one."""
    given = {"secret": LONG, "dkim_selector": "s1", "dkim_key": new_key(KeyKind.RSA).decode()}
    given |= {"ses_region": "eu-central-1", "ses_access_key": "a", "ses_secret": "b"}
    given |= {"postmark_token": "c", "resend_key": "d"}
    signed = {}

    for kind in TransportKind:
        with open_resources(settings(transport=kind, **given)) as resources:
            signed[kind.value] = len(resources.send_parts().keys)

    assert signed == {"smtp": 1, "file": 1, "memory": 1, "ses": 0, "postmark": 0, "resend": 0}


def test_a_model_panel_without_its_extra_is_refused_with_what_to_install(settings, monkeypatch):
    """The core goes without it: nothing of it is loaded for the checklist."""
    loaded = [name for name in sys.modules if name.startswith("digest.panel.llm.")]
    for name in loaded:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pydantic_ai", None)

    with pytest.raises(
        SettingsError, match=r"DIGEST_PANEL_MODEL: needs the extra llm.*digest\[llm\]"
    ):
        model_panel(settings(panel_model="openai:gpt-x"), load_rules())
    with open_resources(settings()) as resources:
        assert not resources.weekly_parts().panel.reads_pages


def test_words_alone_decide_unless_an_embedding_model_is_set(settings):
    more = {"embeddings_model": "tiny", "embeddings_url": "https://api.example.com/v1"}

    with open_resources(settings()) as resources:
        off = resources.embedder, resources.classifier.seen_by
    with open_resources(settings(**more)) as resources:
        on = resources.embedder.model, resources.classifier.seen_by

    assert off == (None, None)
    assert on == ("tiny@api.example.com", "tiny@api.example.com")
