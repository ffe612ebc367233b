"""Our way whole: ``digest send`` as an operator runs it, composing, signing, delivering, noting."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from material import NOW, WEEK, Material, furnish
from watch import Cost, watched

DIGEST = Path(sys.executable).with_name("digest")
SIGNATURES = {"rsa": ("rsa",), "ed25519": ("ed25519",), "both": ("rsa", "ed25519"), "none": ()}


@dataclass(frozen=True, slots=True)
class Way:
    """How our way is asked to send."""

    folder: Path
    """Where keys and markers are kept."""
    url: str
    """Of the database."""
    workers: int | None = None
    """Processes; None is what the program takes by itself."""
    connections: int | None = None
    dkim: str = "rsa"

    def env(self, port: int) -> dict[str, str]:
        """Give the settings of one send."""
        asked = {
            "DIGEST_DATABASE_URL": self.url,
            "DIGEST_SECRET": "a benchmark's secret, long enough",
            "DIGEST_TRANSPORT": "smtp",
            "DIGEST_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "DIGEST_SEND_WORKERS": str(self.workers or ""),
            "DIGEST_SEND_CONNECTIONS": str(self.connections or ""),
            "DIGEST_SEND_MARKER": str(self.folder / "marker"),
            "DIGEST_CAPTURES_DIR": str(self.folder / "captures"),
            "DIGEST_NOW": NOW.isoformat(),  # the release is of then, and holds for some days
        }
        return {**os.environ, **asked, **self._keys()}

    def _keys(self) -> dict[str, str]:
        names = {"rsa": "DIGEST_DKIM", "ed25519": "DIGEST_DKIM_ED25519"}
        found = {}
        for kind in SIGNATURES[self.dkim]:
            found[f"{names[kind]}_KEY_FILE"] = str(key_file(self.folder, kind))
            found[f"{names[kind]}_SELECTOR"] = f"bench-{kind}"
        return found


def key_file(folder: Path, kind: str) -> Path:
    """Give the file of a signing key, made when first asked for."""
    path = folder / f"{kind}.pem"
    if not path.exists():
        option = ["--ed25519"] if kind == "ed25519" else []
        command = [DIGEST, "dkim", "keygen", *option, "--selector", f"bench-{kind}"]
        subprocess.run([*command, "--out", path], check=True, capture_output=True)
    return path


def send(way: Way, material: Material, *, readers: int, port: int) -> Cost:
    """Send to so many readers and give what it took. Raises SystemExit unless all were accepted."""
    furnish(way.url, material, readers=readers)
    (way.folder / "marker").unlink(missing_ok=True)  # that database was another one
    cost = watched([str(DIGEST), "send", WEEK, "--json"], env=way.env(port))
    told = json.loads(cost.output)
    if told["states"] != {"accepted": readers} or not told["sums"]:
        raise SystemExit(f"not everything was accepted: {told}")
    return cost
