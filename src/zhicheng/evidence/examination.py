"""May this file be kept? Hard refusals only for what nobody can use (wrong type, encrypted, broken, too big, dangerous);
legibility is a warning (S-23, S-25, G-05). Every sentence says what is wrong and how to mend it.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from zhicheng.evidence import scanning
from zhicheng.evidence.confinement.asking import MEMORY, SECONDS, compose_confined, inspect_confined, mend_confined
from zhicheng.evidence.inspection.verdicts import RENAMED, Bounds, Finding, Rejected
from zhicheng.evidence.names import claims_other_type
from zhicheng.evidence.sentences import Values, refusal_sentence, values_of
from zhicheng.foundation import holding

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examined:
    """The file can be kept. ``warnings``: ``[{"code": ..., "page": ...}]``, see ``sentences.warning_sentence``."""

    media_type: str
    pages: int
    warnings: list[dict[str, int | str]] = field(default_factory=list)
    cpu_seconds: float = field(default=0.0, compare=False)
    """What the examination cost, for the budget of whoever brought the file; as for a refusal."""
    safe_copy: bytes | None = field(default=None, compare=False, repr=False)
    """The same pages without scripts, actions and attachments, where the file carries any: to be stored beside it and served."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What was brought were the files that one is made of. It is made, ``held``, and waits to be examined itself."""

    held: holding.Held


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """The file cannot be kept. ``code`` is stable; ``text`` is the sentence for the person, in the active language; ``values`` are what
    ``sentences.sentence_of`` makes it of in another."""

    code: str
    text: str
    values: Values = field(default_factory=dict, compare=False)
    cpu_seconds: float = field(default=0.0, compare=False)


def limits_in_force() -> Bounds:
    """The limits of this instance (``UPLOAD_LIMIT_BYTES``, ``UPLOAD_PAGE_LIMIT``)."""
    return Bounds(max_bytes=settings.UPLOAD_LIMIT_BYTES, max_pages=settings.UPLOAD_PAGE_LIMIT)


def examine(source: Path | str | BinaryIO, *, declared_name: str, limits: Bounds) -> Examined | Unacceptable:
    """Examine in this process. Only for files of our own making: a hostile one may take the process down.

    ``source`` is a path or an open binary file; ``declared_name`` only colours the sentence. Never raises for a bad file.
    """
    from zhicheng.evidence.inspection.inspector import inspect  # loads the parsers, 0.2 s that a web process never needs

    def inspector(path: Path, bounds: Bounds) -> Finding:
        with path.open("rb") as file:
            return inspect(file.read(bounds.max_bytes + 1), bounds)

    return _examine(source, declared_name, limits, inspector)


def examine_confined(
    source: Path | str | BinaryIO, *, declared_name: str, limits: Bounds, seconds: int = SECONDS, memory: int = MEMORY
) -> Examined | Unacceptable:
    """The same in a process of its own with limits on time (``seconds`` of CPU) and ``memory`` (bytes of address space): for
    everything that comes from outside.

    Besides the refusals of ``examine``: ``too_complex`` (the limits were reached), ``busy`` (try again), and where a scanner is
    configured ``virus`` and ``no_scanner`` (it cannot be asked now: nothing is taken).
    """

    def inspector(path: Path, bounds: Bounds) -> Finding:
        finding = inspect_confined(path, bounds, seconds=seconds, memory=memory)
        if scanning.is_on():
            _refuse_virus(path, finding.cpu_seconds)
        return finding

    return _examine(source, declared_name, limits, inspector)


def compose_held(
    source: Path, *, made_of: dict[str, Any], declared_name: str, limits: Bounds, seconds: int, memory: int
) -> Composed | Unacceptable:
    """Make the PDF of the pages that ``made_of`` names, or the file with its pages mended, in a process of its own, and hold it; or why it
    cannot be made.
    """
    limits = replace(limits, max_bytes=made_of["most_bytes"])
    try:
        made = _made(source, made_of, limits, seconds, memory)
    except Rejected as refusal:
        sentence = refusal_sentence(refusal, declared_name=declared_name, limits=limits)
        return Unacceptable(refusal.code, sentence, values_of(refusal, limits=limits), cpu_seconds=refusal.cpu_seconds)
    return Composed(holding.hold([made]))


def _made(source: Path, made_of: dict[str, Any], limits: Bounds, seconds: int, memory: int) -> bytes:
    if "repairs" in made_of:
        repairs = [(page, turn, straighten, crop) for page, turn, straighten, crop in made_of["repairs"]]
        kind = made_of["media_type"]
        return mend_confined(source, media_type=kind, repairs=repairs, bounds=limits, seconds=seconds, memory=memory)
    sources = [(begin, size, kind) for begin, size, kind in made_of["sources"]]
    leaves = [(number, page, turn) for number, page, turn in made_of["leaves"]]
    return compose_confined(source, sources=sources, leaves=leaves, bounds=limits, seconds=seconds, memory=memory)


def _refuse_virus(path: Path, cpu_seconds: float) -> None:
    refusal = None
    try:
        if name := scanning.find_virus(path):
            logger.warning("An uploaded file is known as %s.", ascii(name))
            refusal = Rejected("virus")
    except scanning.ScannerUnreachable as error:
        logger.error("The virus scanner cannot be asked: %s", error)
        refusal = Rejected("no_scanner")
    if refusal is not None:
        refusal.cpu_seconds = cpu_seconds
        raise refusal


def _examine(
    source: Path | str | BinaryIO, declared_name: str, limits: Bounds, inspector: Callable[[Path, Bounds], Finding]
) -> Examined | Unacceptable:
    if isinstance(source, (str, Path)):
        return _judge(Path(source), declared_name, limits, inspector)
    with tempfile.NamedTemporaryFile(prefix="zhicheng-") as copy:
        source.seek(0)
        copy.write(source.read(limits.max_bytes + 1))
        copy.flush()
        return _judge(Path(copy.name), declared_name, limits, inspector)


def _judge(
    path: Path, declared_name: str, limits: Bounds, inspector: Callable[[Path, Bounds], Finding]
) -> Examined | Unacceptable:
    try:
        finding = inspector(path, limits)
    except Rejected as refusal:
        sentence = refusal_sentence(refusal, declared_name=declared_name, limits=limits)
        values = values_of(refusal, limits=limits)
        return Unacceptable(refusal.code, sentence, values, cpu_seconds=refusal.cpu_seconds)
    warnings = list(finding.warnings)
    if claims_other_type(declared_name, finding.media_type):
        warnings.insert(0, {"code": RENAMED, "media_type": finding.media_type})
    return Examined(
        media_type=finding.media_type,
        pages=finding.pages,
        warnings=warnings,
        cpu_seconds=finding.cpu_seconds,
        safe_copy=finding.safe_copy,
    )
