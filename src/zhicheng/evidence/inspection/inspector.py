"""One file, any kind: what it really is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from zhicheng.evidence.inspection.images import inspect_image
from zhicheng.evidence.inspection.kinds import sniff
from zhicheng.evidence.inspection.pdfs import inspect_pdf
from zhicheng.evidence.inspection.verdicts import Bounds, Finding, Rejected

_HEAD = 8192


def inspect(path: Path, bounds: Bounds) -> Finding:
    """What the file at ``path`` really is.

    Raises ``Rejected`` with a stable code when it cannot be kept. Whatever a parser throws at a file it does not
    understand ends as ``Rejected("unreadable")``: to the person it is one and the same thing.
    """
    size = path.stat().st_size
    if size == 0:
        raise Rejected("empty")
    if size > bounds.max_bytes:
        raise Rejected("too_large", size=size)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = sniff(head)
    try:
        if kind == "pdf":
            return inspect_pdf(path, bounds)
        if kind in {"jpeg", "png"}:
            return inspect_image(path, kind, bounds)
    except Rejected:
        raise
    except MemoryError as error:
        raise Rejected("too_complex") from error
    except Exception as error:
        raise Rejected("unreadable", kind=kind, detail=f"{type(error).__name__}: {error}"[:300]) from error
    raise Rejected("wrong_type", kind=kind)


def inspect_to_dict(path: Path, bounds: Bounds) -> dict[str, object]:
    """``inspect`` as plain data for the way between processes: ``ok``, then the fields of the finding or the refusal."""
    try:
        return {"ok": True, **asdict(inspect(path, bounds))}
    except Rejected as refusal:
        return {"ok": False, "code": refusal.code, "params": refusal.params}
