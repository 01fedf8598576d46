"""Answering findings (提示): a sentence to what the rules noticed, kept with the draft."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from zhicheng.applications.actions.draft import keep_beside, lock_open
from zhicheng.applications.authorships import findings_to_answer
from zhicheng.applications.findings import KEPT_AS, LONGEST, Answer, Finding, answers_in
from zhicheng.applications.reading import clean_text
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor


@one_transaction
def answer_findings(*, actor: Actor, application_id: int, answers: Mapping[str, str], base_version: int) -> list[Answer]:
    """Keep what the applicant wrote to findings, by ``Finding.key``; an empty answer takes the old one away.

    ``base_version`` is the version of the answers the page was shown with (0: none yet). An answer to a finding that is not there (any
    more) is left out. Like every edit it undoes 再次核对. Raises :class:`Refused`: ``conflict`` when another window has written since,
    ``too_long`` with the place of each answer that is, ``not_open``, ``not_found``.
    """
    typed = {key: clean_text(text) for key, text in answers.items()}
    case = lock_open(application_id, actor)
    with platform_language():
        findings = {told.finding.key: told.finding for told in findings_to_answer(case)}
    if problems := _too_long(findings, typed):
        raise Refused(problems)
    kept = [a for a in answers_in(case.contents) if a.key in findings and a.key not in typed]
    kept += [Answer(key, findings[key].text, text) for key, text in typed.items() if text and key in findings]
    told = [{"key": a.key, "said": a.said, "answer": a.answer} for a in sorted(kept, key=lambda answer: answer.key)]
    keep_beside(case, KEPT_AS, told, base_version)
    return kept


def _too_long(findings: Mapping[str, Finding], typed: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(
            _("说明最多{limit}个字，现在是{count}个字。").format(limit=LONGEST, count=len(text)),
            where=str(findings[key].where),
            code="too_long",
        )
        for key, text in typed.items()
        if key in findings and len(text) > LONGEST
    ]
