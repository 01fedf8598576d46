"""What the applicant says before sending again: to the points of a return, and of files that carry a warning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from zhicheng.applications.actions.draft import keep_beside, lock_open
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.looked_at import LOOKED_AT_KEPT_AS, key_of_look, when_looked_at
from zhicheng.applications.models import Material
from zhicheng.applications.point_answers import POINTS_KEPT_AS, PointAnswer, answer_problem, point_answers_in
from zhicheng.applications.reading import clean_text
from zhicheng.evidence.queries import describe_warnings
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A file that its owner has confirmed to have looked at, and the application as it stands now."""

    case: CaseFile
    material: Material


@one_transaction
def answer_points(*, actor: Actor, application_id: int, answers: Mapping[str, str], base_version: int) -> list[PointAnswer]:
    """Keep what the applicant wrote to points of the last return, by ``Mended.key``; an empty answer takes the old one away.

    ``base_version`` is the version of the answers the page was shown with (0: none yet). What names no point of the last return is left
    out; answers to earlier returns stay as they were sent. Like every edit it undoes 再次核对. Raises :class:`Refused`: ``conflict`` when
    another window has written since, ``field`` with the key of each answer that is too long or says nothing, ``not_open``, ``not_found``.
    """
    typed = {key: clean_text(text) for key, text in answers.items()}
    case = lock_open(application_id, actor)
    points = {point.key: point for point in case.points}
    problems = [
        Problem(wrong, where=key, code="field")
        for key, point in points.items()
        if (wrong := answer_problem(point.number, typed.get(key, "")))
    ]
    if problems:
        raise Refused(problems)
    kept = {answer.key: answer for answer in point_answers_in(case.contents)}
    for key in typed.keys() & points.keys():
        one = points[key]
        kept[key] = PointAnswer(one.returned, one.number, str(one.point.where), one.point.text, typed[key])
    said = sorted((answer for answer in kept.values() if answer.answer), key=lambda answer: (answer.returned, answer.number))
    keep_beside(case, POINTS_KEPT_AS, [asdict(answer) for answer in said], base_version)
    return said


@one_transaction
def confirm_file(*, actor: Actor, application_id: int, material_id: int) -> LookedAt:
    """我已查看，内容清晰完整: the applicant has looked at a file that carries a warning. Kept with the hash of this very file, of what was
    noticed at its place with the place, and when.

    Of a file without a warning nothing is kept; confirmed twice, the first time stands, unless something more was noticed since. Raises
    :class:`Refused` (``not_found``, ``not_open``).
    """
    case = lock_open(application_id, actor)
    material = next((m for m in case.materials if m.pk == material_id), None)
    if material is None:
        raise Refused.one(_("这个文件已经移除或者更换，请刷新页面。"), code="not_found")
    if when_looked_at(material, case.looked_at) is not None or not describe_warnings(material):
        return LookedAt(case, material)
    row = case.draft_rows.get(LOOKED_AT_KEPT_AS)
    at = clock.now().astimezone(clock.BEIJING).isoformat(timespec="seconds")
    keep_beside(case, LOOKED_AT_KEPT_AS, case.looked_at | {key_of_look(material): at}, row.version if row is not None else 0)
    return LookedAt(case, material)
