"""Settings: read from the environment, and refused in a sentence that names the variable."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import SettingsError
from digest.settings import Settings, TransportKind, load_settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)


def test_settings_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("DIGEST_NOW", "2026-11-20T10:00:00+01:00")
    monkeypatch.setenv("DIGEST_ALLOWED_PRIVATE_HOSTS", " 127.0.0.0/8, intra:8080 ,")
    monkeypatch.setenv("DIGEST_TRANSPORT", "memory")
    monkeypatch.setenv("DIGEST_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("DIGEST_BASE_URL", "https://news.example.org/")
    monkeypatch.setenv("DIGEST_SOURCES", "my.toml")

    settings = load_settings()

    assert settings.clock() == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert settings.allowed_private_hosts == ("127.0.0.0/8", "intra:8080")
    assert settings.transport is TransportKind.MEMORY
    assert str(settings.zone) == "Europe/Berlin"
    assert settings.base_url == "https://news.example.org"
    assert settings.sources == Path("my.toml")


def test_a_misspelt_setting_is_warned_of_with_the_one_that_may_be_meant(monkeypatch, caplog):
    for name in ("DIGEST_SEND_RAET", "DIGEST_NOTHING_OF_OURS", "DIGEST_TEST_CAPTURES", "PATH"):
        monkeypatch.setenv(name, "5")

    load_settings()

    assert caplog.messages == [
        "DIGEST_NOTHING_OF_OURS is no setting, so it does nothing; docs/settings.md has all of them",
        "DIGEST_SEND_RAET is no setting, so it does nothing; did you mean DIGEST_SEND_RATE?",
    ]


def test_the_clock_is_the_real_time_where_none_is_given():
    before = datetime.now(UTC)

    assert before <= load_settings().clock() <= datetime.now(UTC)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_an_empty_variable_counts_as_not_set(monkeypatch, name: str):
    """As container tools hand on what nobody has set."""
    default = load_settings()
    monkeypatch.setenv(f"DIGEST_{name.upper()}", "")

    assert load_settings() == default


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NOW", "2026-11-20T09:00:00", "ISO time with offset"),
        ("NOW", "yesterday", "ISO time with offset"),
        ("TIMEZONE", "Mars/Base", "'Mars/Base' is no IANA time zone, such as Europe/Berlin"),
        ("TIMEZONE", "../../etc/passwd", "no IANA time zone"),
        ("TIMEZONE", "Europe", "no IANA time zone"),
        ("TRANSPORT", "pigeon", "smtp, file"),
        ("FEEDBACK_IMAP_URL", "imap://ada@mail.example.org/", "must begin with imaps://"),
        ("FEEDBACK_IMAP_URL", "imaps://mail.example.org/INBOX", "names no user"),
        (
            "FEEDBACK_IMAP_URL",
            "imaps://ada@mail.example.org/B%C3%BCro",
            "name it as the server lists",
        ),
        (
            "FEEDBACK_IMAP_URL",
            "imaps://ada@mail.example.org/a%0D%0Ab",
            "name it as the server lists",
        ),
        ("FEEDBACK_IMAP_URL", "pop3://ada@mail.example.org", "is not of the form imaps://"),
        ("FEEDBACK_IMAP_URL", "imaps://ada@mail:99999", "is not of the form imaps://"),
        ("FEEDBACK_IMAP_URL", "imaps://ada:pw@mail.example.org", "holds a password"),
        ("FEEDBACK_IMAP_PASSWORD", "pw", "are set together or not at all"),
        ("SMTP_URL", "mail.example.org", "is not of the form smtp://host:port, smtps://"),
        ("SMTP_URL", "smtp://host:99999", "is not of the form smtp://host:port, smtps://"),
        ("SMTP_URL", "smtp://[::1", "is not of the form smtp://host:port, smtps://"),
        ("SMTP_URL", "https://host", "is not of the form smtp://host:port, smtps://"),
        ("ALLOWED_PRIVATE_HOSTS", "127.0.0.0/99", "neither host, host:port nor network"),
        ("BASE_URL", "news.example.org", "is not of the form https://host"),
        ("BASE_URL", "https://news.example.org:port", "is not of the form https://host"),
        ("BASE_URL", "https://news.example.org/?a=b", "is not of the form https://host"),
        ("BASE_URL", "https://u:p@news.example.org", "is not of the form https://host"),
        ("BASE_URL", "http://news.example.org", "must begin with https://"),
        ("SENDER_ADDRESS", "news", "'news' is no e-mail address"),
        ("SENDER_ADDRESS", "a@b.example\nBcc: c@d.example", "no e-mail address"),
        ("BOUNCE_ADDRESS", "bounces", "'bounces' is no e-mail address of letters"),
        ("BOUNCE_ADDRESS", "b@verdicts", "is no e-mail address"),
        ("BOUNCE_ADDRESS", "b@x.example, c@x.example", "is no e-mail address"),
        ("BOUNCE_ADDRESS", f"{'b' * 24}@x.example", "has 24 characters before the @; at most 23"),
        ("BOUNCE_ADDRESS", "Unsubscribe@x.example", "reads as a wish to leave; name it bounces@"),
        ("BOUNCE_ADDRESS", "news-u@x.example", "reads as a wish to leave; name it bounces@"),
        ("UNSUBSCRIBE_ADDRESS", "leave@bücher.example", "a domain beyond ASCII as A-labels"),
        ("UNSUBSCRIBE_ADDRESS", "leave@x.example\n", "is no e-mail address"),
        ("SENDER_NAME", "News\nBcc: c@d.example", "line break"),
        ("LATE_AFTER_HOURS", "0", "Hours after its planned time"),
        ("LATE_AFTER_HOURS", "nan", "Hours after its planned time"),
        ("LEASE_SECONDS", "-1", "Seconds a sender holds"),
        ("LEASE_SECONDS", "1e300", "Seconds a sender holds"),
        ("LEASE_SECONDS", "soon", "Seconds a sender holds"),
    ],
)
def test_a_bad_setting_is_named_and_says_what_is_wanted(monkeypatch, name, value, said):
    monkeypatch.setenv(f"DIGEST_{name}", value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert caught.value.setting == f"DIGEST_{name}"
    assert str(caught.value).startswith(f"DIGEST_{name}: ")
    assert said in str(caught.value)


DKIM = {"SELECTOR": "s1", "KEY_FILE": "/keys/s1.pem"}


@pytest.mark.parametrize(
    ("changes", "named", "said"),
    [
        ({"KEY_FILE": ""}, "KEY_FILE", "must name the key of DIGEST_DKIM_SELECTOR"),
        ({"SELECTOR": ""}, "SELECTOR", "must say under which name the key is published"),
        ({"KEY": "-----BEGIN"}, "KEY_FILE", "and DIGEST_DKIM_KEY are both set; take one away"),
        ({"SELECTOR": "a b"}, "SELECTOR", "'a b' is no name in DNS, such as digest2026"),
        ({"DOMAIN": "bücher.example"}, "DOMAIN", "is no domain in ASCII"),
        ({"ED25519_SELECTOR": "e1"}, "ED25519_KEY_FILE", "must name the key of"),
        ({"ED25519_KEY": "x"}, "ED25519_SELECTOR", "must say under which name"),
        (
            {"SELECTOR": "", "KEY_FILE": "", "ED25519_SELECTOR": "e1", "ED25519_KEY": "x"},
            "SELECTOR",
            "must name an RSA key too: many receivers know no Ed25519",
        ),
        (
            {"ED25519_SELECTOR": "S1", "ED25519_KEY": "x"},
            "ED25519_SELECTOR",
            "must be another name than that of the RSA key",
        ),
    ],
)
def test_settings_of_signatures_that_contradict_each_other_are_refused(
    monkeypatch, changes, named, said
):
    for name, value in (DKIM | changes).items():
        monkeypatch.setenv(f"DIGEST_DKIM_{name}", value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert caught.value.setting == f"DIGEST_DKIM_{named}"
    assert said in str(caught.value)


def test_a_selector_and_a_domain_are_small_letters_as_dns_has_them(monkeypatch):
    for name, value in (DKIM | {"SELECTOR": "S1.News", "DOMAIN": "Example.ORG"}).items():
        monkeypatch.setenv(f"DIGEST_DKIM_{name}", value)

    settings = load_settings()

    assert (settings.dkim_selector, settings.dkim_domain) == ("s1.news", "example.org")


def test_a_key_is_not_shown_with_the_settings(monkeypatch):
    monkeypatch.setenv("DIGEST_DKIM_SELECTOR", "s1")
    monkeypatch.setenv("DIGEST_DKIM_KEY", "geheim")

    assert "geheim" not in repr(load_settings())


def test_a_login_in_the_mail_servers_url_is_read_and_shown_nowhere(monkeypatch):
    monkeypatch.setenv("DIGEST_SMTP_URL", "smtps://news%40x.example:ge%2Fheim@mail.example.org")

    settings = load_settings()

    assert settings.smtp_login == ("news@x.example", "ge/heim")
    assert (settings.smtp_host, settings.smtp_port) == ("mail.example.org", 465)
    assert settings.smtp_is_tls
    assert "heim" not in repr(settings)


def test_a_login_may_stand_in_variables_of_its_own(monkeypatch):
    monkeypatch.setenv("DIGEST_SMTP_URL", "smtp://mail.example.org:587")
    monkeypatch.setenv("DIGEST_SMTP_USER", "news")
    monkeypatch.setenv("DIGEST_SMTP_PASSWORD", "geheim")

    settings = load_settings()

    assert (settings.smtp_login, settings.smtp_port) == (("news", "geheim"), 587)
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"URL": "smtp://news@mail.example.org"}, "DIGEST_SMTP_URL: holds half a login"),
        ({"URL": "smtp://news:geheim@mail.example.org/x"}, "DIGEST_SMTP_URL: is not of the form"),
        ({"USER": "news"}, "DIGEST_SMTP_USER: and DIGEST_SMTP_PASSWORD go together"),
        (
            {"URL": "smtp://a:geheim@host", "USER": "news", "PASSWORD": "geheim"},
            "DIGEST_SMTP_USER: is set, and DIGEST_SMTP_URL holds a login",
        ),
        (
            {"URL": "smtp://a:geheim@mail.example.org", "TLS": "never"},
            "DIGEST_SMTP_TLS: must not be never, since a password goes there",
        ),
        ({"CA_FILE": "/no/such/file.pem"}, "DIGEST_SMTP_CA_FILE: there is no file"),
        ({"TLS": "perhaps"}, "required, offered"),
    ],
)
def test_a_login_that_cannot_be_used_is_refused_without_repeating_it(monkeypatch, variables, said):
    for name, value in variables.items():
        monkeypatch.setenv(f"DIGEST_SMTP_{name}", value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:80"])
def test_pages_on_this_machine_need_no_tls(monkeypatch, url: str):
    monkeypatch.setenv("DIGEST_BASE_URL", url)

    assert load_settings().base_url == url


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PANEL_MODELS", "critic=openai:x", "'critic=openai:x' is not of the form reviewer=model"),
        ("PANEL_MODELS", "builder", "reviewers are builder, skeptic, futurist, founder"),
        ("PANEL_BASE_URL", "models.example/v1", "is not of the form https://host/v1"),
        ("PANEL_BASE_URL", "https://host:port/v1", "is not of the form https://host/v1"),
        ("PANEL_BASE_URL", "https://me:geheim@models.example/v1", "holds a login"),
        ("PANEL_FORM", "xml", "How a model fills in its answer"),
        ("PANEL_MAX_REQUESTS", "0", "Requests a run may make"),
        ("PANEL_MAX_USD", "-1", "US dollars a run may cost"),
        ("PANEL_TEMPERATURE", "3", "Temperature"),
        ("PANEL_ANSWER_TOKENS", "10", "Tokens one answer may have"),
    ],
)
def test_a_bad_setting_of_the_panel_is_named_and_says_what_is_wanted(
    monkeypatch, name, value, said
):
    monkeypatch.setenv(f"DIGEST_{name}", value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert caught.value.setting == f"DIGEST_{name}"
    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"PANEL_PRICE_IN": "1"}, "DIGEST_PANEL_PRICE_IN"),
        ({"PANEL_MODELS": "skeptic=ollama:x"}, "DIGEST_PANEL_MODEL"),
        ({"PANEL_SPARE_MODEL": "ollama:x"}, "DIGEST_PANEL_MODEL"),
        (
            {"PANEL_BASE_URL": "http://models.example/v1", "PANEL_OPENAI_KEY": "sk"},
            "DIGEST_PANEL_BASE_URL",
        ),
    ],
)
def test_settings_of_the_panel_that_do_not_go_together_are_refused(monkeypatch, given, setting):
    for name, value in given.items():
        monkeypatch.setenv(f"DIGEST_{name}", value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert caught.value.setting == setting


def test_models_of_single_reviewers_are_read_from_a_list(monkeypatch):
    monkeypatch.setenv("DIGEST_PANEL_MODEL", "openai:a")
    monkeypatch.setenv("DIGEST_PANEL_MODELS", " skeptic = anthropic:b , founder=ollama:c:7b,")

    settings = load_settings()

    assert settings.panel_models == {"skeptic": "anthropic:b", "founder": "ollama:c:7b"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"URL": "http://api.example.com/v1", "MODEL": "m"},
            "EMBEDDINGS_URL: .*must begin with https",
        ),
        ({"URL": "HTTP://api.example.com/v1", "MODEL": "m"}, "EMBEDDINGS_URL: .*must begin"),
        ({"URL": "ftp://api.example.com/v1", "MODEL": "m"}, "EMBEDDINGS_URL: .*not of the form"),
        ({"URL": "https://h:port/v1", "MODEL": "m"}, "EMBEDDINGS_URL: .*not of the form"),
        ({"URL": "https://api.example.com/v1"}, "EMBEDDINGS_MODEL: must name a model"),
        ({"MODEL": "text-embedder"}, "EMBEDDINGS_URL: must name the server"),
        (
            {"URL": "https://h/v1", "MODEL": "m", "KEY": "half a key"},
            "EMBEDDINGS_KEY: holds blanks",
        ),
        ({"URL": "https://h/v1", "MODEL": "m", "SECONDS": "0"}, "EMBEDDINGS_SECONDS: "),
    ],
)
def test_embeddings_that_cannot_work_are_refused(monkeypatch, given, told):
    for name, value in given.items():
        monkeypatch.setenv(f"DIGEST_EMBEDDINGS_{name}", value)

    with pytest.raises(SettingsError, match=told):
        load_settings()


def test_a_login_in_the_address_of_embeddings_is_refused_and_not_repeated(monkeypatch):
    monkeypatch.setenv("DIGEST_EMBEDDINGS_MODEL", "m")
    monkeypatch.setenv("DIGEST_EMBEDDINGS_URL", "https://ada:hunter2@api.example.com/v1")

    with pytest.raises(SettingsError, match="DIGEST_EMBEDDINGS_KEY") as caught:
        load_settings()

    assert "hunter2" not in str(caught.value)


def test_a_server_of_embeddings_may_be_on_this_machine_and_its_page_be_named(monkeypatch):
    monkeypatch.setenv("DIGEST_EMBEDDINGS_MODEL", "m")
    monkeypatch.setenv("DIGEST_EMBEDDINGS_URL", "http://127.0.0.1:11434/v1/embeddings/")

    assert load_settings().embeddings_url == "http://127.0.0.1:11434/v1"


def test_limits_are_read_from_a_list_and_given_by_the_second(monkeypatch):
    monkeypatch.setenv("DIGEST_SEND_RATE", "20")
    monkeypatch.setenv("DIGEST_SEND_DOMAIN_RATES", " Lake.Example=600, sea.example=1.5 ,")

    settings = load_settings()

    assert settings.send_limits == {"": 20.0, "lake.example": 10.0, "sea.example": 0.025}


def test_without_limits_nothing_is_limited():
    assert load_settings().send_limits == {}


@pytest.mark.parametrize(
    "given", ["lake.example", "lake.example=", "lake.example=0", "lake.example=nan", "lake=5", "=5"]
)
def test_a_bad_limit_is_named(monkeypatch, given: str):
    monkeypatch.setenv("DIGEST_SEND_DOMAIN_RATES", given)

    with pytest.raises(SettingsError, match=r"^DIGEST_SEND_DOMAIN_RATES: .* messages a minute"):
        load_settings()


@pytest.mark.parametrize(
    ("captures", "marker", "where"),
    [
        ("var/captures", "", "var/send-marker.json"),
        ("/data/captures", "", "/data/send-marker.json"),
        ("s3://bucket/captures", "", "var/send-marker.json"),
        ("s3://bucket/captures", "/safe/marker", "/safe/marker"),
    ],
)
def test_the_marker_lies_beside_the_captures(monkeypatch, captures, marker, where):
    monkeypatch.setenv("DIGEST_CAPTURES_DIR", captures)
    monkeypatch.setenv("DIGEST_SEND_MARKER", marker)
    settings = load_settings()

    assert settings.marker_beside(settings.captures_dir) == Path(where)


@pytest.mark.parametrize(
    ("transport", "missing"),
    [
        ("ses", "SES_REGION"),
        ("ses", "SES_ACCESS_KEY"),
        ("ses", "SES_SECRET"),
        ("postmark", "POSTMARK_TOKEN"),
        ("resend", "RESEND_KEY"),
    ],
)
def test_a_service_without_what_it_asks_for_is_refused_at_once(monkeypatch, transport, missing):
    values = {"SES_REGION": "eu-central-1", "SES_ACCESS_KEY": "AKID", "SES_SECRET": "geheim"}
    values |= {"POSTMARK_TOKEN": "geheim", "RESEND_KEY": "geheim"}
    monkeypatch.setenv("DIGEST_TRANSPORT", transport)
    for name, value in values.items():
        monkeypatch.setenv(f"DIGEST_{name}", value)
    assert load_settings().transport is TransportKind(transport)
    monkeypatch.delenv(f"DIGEST_{missing}")

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert caught.value.setting == f"DIGEST_{missing}"
    assert f"must be set where DIGEST_TRANSPORT is {transport}" in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("hook", "secret"),
    [("ses", "SES_TOPIC"), ("postmark", "POSTMARK_HOOK_SECRET"), ("resend", "RESEND_HOOK_SECRET")],
)
def test_a_webhook_without_a_secret_is_refused_at_once(monkeypatch, hook, secret):
    monkeypatch.setenv("DIGEST_FEEDBACK_HOOKS", hook)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert caught.value.setting == f"DIGEST_{secret}"
    assert f"must be set where DIGEST_FEEDBACK_HOOKS names {hook}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SES_REGION", "evil.example/", "no region of AWS"),
        ("SES_TOPIC", "arn:aws:sqs:eu-central-1:123456789012:x", "arn:aws:sns:REGION"),
        ("SES_URL", "http://mail.example", "must begin with https://"),
        ("POSTMARK_URL", "https://me:geheim@mail.example", "holds a login"),
        ("POSTMARK_BATCH", "501", "Messages of one request"),
        ("POSTMARK_BATCH", "0", "Messages of one request"),
        ("POSTMARK_TOKEN", "geheim\nX-Other: 1", "cannot be sent"),
        ("RESEND_KEY", "geheim key", "cannot be sent"),
        ("POSTMARK_HOOK_SECRET", "geheim", "6 characters are too few"),
        ("RESEND_HOOK_SECRET", "geheim", "whsec_"),
        ("FEEDBACK_HOOKS", "ses,pigeon", "Services whose webhooks are taken"),
    ],
)
def test_a_bad_setting_of_a_service_says_what_is_wanted(monkeypatch, name, value, said):
    monkeypatch.setenv(f"DIGEST_{name}", value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert caught.value.setting == f"DIGEST_{name}"
    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("region", "root"),
    [
        ("eu-central-1", "https://email.eu-central-1.amazonaws.com"),
        ("us-gov-west-1", "https://email.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://email.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_ses_is_asked_in_its_region(region, root):
    assert load_settings(ses_region=region).ses_root == root
    assert (
        load_settings(ses_region=region, ses_url="http://[::1]:80/").ses_root == "http://[::1]:80"
    )
