"""What returns asked for, point by point: what changed at the place of each since, and what the applicant wrote to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import StatusChange
from zhicheng.applications.points import Mended
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.where import Where, points_of
from zhicheng.campaigns.notice import Notice
from zhicheng.review.models import Decision
from zhicheng.web.shared.changes import ShownChange, Wording
from zhicheng.web.shared.desk.sheets import shown_value
from zhicheng.web.shared.problems import anchor_id


@dataclass(frozen=True, slots=True)
class Asked:
    """What one return asked for: of a submission before the one that is shown, or (``of_this``) of this one."""

    by: str
    change: StatusChange
    of_this: bool


def asked_since(case: CaseFile, decided: Decision | None) -> list[Asked]:
    """The returns a desk has to know of, the newest first: those since what it ``decided`` last, its own among them; where it decided
    nothing before, the last one.
    """
    returns = [change for change in reversed(case.history) if change.reasons and change.submission is not None]
    if decided is not None:
        returns = [c for c in returns if c.submission is not None and c.submission.number >= decided.submission.number]
    else:
        returns = returns[:1]
    current = case.application.current_submission_id
    return [Asked(c.by_organization.name if c.by_organization else "", c, c.submission_id == current) for c in returns]


@dataclass(frozen=True, slots=True)
class AskedPoint:
    """One point on the page of a case: its words, its place with the anchor where that stands, what changed there and the answer."""

    text: str
    place: str
    anchor: str
    changes: list[ShownChange]
    answer: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where places stand on the page: ``words`` of those that can be pointed at, ``file_names`` of the files' places, those of submissions
    before too: what a return was about may be gone.
    """

    words: Mapping[str, str]
    file_names: Mapping[str, str]

    def shown_at(self, where: Where) -> tuple[str, str]:
        """The words and the anchor of a place on this page: the row of a field, the section of a row that is gone, or the files."""
        if where.slot:
            return self._files_at(where)
        known = next((at for at in map(str, (where, where.whole_row, where.whole_section)) if at in self.words), "")
        return self.words.get(known, ""), anchor_id(known) if known else ""

    def _files_at(self, where: Where) -> tuple[str, str]:
        """The words and the anchor of a place among the files; a reason that names a box alone means every paper in it."""
        if str(where) not in self.words and str(where) in self.file_names:
            return material_words(self.file_names[str(where)]), ""
        here = [place for place in self.words if where.holds(Where.parse(place))]
        return _("、").join(self.words[place] for place in here), anchor_id(here[0]) if here else ""


def material_words(name: str) -> str:
    """What a file is called where places of every kind are listed."""
    return _("材料：{name}").format(name=name)


def asked_points(case: CaseFile, asked: Asked, places: Places) -> list[AskedPoint]:
    """Every point of a return; beside a later submission with what changed since and what was answered."""
    change = asked.change
    if asked.of_this or change.submission_id is None:
        points = [Mended(change.pk, number, point) for number, point in enumerate(points_of(change.reasons), start=1)]
        old: Snapshot = case.snapshot
    else:
        points, old = case.sent_points(change), case.sent(change.submission_id)
    wording = wording_of(case.notice, case.snapshot, old)
    return [
        AskedPoint(p.point.text, *places.shown_at(p.point.where), wording.shown(p.changes, at=p.point.where), p.answer)
        for p in points
    ]


def wording_of(notice: Notice, now: Snapshot, before: Snapshot) -> Wording:
    """How a desk reads what changed: a file opens in the viewer of its page."""

    def address(file: FrozenFile) -> str:
        return f"?file={file.file_id}#viewer"

    say: Any = shown_value
    return Wording(notice, say, address, now.sections, before.sections)
