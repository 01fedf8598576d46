"""What the applicant writes to the points of a return: kept beside the sections of the draft, frozen with the submission. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.foundation.reasons import letters_in

#: The key under which the draft keeps the answers, beside its sections.
POINTS_KEPT_AS = "point_answers"
#: Characters of one answer: a sentence or two.
LONGEST_ANSWER = 300
SHORTEST_ANSWER = 2  # letters: neither a full stop nor a number is an answer in words


@dataclass(frozen=True, slots=True)
class PointAnswer:
    """What was written to point ``number`` (from 1) of the return ``returned`` (the number of its move), with the point as it read."""

    returned: int
    number: int
    where: str
    said: str
    answer: str

    @property
    def key(self) -> str:
        """What names the point."""
        return point_key(self.returned, self.number)


def point_key(returned: int, number: int) -> str:
    """How a point of a return is named: ``812-3`` is the third of the return 812."""
    return f"{returned}-{number}"


def point_answers_in(contents: Mapping[str, Any]) -> list[PointAnswer]:
    """The answers a draft keeps, those to earlier returns among them."""
    kept = contents.get(POINTS_KEPT_AS)
    return [PointAnswer(**row) for row in kept] if isinstance(kept, list) else []


def answer_problem(number: int, answer: str) -> str:
    """What is wrong with an answer as typed; empty when nothing is. No answer at all is not wrong here."""
    if len(answer) > LONGEST_ANSWER:
        words = _("第{n}条的说明最多{limit}个字，现在是{count}个字。")
        return words.format(n=number, limit=LONGEST_ANSWER, count=len(answer))
    if answer and letters_in(answer) < SHORTEST_ANSWER:
        return _("第{n}条的说明请用文字写明。").format(n=number)
    return ""
