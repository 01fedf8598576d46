"""What must be true before an instance starts: the fonts of the papers are there. What stands in for another is said."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.translation import gettext as _

from zhicheng.documents import fonts


@register("zhicheng")
def check_fonts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every family the settings name is found; typst would only warn and print in another face. A 仿宋 or 楷体 that nobody named and
    that is not there is printed as 宋体, and the operator of a real instance is told.
    """
    missing = fonts.missing_families()
    if not missing:
        return _stand_ins() if settings.MODE == "production" else []
    return [
        Error(
            _("找不到文书所用的字体：%(families)s。") % {"families": "、".join(missing)},
            hint=_(
                "请把字体文件（TTF、OTF 或 TTC）所在的文件夹写入 ZHICHENG_PAPER_FONT_DIRS，或修改 ZHICHENG_FONT_SONG、"
                "ZHICHENG_FONT_HEI、ZHICHENG_FONT_FANGSONG、ZHICHENG_FONT_KAI、ZHICHENG_FONTS_SUPPLEMENTARY。"
            ),
            id="zhicheng.E101",
        )
    ]


def _stand_ins() -> list[CheckMessage]:
    styles = fonts.stand_ins()
    if not styles:
        return []
    hint = _(
        "要用本单位的字体，请把字体文件所在的文件夹写入 ZHICHENG_PAPER_FONT_DIRS，字体名写入 ZHICHENG_FONT_FANGSONG、"
        "ZHICHENG_FONT_KAI；楷体也可以安装 fonts-lxgw-wenkai。就用宋体的，请把这两个变量设为 Noto Serif SC。"
    )
    text = _("文书的%(styles)s没有字体，以宋体代替。") % {"styles": "、".join(str(fonts.STYLE_NAMES[style]) for style in styles)}
    return [Warning(text, hint=hint, id="zhicheng.W101")]
