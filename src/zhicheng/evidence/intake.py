"""What a file that is on its way in is for: the room that asked for it is told when it has been examined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from zhicheng.evidence.inspection.verdicts import COMPOSED, MENDED, SHRUNK
from zhicheng.evidence.models import EvidenceFile, Intake, Lane
from zhicheng.foundation import clock, holding

KEEP = "keep"
"""The purpose of a file that is only kept: the form that brought it refers to it by its token."""
MADE_OF = "made_of"
"""In the payload of what is still to be made of the files that are held for it: where each lies, and which pages of them it has."""

Handler = Callable[[Intake, EvidenceFile], dict[str, Any]]
Beside = Callable[[Intake], Iterable[EvidenceFile]]

_handlers: dict[str, Handler] = {}
_beside: dict[str, Beside] = {}


def handler(purpose: str, *, beside: Beside | None = None) -> Callable[[Handler], Handler]:
    """Register the decorated function for files of ``purpose``. ``beside`` gives the files that are shown together with it: where one has
    its name, it gets a number.

    It is called with the :class:`Intake` and the kept file, in the transaction that ends the intake, and gives what becomes of it
    as a small dictionary (``Intake.result``). When it raises ``Refused``, nothing was kept and the person reads why.
    """

    def register(function: Handler) -> Handler:
        known = _handlers.get(purpose)
        if known and (known.__module__, known.__qualname__) != (function.__module__, function.__qualname__):
            raise RuntimeError(f"two handlers for files brought for {purpose!r}")
        _handlers[purpose] = function
        if beside is not None:
            _beside[purpose] = beside
        return function

    return register


def handler_for(purpose: str) -> Handler:
    """The handler of ``purpose``; ``KeyError`` when no room has registered one."""
    return _handlers[purpose]


def names_beside(row: Intake) -> list[str]:
    """What the files are called that will be shown together with this one. The same content under one name is one file."""
    beside = _beside.get(row.purpose)
    return [file.name for file in beside(row) if file.sha256 != row.sha256] if beside else []


def shrunk_from(said: str) -> dict[str, Any]:
    """What goes into the payload of a picture that the browser says it made smaller from ``4032x3024``; nothing of anything else."""
    known = re.fullmatch(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})", said)
    return {SHRUNK: [int(known[1]), int(known[2])]} if known else {}


def composed_of(count: int) -> dict[str, Any]:
    """What goes into the payload of a PDF that is made of pages of ``count`` files."""
    return {COMPOSED: count}


def mended_of(file: EvidenceFile, *, turned: bool, straightened: bool, cropped: bool) -> dict[str, Any]:
    """What goes into the payload of what is made of ``file`` by mending its pages: which file it is of, what was done, and what was said of
    that one already.
    """
    before: dict[str, Any] = next((w for w in file.warnings if w.get("code") == MENDED), {})
    done = {"turned": turned, "straightened": straightened, "cropped": cropped}
    note = {"code": MENDED, **{name: int(now or before.get(name, 0)) for name, now in done.items()}}
    told = [w for w in file.warnings if w.get("code") in {SHRUNK, COMPOSED}]
    return {MENDED: {"original": file.original_id or file.pk, "said": [*told, note]}}


def original_of(row: Intake) -> int | None:
    """The number of the file that what was made is of; ``None`` for a file that was brought."""
    made = row.payload.get(MENDED)
    return made["original"] if made else None


def said_of_it(row: Intake) -> list[dict[str, int | str]]:
    """What whoever brought the file said or chose of it, as findings: it is told, and decides nothing."""
    if made := row.payload.get(MENDED):
        return list(made["said"])
    size, count = row.payload.get(SHRUNK), row.payload.get(COMPOSED)
    said: list[dict[str, int | str]] = [{"code": SHRUNK, "width": size[0], "height": size[1]}] if size else []
    return [*said, {"code": COMPOSED, "count": count}] if count else said


@handler(KEEP)
def only_keep(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """Nothing follows: whoever holds the token asks for the file."""
    return {}


def of_held(held: holding.Held, name: str, *, actor_id: int | None, network: str = "") -> Intake:
    """A row, not saved yet, for bytes that are held: who brought them, from which ``network`` if a visitor did, and that they wait from now on."""
    at = clock.machine_now()
    return Intake(
        held=held.name,
        sha256=held.sha256,
        size=held.size,
        name=name.replace("\0", "")[-255:],
        language=translation.get_language() or settings.LANGUAGE_CODE,
        lane=Lane.VISITORS if actor_id is None else Lane.PEOPLE,
        brought_by_id=actor_id,
        network=network[:50] if actor_id is None else "",
        due_at=at,
        arrived_at=at,
    )
