"""Scans of signed sheets: what was read on their pages is written down, and each sheet goes on into its place (S-55, S-61).

A scan is a file on its way in that was kept (``Intake.purpose`` :data:`SCAN`); its ``result`` says what became of its pages. It goes two days
after it came, with what nobody put anywhere. A sheet goes into its place as any file made of pages does: examined, then ``add_material``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of, key_of_arriving
from zhicheng.applications.lifecycle import why_closed
from zhicheng.applications.placing import place_of
from zhicheng.applications.queries import get_application, numbers_of, visible_to
from zhicheng.applications.scan_rules import PREFIX, Entry, Fate, Here, Leaf, Seen, sorted_out
from zhicheng.applications.scans import PLACED_BY_HAND, scans_of_batch, subject_of_scans
from zhicheng.applications.sheets import SHEETS, box_of, read_code, sheet_paper, version_of
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.actions import take_pages
from zhicheng.evidence.codes import Code
from zhicheng.evidence.intake import composed_of
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import lock_rows, one_transaction, take_turns
from zhicheng.organizations.actors import Actor, actor_for


@one_transaction
def land_scans(*, application_id: int, batch: str, codes: Mapping[int, Sequence[Code]]) -> list[Intake]:
    """Put every sheet that was found on the scans of ``batch`` into its place, and write down what became of each page; the scans.

    ``codes``: what was read on each file, by the number of the scan; scans it does not name are left alone, and those that were done already
    are not done again. Nothing is refused: what stands against a sheet is told on the page (``scan_rules.Fate``).
    """
    rows = _locked(application_id, batch)
    due = [row for row in rows if row.pk in codes and "entries" not in row.result and row.file is not None]
    if not due:
        return rows
    first = due[0]
    actor = actor_for(first.brought_by)
    application = get_application(actor, application_id)
    case = CaseFile(application) if application is not None else None
    pages = [seen for row in due for seen in _pages(row, codes[row.pk])]
    entries = sorted_out(pages, _here(case, actor, application_id))
    told: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in due}
    for entry in entries:
        known = _as_kept(entry)
        if entry.fate is Fate.LANDS and case is not None:
            with translation.override(first.language):
                known |= _landed(case, actor, entry, due)
        told[entry.leaves[0].scan].append(known)
    for row in due:
        row.result = {"entries": told[row.pk]}
        row.save(update_fields=["result"])
    return rows


@one_transaction
def place_scan(
    *, actor: Actor, application_id: int, scan_id: int, entry: int, box: str, paper: str, replace: bool = False
) -> Intake:
    """Put the pages of one entry of a scan into a box that the applicant chose; ``replace``: in the place of what lies there.

    Pressed twice is done once: the file that is on its way already is given back. Raises :class:`Refused`: ``not_found`` (no such scan, or
    pages that are not put anywhere by hand), ``no_such_slot``, ``not_open``, and what ``take_pages`` says.
    """
    take_turns(f"intake:{actor.user_id}")
    application = get_application(actor, application_id)
    row = Intake.objects.filter(pk=scan_id, subject=subject_of_scans(application_id), brought_by_id=actor.user_id).first()
    if application is None or row is None or actor.user_id is None:
        raise Refused.one(_("没有找到这次上传的扫描件，请刷新页面。"), code="not_found")
    rows = _locked(application_id, row.payload["batch"])
    row = next(one for one in rows if one.pk == row.pk)
    entries = row.result.get("entries", [])
    known = entries[entry] if 0 <= entry < len(entries) else {}
    before = Intake.objects.filter(pk=known.get("intake", 0)).first()
    if before is not None and before.state != IntakeState.REFUSED:
        return before
    if known.get("fate") not in PLACED_BY_HAND and before is None:
        raise Refused.one(_("没有找到这次上传的扫描件，请刷新页面。"), code="not_found")
    case = CaseFile(application)
    chosen = next((one for one in case.requirements if one.key == box), None)
    replaces = [m.pk for m in case.materials if chosen is not None and key_of(m) == chosen.key_of(paper)] if replace else []
    going = _taken(case, actor, chosen, paper, [Leaf(*leaf) for leaf in known["leaves"]], rows, replaces)
    known["intake"] = going.pk
    row.save(update_fields=["result"])
    return going


def _locked(application_id: int, batch: str) -> list[Intake]:
    """The scans of a batch, locked, after the turn of whoever brought them: a file that is made of their pages waits for it."""
    scans = scans_of_batch(application_id, batch)
    for owner in scans.values_list("brought_by_id", flat=True)[:1]:
        take_turns(f"intake:{owner}")
    lock_rows(scans)
    return list(scans.select_related("file", "brought_by"))


def _pages(row: Intake, codes: Iterable[Code]) -> list[Seen]:
    """Each page with the code of ours on it, one that was printed here before one that was not."""
    count = row.file.pages if row.file is not None else 0
    found: list[Seen] = []
    for page in range(1, count + 1):
        here = [(code, read_code(code.text)) for code in codes if code.page == page and code.text.startswith(PREFIX)]
        code, mark = next((pair for pair in here if pair[1] is not None), here[0] if here else (None, None))
        found.append(Seen(Leaf(row.pk, page, code.turn if code else 0), is_ours=code is not None, mark=mark))
    return found


def _here(case: CaseFile | None, actor: Actor, application_id: int) -> Here:
    if case is None:
        return Here(application_id, is_open=False, versions={}, placed=())
    placed = {sheet: box.key_of(paper) for sheet in SHEETS for box, paper in filter(None, [box_of(case, sheet)])}
    there = {key_of(m) for m in case.materials} | {key_of_arriving(row) for row in case.arriving if row.is_open}
    others = visible_to(actor).exclude(pk=application_id).values_list("pk", flat=True)
    return Here(
        application_id,
        is_open=not why_closed(case.application),
        versions={sheet: version for sheet in SHEETS if (version := _version_now(case, sheet))},
        placed=placed,
        held=[sheet for sheet, key in placed.items() if key in there],
        others=numbers_of(others),
    )


def _version_now(case: CaseFile, sheet: str) -> str:
    try:
        return version_of(sheet_paper(case, sheet)[1])
    except Refused:  # there is nothing to print any more
        return ""


def _as_kept(entry: Entry) -> dict[str, Any]:
    leaves = [list(leaf) for leaf in entry.leaves]
    return {
        "fate": str(entry.fate),
        "leaves": leaves,
        "sheet": entry.sheet,
        "missing": list(entry.missing),
        "number": entry.number,
    }


def _landed(case: CaseFile, actor: Actor, entry: Entry, rows: Sequence[Intake]) -> dict[str, Any]:
    """Have the sheet's file made; what is changed of the entry by that."""
    found = box_of(case, entry.sheet)
    box, paper = found if found is not None else (None, "")
    try:
        return {"intake": _taken(case, actor, box, paper, entry.leaves, rows, []).pk}
    except Refused as refused:
        return {"fate": str(Fate.REFUSED), "text": " ".join(str(problem.text) for problem in refused.problems)}


def _taken(
    case: CaseFile,
    actor: Actor,
    box: SlotRequirement | None,
    paper: str,
    leaves: Sequence[Leaf],
    rows: Iterable[Intake],
    replaces: list[int],
) -> Intake:
    """A PDF of these pages on its way into the box. Raises :class:`Refused`."""
    place = place_of(case, box, paper, replaces=replaces)
    files: dict[int, EvidenceFile] = {row.pk: row.file for row in rows if row.file is not None}
    used = list(dict.fromkeys(leaf.scan for leaf in leaves))
    place["payload"] |= composed_of(len(used))
    return take_pages(
        actor_id=actor.user_id or 0,
        files=[files[scan] for scan in used],
        leaves=[(used.index(leaf.scan), leaf.page, leaf.turn) for leaf in leaves],
        name=f"{box.label if box else ''}.pdf",
        **place,
    )
