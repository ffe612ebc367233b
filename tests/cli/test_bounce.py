"""What a mail that came back would be taken for, by command."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.errors import DigestError

DATA = Path(__file__).parents[1] / "data" / "bounces"
TOKEN = "aebagbafaydqqcikbmga2dqpcaireeyuculbogaz"


def classify(*arguments, **more):
    result = CliRunner().invoke(app, ["bounce", "classify", *map(str, arguments)], **more)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def mail(name):
    return DATA / f"{name}.eml"


def test_one_mail_is_one_document_of_four_fields():
    result = classify(mail("postfix-unknown-user"), "--json")

    assert json.loads(result.stdout) == {
        "kind": "hard",
        "recipient": "anna@reader.example",
        "status": "5.1.1",
        "token": TOKEN,
    }


def test_of_several_recipients_the_worst_is_shown_and_all_beside_it():
    document = json.loads(classify(mail("multi-recipient-mixed"), "--json").stdout)

    assert (document["kind"], document["recipient"]) == ("hard", "emil@reader.example")
    assert [each["kind"] for each in document["all"]] == ["none", "soft", "none", "hard"]


def test_a_dash_reads_standard_input():
    result = classify("-", "--json", input=mail("arf-abuse").read_bytes())

    assert json.loads(result.stdout)["kind"] == "complaint"


def test_several_mails_are_a_line_of_json_each_in_the_order_given():
    result = classify(mail("utf8-dsn"), mail("postfix-delivered"), mail("empty"), "--json")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["hard", "none", "none"]
    assert "änne@bücher.example" in result.stdout


def test_without_json_there_is_a_table_with_a_row_for_each_recipient(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")

    rows = classify(mail("qmail-over-quota"), mail("postfix-delivered")).stdout.splitlines()[3:6]

    assert [row.split()[1:3] for row in rows] == [
        ["soft", "anna@reader.example"],
        ["hard", "boris@reader.example"],
        ["delivered", "anna@reader.example"],
    ]


@pytest.mark.parametrize("name", ["nothing.eml", "."])
def test_what_is_no_file_is_named(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(DigestError, match=rf"{name}: cannot be read \(.*\); name a file"):
        classify(mail("empty"), name)
