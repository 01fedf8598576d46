"""An application as read: one object that a request or an action makes once and hands down (house, decision 9).

Each part is read when it is first asked for, and once. Views, completeness, the task list, the guards of a move and the desks take the
case file; rules stay pure and take its values. A room below hangs its own part on it with :meth:`CaseFile.part`.

A case file tells what was so when each part was read. A view makes one from the row its jurisdiction query found; an action gets a new
one from ``lifecycle.lock`` and never takes one that was read before the lock. A section that was saved and a move that was made are told
to it (:meth:`CaseFile.keep_section`, :meth:`CaseFile.keep_move`), and whoever shows the page afterwards need not ask again. Nothing else
is: after an action that wrote anything else (a file, a paper of the unit's) a page is made from a new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, TypeVar

from zhicheng.applications import queries
from zhicheng.applications.changes import Held
from zhicheng.applications.check_record import CHECK_KEPT_AS
from zhicheng.applications.completeness import everything_missing, facts_for, papers_missing
from zhicheng.applications.findings import Answer, Seen, Told, answers_in, findings_in, with_answers
from zhicheng.applications.looked_at import looked_at_in, not_looked_at
from zhicheng.applications.models import (
    Application,
    CommitteeArrival,
    DraftSection,
    Material,
    StatusChange,
    Submission,
)
from zhicheng.applications.point_answers import PointAnswer, point_answers_in
from zhicheng.applications.points import Mended, mended_points, points_left_open
from zhicheng.applications.snapshot import FrozenFile, Snapshot, frozen_file
from zhicheng.applications.where import ReturnPoint, points_of
from zhicheng.applications.years import YearCount
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import calendar_named, newest_notices, notice_of
from zhicheng.campaigns.rules import (
    Conditions,
    Facts,
    SlotRequirement,
    WindowState,
    conditions,
    deadline_in_force,
    passing_deadline,
    slot_requirements,
    window_in_force,
)
from zhicheng.evidence.models import Intake
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.integrity.queries import ban_for
from zhicheng.integrity.rules import Ban
from zhicheng.organizations.actors import Role
from zhicheng.standards.calendar import Calendar

T = TypeVar("T")
P = ParamSpec("P")
_OF_BOTH = ("since_return", "points", "missing")
#: What is read again when a section was saved, and when the application was moved or submitted.
_OF_THE_FORM = (*_OF_BOTH, "draft", "check_record", "facts", "requirements", "conditions", "findings")
_OF_THE_ROAD = (
    *(*_OF_BOTH, "history", "last_return", "return_points", "snapshot", "sent_facts", "sent_conditions", "sent_requirements"),
    *("sent_findings", "unit_boxes", "unit_materials", "arrivals"),
)


class CaseFile:
    """One application and everything that is read of it. ``is_locked``: its row is locked in this transaction (``lifecycle.lock``).

    ``asked``: files on their way in of which a page that lost the answer asks once more (``evidence.queries.intakes_at``).
    """

    def __init__(
        self,
        application: Application,
        *,
        newest: Notice | None = None,
        year: YearCount | None = None,
        asked: Collection[int] = (),
    ) -> None:
        """``newest``, ``year``: where a list has read them for all its rows."""
        self.application = application
        self.asked = asked
        self.is_locked = False
        self._parts: dict[tuple[Any, ...], Any] = {}
        if newest is not None:
            self.newest = newest
        if year is not None:
            self.year = year

    # --- the notice ---------------------------------------------------------------------------------------------------

    @cached_property
    def notice(self) -> Notice:
        """The notice version the application is pinned to."""
        return notice_of(self.application.campaign_version)

    @cached_property
    def newest(self) -> Notice:
        """The campaign's newest notice: an end that it sets later holds for every application. One query at most: none where the row was read
        with the newest version's id (``campaigns.queries.newest_version_of``) and is pinned to it.
        """
        if getattr(self.application, "newest_version_id", None) == self.application.campaign_version_id:
            return self.notice
        campaign = self.application.campaign_id
        return newest_notices([campaign])[campaign]

    @cached_property
    def calendar(self) -> Calendar:
        """The working-day calendar the notice names, as it is loaded today (S-39). One query."""
        return calendar_named(self.notice.calendar)

    @cached_property
    def window(self) -> WindowState:
        """The window of the application's level, now (G-01, G-02)."""
        return self.window_at(clock.now())

    def window_at(self, at: datetime) -> WindowState:
        """The window of the application's level at a moment (aware)."""
        return window_in_force(self.notice, self.newest, self.application.level, at)

    def passing_deadline(self, role: Role, *, corrected: bool | None = None) -> datetime | None:
        """Until when ``role`` may pass the application on; ``None`` where the notice sets no end, and then nothing is read.

        ``corrected``: whether what is passed on is no first submission; if not given, as the current submission stands.
        """
        if corrected is None:
            submission = self.application.current_submission
            corrected = submission is not None and submission.number > 1
        level = self.application.level
        if passing_deadline(self.notice, level, role.value, corrected=corrected) is None:
            return None
        return deadline_in_force(self.notice, self.newest, level, role.value, corrected=corrected)

    # --- the form and its files ---------------------------------------------------------------------------------------

    @cached_property
    def draft_rows(self) -> dict[str, DraftSection]:
        """The stored sections by key, sealed until somebody reads one. One query."""
        return queries.draft_rows_of(self.application)

    @cached_property
    def draft(self) -> queries.Draft:
        """The form as it stands."""
        return queries.draft_from(self.application, self.draft_rows)

    @property
    def contents(self) -> dict[str, Any]:
        """The form's contents by section."""
        return self.draft.contents

    @cached_property
    def materials(self) -> list[Material]:
        """The files that are in their slots. One query."""
        return queries.materials_read(self.application.pk, self.application.applicant_id)

    @cached_property
    def unit_boxes(self) -> list[SlotRequirement]:
        """The boxes the unit fills itself for what is submitted now, but for those of its publicity (G-14). Empty before there is a
        submission, and read of nothing where the notice has none.
        """
        if self.submission is None or not self.notice.unit_slots:
            return []
        return [box for box in self.sent_requirements if box.owner == "unit" and box.upload and not box.is_publicity]

    @cached_property
    def unit_materials(self) -> list[Material]:
        """The unit's own papers that are in their slots. One query, none where the notice asks for none."""
        return list(queries.unit_materials_of(self.application)) if self.unit_boxes else []

    @property
    def unit_missing(self) -> list[Problem]:
        """The unit's own papers that the notice asks for and that are not there yet."""
        return papers_missing(self.unit_boxes, self.unit_materials)

    @cached_property
    def arriving(self) -> list[Intake]:
        """Files that are being examined, and refused ones of which nobody was told. One query."""
        return queries.intakes_of(self.application, asked=self.asked)

    @cached_property
    def facts(self) -> Facts:
        """What the notice's rules look at."""
        return facts_for(self.application, self.contents)

    @cached_property
    def requirements(self) -> list[SlotRequirement]:
        """Every box of the list of materials (S-47…S-63)."""
        return slot_requirements(self.notice, self.facts)

    @cached_property
    def missing(self) -> list[Problem]:
        """All that stands between the form and 上报 (S-24)."""
        found = everything_missing(self.notice, self.facts, self.contents, self.requirements, self.materials, self.arriving)
        return found + not_looked_at(self.materials, self.looked_at) + points_left_open(self.points)

    @property
    def looked_at(self) -> dict[str, str]:
        """Hash of a warned file → when the applicant confirmed to have looked at it."""
        return looked_at_in(self.contents)

    @cached_property
    def check_record(self) -> dict[str, Any] | None:
        """What was shown when 再次核对 was last confirmed (``check_page.check_record``); ``None`` where it never was since that is kept."""
        row = self.draft_rows.get(CHECK_KEPT_AS)
        return dict(json.loads(row.content)) if row is not None else None

    @cached_property
    def since_return(self) -> tuple[Held, Held] | None:
        """What was returned, and what stands now; ``None`` where the applicant works on no return with points. One query at most: that of
        an earlier submission (:meth:`earlier`), where the one that followed the return was withdrawn.
        """
        change = self.last_return
        if change is None or not change.reasons or change.submission_id is None:
            return None
        now = Held(self.contents, tuple(frozen_file(m) for m in self.materials))
        return Held.sent(self.sent(change.submission_id)), now

    @cached_property
    def points(self) -> list[Mended]:
        """Every point of the last return: what changed at its place since what was returned, and what was written to it."""
        if self.since_return is None or self.last_return is None:
            return []
        before, now = self.since_return
        answers = point_answers_in(self.contents)
        return mended_points(self.notice, self.last_return.pk, self.return_points, answers, before=before, after=now)

    @cached_property
    def conditions(self) -> Conditions:
        """The conditions of the title, held against the form as it stands (S-21)."""
        return conditions(self.notice, self.facts)

    @cached_property
    def findings(self) -> list[Told]:
        """What the rules notice about the form today and the notice does not refuse, with what the applicant wrote to it (house, decision 10)."""
        seen = Seen(self.contents, self.facts, self.notice, clock.today())
        return with_answers(findings_in(seen), answers_in(self.contents), self.notice)

    def keep_section(self, row: DraftSection) -> None:
        """A section was saved: what is read from now on tells it. ``row`` as it was written."""
        self.draft_rows[row.key] = row
        self._forget(_OF_THE_FORM)

    # --- the person ---------------------------------------------------------------------------------------------------

    @property
    def history_is_told(self) -> bool:
        """Whether what hangs on the person's number may be told of this application (``queries.history_is_told``)."""
        return queries.history_is_told(self.application)

    @cached_property
    def year(self) -> YearCount:
        """What the person's year comes to for this campaign, for rules and desks (G-09). One query, none when it was locked (``counting``)."""
        return queries.year_of(self.application)

    @property
    def told_year(self) -> YearCount | None:
        """The same for a page: ``None`` of an account that only claims its number."""
        return self.year if self.history_is_told else None

    @cached_property
    def ban(self) -> Ban | None:
        """The ban that closes the application's year for the person (S-80, S-81). One query."""
        return ban_for(self.application.person_index, self.application.year)

    @cached_property
    def arrivals(self) -> list[CommitteeArrival]:
        """The arrivals at final review that may be told. One query."""
        return queries.arrivals_of(self.application)

    # --- the road -----------------------------------------------------------------------------------------------------

    @cached_property
    def history(self) -> list[StatusChange]:
        """Every move, oldest first. One query."""
        return queries.history_of(self.application)

    @cached_property
    def last_return(self) -> StatusChange | None:
        """The return the applicant is working on. One query, none where the history was read."""
        if "history" in self.__dict__:
            return queries.last_return_in(self.application, self.history)
        return queries.last_return(self.application)

    @cached_property
    def return_points(self) -> list[ReturnPoint]:
        """What that return asks to be corrected, in the desk's order."""
        return points_of(self.last_return.reasons) if self.last_return is not None else []

    @property
    def submission(self) -> Submission | None:
        """What the desks have before them."""
        return self.application.current_submission

    @cached_property
    def snapshot(self) -> Snapshot:
        """The content of the current submission; raises ``ValueError`` before there was one."""
        if self.submission is None:
            raise ValueError("nothing was submitted yet")
        return queries.snapshot_of(self.submission)

    @cached_property
    def _earlier(self) -> dict[int, Snapshot]:
        return {}

    def earlier(self, submission_ids: Iterable[int]) -> None:
        """Read what these submissions hold, those that were not read yet, in one query: :meth:`sent` finds them then."""
        missing = {pk for pk in submission_ids if pk not in self._earlier and pk != self.application.current_submission_id}
        if missing:
            rows = self.application.submissions.filter(pk__in=missing)
            self._earlier.update({row.pk: queries.snapshot_of(row) for row in rows})

    def sent(self, submission_id: int) -> Snapshot:
        """What one of its submissions holds; the current one is at hand, an earlier one is one query. ``KeyError`` for another's."""
        if submission_id == self.application.current_submission_id:
            return self.snapshot
        self.earlier([submission_id])
        return self._earlier[submission_id]

    def sent_file(self, file_id: int | str) -> FrozenFile | None:
        """The file of this number, as an address may name it, if a frozen submission lists it: the only ones of the applicant's a desk is ever served. The current submission is
        at hand; the earlier ones are read, newest first, where that has it not.
        """
        if self.submission is None:
            return None
        shown = _named(self.snapshot, file_id)
        if shown is not None:
            return shown
        before = self.application.submissions.exclude(pk=self.submission.pk).order_by("-number")
        return next((found for row in before if (found := _named(queries.snapshot_of(row), file_id)) is not None), None)

    def sent_points(self, change: StatusChange) -> list[Mended]:
        """The points of an earlier return beside what is submitted now: what changed at each place, and the answer sent with it."""
        if change.submission_id is None:
            return []
        answers = [PointAnswer(**answer.model_dump()) for answer in self.snapshot.point_answers]
        before, now = Held.sent(self.sent(change.submission_id)), Held.sent(self.snapshot)
        return mended_points(self.notice, change.pk, points_of(change.reasons), answers, before=before, after=now)

    @cached_property
    def sent_facts(self) -> Facts:
        """What the notice's rules look at in the current submission."""
        return facts_for(self.application, self.snapshot.sections)

    @cached_property
    def sent_requirements(self) -> list[SlotRequirement]:
        """Every box of the list of materials as the current submission is filled in."""
        return slot_requirements(self.notice, self.sent_facts)

    @cached_property
    def sent_conditions(self) -> Conditions:
        """The conditions of the title, held against the current submission (S-21): what the applicant was told when it was sent."""
        return conditions(self.notice, self.sent_facts)

    @cached_property
    def sent_findings(self) -> list[Told]:
        """What the rules notice about the current submission on the day it was sent, with the answers that were sent with it."""
        snapshot = self.snapshot
        sent = datetime.fromisoformat(snapshot.submission.submitted_at).date()
        seen = Seen(snapshot.sections, self.sent_facts, self.notice, sent)
        return with_answers(findings_in(seen), [Answer(a.key, a.said, a.answer) for a in snapshot.answers], self.notice)

    def keep_move(self) -> None:
        """The application was moved or submitted: what tells of its road is read again."""
        self._forget(_OF_THE_ROAD)
        self._parts.clear()

    # --- what rooms below read ----------------------------------------------------------------------------------------

    def part(self, read: Callable[Concatenate[Application, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``read`` finds of this application, read once: ``case.part(all_papers)``. It gives a value, no query that waits."""
        key = (read, args, tuple(sorted(kwargs.items())))
        if key not in self._parts:
            self._parts[key] = read(self.application, *args, **kwargs)
        found: T = self._parts[key]
        return found

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.__dict__.pop(name, None)


def _named(snapshot: Snapshot, file_id: int | str) -> FrozenFile | None:
    """The file, or the one it was made of when it was mended here."""
    for file in snapshot.materials:
        for one in (file, file.before_mending()):
            if one is not None and str(one.file_id) == str(file_id):
                return one
    return None
