"""What a unit does with a public notice: open it, put its papers in, hear objections, end it, report upward."""

from __future__ import annotations

from datetime import timedelta

from tests.faults.stage import Stage, play
from tests.support import world as w
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.queries import unit_materials_of
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.organizations.actors import ANONYMOUS, Actor
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.links import key_of
from zhicheng.publicity.models import Objection, PublicityPeriod

AT_UNIT = (State.UNIT_PASSED, State.IN_PUBLICITY)
NO_TEXT = publicity.NoticeText(political_conduct="", results="长" * 1001, contribution="", office="", phone="12")


@play("publicity.open_publicity", weight=2)
def open_the_notice(stage: Stage) -> None:
    application = stage.application(*AT_UNIT) if stage.dice.percent(90) else stage.application()
    if application is not None:
        days = stage.dice.number(-1, 14)
        open_publicity(stage, stage.reviewer(application), application, days=days, in_days=stage.dice.number(-1, 3))


def open_publicity(stage: Stage, actor: Actor, application: Application, *, days: int = 9, in_days: int = 0) -> None:
    """A period from today (or from a day near it) on; rarely without its words."""
    starts_on = clock.today() + timedelta(in_days)
    stage.act(
        "publicity.open_publicity",
        actor=actor,
        application_id=application.pk,
        submission_id=stage.submission_of(application),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days),
        text=NO_TEXT if stage.dice.percent(5) else w.NOTICE_TEXT,
    )


def _period(stage: Stage) -> PublicityPeriod | None:
    application = stage.application(*AT_UNIT)
    rows = PublicityPeriod.objects.all()
    if application is not None and stage.dice.percent(85):
        rows = rows.filter(application=application)
    found: PublicityPeriod | None = stage.one_of(rows)
    return found


@play("publicity.add_publicity_paper", weight=2)
def put_a_paper_in(stage: Stage) -> None:
    if (period := _period(stage)) is not None:
        which = stage.dice.pick(["notice_file", "photo_file", "result_file", "result_file", "no_such_file"])
        add_paper(stage, stage.at_desk(period.unit_id), period, which)


def add_paper(stage: Stage, actor: Actor, period: PublicityPeriod, which: str) -> None:
    """One of the three uploads."""
    file = w.evidence(actor.user_id or period.opened_by_id, stage.dice.text())
    stage.act("publicity.add_publicity_paper", actor=actor, period_id=period.pk, which=which, file_id=file.pk)


@play("applications.add_unit_material")
def bring_a_paper_of_the_unit(stage: Stage) -> None:
    application = stage.application(*AT_UNIT) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    actor = stage.reviewer(application)
    file = w.evidence(actor.user_id or application.applicant_id, stage.dice.text())
    boxes = [(box.key, paper.key) for box in CaseFile(application).unit_boxes for paper in box.papers]
    box, paper = stage.dice.pick([*boxes, ("publicity", "publicity_photo"), ("no_such_slot", "paper")])
    stage.act("applications.add_unit_material", actor=actor, application_id=application.pk, file_id=file.pk, box=box, paper=paper)


@play("applications.remove_unit_material")
def take_a_paper_of_the_unit_out(stage: Stage) -> None:
    application = stage.application(*AT_UNIT)
    if application is None:
        return
    material = stage.one_of(unit_materials_of(application, removed=stage.dice.percent(20)))
    stage.act(
        "applications.remove_unit_material",
        actor=stage.reviewer(application),
        application_id=application.pk,
        material_id=material.pk if material else 0,
    )


@play("publicity.make_publicity_result")
def make_the_result(stage: Stage) -> None:
    if (period := _period(stage)) is not None:
        stage.act("publicity.make_publicity_result", actor=stage.at_desk(period.unit_id), period_id=period.pk)


@play("publicity.register_objection")
def hear_an_objection(stage: Stage) -> None:
    if (period := _period(stage)) is not None:
        object_to(stage, stage.at_desk(period.unit_id), period)


def object_to(stage: Stage, actor: Actor, period: PublicityPeriod) -> None:
    """An objection of the last two days; rarely of tomorrow, by pigeon, or without words."""
    odd = stage.dice.percent(15)
    stage.act(
        "publicity.register_objection",
        actor=actor,
        period_id=period.pk,
        channel="pigeon" if odd else stage.dice.pick(["phone", "visit", "online"]),
        content=stage.dice.pick(["反映其业绩材料中的项目并非本人主持。", "不"])
        if odd
        else "反映其业绩材料中的项目并非本人主持。",
        received_at=clock.now() - timedelta(hours=stage.dice.number(-1, 50) if odd else 0),
    )


@play("publicity.raise_objection")
def object_on_the_page(stage: Stage) -> None:
    """Somebody before the posted paper, now and then with a link that is none, or nothing to say."""
    if (period := _period(stage)) is not None:
        odd = stage.dice.percent(20)
        stage.act(
            "publicity.raise_objection",
            actor=ANONYMOUS,
            period_id=period.pk,
            said=publicity.Said(
                "不" if odd else "反映其业绩材料中的项目并非本人主持。", "马先生", county_only=stage.dice.percent(50)
            ),
            key=key_of(period.pk + stage.dice.number(0, 1) if odd else period.pk),
        )


@play("publicity.decide_objection", weight=2)
def decide_an_objection(stage: Stage) -> None:
    """Mostly one that is open."""
    rows = Objection.objects.select_related("period")
    objection = stage.one_of(rows.filter(state="open")) or stage.one_of(rows)
    if objection is not None:
        stage.act(
            "publicity.decide_objection",
            actor=stage.at_desk(objection.period.unit_id),
            objection_id=objection.pk,
            upheld=stage.dice.percent(40),
            finding=stage.reason(),
        )


@play("publicity.lift_objection", weight=2)
def lift_an_objection(stage: Stage) -> None:
    """Mostly one that was upheld, by its county."""
    rows = Objection.objects.select_related("period__application")
    objection = stage.one_of(rows.filter(state="upheld")) or stage.one_of(rows)
    if objection is not None:
        stage.act(
            "publicity.lift_objection",
            actor=stage.at_desk(objection.period.application.county_office_id),
            objection_id=objection.pk,
            reason=stage.reason(),
        )


@play("publicity.stop_for_objection", weight=2)
def stop(stage: Stage) -> None:
    if (application := stage.application(*AT_UNIT)) is not None:
        stage.act(
            "publicity.stop_for_objection",
            actor=stage.reviewer(application),
            application_id=application.pk,
            reason=stage.reason(),
        )


@play("publicity.report_upward", weight=2)
def report(stage: Stage) -> None:
    if (application := stage.application(*AT_UNIT)) is not None:
        stage.act(
            "publicity.report_upward",
            actor=stage.reviewer(application),
            application_id=application.pk,
            submission_id=stage.submission_of(application),
        )


@play("publicity.recheck_periods")
def measure_again(stage: Stage) -> None:
    """As the worker does every hour; now and then the periods were measured with a calendar of before."""
    if stage.dice.percent(50):
        PublicityPeriod.objects.update(measured_with="0" * 64)
    stage.act("publicity.recheck_periods")
