"""The fonts a page is drawn with when it does not bring its own: ours, on every machine the same, in memory before any file is opened.

The fourteen standard fonts are inside of pdfium; Chinese is not. A file that names 宋体 without embedding it is shown in Noto Serif SC,
anything else Chinese in Noto Sans SC. Fonts of the machine are never asked: a preview must not depend on where it was drawn.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
from pypdfium2 import PdfSysfontBase

_FOLDER = Path(pylopdf_fonts_zh_cn.__file__).parent
_SERIF, _SANS = 1, 2  # handles; 0 is "none"
_FACES = {_SERIF: b"Noto Serif SC\0", _SANS: b"Noto Sans SC\0"}
_CONTENT = {
    _SERIF: (_FOLDER / "NotoSerifSC-Regular.otf").read_bytes(),
    _SANS: (_FOLDER / "NotoSansSC-Regular.otf").read_bytes(),
}
_GB2312 = 134
_CHINESE_SETS = {128, 129, 130, _GB2312, 136}  # Japanese, two Korean ones, simplified, traditional
_SERIF_NAMES = ("song", "sun", "ming", "fang", "kai", "serif", "宋", "仿", "楷", "明", "标")
_SANS_NAMES = ("hei", "yahei", "sans sc", "yuan", "dengxian", "黑", "圆", "等线")
_ROMAN = 1 << 4  # of pitch and family


class ShippedFonts(PdfSysfontBase):
    """What pdfium asks when a font is not in the file."""

    def Release(self, _: Any) -> None:
        """Nothing to let go of."""

    def EnumFonts(self, _: Any, mapper: Any) -> None:
        """No list: every question comes to ``MapFont``."""

    def MapFont(self, _: Any, weight: int, italic: int, charset: int, family: int, face: Any, _exact: Any) -> int:
        """The handle of the font for a name and character set; 0 leaves it to the standard fonts."""
        name = _text(face)
        if any(part in name for part in _SANS_NAMES):
            return _SANS
        if charset in _CHINESE_SETS:
            return _SERIF if family & _ROMAN or any(part in name for part in _SERIF_NAMES) else _SANS
        return _SERIF if any(part in name for part in ("simsun", "song", "宋", "仿", "楷")) else 0

    def GetFont(self, _: Any, face: Any) -> int:
        """By name alone."""
        return self.MapFont(None, 400, 0, 0, 0, face, None)

    def GetFontData(self, _: Any, font: int, table: int, buffer: Any, size: int) -> int:
        """The length of a table, or of the whole font (table 0); its bytes, when the buffer holds them."""
        content = _table(_CONTENT.get(int(font or 0), b""), table)
        if content and buffer and size >= len(content):
            ctypes.memmove(buffer, content, len(content))
        return len(content)

    def GetFaceName(self, _: Any, font: int, buffer: Any, size: int) -> int:
        """The name of the font, ended by a zero."""
        name = _FACES.get(int(font or 0), b"")
        if name and buffer and size >= len(name):
            ctypes.memmove(buffer, name, len(name))
        return len(name)

    def GetFontCharset(self, _: Any, font: int) -> int:
        """Both are simplified Chinese."""
        return _GB2312

    def DeleteFont(self, _: Any, font: int) -> None:
        """They stay."""


def _text(face: Any) -> str:
    raw = face if isinstance(face, bytes) else ctypes.string_at(face) if face else b""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).lower()
        except UnicodeDecodeError:
            continue
    return ""


def _table(content: bytes, tag: int) -> bytes:
    if tag == 0:
        return content
    count = int.from_bytes(content[4:6], "big")
    for entry in (content[12 + 16 * n : 28 + 16 * n] for n in range(count)):
        if int.from_bytes(entry[:4], "big") == tag:
            at, length = int.from_bytes(entry[8:12], "big"), int.from_bytes(entry[12:16], "big")
            return content[at : at + length]
    return b""


def use_shipped_fonts() -> None:
    """From now on in this process. Called once, when the drawing is loaded."""
    if PdfSysfontBase.SINGLETON is None:
        ShippedFonts().setup(reusable=True)
