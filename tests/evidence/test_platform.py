"""What has to hold before an instance starts: previews show Chinese on a machine without fonts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from tests.evidence.hostile import fontless_program
from zhicheng.evidence.confinement import platform
from zhicheng.evidence.confinement.asking import Warden

FOLDER = Path(fontless_program.__file__).parent


def fontless() -> Warden:
    return Warden("fontless_program", (), (FOLDER,))


def test_chinese_that_nobody_embedded_is_shown_by_the_fonts_that_are_shipped() -> None:
    assert platform.shows_chinese()
    assert platform.check_chinese_is_shown(None) == []


def test_broken_package_of_fonts_is_found_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not platform.shows_chinese(fontless())
    monkeypatch.setattr(platform, "Warden", fontless)
    (found,) = [one for one in run_checks(include_deployment_checks=True) if one.id == "zhicheng.E032"]
    assert found.is_serious() and "pylopdf-fonts-zh-cn" in str(found.hint)
    assert not [one for one in run_checks() if one.id == "zhicheng.E032"], "not asked by every command"


@pytest.mark.django_db
def test_examiner_does_not_start_where_previews_would_lack_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "Warden", fontless)
    with pytest.raises(CommandError, match="没有嵌入字体的中文"):
        call_command("examine")
