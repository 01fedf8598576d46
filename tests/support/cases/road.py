"""Cases of the road: the form, publicity, the desks, fraud."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.campaigns.files import calendar_text
from tests.support import unit_slots
from tests.support import world as w
from tests.support.cases import LATER, case
from tests.support.sheets import brought_scan, commitment_code, read_scan
from tests.support.uploads import mended
from tests.support.versions import written_over
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications import actions as applications
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.queries import materials_of
from zhicheng.campaigns.actions import publish_calendar
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.actions import RENDER
from zhicheng.documents.models import Paper
from zhicheng.documents.queries import papers_of
from zhicheng.evidence.codes import Code
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.models import OutboxMessage
from zhicheng.integrity import actions as integrity
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.actions import choose_report_mails
from zhicheng.organizations.actors import SYSTEM, Actor
from zhicheng.organizations.models import MembershipRole, Organization
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.review import actions as review
from zhicheng.standards.calendar import Calendar, Day, Layer, load_calendar

FORGED = "毕业证书经学校核实系伪造，本人承认。"
DRAFT, ENDING, MATERIAL = "applications.actions.draft", "applications.actions.ending", "applications.actions.material"
UNIT_MATERIAL = "applications.actions.unit_material"
SUBMIT, UNIT, DECIDE = "applications.actions.submit", "publicity.actions.unit", "review.actions.decide"


def filled(world: w.World) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    return application


def passed(world: w.World) -> Application:
    application = w.submitted(world)
    w.unit_pass(world, application)
    application.refresh_from_db()
    return application


def publicised(world: w.World) -> PublicityPeriod:
    return w.open_publicity(world, passed(world))


def at_county(world: w.World) -> Application:
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    return application


def at_bureau(world: w.World) -> Application:
    application = w.submitted(world)
    w.to_bureau(world, application)
    return application


def with_dossier(actor: Actor, application: Application) -> Application:
    with clock.travel(LATER):
        w.record_dossier(actor, application)
    application.refresh_from_db()
    return application


def of_submission(actor: Actor, application: Application) -> dict[str, Any]:
    application.refresh_from_db()
    return {"actor": actor, "application_id": application.pk, "submission_id": application.current_submission_id}


# --- the form ---


@case("applications.actions.start.start_application")
def start(world: w.World) -> dict[str, Any]:
    w.accept_prompt(world.applicant, world.version)
    return {
        "actor": world.applicant,
        "campaign_version_id": world.version.pk,
        "series": "engineering",
        "specialty": "water",
        "title": "engineer",
    }


@case(f"{DRAFT}.save_section")
def save(world: w.World) -> dict[str, Any]:
    typed = {"text": "任现职以来主要从事灌区工程建设与管理。"}
    return {
        "actor": world.applicant,
        "application_id": w.start(world).pk,
        "key": "summary",
        "typed": typed,
        "base_version": 0,
    }


@case(f"{DRAFT}.take_back_section", begins=written_over)
def take_back(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.applicant, "application_id": application.pk, "key": "summary", "version": 1, "base_version": 2}


@case("applications.actions.answers.answer_findings")
def answer(world: w.World) -> dict[str, Any]:
    application = w.start(world)
    w.fill(world.applicant, application, w.short_of_hours())
    key = CaseFile(application).findings[0].finding.key
    return {"actor": world.applicant, "application_id": application.pk, "answers": {key: "一并填写。"}, "base_version": 0}


@case("applications.actions.mending.answer_points", begins=w.submitted)
def answer_points(world: w.World, application: Application) -> dict[str, Any]:
    w.give_back(world.unit_admin, application)
    answers = {f"{application.history.latest('id').pk}-1": "原件如此，已请单位核对。"}
    return {"actor": world.applicant, "application_id": application.pk, "answers": answers, "base_version": 0}


@case("applications.actions.mending.confirm_file", begins=filled)
def confirm_file(world: w.World, application: Application) -> dict[str, Any]:
    material = w.bring_warned(world.applicant, application)
    return {"actor": world.applicant, "application_id": application.pk, "material_id": material.pk}


@case(f"{MATERIAL}.add_material", begins=filled)
def add(world: w.World, application: Application) -> dict[str, Any]:
    old = materials_of(application)[0]
    file = w.evidence(world.applicant.account_id, "another scan")
    place = {"slot": old.slot, "paper": old.paper, "year": old.year, "row": old.row}
    return {"actor": world.applicant, "application_id": application.pk, "file_id": file.pk, "replaces": old.pk, **place}


@case("applications.actions.scans.land_scans", begins=w.start)
def land_scans(world: w.World, application: Application) -> dict[str, Any]:
    row = brought_scan(application)
    codes = {row.pk: [Code(1, commitment_code(application), 0)]}
    return {"application_id": application.pk, "batch": row.payload["batch"], "codes": codes}


@case("applications.actions.scans.place_scan", begins=w.start)
def place_scan(world: w.World, application: Application) -> dict[str, Any]:
    place = {"scan_id": read_scan(application).pk, "entry": 0, "box": "commitment", "paper": "commitment"}
    return {"actor": world.applicant, "application_id": application.pk, **place}


@case(f"{MATERIAL}.remove_material", begins=filled)
def remove(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.applicant, "application_id": application.pk, "material_id": materials_of(application)[0].pk}


@case(f"{MATERIAL}.restore_original", begins=filled)
def restore_file(world: w.World, application: Application) -> dict[str, Any]:
    made = mended(world.applicant, materials_of(application)[0])
    return {"actor": world.applicant, "application_id": application.pk, "material_id": made.pk}


def _of_unit(world: w.World) -> dict[str, Any]:
    file = w.evidence(world.unit_admin.account_id, "report")
    place = {"box": "unit_report", "paper": "report"}
    return {"actor": world.unit_admin, "application_id": unit_slots.publicised(world).pk, "file_id": file.pk, **place}


@case(f"{UNIT_MATERIAL}.add_unit_material")
def add_of_unit(world: w.World) -> dict[str, Any]:
    return _of_unit(world)


@case(f"{UNIT_MATERIAL}.remove_unit_material")
def remove_of_unit(world: w.World) -> dict[str, Any]:
    material = applications.add_unit_material(**_of_unit(world))
    return {"actor": world.unit_admin, "application_id": material.application_id, "material_id": material.pk}


@case(f"{SUBMIT}.confirm_check", begins=filled)
def check(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.applicant, "application_id": application.pk}


@case(f"{SUBMIT}.submit_application", begins=filled)
def submit(world: w.World, application: Application) -> dict[str, Any]:
    applications.confirm_check(actor=world.applicant, application_id=application.pk)
    texts = notice_of(world.version).texts
    return {
        "actor": world.applicant,
        "application_id": application.pk,
        "form_token": "pressed",
        "commitment_version": texts.commitment.version,
        "liability_version": texts.liability.version,
    }


@case(f"{ENDING}.withdraw_application", begins=w.submitted)
def withdraw(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.applicant, "application_id": application.pk}


@case(f"{ENDING}.discard_application", begins=passed)
def discard(world: w.World, application: Application) -> dict[str, Any]:
    """Of one whose papers have to be voided."""
    w.give_back(world.unit_admin, application)
    return {"actor": world.applicant, "application_id": application.pk}


def _banned_elsewhere(world: w.World) -> Application:
    """An application that is under way while its person is barred for another reason."""
    application = passed(world)
    facts = {"person_index": application.person_index, "name": application.applicant_name, "source": "letter:1"}
    integrity.record_fraud(actor=world.bureau, application_year=2022, ban_years=5, reason=FORGED, **facts)
    return application


YEARS = {"first_year": 2023, "last_year": 2027}


@case(f"{ENDING}.bar_applications")
def bar(world: w.World) -> dict[str, Any]:
    return {"person_index": _banned_elsewhere(world).person_index, "note": "", **YEARS}


@case(f"{ENDING}.restore_applications")
def restore(world: w.World) -> dict[str, Any]:
    application = _banned_elsewhere(world)
    applications.bar_applications(person_index=application.person_index, note="", **YEARS)
    record = IntegrityRecord.objects.get()
    integrity.annul_record(actor=world.bureau, record_id=record.pk, reason="经复核，学校更正了证明。")
    return {"person_index": application.person_index, "source": record.source, **YEARS}


@case(f"{ENDING}.abandon_overdue", at=datetime(2023, 7, 21, 18, 0, tzinfo=clock.BEIJING), begins=w.submitted)
def abandon(world: w.World, application: Application) -> dict[str, Any]:
    """What was returned is not sent again by the last moment of the corrections."""
    w.give_back(world.unit_admin, application)
    return {}


@case("applications.report_mails.tell_of_a_day", at=(w.IN_WINDOW + timedelta(days=1)).replace(hour=9), begins=w.submitted)
def tell_of_a_day(world: w.World, _application: Application) -> dict[str, Any]:
    """A unit that reads of a day at once has one that waits."""
    choose_report_mails(actor=world.unit_admin, how="daily")
    # No paper is set here: the typesetter's threads would not be there in a process that is forked from this one, which would wait for them.
    OutboxMessage.objects.filter(kind=RENDER).delete()
    outbox.drain(1000)
    return {"path": "/desk/"}


# --- the notice ---


@case("campaigns.actions.publish_campaign:new version")
def publish_again(world: w.World) -> dict[str, Any]:
    text = BORTALA_2023.read_text("utf-8")
    changed = text.replace("publicity_working_days: 5", "publicity_working_days: 6")
    assert changed != text
    return {"text": changed, "actor": SYSTEM}


@case("campaigns.actions.publish_campaign:first")
def publish(world: w.World) -> dict[str, Any]:
    text = BORTALA_2023.read_text("utf-8")
    slug = notice_of(world.version).slug
    return {"text": text.replace(f"slug: {slug}", "slug: another-round", 1), "actor": SYSTEM}


@case("campaigns.actions.publish_calendar")
def load_calendar_layer(world: w.World) -> dict[str, Any]:
    """A day off that the region adds."""
    return {"text": calendar_text(), "actor": world.bureau}


@case("campaigns.actions.withdraw_calendar")
def withdraw_calendar_layer(world: w.World) -> dict[str, Any]:
    version = publish_calendar(text=calendar_text(), actor=SYSTEM)
    return {"name": version.name, "actor": world.bureau}


@case("campaigns.actions.withdraw_campaign")
def unpublish(world: w.World) -> dict[str, Any]:
    return {"slug": notice_of(world.version).slug, "actor": SYSTEM}


@case("documents.actions.render_paper", begins=passed)
def render(world: w.World, _application: Application) -> dict[str, Any]:
    return {"paper_id": Paper.objects.latest("pk").pk}


# --- publicity ---


@case(f"{UNIT}.open_publicity", begins=passed)
def open_publicity(world: w.World, application: Application) -> dict[str, Any]:
    today = w.IN_WINDOW.date()
    days = {"starts_on": today, "ends_on": today + timedelta(days=9)}
    return of_submission(world.unit_admin, application) | {"text": w.NOTICE_TEXT, **days}


@case(f"{UNIT}.add_publicity_paper", begins=publicised)
def add_paper(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    file = w.evidence(world.unit_admin.account_id, "notice")
    return {"actor": world.unit_admin, "period_id": period.pk, "which": "notice_file", "file_id": file.pk}


@case(f"{UNIT}.make_publicity_result", at=LATER, begins=publicised)
def make_result(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    return {"actor": world.unit_admin, "period_id": period.pk}


def _said(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    said = {"channel": "phone", "content": "反映其业绩材料不实。", "received_at": w.IN_WINDOW}
    return {"actor": world.unit_admin, "period_id": period.pk, **said}


@case(f"{UNIT}.register_objection", at=LATER, begins=publicised)
def object_(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    """Of a period whose result is made and scanned already: both fall away."""
    with clock.travel(LATER):
        publicity.make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        w.add_papers(world, period)
    return _said(world, period)


@case("publicity.actions.raising.raise_objection", begins=publicised)
def raise_objection(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    said = publicity.Said(content="反映业绩成果为集体完成。", from_name="马先生", county_only=True)
    return {"actor": world.new_applicant(), "period_id": period.pk, "said": said}


@case(f"{UNIT}.decide_objection", begins=publicised)
def decide_objection(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    objection = publicity.register_objection(**_said(world, period))
    return {"actor": world.unit_admin, "objection_id": objection.pk, "upheld": False, "finding": "经查阅任务书，反映不属实。"}


@case(f"{UNIT}.stop_for_objection", begins=publicised)
def stop(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    objection = publicity.register_objection(**_said(world, period))
    finding = "经查阅任务书，反映属实。"
    publicity.decide_objection(actor=world.unit_admin, objection_id=objection.pk, upheld=True, finding=finding)
    reason = "主要业绩不属于本人，不能作为申报依据。"
    return {"actor": world.unit_admin, "application_id": period.application_id, "reason": reason}


@case("publicity.actions.lifting.lift_objection", begins=publicised)
def lift(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    """Of an application that it had stopped."""
    given = stop(world, period)
    publicity.stop_for_objection(**given)
    objection = PublicityPeriod.objects.get(application_id=given["application_id"]).objections.get()
    return {"actor": world.county_officer, "objection_id": objection.pk, "reason": "经复核，任务书由本人主持，反映不属实。"}


@case(f"{UNIT}.report_upward", at=LATER, begins=publicised)
def report(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    with clock.travel(LATER):
        w.add_papers(world, period)
    return of_submission(world.unit_admin, Application.objects.get(pk=period.application_id))


def _corrected(name: str) -> Calendar:
    """The calendars after an emergency notice: the last two days of the period are free."""
    days = tuple(Day(date(2023, 5, day), False, source="临时通知") for day in (24, 25, 30, 31))
    return load_calendar(name).with_layer(Layer("correction", "临时安排", "emergency", (), days))


@case("publicity.actions.recheck.recheck_periods", begins=passed)
def recheck(world: w.World, application: Application) -> dict[str, Any]:
    w.open_publicity(world, application, days=4)
    return {"calendar_named": _corrected}


# --- the desks ---


@case(f"{DECIDE}.pass_application:unit")
def unit_pass(world: w.World) -> dict[str, Any]:
    """The applicant's number is a claim until now."""
    user = w.person(AccountKind.APPLICANT, "claimant", serial=33, held=False)
    actor = w.member(user, world.unit, MembershipRole.EMPLOYEE)
    return of_submission(world.unit_admin, w.submitted(world, actor))


@case(f"{DECIDE}.pass_application:supervising", at=LATER)
def supervising_pass(world: w.World) -> dict[str, Any]:
    Organization.objects.filter(pk=world.unit.pk).update(supervising_body=world.supervising)
    return of_submission(world.supervisor, with_dossier(world.supervisor, at_county(world)))


@case(f"{DECIDE}.pass_application:county", at=LATER, begins=at_county)
def county_pass(world: w.World, application: Application) -> dict[str, Any]:
    return of_submission(world.county_officer, with_dossier(world.county_officer, application))


@case(f"{DECIDE}.pass_application:prefecture", at=LATER, begins=at_bureau)
def prefecture_pass(world: w.World, application: Application) -> dict[str, Any]:
    return of_submission(world.bureau, with_dossier(world.bureau, application))


MISTAKEN = "经核对，点错了申请书，应先核实证书。"


def _taken_back(actor: Actor, application: Application) -> dict[str, Any]:
    return {
        "actor": actor,
        "application_id": application.pk,
        "change_id": application.history.latest("id").pk,
        "reason": MISTAKEN,
    }


@case("review.actions.take_back.take_back_pass:unit", begins=passed)
def unit_take_back(world: w.World, application: Application) -> dict[str, Any]:
    """Of the review form that was made."""
    return _taken_back(world.unit_admin, application)


@case("review.actions.take_back.take_back_pass:county", at=LATER, begins=at_bureau)
def county_take_back(world: w.World, application: Application) -> dict[str, Any]:
    """Of the arrival that was counted."""
    return _taken_back(world.county_officer, application)


@case("review.actions.take_back.take_back_pass:prefecture", at=LATER, begins=at_bureau)
def prefecture_take_back(world: w.World, application: Application) -> dict[str, Any]:
    decision = review.pass_application(**prefecture_pass(world, application))
    return _taken_back(world.bureau, decision.application)


@case("review.actions.take_back.note_opening", at=LATER, begins=at_county)
def note_opening(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.county_officer, "application_id": application.pk}


REASONS = {"reasons": [w.review_reason("毕业证书扫描件不清晰，请重新扫描上传。")]}


@case(f"{DECIDE}.return_application:unit", begins=publicised)
def unit_return(world: w.World, period: PublicityPeriod) -> dict[str, Any]:
    """In publicity: the period is broken off and its papers void."""
    return of_submission(world.unit_admin, Application.objects.get(pk=period.application_id)) | REASONS


@case(f"{DECIDE}.return_application:prefecture", at=LATER, begins=at_bureau)
def prefecture_return(world: w.World, application: Application) -> dict[str, Any]:
    return of_submission(world.bureau, application) | REASONS


def _at_last_arrival(world: w.World) -> Application:
    application = at_bureau(world)
    with clock.travel(LATER):
        w.arrive(world, application, 3)
    return application


@case(f"{DECIDE}.return_application:last", at=LATER)
def last_return(world: w.World) -> dict[str, Any]:
    return of_submission(world.bureau, _at_last_arrival(world)) | REASONS


@case("review.actions.dossier.record_dossier", at=LATER, begins=at_county)
def dossier(world: w.World, application: Application) -> dict[str, Any]:
    paper = papers_of(f"application:{application.pk}").filter(kind="review_form", voided_at__isnull=True).latest("id")
    found = dict.fromkeys(("duplex_with_watermark", "handwritten_opinion", "signed", "sealed"), True)
    facts = {"received_on": LATER.date(), "copies": 2, "printed_mark": paper.serial, **found}
    return of_submission(world.county_officer, application) | facts


@case("review.actions.dossier.correct_dossier", at=LATER, begins=at_county)
def correct_dossier(world: w.World, application: Application) -> dict[str, Any]:
    given = dossier(world, application)
    with clock.travel(LATER):
        wrong = review.record_dossier(**given | {"copies": 1})
    named = {key: given.pop(key) for key in ("actor", "application_id", "submission_id")}
    return named | {"dossier_id": wrong.pk, "reason": "误记为一份。", "found": review.Found(**given)}


@case("review.actions.identity.show_identity_number", at=LATER, begins=at_county)
def show_number(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.county_officer, "application_id": application.pk}


@case("review.actions.prefecture.annul_arrival", at=LATER)
def annul_arrival(world: w.World) -> dict[str, Any]:
    """The last one, which closed the year: it opens again."""
    application = _at_last_arrival(world)
    with clock.travel(LATER):
        w.give_back(world.bureau, application)
    arrival = application.committee_arrivals.order_by("sequence").first()
    assert arrival is not None
    return {"actor": world.bureau, "arrival_id": arrival.pk, "reason": "本部门误收，未经县（市）审核。"}


@case("review.actions.prefecture.reject_for_fraud", at=LATER, begins=at_bureau)
def reject(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.bureau, "application_id": application.pk, "reason": FORGED}


@case("integrity.actions.record_fraud")
def record_fraud(world: w.World) -> dict[str, Any]:
    user = User.objects.get(pk=world.applicant.account_id)
    return {
        "actor": world.bureau,
        "person_index": user.id_number_index,
        "name": user.name,
        "application_year": 2023,
        "ban_years": 5,
        "source": "letter:1",
        "reason": FORGED,
    }


@case("integrity.actions.annul_record", at=LATER, begins=at_bureau)
def annul_record(world: w.World, application: Application) -> dict[str, Any]:
    with clock.travel(LATER):
        record = review.reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FORGED)
    return {"actor": world.bureau, "record_id": record.pk, "reason": "经复核，学校更正了证明。"}
