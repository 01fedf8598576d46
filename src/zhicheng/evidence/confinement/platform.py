"""What the operator is told before an instance starts: which walls this machine does not give the cells, and whether Chinese is shown."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.translation import gettext as _
from PIL import Image

from zhicheng.evidence.confinement import starting
from zhicheng.evidence.confinement.asking import Warden, render_confined
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

_NAMES = {"shell": "bubblewrap / namespaces", "nowhere": "chroot", "landlock": "Landlock", "seccomp": "seccomp"}
# 职称评审 in 宋体 as many programs of offices write it: the font is named and not in the file.
_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 60]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
    b"<</Length 50>>stream\nBT /F 40 Tf 20 16 Td <804C79F08BC45BA1> Tj ET     \nendstream",
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light-UniGB-UCS2-H/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
    b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
    b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120"
    b"/CapHeight 880/StemV 93>>",
)
_WIDTH = 400
_INK = 0.05  # share of the page that four such characters blacken; of a page without them nothing is dark


@register("zhicheng")
def check_confinement(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One warning that names every missing wall. The files are examined all the same: the other walls stand."""
    missing = starting.report().missing if sys.platform == "linux" else list(_NAMES)
    if not missing:
        return []
    return [
        Warning(
            _("这台机器缺少隔离上传文件的部分手段：%(missing)s。") % {"missing": ", ".join(_NAMES[name] for name in missing)},
            hint=_("各项的作用和补上的办法见 docs/security/confinement.md；多数情况下安装 bubblewrap 即可。"),
            id="zhicheng.W030",
        )
    ]


@register("zhicheng", deploy=True)
def check_chinese_is_shown(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An error unless a cell shows Chinese whose font is neither in the file nor on the machine. Takes half a second: asked before an
    instance serves (``zhicheng check --deploy``) and by ``zhicheng examine``, not by every command.
    """
    if shows_chinese():
        return []
    return [
        Error(
            _("上传文件的预览显示不出没有嵌入字体的中文。"),
            hint=_(
                "预览使用随系统安装的字体包 pylopdf-fonts-zh-cn。请按 requirements-production.lock 重新安装全部依赖后再启动。"
            ),
            id="zhicheng.E032",
        )
    ]


def shows_chinese(warden: Warden | None = None) -> bool:
    """Whether four characters of 宋体 that nobody embedded come out as ink, drawn in a cell as any preview is. ``warden``, for tests, is
    stopped.
    """
    warden = warden or Warden()
    try:
        with tempfile.NamedTemporaryFile(prefix="zhicheng-") as file:
            file.write(_sample())
            file.flush()
            bounds = Bounds(max_bytes=1 << 16, max_pages=1)
            png = render_confined(
                Path(file.name), media_type="application/pdf", page=1, width=_WIDTH, bounds=bounds, warden=warden
            )
    except Rejected:
        return False
    finally:
        warden.stop()
    with Image.open(io.BytesIO(png)) as picture:
        dark = picture.convert("L").histogram()[:128]
    return sum(dark) > _INK * picture.width * picture.height


def _sample() -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(_OBJECTS, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (count, table, count, len(out))
