"""What an instance is called: names and picture come from the settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation

from zhicheng.foundation.language import office_name, site_name, wordmark


def named(told: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What ``told`` is worth in a process that has only ``variables``."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "ZHICHENG_ENV_FILE": os.devnull,
    } | variables
    code = f"from zhicheng.naming import *; print({told}, sep=chr(10))"
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def brand(folder: Path, *names: str) -> str:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("<svg/>", encoding="utf-8")
    return str(folder)


def test_instance_for_real_people_names_no_office_of_ours() -> None:
    assert named("OFFICE_NAME, OFFICE_NAME_EN, WORDMARK, STATICFILES_DIRS").stdout == "\n\n\n[]\n"


def test_rehearsal_is_run_by_the_bureau_of_the_notice() -> None:
    said = named("OFFICE_NAME, OFFICE_NAME_EN", ZHICHENG_MODE="rehearsal").stdout
    assert said.startswith("博尔塔拉蒙古自治州人力资源和社会保障局\nHuman Resources")


def test_office_without_an_english_name_is_called_by_its_own() -> None:
    assert named("OFFICE_NAME_EN", ZHICHENG_MODE="rehearsal", ZHICHENG_OFFICE_NAME="某州人社局").stdout == "某州人社局\n"


def test_picture_stands_for_the_names_in_each_language(tmp_path: Path) -> None:
    one = named("WORDMARK, WORDMARK_EN", ZHICHENG_BRAND_DIR=brand(tmp_path / "one", "wordmark.png"))
    assert one.stdout == "brand/wordmark.png\nbrand/wordmark.png\n"
    two = named("WORDMARK, WORDMARK_EN", ZHICHENG_BRAND_DIR=brand(tmp_path / "two", "wordmark.svg", "wordmark-en.png"))
    assert two.stdout == "brand/wordmark.svg\nbrand/wordmark-en.png\n"


@pytest.mark.parametrize("names", [("wordmark.svg", "key.pem"), ("wordmark-en.svg",), ()])
def test_folder_that_is_not_only_for_the_picture_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    done = named("WORDMARK", ZHICHENG_BRAND_DIR=brand(tmp_path / "brand", *names))
    assert done.returncode == 1
    assert "ZHICHENG_BRAND_DIR must be a folder with wordmark.svg or wordmark.png, and nothing but" in done.stderr


def test_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    assert named("WORDMARK", ZHICHENG_BRAND_DIR=str(tmp_path / "nowhere")).returncode == 1


def test_names_are_said_in_the_language_that_is_spoken(settings) -> None:
    settings.SITE_NAME, settings.OFFICE_NAME, settings.OFFICE_NAME_EN = "某州职称平台", "某州人社局", "Bureau of Somewhere"
    settings.WORDMARK, settings.WORDMARK_EN = "brand/wordmark.svg", "brand/wordmark-en.svg"
    assert (site_name(), office_name(), wordmark()) == ("某州职称平台", "某州人社局", "brand/wordmark.svg")
    with translation.override("en"):
        assert (site_name(), office_name(), wordmark()) == ("某州职称平台", "Bureau of Somewhere", "brand/wordmark-en.svg")
        settings.SITE_NAME_EN = "Titles of Somewhere"
        assert site_name() == "Titles of Somewhere"
