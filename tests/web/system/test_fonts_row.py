"""What 系统状态 says of the papers' fonts."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.documents import examples
from tests.support import capabilities
from tests.support.world import person
from zhicheng.accounts.models import AccountKind
from zhicheng.documents.actions import issue_paper, render_paper
from zhicheng.documents.models import Kind, MissingCharacter, Paper
from zhicheng.documents.queries import missing_characters

pytestmark = pytest.mark.django_db(transaction=True)


def _made(name: str) -> Paper:
    with transaction.atomic():
        issued = issue_paper(
            kind=Kind.SUPERVISING_OPINION,
            subject="application:12",
            title="",
            data=examples.opinion(name=name),
            snapshot_sha256=examples.SHA,
            actor="system",
        )
    return render_paper(paper_id=issued.pk)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(person(AccountKind.OPERATOR, "operator", name="运维"))
    return client


def _row(operator: Client) -> str:
    page = BeautifulSoup(operator.get(reverse("system_health")).content.decode(), "html.parser")
    row = next(row for row in page.select("tr") if "文书字体" in row.get_text())
    return re.sub(r"\s+", "", row.get_text())


def test_character_no_font_has_is_told_with_its_newest_paper(caplog: Any, operator: Client) -> None:
    with caplog.at_level(logging.WARNING, logger="zhicheng.documents.actions"):
        _made("李\U000212fe")
        newest = _made("王\U000212fe\U0002b7f7")
    assert "no font has \U000212fe (U+212FE)" in caplog.text
    assert newest.serial in caplog.text
    assert {(row.character, row.serial) for row in MissingCharacter.objects.all()} == {
        ("\U000212fe", newest.serial),
        ("\U0002b7f7", newest.serial),
    }
    row = _row(operator)
    assert "有缺字" in row
    assert "\U000212fe（U+212FE）" in row
    assert newest.serial in row
    assert "fonts-hanazono" in row


def test_stand_in_is_told_and_what_the_settings_name_is_not(settings: Any, operator: Client) -> None:
    _made("李红")
    assert missing_characters() == []
    assert "文书的仿宋、楷体没有字体，以宋体代替" in _row(operator)
    settings.PAPER_FONTS = settings.PAPER_FONTS | {"kai": "Noto Serif SC", "fangsong": "Noto Serif SC"}
    assert "四种字体都有" in _row(operator)


@pytest.mark.paper_fonts
def test_character_is_told_until_a_font_has_it(settings: Any) -> None:
    _made("李\U000212fe")
    assert [row.character for row in missing_characters()] == ["\U000212fe"]
    settings.PAPER_FONT_PACKAGES = list(map(str, capabilities.PAPER_FONTS.values()))
    assert missing_characters() == []
