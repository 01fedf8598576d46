"""The warden of those who look how legible a page is, and which codes stand on it: started as the other one is, with more libraries in it, and apart from it. What decides
whether a file is taken in shares no process with them.

Runs as ``python -m``; its cells are those of :mod:`.cell` with another answer.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from zhicheng.evidence.confinement.warden import Live, main

MODULE = __name__


def load() -> Live:
    """Load everything a cell needs, while there are files to load it from."""
    import io

    from PIL import Image

    from zhicheng.evidence.confinement import cell
    from zhicheng.evidence.inspection.codes import read_codes
    from zhicheng.evidence.inspection.legibility.look import look
    from zhicheng.evidence.inspection.legibility.mending import Repair, mend
    from zhicheng.evidence.inspection.verdicts import Bounds

    def answer(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        return cell.answered(partial(verbs[request["verb"]], request, content))

    def _look(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        found = look(content, request["media_type"], Bounds(**request["bounds"]), first=request["first"], most=request["most"])
        return {"ok": True, "warnings": found.warnings, "up_to": found.up_to}, b""

    def _mend(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        repairs = [Repair(*repair) for repair in request["repairs"]]
        return {"ok": True}, mend(content, request["media_type"], repairs, Bounds(**request["bounds"]))

    def _codes(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        read = read_codes(
            content, request["media_type"], Bounds(**request["bounds"]), first=request["first"], most=request["most"]
        )
        return {"ok": True, "warnings": read.found, "up_to": read.up_to}, b""

    verbs = {"look": _look, "mend": _mend, "codes": _codes}
    cell.warm_up()
    sheet = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(sheet, "PNG")
    for looked in (look, read_codes):
        looked(sheet.getvalue(), "image/png", Bounds(max_bytes=1 << 20, max_pages=1))
    return partial(cell.live, by=answer)


if __name__ == "__main__":
    main(sys.argv[1:], load)
