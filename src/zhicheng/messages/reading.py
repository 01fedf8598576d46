"""The words of a message, and who reads it: the plain values a room below gives and gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from zhicheng.foundation.language import platform_language
from zhicheng.messages.models import Message

# Subject and text, in the language that is in force when it is called.
Words = Callable[[], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """A person, or an organization's people together. ``mailboxes``: where mail goes, each with a name for its key that tells nobody's
    address; the name is empty for a person's only one. ``mobile``: a person's number."""

    user_id: int | None = None
    organization_id: int | None = None
    mailboxes: tuple[tuple[str, str], ...] = ()
    mobile: str = ""

    @property
    def row(self) -> dict[str, int | None]:
        """The two columns of a row that is this reader's."""
        return {"user_id": self.user_id, "organization_id": self.organization_id}


@dataclass(frozen=True, slots=True)
class Told:
    """A message in one language."""

    subject: str
    text: str
    path: str


def written(words: Words, path: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """The words in every language of the site: as a row keeps them, and by language."""
    said: dict[str, tuple[str, str]] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            subject, text = words()
            said[code] = (" ".join(subject.split()), text)
    return json.dumps({"path": path, "said": said}, ensure_ascii=False), said


def told(message: Message) -> Told:
    """A message in the language of the page; in the platform's where it was not written in that one."""
    kept: dict[str, Any] = json.loads(message.words)
    said = kept["said"]
    subject, text = said.get(get_language() or "") or said[settings.LANGUAGE_CODE]
    return Told(subject, text, kept["path"])


@platform_language()
def where_to_look(path: str) -> str:
    """The last line of a mail: the address of the page."""
    return _("查看详情：{address}").format(address=f"{settings.SITE_ADDRESS}{path}")
