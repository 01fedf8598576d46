"""Where a mailbox is typed: a domain that looks like a slip of the pen is asked about once, and taken when it is sent again (S-35)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhicheng.accounts.rules import mailbox_meant, tidy_mailbox

ASKED = "asked"


class MailboxInput(forms.EmailInput):
    """The control of a mailbox. Shown with an address that was asked about it says so: whoever sends the same again means it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = super().render(name, value, attrs, renderer)
        if not mailbox_meant(_tidy(value)):
            return shown
        return format_html('{}<input type="hidden" name="{}_{}" value="{}">', shown, name, ASKED, value)


def question_about(name: str, data: Mapping[str, Any]) -> str:
    """What to ask about the mailbox sent as ``name``; empty when it looks right, or when it was asked about and sent again."""
    typed = _tidy(data.get(name))
    meant = mailbox_meant(typed)
    if not meant or _tidy(data.get(f"{name}_{ASKED}")) == typed:
        return ""
    words = _("电子邮箱“%(typed)s”可能写错了，您要写的是不是“%(meant)s”？写错了请改正；确实没有写错的，再提交一次即可。")
    return words % {"typed": typed, "meant": meant}


def _tidy(value: Any) -> str:
    """The address as it would be kept; nothing where it is too long for one, which the field says itself."""
    text = str(value or "")
    return tidy_mailbox(text) if len(text) <= 320 else ""
