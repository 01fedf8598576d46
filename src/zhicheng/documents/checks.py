"""What must be true before an instance starts: the fonts of the papers are there."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext as _

from zhicheng.documents import fonts


@register("zhicheng")
def check_fonts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every family named in ``PAPER_FONTS`` is found; typst would only warn and print in another face."""
    missing = fonts.missing_families()
    if not missing:
        return []
    return [
        Error(
            _("找不到文书所用的字体：%(families)s。") % {"families": "、".join(missing)},
            hint=_(
                "请把字体文件（TTF、OTF 或 TTC）所在的文件夹写入 ZHICHENG_PAPER_FONT_DIRS，或修改 ZHICHENG_FONT_SONG、"
                "ZHICHENG_FONT_HEI、ZHICHENG_FONT_FANGSONG、ZHICHENG_FONT_KAI。"
            ),
            id="zhicheng.E101",
        )
    ]
