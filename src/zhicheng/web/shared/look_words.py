"""The log of looks in words: what was looked at, and which file or paper it was. For the auditor, and for whose it is."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.documents.actions import PREFIXES
from zhicheng.documents.models import Kind
from zhicheng.foundation import looks
from zhicheng.foundation.models import AccessLook

# What the serials of papers without the whole number begin with.
_OTHERS = tuple(prefix for kind, prefix in PREFIXES.items() if kind is not Kind.REVIEW_FORM)

WHAT: dict[str, str | Promise] = {
    looks.FILE: gettext_lazy("打开附件"),
    looks.PREVIEW: gettext_lazy("看附件的一页"),
    looks.THUMBNAIL: gettext_lazy("列表中显示了附件的缩略图"),
    looks.ORIGINAL: gettext_lazy("下载附件原件"),
    looks.NUMBER: gettext_lazy("查看完整身份证号"),
    looks.PAPER: gettext_lazy("打开印有完整身份证号的文书"),
    looks.CASE: gettext_lazy("打开申请书"),
}


def what_words(look: AccessLook) -> str | Promise:
    """What was looked at; of a paper that carries no whole number (a notice, an opinion) not that it did."""
    if look.what == looks.PAPER and not is_review_form(look.thing):
        return _("打开文书")
    return WHAT.get(look.what, look.what)


def is_review_form(ref: str) -> bool:
    """Whether ``ref`` names a paper with the whole number: a review form, or a draft of one."""
    serial = ref.removeprefix("paper:")
    return ref.startswith("paper:") and not serial.startswith(_OTHERS)


def thing_words(ref: str) -> str:
    """Which file, sheet, move or paper ``ref`` names, by its number."""
    if found := re.fullmatch(r"evidence:(\d+)(?::(\d+))?", ref):
        words = _("附件文件 {number}").format(number=found[1])
        return words + (_("，第 {page} 页").format(page=found[2]) if found[2] else "")
    kind, _colon, serial = ref.partition(":")
    if kind == "move":
        return _("办理记录 {number}").format(number=serial)
    return _("文书 {serial}").format(serial=serial) if kind == "paper" else ref
