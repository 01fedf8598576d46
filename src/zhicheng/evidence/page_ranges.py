"""Which pages somebody means who writes ``1-2、5``. Pure: a text and a number of pages in, pages or a sentence out (S-63)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

_PART = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?\Z", re.ASCII)
_DASHES = re.compile(r"\s*(?:[-‐-―−~至到])\s*")
_COMMAS = re.compile(r"[,、;\s]+")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages in the order they were written, each once for each time; or what is wrong with what was written, in words."""

    pages: tuple[int, ...] = ()
    problem: str = ""


def read_pages(text: str, last: int) -> Pages:
    """The pages of a file of ``last`` pages that ``text`` means: single ones and ranges, however dashes and commas are typed. Nothing
    written means none.
    """
    plain = unicodedata.normalize("NFKC", text).replace("第", "").replace("页", "").strip()
    pages: list[int] = []
    for part in filter(None, _COMMAS.split(_DASHES.sub("-", plain))):
        found = _PART.match(part)
        begin, end = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= begin <= end:
            return Pages(problem=_("看不懂页码“{part}”。请写成“1-2”或者“1、3、5”这样。").format(part=part))
        if end > last:
            return Pages(problem=_("这个文件只有 {last} 页，没有第 {page} 页。").format(last=last, page=end))
        pages += range(begin, end + 1)
    return Pages(pages=tuple(pages))
