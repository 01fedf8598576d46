"""Writing the form: every save is kept, and an older page never overwrites a newer save (house, decision 7)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, DraftSection
from zhicheng.applications.printable import unprintable_in_section
from zhicheng.applications.queries import materials_of
from zhicheng.applications.read_papers import read_again_for_names
from zhicheng.applications.reading import is_blank, read_row
from zhicheng.applications.rules import section_problems
from zhicheng.applications.sections import BY_KEY, Kind, Section
from zhicheng.applications.versions import keep_version
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor

MOST_ROWS = 60
# Above what the longest rows of the longest section come to (tests/web/applicant/test_full_length.py); wrong values are kept as well.
MOST_BYTES = 600_000


@dataclass(frozen=True, slots=True)
class SavedSection:
    """What a save left: the ``version`` the next save must name, the content as stored, and what the rules still miss.

    ``case``: the application as it stands after the save.
    """

    case: CaseFile
    key: str
    version: int
    content: Any
    saved_at: datetime
    problems: list[Problem] = field(default_factory=list)


@one_transaction
def save_section(*, actor: Actor, application_id: int, key: str, typed: Any, base_version: int) -> SavedSection:
    """Keep one section as typed: a dict, or a list of dicts for a section of rows; blank rows fall away.

    Incomplete and wrong values are kept too, and told in ``problems``. ``base_version`` is the version the page was shown
    with (0: never saved). Raises :class:`Refused`: ``conflict`` when somebody saved in between (another tab) and the
    contents differ, ``not_open`` when the form is locked, ``too_long`` when it is more than the form can hold.
    """
    section = BY_KEY.get(key)
    if section is None:
        raise Refused.one(_("没有这个栏目。"), code="not_found")
    content = _read(section, typed)
    if len(_as_text(content).encode()) > MOST_BYTES:
        raise Refused.one(_("这个栏目的内容太长，请精简后再保存。您填写的内容还在页面上。"), where=key, code="too_long")
    return _write(lock_open(application_id, actor), section, content, base_version)


@one_transaction
def take_back_section(*, actor: Actor, application_id: int, key: str, version: int, base_version: int) -> SavedSection:
    """Save an earlier content of a section again, as if it were typed; what is there now is kept as a version, so that taking back can
    itself be taken back. Pressed twice is done once.

    Raises :class:`Refused`: ``not_found`` (no such version is kept), ``not_open``, ``conflict`` as in :func:`save_section`.
    """
    case = lock_open(application_id, actor)
    kept = case.application.section_versions.filter(key=key, version=version).first()
    if kept is None or key not in BY_KEY:
        raise Refused.one(_("这一版已经不在了，请从列表中另选一版。"), code="not_found")
    return _write(case, BY_KEY[key], _read(BY_KEY[key], json.loads(kept.content)), base_version, takes_back=True)


def _write(case: CaseFile, section: Section, content: Any, base_version: int, *, takes_back: bool = False) -> SavedSection:
    """A section of a locked case as it is from now on; the same again is no edit."""
    key, text, row = section.key, _as_text(content), case.draft_rows.get(section.key)
    if row is None or row.content != text:
        if (row.version if row else 0) != base_version:
            raise Refused([conflict_problem(key)])
        now, before = clock.now(), json.loads(row.content) if row is not None else None
        if row is not None:
            keep_version(row, now, always=takes_back)
        row = row or DraftSection(application=case.application, key=key)
        row.version, row.content, row.saved_at = base_version + 1, text, now
        row.save(force_insert=row.pk is None)
        case.keep_section(row)
        _after_edit(case, section, content, before, row.saved_at)
    problems = section_problems(key, content, today=clock.today()) + unprintable_in_section(key, content)
    return SavedSection(case, key, row.version, content, row.saved_at, problems)


def _as_text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def conflict_problem(key: str) -> Problem:
    """What is said where another window has saved this section since."""
    text = _("这个栏目在另一个窗口里已保存了更新的内容，为避免覆盖，这一次没有保存。请对照两份内容后再保存。")
    return Problem(text, where=key, code="conflict")


def keep_beside(case: CaseFile, key: str, told: list[Any] | dict[str, Any], base_version: int) -> None:
    """Keep something beside the sections (answers, confirmations), a part of an action on a locked case. The same again is no edit.

    Raises :class:`Refused` (``conflict``) when another window has written since ``base_version`` (0: nothing was kept yet).
    """
    if (row := keep_row(case, key, told, base_version)) is not None:
        touch(case.application, row.saved_at)


def keep_row(case: CaseFile, key: str, told: list[Any] | dict[str, Any], base_version: int) -> DraftSection | None:
    """The row of :func:`keep_beside` alone, where it is no edit of the form; ``None`` where nothing was to be written."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    row = case.draft_rows.get(key)
    if (json.loads(row.content) if row is not None else type(told)()) == told:
        return None
    if (row.version if row is not None else 0) != base_version:
        raise Refused([conflict_problem(key)])
    row = row or DraftSection(application=case.application, key=key)
    row.version, row.content, row.saved_at = base_version + 1, text, clock.now()
    row.save(force_insert=row.pk is None)
    case.keep_section(row)
    return row


def lock_open(application_id: int, actor: Actor, *, beside: Sequence[str] = ()) -> CaseFile:
    """Lock an application the applicant may write in now; raises :class:`Refused` (``not_found``, ``not_open``). ``beside`` as for
    ``lifecycle.lock``."""
    case = lifecycle.lock(application_id, actor, beside=beside)
    if case.application.applicant_id != actor.user_id:
        raise Refused.one(_("没有找到这份申请书。"), code="not_found")
    if closed := lifecycle.why_closed(case.application):
        raise Refused.one(closed, code="not_open")
    return case


def touch(application: Application, at: datetime) -> None:
    """An edit voids the applicant's own check (S-26) and moves the time of the last change."""
    application.checked_at = None
    application.updated_at = at
    application.save(update_fields=["checked_at", "updated_at", "first_title"])


def _read(section: Section, typed: Any) -> Any:
    if not section.rows:
        row = read_row(section, typed if isinstance(typed, dict) else {})
        return {k: v for k, v in row.items() if k == "id" or section.field(k).kind is not Kind.FIXED}
    rows = [read_row(section, r) for r in typed if isinstance(r, dict)] if isinstance(typed, list) else []
    rows = [r for r in rows if not is_blank(r)]
    if len(rows) > MOST_ROWS:
        raise Refused.one(
            _("“{label}”最多填写{most}条，请保留最重要的。").format(label=section.label, most=MOST_ROWS),
            where=section.key,
            code="too_long",
        )
    seen: set[str] = set()
    for row in rows:
        if not _is_row_id(row["id"]) or row["id"] in seen:
            row["id"] = secrets.token_hex(4)
        seen.add(row["id"])
    return rows


def _is_row_id(text: str) -> bool:
    return len(text) == 8 and all(c in "0123456789abcdef" for c in text)


def _after_edit(case: CaseFile, section: Section, content: Any, before: Any, at: datetime) -> None:
    application = case.application
    if section.key == "basic" and content.get("former_name") != (before or {}).get("former_name", ""):
        read_again_for_names(case)
    if section.key == "current_title":
        application.first_title = bool(content.get("first_title"))
    if section.rows:
        # The row is gone, so its papers have no place any more; they stay in the history.
        kept = [r["id"] for r in content]
        slots_of_rows = materials_of(application).filter(section=section.key)
        slots_of_rows.exclude(row="").exclude(row__in=kept).update(removed_at=at)
    touch(application, at)
