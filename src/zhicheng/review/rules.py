"""What a decision and a paper dossier must hold. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Problem
from zhicheng.foundation.reasons import reason_problems
from zhicheng.standards.tables import RETURN_REASONS, SANCTION_KINDS

MOST_REASONS = 100
LONGEST_PLACE = 120  # characters of ``where``: a section, its row and field, or a box of the materials


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """One thing to correct: ``where`` names a section, field or material (``education.1a2b3c4d.school``, ``material:diploma``)."""

    where: str
    code: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """As kept with the move."""
        return {"where": self.where, "code": self.code, "text": self.text.strip()}


def return_problems(reasons: Sequence[ReturnReason]) -> list[Problem]:
    """A return lists everything to be corrected, each in words (人社部令40号 第十八条)."""
    if not reasons:
        return [Problem(_("请至少写明一处需要修改的内容；应当一次性告知全部问题。"), where="reasons", code="reasons_missing")]
    problems = []
    if len(reasons) > MOST_REASONS:
        text = _("一次退回最多列出{most}条，请合并相近的问题。").format(most=MOST_REASONS)
        problems.append(Problem(text, where="reasons", code="too_many"))
    for number, reason in enumerate(reasons, start=1):
        if RETURN_REASONS.get(reason.code) is None:
            problems.append(
                Problem(_("第{n}条：请选择原因类别。").format(n=number), where=f"reasons.{number}.code", code="field")
            )
        if len(reason.where) > LONGEST_PLACE:
            problems.append(
                Problem(_("第{n}条：请选择对应的栏目。").format(n=number), where=f"reasons.{number}.where", code="field")
            )
        text, where = _("第{n}条：请写明问题和修改要求，4至500个字。").format(n=number), f"reasons.{number}.text"
        if len(reason.text.strip()) > 500:
            problems.append(Problem(text, where=where, code="field"))
        else:
            problems += reason_problems(reason.text, least=4, said=text, where=where, code="field")
    return problems


@dataclass(frozen=True, slots=True)
class Sanction:
    """A sanction (处分) as the unit states it at its pass: its kind and from when until when it counts, both days included."""

    kind: str
    since: date | None
    until: date | None

    @property
    def problems(self) -> list[Problem]:
        """What is missing or contradicts itself; ``where`` as the form calls it."""
        found = []
        if SANCTION_KINDS.get(self.kind) is None:
            found.append(Problem(_("请选择处分的种类。"), where="sanction_kind", code="field"))
        if self.since is None:
            found.append(Problem(_("请填写处分开始的日期。"), where="sanction_since", code="field"))
        if self.until is None:
            found.append(Problem(_("请填写处分期满的日期。"), where="sanction_until", code="field"))
        elif self.since is not None and self.until < self.since:
            found.append(Problem(_("处分期满的日期早于开始的日期。"), where="sanction_until", code="field"))
        return found

    def as_json(self) -> dict[str, str]:
        """As kept with the decision; only of one without problems."""
        return {"kind": self.kind, "since": str(self.since), "until": str(self.until)}


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """The paper dossier as a desk found it; what is ``False`` was not as the notice asks."""

    received_on: date
    copies: int
    duplex_with_watermark: bool
    handwritten_opinion: bool
    signed: bool
    sealed: bool
    mark_state: str


def dossier_problems(facts: DossierFacts | None, *, copies_wanted: int) -> list[Problem]:
    """What stands against passing: no dossier recorded, or one not in order (S-37, S-41…S-50, S-79). All at once."""
    if facts is None:
        return [Problem(_("还没有登记纸质材料的接收情况，登记后才能审核通过。"), where="dossier", code="no_dossier")]
    found = []
    if facts.copies < copies_wanted:
        text = _("评审表应为{wanted}份，收到{copies}份。").format(wanted=copies_wanted, copies=facts.copies)
        found.append(("copies", text))
    for key, text in (
        ("duplex_with_watermark", _("评审表不是A4纸正反面打印，或没有水印。")),
        ("handwritten_opinion", _("单位意见栏没有手工填写规定的语句。")),
        ("signed", _("单位意见栏没有签字。")),
        ("sealed", _("单位意见栏没有加盖单位公章。")),
    ):
        if not getattr(facts, key):
            found.append((key, text))
    if facts.mark_state == "void":
        found.append(("printed_mark", _("纸质评审表是已作废的版本，与网上填报的内容不一致。")))
    elif facts.mark_state == "wrong_code":
        found.append(("printed_mark", _("纸质评审表二维码中的核验码与编号不符，可能不是本系统生成的打印件，请核对原件。")))
    elif facts.mark_state != "current":
        found.append(("printed_mark", _("纸质评审表上的编号不是这份申请书的打印件。")))
    return [Problem(text, where=key, code="dossier") for key, text in found]
