"""What is installed on a server: the program and what it needs, from a lock of its own, and nothing that only tests need."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from deploy import environment

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pinned(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", lock.read_text("utf-8"), re.M))


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in requirements}


def test_production_lock_holds_the_same_versions_and_everything_the_program_needs():
    production, everything = pinned(environment.PRODUCTION_LOCK), pinned(environment.LOCK)
    assert production.items() <= everything.items()
    optional = PROJECT["optional-dependencies"]
    wanted = named(PROJECT["dependencies"]) | named(optional["production"]) | named(optional["reading"])
    wanted -= {PROJECT["name"]}  # the extras of its own that production takes
    assert not wanted - set(production), "compile requirements-production.lock again (CONTRIBUTING.md)"


def test_production_lock_holds_no_test_package():
    only_tests = named(PROJECT["optional-dependencies"]["dev"]) - named(PROJECT["optional-dependencies"]["production"])
    assert not only_tests & set(pinned(environment.PRODUCTION_LOCK))


def test_locks_name_no_host_and_every_package_has_a_hash():
    for lock in (environment.LOCK, environment.PRODUCTION_LOCK):
        text = lock.read_text("utf-8")
        assert "://" not in text
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z])", text) if "==" in block.split("\n")[0])


@pytest.mark.git
def test_archive_holds_no_history(tmp_path: Path):
    """What operations.md installs from (``git archive``)."""
    command = ["git", "-c", "safe.directory=*", "archive", "--format=tar", "-o", str(tmp_path / "z.tar"), "HEAD"]
    subprocess.run(command, cwd=ROOT, check=True)
    listed = subprocess.run(["tar", "tf", str(tmp_path / "z.tar")], capture_output=True, text=True, check=True).stdout
    assert "src/zhicheng/settings.py" in listed and not re.search(r"^\.git/", listed, re.M)
