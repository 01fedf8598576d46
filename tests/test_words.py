"""Every word on the screen: Chinese is the source, English is complete, and nothing new is left untranslated."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.support.sources import SOURCE, python

ENGLISH = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def texts(message: Message) -> tuple[list[str], list[str]]:
    """The source's forms and the translation's, as lists."""
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return ids, strings


def test_english_is_complete() -> None:
    messages = [m for m in catalogue(ENGLISH) if m.id]
    assert not [m.id for m in messages if m.fuzzy or not all(texts(m)[1]) or not texts(m)[1]]
    assert messages


def test_english_keeps_every_placeholder() -> None:
    wrong = []
    for message in catalogue(ENGLISH):
        ids, strings = texts(message)
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        wrong += [s for s in strings[-1:] if message.id and set(PLACEHOLDER.findall(s)) != wanted]
    assert not wrong


@pytest.mark.gettext
def test_no_word_in_the_code_is_missing_from_the_catalogue(tmp_path: Path) -> None:
    copy = tmp_path / "zhicheng"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    command = [sys.executable, "-m", "zhicheng", "makemessages", "-l", "en", "--no-location", "-v0"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "zhicheng.settings", "ZHICHENG_MODE": "test"}
    subprocess.run(command, cwd=copy, check=True, capture_output=True, timeout=120, env=environment)
    found = {str(m.id) for m in catalogue(copy / "locale" / "en" / "LC_MESSAGES" / "django.po") if m.id}
    assert found <= {str(m.id) for m in catalogue(ENGLISH) if m.id}


def test_no_call_for_a_translation_has_a_name_the_extraction_does_not_know() -> None:
    renamed = re.compile(r"\b(\w*gettext\w*) as (?!_\b)(\w+)")
    found = {source.name: names for source in python() if (names := renamed.findall(source.text))}
    assert not found


CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’]+")
SAMPLES = {"system/components.html"}  # the living page of the components: its sample names and words are no part of the site


def outside_the_catalogue(template: str) -> list[str]:
    """The Chinese words and full-width marks of a template that English readers would meet as they are.

    Left aside: what is translated, comments, and an element that says it is Chinese (``lang="zh-CN"``).
    """
    text = re.sub(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}", "", template, flags=re.DOTALL)
    text = re.sub(r"{%\s*blocktrans(late)?\b.*?endblocktrans(late)?\s*%}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%\s*trans(late)?\b.*?%}", "", text)
    text = re.sub(r"""_\((?:"[^"]*"|'[^']*')\)""", "", text)
    text = re.sub(r"""<(\w+)\b[^>]*\blang="zh-CN"[^>]*>.*?</\1>""", "", text, flags=re.DOTALL)
    return CHINESE.findall(text)


def test_no_template_has_chinese_outside_the_catalogue() -> None:
    folder = SOURCE / "web" / "templates"
    pages = [p for p in folder.rglob("*.*") if str(p.relative_to(folder)) not in SAMPLES]
    assert len(pages) > 100
    found = {str(p.relative_to(folder)): words for p in pages if (words := outside_the_catalogue(p.read_text("utf-8")))}
    assert not found


@pytest.mark.parametrize(
    "template",
    [
        "{{ name }}：{{ text }}",
        "<p>（{{ source }}）</p>",
        '{% callout title="请注意" %}{% endcallout %}',
        '<td data-label="姓名">',
    ],
)
def test_chinese_outside_the_catalogue_is_seen(template: str) -> None:
    assert outside_the_catalogue(template)
