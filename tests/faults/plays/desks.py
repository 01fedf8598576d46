"""What the desks do: pass, return, write down papers, look at a number, find fraud, annul."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.faults.stage import YEAR, Stage, play
from zhicheng.applications.models import Application, CommitteeArrival
from zhicheng.applications.states import State
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import OrganizationKind
from zhicheng.review import actions as review
from zhicheng.review.models import PaperDossier
from zhicheng.review.rules import ReturnReason

DESKS = (State.UNIT_REVIEW, State.SUPERVISING_REVIEW, State.COUNTY_REVIEW, State.PREFECTURE_REVIEW)
PASSED = (State.UNIT_PASSED, State.COUNTY_REVIEW, State.PREFECTURE_REVIEW, State.ACCEPTED)
RETURNABLE = (*DESKS, State.UNIT_PASSED, State.IN_PUBLICITY)


@play("review.pass_application", weight=2)
def pass_(stage: Stage) -> None:
    application = stage.application(*DESKS) if stage.dice.percent(85) else stage.application()
    if application is not None:
        stage.act(
            "review.pass_application",
            actor=stage.reviewer(application),
            application_id=application.pk,
            submission_id=stage.submission_of(application),
            opinion=stage.dice.pick(["", "同意", "长" * 501]),
        )


@play("review.take_back_pass", weight=2)
def take_a_pass_back(stage: Stage) -> None:
    """Mostly the last one, by who made it."""
    application = stage.application(*PASSED) if stage.dice.percent(85) else stage.application()
    passed = stage.one_of(application.history.filter(move__endswith="_pass")) if application is not None else None
    if application is not None:
        last = application.history.latest("id")
        change = last if stage.dice.percent(85) or passed is None else passed
        by = change.by if change.by is not None and stage.dice.percent(85) else None
        stage.act(
            "review.take_back_pass",
            actor=actor_for(by) if by is not None else stage.reviewer(application),
            application_id=application.pk,
            change_id=change.pk,
            reason=stage.reason(),
        )


@play("review.note_opening")
def open_a_case(stage: Stage) -> None:
    application = stage.application(*DESKS)
    if application is not None:
        stage.act("review.note_opening", actor=stage.reviewer(application), application_id=application.pk)


@play("review.return_application", weight=2)
def return_(stage: Stage) -> None:
    application = stage.application(*RETURNABLE) if stage.dice.percent(85) else stage.application()
    if application is not None:
        give_back(stage, stage.reviewer(application), application)


def give_back(stage: Stage, actor: Actor, application: Application) -> None:
    """Return with a list, mostly a good one."""
    good = ReturnReason(where="material:education", code="illegible", text="毕业证书扫描件不清晰，请重新扫描上传。")
    bad = ReturnReason(where="x" * 130, code="no_such_code", text="不")
    stage.act(
        "review.return_application",
        actor=actor,
        application_id=application.pk,
        submission_id=stage.submission_of(application),
        reasons=stage.dice.pick([[], [bad], [good] * 101]) if stage.dice.percent(10) else [good],
        seen_state=stage.dice.pick(["", "", application.state, "unit_review"]),
    )


@play("review.record_dossier", weight=2)
def write_down_papers(stage: Stage) -> None:
    application = stage.application(*RETURNABLE)
    if application is not None:
        record_dossier(stage, stage.reviewer(application), application, in_order=stage.dice.percent(75))


def record_dossier(stage: Stage, actor: Actor, application: Application, *, in_order: bool = True) -> None:
    """What arrived on paper; not always all of it, nor what was printed last."""
    papers = papers_of(f"application:{application.pk}").filter(kind="review_form")
    paper = papers.filter(voided_at__isnull=True).order_by("pk").last() if in_order else stage.one_of(papers)
    facts: dict[str, Any] = {
        "received_on": clock.today(),
        "copies": 2,
        "duplex_with_watermark": True,
        "handwritten_opinion": True,
        "signed": True,
        "sealed": True,
        "printed_mark": paper.serial if paper is not None else "",
    }
    if not in_order:
        facts |= stage.dice.pick(
            [
                {"signed": False},
                {"copies": stage.dice.number(-1, 21)},
                {"printed_mark": stage.dice.text()},
                {"received_on": clock.today() + timedelta(stage.dice.number(-40, 1))},
                {"sealed": False, "handwritten_opinion": False},
            ]
        )
    stage.act(
        "review.record_dossier",
        actor=actor,
        application_id=application.pk,
        submission_id=stage.submission_of(application),
        **facts,
    )


@play("review.correct_dossier")
def put_papers_right(stage: Stage) -> None:
    """What was written down of the papers was wrong; perhaps it is not the newest entry any more."""
    dossier = stage.one_of(PaperDossier.objects.all())
    if dossier is None:
        return
    found = review.Found(
        received_on=dossier.received_on,
        copies=2,
        duplex_with_watermark=True,
        handwritten_opinion=stage.dice.percent(80),
        signed=True,
        sealed=True,
        printed_mark=dossier.printed_mark,
    )
    application = dossier.application
    stage.act(
        "review.correct_dossier",
        actor=stage.reviewer(application),
        application_id=application.pk,
        submission_id=stage.submission_of(application),
        dossier_id=dossier.pk,
        reason=stage.dice.pick(["", "误", "误记为一份。"]),
        found=found,
    )


@play("review.show_identity_number")
def look_at_the_number(stage: Stage) -> None:
    application = stage.application()
    if application is not None:
        stage.act("review.show_identity_number", actor=stage.reviewer(application), application_id=application.pk)


@play("review.annul_arrival", weight=2)
def annul_an_arrival(stage: Stage) -> None:
    arrival = stage.one_of(CommitteeArrival.objects.all())
    actor = stage.at_office(OrganizationKind.PREFECTURE)
    stage.act("review.annul_arrival", actor=actor, arrival_id=arrival.pk if arrival else 0, reason=stage.reason())


@play("review.reject_for_fraud")
def find_fraud(stage: Stage) -> None:
    application = stage.application()
    if application is not None and stage.dice.percent(50):
        actor = stage.at_office(OrganizationKind.PREFECTURE)
        stage.act("review.reject_for_fraud", actor=actor, application_id=application.pk, reason=stage.reason())


@play("integrity.record_fraud")
def write_down_fraud(stage: Stage) -> None:
    """Of an application of long ago; the person may have one under way."""
    application = stage.application()
    if application is not None and stage.dice.percent(30):
        stage.act(
            "integrity.record_fraud",
            actor=stage.at_office(OrganizationKind.PREFECTURE),
            person_index=application.person_index,
            name=application.applicant_name,
            application_year=YEAR - stage.dice.number(0, 7),
            ban_years=5,
            source=f"letter:{stage.dice.number(1, 9)}",  # of an application of this system it is written by reject_for_fraud
            reason=stage.reason(),
        )


@play("integrity.annul_record", weight=2)
def annul_a_record(stage: Stage) -> None:
    record = stage.one_of(IntegrityRecord.objects.all())
    actor = stage.at_office(OrganizationKind.PREFECTURE)
    stage.act("integrity.annul_record", actor=actor, record_id=record.pk if record else 0, reason=stage.reason())
