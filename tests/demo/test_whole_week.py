"""The demo as a person runs it: one command, real parts, and nothing the second time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DIGEST = Path(sys.executable).with_name("digest")

pytestmark = [pytest.mark.prefect, pytest.mark.enable_socket]


def _demo(folder: Path) -> str:
    done = subprocess.run(
        [DIGEST, "demo", "--dir", folder / "demo"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_week_goes_from_launch_pages_to_mailboxes_once(tmp_path: Path):
    first = _demo(tmp_path)

    assert "7 of 7 sources read well" in first
    assert "audience 25: 25 accepted" in first
    assert "8 requests to the launch sites, 25 mails accepted" in first
    assert f"demo --dir {tmp_path / 'demo'} --serve\n" in first
    assert len(list((tmp_path / "demo" / "mailbox").iterdir())) == 25
    for name in ("issue.html", "issue.txt", "issue.eml"):
        assert (tmp_path / "demo" / "issue" / name).stat().st_size > 2000

    second = _demo(tmp_path)

    assert "audience 25: 25 accepted" in second
    assert "7 requests to the launch sites, 0 mails accepted" in second
    assert len(list((tmp_path / "demo" / "mailbox").iterdir())) == 25
