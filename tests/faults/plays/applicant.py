"""What an applicant does with a form: begin, write, add papers, check, send, take back, give up."""

from __future__ import annotations

from typing import Any

from tests.faults.stage import Stage, play
from tests.support import world as w
from tests.support.sheets import read_scan
from zhicheng.accounts.models import AccountKind
from zhicheng.accounts.queries import mailbox_confirmed
from zhicheng.accounts.rules import AcceptedText
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import requirements_of
from zhicheng.applications.looked_at import to_look_at
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import draft_of, materials_of
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.queries import notice_of
from zhicheng.organizations.actors import Actor, actor_for

FORM = w.sections()
OPEN = tuple(OPEN_FOR_APPLICANT)


@play("accounts.accept_texts")
def read_the_prompt(stage: Stage) -> None:
    """By who can sign in: before that the account may still go, and what it accepted with it."""
    version, user = stage.one_of(CampaignVersion.objects.all()), stage.account(AccountKind.APPLICANT)
    if user is not None and version is not None and mailbox_confirmed(user):
        accept(stage, user.pk, version)


def accept(stage: Stage, user_id: int, version: CampaignVersion) -> None:
    """The prompt page was read (S-20)."""
    notice = notice_of(version)
    text = AcceptedText(key=f"prompt:{notice.slug}", version=notice.texts.prompt.version, sha256="0" * 64)
    stage.act("accounts.accept_texts", user_id=user_id, texts=[text])


@play("applications.start_application", weight=2)
def start(stage: Stage) -> None:
    user = stage.account(AccountKind.APPLICANT)
    actor = actor_for(user) if user is not None and stage.dice.percent(85) else stage.anybody()
    begin(stage, actor)


def begin(stage: Stage, actor: Actor) -> Application | None:
    """我要申报, mostly with a choice the notice opens."""
    version = CampaignVersion.objects.order_by("-pk").first() if stage.dice.percent(90) else stage.one_of(CampaignVersion.objects)
    if version is None:
        return None
    series = notice_of(version).series("engineering")
    assert series is not None
    found: Application | None = stage.act(
        "applications.start_application",
        actor=actor,
        campaign_version_id=version.pk + (99 if stage.dice.percent(3) else 0),
        series="engineering" if stage.dice.percent(95) else "alchemy",
        specialty=stage.dice.pick(series.specialties).code,
        title="engineer",
    )
    return found


@play("applications.save_section", weight=2)
def write(stage: Stage) -> None:
    """One section, well or badly, from a page that is up to date or is not."""
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    key = stage.dice.pick(["no_such_section", *BY_KEY]) if stage.dice.percent(30) else stage.dice.pick(list(FORM))
    typed: Any = FORM.get(key, {})
    if stage.dice.percent(20):
        typed = stage.dice.pick(
            [{}, [], "x", [{}], [{"year": "2022"}] * 61, {"text": "长" * 70_000}, {"text": stage.dice.text()}]
        )
    version = draft_of(application).versions.get(key, 0) + (stage.dice.number(-1, 1) if stage.dice.percent(20) else 0)
    stage.act(
        "applications.save_section",
        actor=stage.owner(application),
        application_id=application.pk,
        key=key,
        typed=typed,
        base_version=version,
    )


@play("applications.take_back_section")
def take_section_back(stage: Stage) -> None:
    """An earlier content of a section, or one that is no longer kept, from a page that is up to date or is not."""
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    kept = list(application.section_versions.values_list("key", "version"))
    key, number = stage.dice.pick(kept) if kept and stage.dice.percent(90) else ("summary", stage.dice.number(0, 3))
    version = draft_of(application).versions.get(key, 0) + (stage.dice.number(-1, 1) if stage.dice.percent(20) else 0)
    stage.act(
        "applications.take_back_section",
        actor=stage.owner(application),
        application_id=application.pk,
        key=key,
        version=number,
        base_version=version,
    )


@play("applications.answer_findings")
def answer(stage: Stage) -> None:
    """A sentence to some of what the rules noticed, from a page that is up to date or is not."""
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    draft = draft_of(application)
    keys = [told.finding.key for told in CaseFile(application).findings] or ["work.gap@work_history"]
    stage.act(
        "applications.answer_findings",
        actor=stage.owner(application) if stage.dice.percent(90) else stage.anybody(),
        application_id=application.pk,
        answers={stage.dice.pick(keys): stage.dice.pick(["", "已向单位说明。", "长" * 301])},
        base_version=draft.versions.get("answers", 0) + (stage.dice.number(-1, 1) if stage.dice.percent(20) else 0),
    )


@play("applications.answer_points")
def answer_return(stage: Stage) -> None:
    """A word to some points of the last return, from a page that is up to date or is not."""
    application = stage.application(State.RETURNED) or stage.application(*OPEN)
    if application is None:
        return
    case = CaseFile(application)
    keys = [point.key for point in case.points] or ["0-1"]
    stage.act(
        "applications.answer_points",
        actor=stage.owner(application) if stage.dice.percent(90) else stage.anybody(),
        application_id=application.pk,
        answers={key: stage.dice.pick(["", "。", "原件如此，已请单位核对。", "长" * 301]) for key in keys},
        base_version=case.draft.versions.get("point_answers", 0) + (stage.dice.number(-1, 1) if stage.dice.percent(20) else 0),
    )


@play("applications.confirm_file")
def look_at_file(stage: Stage) -> None:
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    there = list(materials_of(application))
    material = stage.dice.pick(there) if there else None
    stage.act(
        "applications.confirm_file",
        actor=stage.owner(application) if stage.dice.percent(90) else stage.anybody(),
        application_id=application.pk,
        material_id=material.pk if material else 0,
    )


@play("applications.add_material", weight=2)
def add_paper(stage: Stage) -> None:
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    boxes = [b for b in requirements_of(application, draft_of(application).contents) if b.upload]
    box = stage.dice.pick(boxes)
    actor = stage.owner(application)
    used = Material.objects.filter(application=application).values_list("file_id", flat=True).first()
    warnings = [w.BLANK] if stage.dice.percent(20) else []
    file = w.evidence(actor.user_id or application.applicant_id, stage.dice.text(), warnings=warnings).pk
    there = [m.pk for m in materials_of(application) if m.slot == box.slot]
    stage.act(
        "applications.add_material",
        actor=actor,
        application_id=application.pk,
        file_id=used if used and stage.dice.percent(15) else file,
        slot=box.slot if stage.dice.percent(95) else "no_such_slot",
        paper=stage.dice.pick(box.papers).key,
        year=box.year,
        row=box.row_id or "",
        replaces=stage.dice.pick([0, *there]),
    )


@play("applications.remove_material")
def remove_paper(stage: Stage) -> None:
    application = stage.application()
    if application is None:
        return
    here = Material.objects.filter(application=application) if stage.dice.percent(90) else Material.objects.all()
    material = stage.one_of(here)
    stage.act(
        "applications.remove_material",
        actor=stage.owner(application),
        application_id=application.pk,
        material_id=material.pk if material else 0,
    )


@play("applications.restore_original", "applications.add_material")
def have_the_original_back(stage: Stage) -> None:
    application = stage.application()
    if application is None:
        return
    made = stage.one_of(Material.objects.filter(application=application, file__original__isnull=False))
    if made is None and (here := materials_of(application).first()) is not None and stage.dice.percent(50):
        brought = w.evidence(application.applicant_id, stage.dice.text())
        made = stage.act(
            "applications.add_material",
            actor=actor_for(application.applicant),
            application_id=application.pk,
            file_id=w.evidence(application.applicant_id, stage.dice.text(), original=brought).pk,
            slot=here.slot,
            paper=here.paper,
            year=here.year,
            row=here.row,
            replaces=here.pk,
        )
    stage.act(
        "applications.restore_original",
        actor=stage.owner(application) if stage.dice.percent(90) else stage.anybody(),
        application_id=application.pk,
        material_id=made.pk if made else 0,
    )


@play("applications.place_scan")
def put_a_page_by_hand(stage: Stage) -> None:
    """Of a scan that was read, perhaps twice, perhaps into a box that is not there."""
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    scan, known = read_scan(application), stage.dice.percent(90)
    for _press in range(stage.dice.pick([1, 1, 2])):
        stage.act(
            "applications.place_scan",
            actor=stage.owner(application) if stage.dice.percent(90) else stage.anybody(),
            application_id=application.pk,
            scan_id=scan.pk,
            entry=0 if known else 5,
            box="commitment" if stage.dice.percent(90) else "no_such_box",
            paper="commitment",
            replace=stage.dice.percent(50),
        )


@play("applications.confirm_check")
def look_through(stage: Stage) -> None:
    if (application := stage.application(*OPEN)) is not None:
        stage.act("applications.confirm_check", actor=stage.owner(application), application_id=application.pk)


@play("applications.confirm_check", "applications.submit_application", weight=3)
def send(stage: Stage) -> None:
    """上报, perhaps twice, perhaps from an old page."""
    application = stage.application(*OPEN)
    if application is not None:
        actor = stage.owner(application)
        if stage.dice.percent(70):
            stage.act("applications.confirm_check", actor=actor, application_id=application.pk)
        submit(stage, actor, application)
        if stage.dice.percent(20):
            submit(stage, actor, application)


def submit(stage: Stage, actor: Actor, application: Application) -> None:
    """上报 from the page of today (its token is the application's and the number to come) or from an old one."""
    texts = notice_of(application.campaign_version).texts
    number = application.submissions.count() + (stage.dice.number(-1, 1) if stage.dice.percent(15) else 0)
    stage.act(
        "applications.submit_application",
        actor=actor,
        application_id=application.pk,
        form_token=f"page-{application.pk}-{number}",
        commitment_version=texts.commitment.version if stage.dice.percent(95) else "1066",
        liability_version=texts.liability.version,
    )


@play("applications.save_section", "applications.add_material")
def fill_in(stage: Stage) -> None:
    """Everything, in one go."""
    if (application := stage.application(*OPEN)) is not None:
        complete(stage, actor_for(application.applicant), application)


def complete(stage: Stage, actor: Actor, application: Application) -> None:
    """Save every section and put a paper into every box that must have one and has none."""
    draft = draft_of(application)
    for key, typed in FORM.items():
        if draft.versions.get(key, 0) == 0 or not draft.contents.get(key):
            stage.act(
                "applications.save_section",
                actor=actor,
                application_id=application.pk,
                key=key,
                typed=typed,
                base_version=draft.versions.get(key, 0),
            )
    application.refresh_from_db()
    filled = {(m.slot, m.paper, m.year, m.row) for m in materials_of(application)}
    for box in requirements_of(application, draft_of(application).contents):
        if box.required and box.upload and box.owner == "applicant":
            wanted = [p for p in box.papers if p.stands_for is None]
            for paper in wanted if box.mode == "all_of" else wanted[:1]:
                if (box.slot, paper.key, box.year, box.row_id or "") in filled:
                    continue
                stage.act(
                    "applications.add_material",
                    actor=actor,
                    application_id=application.pk,
                    file_id=w.evidence(actor.user_id or 0, f"{application.pk}-{box.key}-{paper.key}").pk,
                    slot=box.slot,
                    paper=paper.key,
                    year=box.year,
                    row=box.row_id or "",
                )


def settle(stage: Stage, actor: Actor, application: Application) -> None:
    """Answer the points of a return at which nothing was changed, and look at the files that were warned about."""
    case = CaseFile(application)
    if answers := {point.key: "原件如此，已请单位核对。" for point in case.points if point.is_open}:
        stage.act(
            "applications.answer_points",
            actor=actor,
            application_id=application.pk,
            answers=answers,
            base_version=case.draft.versions.get("point_answers", 0),
        )
    for material in to_look_at(case.materials, case.looked_at):
        stage.act("applications.confirm_file", actor=actor, application_id=application.pk, material_id=material.pk)


@play("applications.withdraw_application")
def take_back(stage: Stage) -> None:
    application = stage.application(State.UNIT_REVIEW) if stage.dice.percent(70) else stage.application()
    if application is not None:
        stage.act("applications.withdraw_application", actor=stage.owner(application), application_id=application.pk)


@play("applications.discard_application")
def give_up(stage: Stage) -> None:
    if stage.dice.percent(50) and (application := stage.application()) is not None:
        stage.act("applications.discard_application", actor=stage.owner(application), application_id=application.pk)
