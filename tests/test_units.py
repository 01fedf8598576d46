"""The units of systemd: they are understood, and each service is given the secrets that concern it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNITS, CREDENTIALS = ROOT / "deploy" / "systemd", ROOT / "deploy" / "credentials"
PAGE = (ROOT / "docs" / "security" / "keys.md").read_text(encoding="utf-8")
# Read by the owner's commands alone; no secret itself; the name of a file.
NOT_GIVEN = {"ZHICHENG_BLIND_INDEX_KEY_BEFORE", "ZHICHENG_SECRETS_DIR", "ZHICHENG_BIND_KEY"}


def readers() -> dict[str, set[str]]:
    """By secret who reads it, as ``docs/security/keys.md`` says."""
    rows = re.findall(r"^\| [^|]+ \| `(ZHICHENG_[A-Z_]+)`[^|]*\|(?:[^|]*\|){3} ([^|]+) \|$", PAGE, re.MULTILINE)
    return {name: {word.strip("` ") for word in who.split(",")} for name, who in rows}


@pytest.mark.parametrize("service", ["web", "worker", "examiner", "backup"])
def test_each_service_is_given_the_secrets_that_concern_it(service: str) -> None:
    own = {"web": "the web server", "worker": "the worker"}.get(service, "")
    told = readers()
    assert len(told) > 9
    given = re.findall(r"^LoadCredentialEncrypted=(.+)$", (CREDENTIALS / f"zhicheng-{service}.conf").read_text(), re.MULTILINE)
    assert sorted(given) == sorted(name for name, who in told.items() if who & {"services", own} and name not in NOT_GIVEN)


@pytest.mark.systemd
def test_units_with_their_credentials_are_understood(tmp_path: Path) -> None:
    """By systemd itself; the program they start is one that is here."""
    for unit in UNITS.iterdir():
        text = (
            unit.read_text()
            .replace("/opt/zhicheng/.venv/bin/zhicheng", "/bin/true")
            .replace("/opt/zhicheng/.venv/bin/gunicorn", "/bin/true")
        )
        assert "[Service]" in text or "[Timer]" in text
        (tmp_path / unit.name).write_text(re.sub(r"^(User|Group)=zhicheng$", r"\1=root", text, flags=re.MULTILINE))
    for credentials in CREDENTIALS.iterdir():
        folder = tmp_path / f"{credentials.stem}.service.d"
        folder.mkdir()
        shutil.copy(credentials, folder / "credentials.conf")
    units = sorted(str(path) for path in tmp_path.iterdir() if path.is_file())
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if str(tmp_path) in line or "zhicheng" in line]
    assert not ours, "\n".join(ours)
