"""``digest jobs`` as a person has it: documents, sentences, exit codes."""

import json


def test_jobs_are_found_from_a_file_without_a_database(digest):
    path = digest.folder / "tools.jsonl"
    path.write_text(
        json.dumps({"name": "Lamp", "tagline": "AI code review of pull requests"})
        + "\n"
        + json.dumps({"name": "Wick", "description": "Vector database with filters", "tags": []})
    )

    ran = digest("jobs", "classify", path, "--json")
    table = digest("jobs", "classify", path)

    assert ran.code == 0
    assert [(each["name"], each["job"]) for each in ran.json] == [
        ("Lamp", "code-review"),
        ("Wick", "vector-db"),
    ]
    assert set(ran.json[0]) == {"name", "job", "confidence", "runner_up"}
    assert "code-review" in table.out
    assert not list(digest.folder.glob("**/*.sqlite*"))


def test_a_bad_line_or_file_is_one_sentence(digest):
    path = digest.folder / "tools.jsonl"
    path.write_text('{"name": "Lamp"}\n{"nme": "Wick"}\n')
    latin = digest.folder / "latin.jsonl"
    latin.write_bytes(b'{"name": "Lamp"}\n{"name": "\xe9"}\n')

    assert "line 2: name: Field required" in digest("jobs", "classify", path).sentence
    assert "latin.jsonl line 2: not UTF-8" in digest("jobs", "classify", latin).sentence
    assert "cannot be read" in digest("jobs", "classify", digest.folder / "none").sentence


def test_of_an_empty_catalogue_nothing_waits_and_wrong_names_are_said(digest):
    queue = digest("jobs", "queue", "--json")
    listed = digest("jobs", "list", "--json")

    assert queue.json == {"waiting": 0, "tools": []}
    assert {"ocr", "other", "unsorted"} <= {job["key"] for job in listed.json["jobs"]}
    assert digest("jobs", "queue").out == "tools that wait: none\n"
    assert "no tool 'lamp'" in digest("jobs", "set", "lamp", "ocr", "--by", "Ada").sentence
    assert "no job 'ocrr'" in digest("jobs", "set", "lamp", "ocrr", "--by", "Ada").sentence
    assert digest("jobs", "resort", "--json").json == {"moved": []}
