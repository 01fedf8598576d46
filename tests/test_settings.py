"""Where the settings come from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def mail_sender(env_file: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "ZHICHENG_ENV_FILE": str(env_file)}
    command = [sys.executable, "-c", "from zhicheng.settings import *; print(DEFAULT_FROM_EMAIL)"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_settings_are_read_from_the_named_file(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("# a comment\nZHICHENG_MAIL_FROM=职称 <a@b.example>\n", encoding="utf-8")
    assert mail_sender(tmp_path / "env").stdout == "职称 <a@b.example>\n"


@pytest.mark.parametrize("name", ["absent", "folder"])
def test_a_named_file_that_cannot_be_read_is_an_error_and_names_itself(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    done = mail_sender(tmp_path / name)
    assert done.returncode == 1
    assert "The file with the settings cannot be read" in done.stderr and str(tmp_path / name) in done.stderr


@pytest.mark.parametrize("variable", ["ZHICHENG_SECRETS_DIR", "CREDENTIALS_DIRECTORY"])
def test_secrets_are_read_from_a_folder_of_their_own(tmp_path: Path, variable: str) -> None:
    """As systemd and vaults hand them over; they go before what the file with the settings says."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ZHICHENG_SECRET_KEY").write_text("from-the-vault\n", encoding="utf-8")
    (tmp_path / "secrets" / "PATH").write_text("/nowhere", encoding="utf-8")
    (tmp_path / "env").write_text("ZHICHENG_SECRET_KEY=from-the-file\n", encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "ZHICHENG_ENV_FILE": str(tmp_path / "env"),
        variable: str(tmp_path / "secrets"),
    }
    command = [sys.executable, "-c", "import os; from zhicheng.settings import SECRET_KEY; print(SECRET_KEY, os.environ['PATH'])"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["from-the-vault", os.environ["PATH"]]
