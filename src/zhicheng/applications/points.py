"""The points of a return, each with what changed at its place since and what the applicant wrote to it: none is forgotten. Pure.

A point at whose place nothing changed needs an answer in words before 上报 (人社部令40号 第十八条: 补正).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhicheng.applications.changes import Change, Held, changes_at
from zhicheng.applications.point_answers import PointAnswer, point_key
from zhicheng.applications.where import WHOLE, ReturnPoint
from zhicheng.campaigns.notice import Notice
from zhicheng.foundation.errors import Problem


@dataclass(frozen=True, slots=True)
class Mended:
    """One point (``number`` from 1) of the return ``returned`` (the number of its move), and what was done about it."""

    returned: int
    number: int
    point: ReturnPoint
    changes: tuple[Change, ...] = ()
    answer: str = ""

    @property
    def key(self) -> str:
        """What an answer names."""
        return point_key(self.returned, self.number)

    @property
    def is_open(self) -> bool:
        """Whether nothing changed at its place and nothing was said: 上报 waits for it."""
        return not self.changes and not self.answer


def mended_points(
    notice: Notice,
    returned: int,
    points: Iterable[ReturnPoint],
    answers: Iterable[PointAnswer],
    *,
    before: Held,
    after: Held,
) -> list[Mended]:
    """Every point of one return, in the desk's order; ``before``: what was returned, ``after``: what stands or was sent since."""
    written = {answer.key: answer.answer for answer in answers}
    return [
        Mended(
            returned,
            number,
            point,
            tuple(changes_at(notice, point.where, before, after)),
            written.get(point_key(returned, number), ""),
        )
        for number, point in enumerate(points, start=1)
    ]


def changes_besides(notice: Notice, points: Iterable[Mended], *, before: Held, after: Held) -> list[Change]:
    """What changed since the return at none of its points' places: nobody asked for it, so it is told to whoever confirms it."""
    asked = [change for point in points for change in point.changes]
    whole_rows = {change.where.whole_row for change in asked if _is_whole_row(change)}
    return [
        change
        for change in changes_at(notice, WHOLE, before, after)
        if change not in asked and not (_is_whole_row(change) and change.where.whole_row in whole_rows)
    ]


def _is_whole_row(change: Change) -> bool:
    """Whether a row came or went; a point on one of its fields tells of it as of that field."""
    return (
        bool(change.where.row)
        and not change.where.slot
        and any(isinstance(held, Mapping) for held in (change.before, change.after))
    )


def points_left_open(points: Iterable[Mended]) -> list[Problem]:
    """What stands against 上报: points that nothing was done about."""
    text = _("退回意见第{n}条：这一处没有改动，请修改，或者写明不改的理由。")
    return [Problem(text.format(n=p.number), where="points", code="point_open") for p in points if p.is_open]
