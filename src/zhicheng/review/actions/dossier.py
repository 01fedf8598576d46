"""登记纸质材料: each desk writes down what arrived on paper, and puts right what it wrote down wrongly (S-37, S-41…S-47, S-79)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.models import Paper
from zhicheng.documents.queries import read_mark
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.rules import is_self_review
from zhicheng.review.actions.decide import lock_submission
from zhicheng.review.models import PaperDossier
from zhicheng.review.queries import forms_with_mark, last_dossier, mark_state, tells_no_print

SHORTEST_REASON = 4  # hanzi or letters


@dataclass(frozen=True, slots=True)
class Found:
    """The paper dossier as it was found; nothing has to be in order to be recorded.

    ``printed_mark`` is the serial, verification code or hash printed on the review form, or what its QR code says.
    """

    received_on: date
    copies: int
    duplex_with_watermark: bool
    handwritten_opinion: bool
    signed: bool
    sealed: bool
    printed_mark: str
    remark: str = ""


@one_transaction
def record_dossier(
    *,
    actor: Actor,
    application_id: int,
    submission_id: int,
    received_on: date,
    copies: int,
    duplex_with_watermark: bool,
    handwritten_opinion: bool,
    signed: bool,
    sealed: bool,
    printed_mark: str,
    remark: str = "",
) -> PaperDossier:
    """Record the arrival of the paper dossier at the actor's desk (:class:`Found`). Whether the print is the current one is decided here
    and kept (``mark_state``). Recording again adds a row. Raises :class:`Refused` (``field``, ``stale``).
    """
    found = Found(received_on, copies, duplex_with_watermark, handwritten_opinion, signed, sealed, printed_mark, remark)
    case, _submission = lock_submission(actor, application_id, submission_id)
    return _keep(case, actor, found)


@one_transaction
def correct_dossier(
    *, actor: Actor, application_id: int, submission_id: int, dossier_id: int, reason: str, found: Found
) -> PaperDossier:
    """Put right what this desk recorded last: a new row, naming the one that was wrong and why; both stay, with who and when.

    Raises :class:`Refused` (``field``, ``stale``; ``reason_missing``; ``not_the_last`` when the row is not the desk's newest of this
    submission: somebody recorded or corrected since).
    """
    case, _submission = lock_submission(actor, application_id, submission_id)
    said = _("请写明更正的原因，不少于{n}个字。").format(n=SHORTEST_REASON)
    problems = reason_problems(reason, least=SHORTEST_REASON, said=said)
    wrong = last_dossier(case, actor.organization_id)
    if wrong is None or wrong.pk != dossier_id:
        problems.append(Problem(_("这条登记已经更正过，或者之后又有登记。请刷新页面，更正最近的一条。"), code="not_the_last"))
    return _keep(case, actor, found, corrects=wrong, reason=reason.strip(), problems=problems)


def _keep(
    case: CaseFile,
    actor: Actor,
    found: Found,
    *,
    corrects: PaperDossier | None = None,
    reason: str = "",
    problems: list[Problem] | None = None,
) -> PaperDossier:
    application, submission, mark = case.application, case.submission, read_mark(found.printed_mark)
    forms = forms_with_mark(application, mark)
    form = next(iter(forms), None)
    problems = [
        *(problems or []),
        *_field_problems(found.copies, mark.text),
        *[Problem(text, where="printed_mark", code="field") for text in [tells_no_print(forms)] if text],
        *_day_problems(found.received_on, application, form),
    ]
    problems += _not_here(application, actor)
    if problems or submission is None:
        raise Refused(problems)
    dossier = PaperDossier.objects.create(
        application=application,
        submission=submission,
        desk_id=actor.desk_id,
        received_on=found.received_on,
        copies=found.copies,
        duplex_with_watermark=found.duplex_with_watermark,
        handwritten_opinion=found.handwritten_opinion,
        signed=found.signed,
        sealed=found.sealed,
        printed_mark=str(mark)[:80],
        mark_state=mark_state(submission, form, mark),
        remark=found.remark.strip()[:300],
        recorded_by_id=actor.account_id,
        recorded_at=clock.now(),
        corrects=corrects,
        correction_reason=reason[:300],
    )
    _note(dossier, actor)
    return dossier


def _not_here(application: Application, actor: Actor) -> list[Problem]:
    problems = []
    if is_self_review(actor, application.person_index):
        problems.append(Problem(_("这是您本人的申请书，须由本部门另一位经办人办理。"), code="self_review"))
    if (desk := BY_ROLE.get(actor.role)) is None or application.state not in desk.holds:
        state = state_words(State(application.state), notice_of(application.campaign_version)).staff
        text = _("申请书现在的状态是“{state}”，不能在本部门登记纸质材料。").format(state=state)
        problems.append(Problem(text, code="stale"))
    return problems


def _note(dossier: PaperDossier, actor: Actor) -> None:
    ledger.record(
        event="dossier.recorded",
        subject=f"application:{dossier.application_id}",
        actor=actor.ref,
        data={
            "dossier": dossier.pk,
            "received_on": dossier.received_on.isoformat(),
            "copies": dossier.copies,
            "mark": ledger.private(dossier.printed_mark),
            "mark_state": str(dossier.mark_state),
            "remark": ledger.private(dossier.remark),
            "desk": dossier.desk_id,
            "submission": dossier.submission.sha256,
            "at": ledger.time_text(dossier.recorded_at),
            "checks": [dossier.duplex_with_watermark, dossier.handwritten_opinion, dossier.signed, dossier.sealed],
            "corrects": dossier.corrects_id,
            "why": ledger.private(dossier.correction_reason),
        },
    )


def _day_problems(received_on: date, application: Application, paper: Paper | None) -> list[Problem]:
    """A paper arrives after it was made, and nothing arrives before its application was begun; Beijing days."""
    text = ""
    if received_on > clock.today():
        text = _("收到日期不能晚于今天。")
    elif paper is not None and received_on < (made := paper.created_at.astimezone(clock.BEIJING).date()):
        text = _("评审表{serial}是{day}生成的，收到日期不能早于这一天，请核对日期和编号。").format(serial=paper.serial, day=made)
    elif received_on < (begun := application.created_at.astimezone(clock.BEIJING).date()):
        text = _("这份申请书是{day}新增的，收到日期不能早于这一天。").format(day=begun)
    return [Problem(text, where="received_on", code="field")] if text else []


def _field_problems(copies: int, printed_mark: str) -> list[Problem]:
    """What is wrong with the facts themselves, whatever the application is."""
    problems = []
    if not 0 <= copies <= 20:
        problems.append(Problem(_("份数请填写0至20。"), where="copies", code="field"))
    if not printed_mark.strip():
        text = _("请填写评审表页脚的编号、核验码或数据校验码。")
        problems.append(Problem(text, where="printed_mark", code="field"))
    return problems
