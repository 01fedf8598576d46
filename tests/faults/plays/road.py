"""The next proper step of somebody's road: without these plays a random walk seldom comes to final review, and never to a third arrival."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from tests.faults.plays import accounts, applicant, desks, unit
from tests.faults.stage import DONE, Stage, play
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.models import Application
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import MembershipRole
from zhicheng.publicity.models import PublicityPeriod


@play(
    "applications.save_section",
    "applications.add_material",
    "applications.answer_points",
    "applications.confirm_file",
    "applications.confirm_check",
    "applications.submit_application",
    "publicity.open_publicity",
    "publicity.add_publicity_paper",
    "publicity.register_objection",
    "publicity.decide_objection",
    "publicity.report_upward",
    "review.record_dossier",
    "review.pass_application",
    "review.return_application",
    "foundation.move_clock",
    weight=14,
)
def go_on(stage: Stage) -> None:
    """What would have to happen now to one of the two newest applications."""
    application = stage.application()
    if application is None:
        return
    state = State(application.state)
    if state in OPEN_FOR_APPLICANT:
        actor = actor_for(application.applicant)
        applicant.complete(stage, actor, application)
        applicant.settle(stage, actor, application)
        stage.act("applications.confirm_check", actor=actor, application_id=application.pk)
        applicant.submit(stage, actor, application)
    elif state in (State.UNIT_PASSED, State.IN_PUBLICITY):
        _publicise(stage, application)
    elif state in desks.DESKS:
        if state != State.UNIT_REVIEW:
            desks.record_dossier(stage, stage.reviewer(application), application)
        if state == State.PREFECTURE_REVIEW and stage.dice.percent(70):  # else nobody would ever come a third time
            desks.give_back(stage, stage.reviewer(application), application)
        else:
            submission = application.current_submission_id or 0
            actor = stage.reviewer(application)
            stage.act("review.pass_application", actor=actor, application_id=application.pk, submission_id=submission)


def _publicise(stage: Stage, application: Application) -> None:
    period = PublicityPeriod.objects.filter(application=application, cancelled_at__isnull=True).first()
    actor = stage.reviewer(application)
    if period is None and stage.dice.percent(80):
        unit.open_publicity(stage, actor, application)
        return
    if period is not None and stage.dice.percent(25):
        unit.object_to(stage, actor, period)
        return
    if period is not None and clock.today() <= period.ends_on:
        stage.move_clock(datetime.combine(period.ends_on + timedelta(1), time(9), clock.BEIJING))
    if period is not None:
        for objection in period.objections.filter(state="open"):
            stage.act(
                "publicity.decide_objection",
                actor=actor,
                objection_id=objection.pk,
                upheld=False,
                finding="经核实，反映的情况不属实。",
            )
        for which in ("notice_file", "photo_file", "result_file"):
            if getattr(period, f"{which}_id") is None:
                unit.add_paper(stage, actor, period, which)
    stage.act(
        "publicity.report_upward",
        actor=actor,
        application_id=application.pk,
        submission_id=application.current_submission_id or 0,
    )


@play(
    "accounts.confirm_mailbox",
    "organizations.register_applicant",
    "organizations.confirm_people",
    "accounts.accept_texts",
    "applications.start_application",
    weight=2,
)
def newcomer(stage: Stage) -> None:
    """Somebody new, or an applicant without an application, begins: only while fewer than two are under way."""
    if Application.objects.exclude(state__in=DONE).count() >= 2:
        return
    user = accounts.register(stage, well=True)
    if user is None:
        return
    stage.act("accounts.confirm_mailbox", user_id=user.pk, actor=f"user:{user.pk}")
    _begin(stage, user)


def _begin(stage: Stage, user: User) -> None:
    employer = user.memberships.filter(until__isnull=True).values_list("organization_id", flat=True).first()
    admins = User.objects.filter(
        memberships__organization_id=employer, memberships__until__isnull=True, memberships__role=MembershipRole.STAFF
    )
    admin = stage.one_of(admins.filter(kind=AccountKind.UNIT))
    if admin is not None and stage.dice.percent(80):
        accounts.confirm(stage, actor_for(admin), [user.pk])
    actor: Actor = actor_for(user)
    for version in CampaignVersion.objects.filter(campaign__published=True).order_by("-pk")[:1]:
        applicant.accept(stage, user.pk, version)
    applicant.begin(stage, actor)
