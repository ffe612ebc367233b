"""A whole week by the command line, over real HTTP and SMTP, in processes of their own."""

from email import message_from_bytes, policy

from digest.demo.mailbox import DemoMailbox
from digest.demo.site import DemoSite
from digest.store.migrate import head_revision

WEEK = "2026-W47"


def test_a_week_from_launch_pages_to_mailboxes_and_again(
    digest, site: DemoSite, mailbox: DemoMailbox, demo_settings, readers
):
    """Everything is done once: a second round adds nothing and sends nothing."""
    digest.settings.update(
        demo_settings(site) | {"DIGEST_TRANSPORT": "smtp", "DIGEST_SMTP_URL": mailbox.url}
    )

    assert digest("migrate").out == f"the database is at schema {head_revision()}\n"
    first = digest("ingest", "--json").json
    built = digest("build", "--week", WEEK, "--json").json
    approval = digest("approve", WEEK, "--by", "Ada  Lovelace", "--json").json
    imported = digest("subscribers", "import", readers, "--confirmed", "--json").json
    sent = digest("send", WEEK, "--json")
    status = digest("status", "--json").json
    answers = site.answers
    again = digest("ingest", "--json").json
    resent = digest("send", WEEK, "--json").json

    assert {source["outcome"] for source in first["sources"]} == {"ok"}
    assert sum(source["new"] for source in first["sources"]) == status["counts"]["launches"] >= 60
    assert built["state"] == "in_review"
    assert len(built["comparisons"]) >= 5
    assert approval["edition_sha256"] == built["edition"]
    assert approval["by"] == "Ada Lovelace"
    assert imported == {"added": 3, "known": 0, "left": 0, "suppressed": {}, "invalid": []}
    assert sent.json == resent
    assert resent == {"week": WEEK, "audience": 3, "states": {"accepted": 3}, "sums": True}
    assert sorted(mailbox.recipients) == [f"{name}@reader.example" for name in ("ada", "bob", "cy")]
    assert status["deliveries"] == {"accepted": 3}
    assert status["subscribers"] == {"confirmed": 3}
    assert [(issue["week"], issue["state"]) for issue in status["issues"]] == [(WEEK, "sent")]
    assert all(source["outcome"] == "ok" for source in status["sources"])
    assert {source["outcome"] for source in again["sources"]} == {"unchanged"}
    assert {code for (_, code) in site.answers - answers} == {304}
    assert digest("status", "--json").json["counts"] == status["counts"]
    refused = digest("build", "--week", WEEK)
    assert refused.sentence == f"issue {WEEK}: it is sent, so it cannot be built again"


def test_a_built_week_for_people(built, readers):
    """The same without --json: tables and sentences, at 80 columns."""
    shown = built("build")
    released = built("approve", WEEK, "--by", "Ada")
    imported = built("subscribers", "import", readers, "--confirmed")
    sent = built("send", WEEK)
    counted = built("deliveries", WEEK, "--state", "accepted")
    status = built("status")

    assert shown.out.startswith(f"{WEEK}: ")
    assert " vs " in shown.out
    assert "1. why: " in shown.out
    assert f"digest approve {WEEK} --by NAME" in shown.out
    assert " released by Ada\n" in released.out
    assert imported.out.startswith("3 added, 0 known before")
    assert sent.out == f"{WEEK}: 3 accepted of 3\n"
    assert "3/3" in sent.err
    assert "ada@reader.example" in counted.out
    assert f"{WEEK}   sent" in status.out
    for ran in (counted, status):
        assert max(map(len, ran.out.splitlines())) <= 80
    assert len(list((built.folder / "var" / "outbox").glob("*.eml"))) == 3


def test_an_export_is_what_readers_get(built):
    paths = built("export", WEEK, "--dir", "look").out.split()

    assert paths == ["look/issue.html", "look/issue.txt", "look/issue.eml"]
    html, text, mail = ((built.folder / path).read_bytes() for path in paths)
    message = message_from_bytes(mail, policy=policy.default)
    assert b"@@UNSUBSCRIBE@@" in html
    assert b"@@UNSUBSCRIBE@@" in text
    assert "@@" not in message.get_body(("plain",)).get_content()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_deliveries_are_counted_and_listed_as_json(built, readers):
    built("approve", WEEK, "--by", "Ada")
    built("subscribers", "import", readers, "--confirmed")
    before = built("deliveries", WEEK, "--json").json
    built("send", WEEK)
    after = built("deliveries", WEEK, "--state", "accepted", "--json").json

    assert before == {"week": WEEK, "audience": 0, "states": {}, "sums": True}
    assert after["states"] == {"accepted": 3}
    assert {item["state"] for item in after["deliveries"]} == {"accepted"}
    assert len(after["deliveries"]) == 3


def test_an_empty_house_says_so(digest):
    status = digest("status")

    assert (status.code, status.err) == (0, "digest: nothing was read yet: digest ingest\n")
    assert "issues: none" in status.out
    assert digest("status", "--json").json["sources"] == []


def test_a_week_without_launches_has_no_issue_and_says_so(digest):
    report = digest("build", "--week", "2026-W40", "--json").json
    told = digest("build", "--week", "2026-W40")

    assert (report["state"], report["edition"], report["comparisons"]) == (None, None, [])
    assert report["note"] == "No new tool was seen this week."
    assert told.code == 0
    assert f"no issue: {report['note']}" in told.out


def test_a_release_of_an_edition_that_no_longer_stands_is_refused(built):
    ran = built("approve", WEEK, "--by", "Ada", "--edition", "0123456789ab")

    assert ran.code == 1
    assert "0123456789ab was looked at" in ran.sentence


def test_deciding_about_uncertain_mails_says_how_many(built):
    ran = built("deliveries", "resolve", WEEK, "--as", "accepted", "--by", "Ada")

    assert ran.code == 0
    assert ran.out.strip() == f"{WEEK}: 0 uncertain mails now accepted"
