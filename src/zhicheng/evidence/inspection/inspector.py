"""One file, any kind: what it really is."""

from __future__ import annotations

from zhicheng.evidence.inspection.heif import inspect_heif
from zhicheng.evidence.inspection.images import inspect_image
from zhicheng.evidence.inspection.kinds import sniff
from zhicheng.evidence.inspection.pdfs import inspect_pdf
from zhicheng.evidence.inspection.verdicts import Bounds, Finding, Rejected

_HEAD = 8192


def inspect(content: bytes, bounds: Bounds) -> Finding:
    """What a file with this content really is.

    Raises ``Rejected`` with a stable code when it cannot be kept. Whatever a parser throws at a file it does not
    understand ends as ``Rejected("unreadable")``: to the person it is one and the same thing.
    """
    if not content:
        raise Rejected("empty")
    if len(content) > bounds.max_bytes:
        raise Rejected("too_large", size=len(content))
    kind = sniff(content[:_HEAD])
    try:
        if kind == "pdf":
            return inspect_pdf(content, bounds)
        if kind in {"jpeg", "png"}:
            return inspect_image(content, kind, bounds)
        if kind == "heif":
            return inspect_heif(content, bounds)
    except Rejected:
        raise
    except MemoryError as error:
        raise Rejected("too_complex") from error
    except Exception as error:
        raise Rejected("unreadable", kind=kind, detail=f"{type(error).__name__}: {error}"[:300]) from error
    raise Rejected("wrong_type", kind=kind)
