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
