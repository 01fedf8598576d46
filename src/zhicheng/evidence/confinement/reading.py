"""The warden of those who read what stands on a page: apart from the others, for what it loads is large, and absent where it is not installed.

Run and built like :mod:`.looking`.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from zhicheng.evidence.confinement.warden import Live, main

MODULE = __name__


def load() -> Live:
    """Load what a cell that reads needs, the models among it, while there are files to load it from."""
    import io

    from PIL import Image, ImageDraw

    from zhicheng.evidence.confinement import cell
    from zhicheng.evidence.inspection.reading.lines import as_bytes
    from zhicheng.evidence.inspection.reading.read import read
    from zhicheng.evidence.inspection.verdicts import Bounds

    def answer(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        return cell.answered(partial(_read, request, content))

    def _read(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        page = read(content, request["media_type"], Bounds(**request["bounds"]), number=request["number"])
        return {"ok": True, "up_to": page.number, "warnings": []}, as_bytes(page)

    cell.warm_up()
    sheet, out = Image.new("RGB", (400, 300), "white"), io.BytesIO()
    ImageDraw.Draw(sheet).text((30, 60), "2023", fill="black", font_size=60)
    sheet.save(out, "PNG")
    read(out.getvalue(), "image/png", Bounds(max_bytes=1 << 20, max_pages=1))
    return partial(cell.live, by=answer)


if __name__ == "__main__":
    main(sys.argv[1:], load)
