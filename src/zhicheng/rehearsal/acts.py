"""What one person does once on an application's road, at home or at a desk, through the real actions.

Each act reads the application again, takes the actor and the words, and does one thing. ``steps`` puts them in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from zhicheng.accounts.actions import accept_texts
from zhicheng.accounts.rules import AcceptedText
from zhicheng.applications import actions as applications
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import requirements_of
from zhicheng.applications.looked_at import to_look_at
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.point_answers import POINTS_KEPT_AS
from zhicheng.applications.queries import draft_of, get_application
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.notice import VersionedText
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.documents.queries import papers_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.canonical import digest
from zhicheng.organizations.actors import Actor
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.uploads import uploads_asked
from zhicheng.review import actions as review
from zhicheng.review.rules import ReturnReason

EVERYTHING = 99
# The file for one paper of one box: kept by whoever tells the road, cheap in a test, legible in a rehearsal.
Bring = Callable[[SlotRequirement, str], EvidenceFile]


def accepted(key: str, text: VersionedText) -> AcceptedText:
    """That a text of the notice was read and accepted."""
    return AcceptedText(key=key, version=text.version, sha256=digest(text.zh))


# --- the applicant ----------------------------------------------------------------------------------------------------


def accept_prompt(actor: Actor, version: CampaignVersion) -> None:
    """The prompt page was read (S-20)."""
    notice = notice_of(version)
    accept_texts(user_id=actor.account_id, texts=[accepted(f"prompt:{notice.slug}", notice.texts.prompt)])


def begin(actor: Actor, version: CampaignVersion, *, series: str, title: str, specialty: str = "") -> Application:
    """我要申报, the prompt page read before; the series' first specialty where none is named."""
    if not specialty:
        chosen = notice_of(version).series(series)
        if chosen is None:
            raise LookupError(f"the notice has no series {series!r}")
        specialty = chosen.specialties[0].code
    return applications.start_application(
        actor=actor, campaign_version_id=version.pk, series=series, specialty=specialty, title=title
    )


def save(actor: Actor, application: Application, key: str, typed: Any) -> None:
    """Save one section over what stands there."""
    version = draft_of(application).versions[key]
    applications.save_section(actor=actor, application_id=application.pk, key=key, typed=typed, base_version=version)


def fill(actor: Actor, application: Application, contents: Mapping[str, Any], *, sections: int = EVERYTHING) -> None:
    """Save the first ``sections`` sections of ``contents``, as typed."""
    versions = draft_of(application).versions
    for key, typed in list(contents.items())[:sections]:
        applications.save_section(actor=actor, application_id=application.pk, key=key, typed=typed, base_version=versions[key])


def boxes_of(application: Application) -> list[SlotRequirement]:
    """The boxes of the application as it is filled in now."""
    application.refresh_from_db()
    return requirements_of(application, draft_of(application).contents)


def wanted_papers(application: Application, *, boxes: int = EVERYTHING) -> list[tuple[SlotRequirement, str]]:
    """The papers the applicant has to bring, box by box: all of a box, or its first where any one will do."""
    papers = []
    for box in [b for b in boxes_of(application) if b.required and b.upload and b.owner == "applicant"][:boxes]:
        offered = [p.key for p in box.papers if p.stands_for is None]
        papers += [(box, key) for key in (offered if box.mode == "all_of" else offered[:1])]
    return papers


def attach(actor: Actor, application: Application, box: SlotRequirement, paper: str, file: EvidenceFile) -> None:
    """Put a kept file into its box."""
    applications.add_material(
        actor=actor,
        application_id=application.pk,
        file_id=file.pk,
        slot=box.slot,
        paper=paper,
        year=box.year,
        row=box.row_id or "",
    )


def bring_papers(actor: Actor, application: Application, bring: Bring, *, boxes: int = EVERYTHING) -> None:
    """A file into each of the first ``boxes`` boxes that must have one."""
    for box, paper in wanted_papers(application, boxes=boxes):
        attach(actor, application, box, paper, bring(box, paper))


def settle(actor: Actor, application: Application) -> None:
    """What 上报 waits for besides the form: points of a return at which nothing was changed are answered, warned files confirmed."""
    found = get_application(actor, application.pk)
    if found is None:
        raise LookupError(f"application {application.pk} is not the actor's")
    case = CaseFile(found)
    answers = {point.key: "经再次核对，此处内容与原件一致，没有改动。" for point in case.points if point.is_open}
    if answers:
        version = case.draft.versions.get(POINTS_KEPT_AS, 0)
        applications.answer_points(actor=actor, application_id=application.pk, answers=answers, base_version=version)
    for material in to_look_at(case.materials, case.looked_at):
        applications.confirm_file(actor=actor, application_id=application.pk, material_id=material.pk)


def submit(actor: Actor, application: Application, *, token: str = "") -> Submission:
    """再次核对 and 上报."""
    texts = notice_of(application.campaign_version).texts
    settle(actor, application)
    applications.confirm_check(actor=actor, application_id=application.pk)
    return applications.submit_application(
        actor=actor,
        application_id=application.pk,
        form_token=token or f"t{application.pk}-{application.submissions.count()}",
        commitment_version=texts.commitment.version,
        liability_version=texts.liability.version,
    )


# --- the desks --------------------------------------------------------------------------------------------------------


def at_hand(application: Application) -> dict[str, Any]:
    """The application and the submission a desk has before it, as the desks' actions take them."""
    application.refresh_from_db()
    return {"application_id": application.pk, "submission_id": application.current_submission_id or 0}


def pass_on(actor: Actor, application: Application, *, opinion: str = "") -> None:
    """审核通过 at the actor's desk."""
    review.pass_application(actor=actor, opinion=opinion, **at_hand(application))
    application.refresh_from_db()


def give_back(actor: Actor, application: Application, reasons: Iterable[ReturnReason]) -> None:
    """退回, with its reasons."""
    review.return_application(actor=actor, reasons=list(reasons), **at_hand(application))
    application.refresh_from_db()


def record_dossier(actor: Actor, application: Application, **found: Any) -> None:
    """A paper dossier at the actor's desk, in order unless ``found`` says otherwise."""
    paper = papers_of(f"application:{application.pk}").filter(kind="review_form", voided_at__isnull=True).latest("id")
    facts: dict[str, Any] = {
        "received_on": clock.today(),
        "copies": notice_of(application.campaign_version).limits.review_form_copies,
        "duplex_with_watermark": True,
        "handwritten_opinion": True,
        "signed": True,
        "sealed": True,
        "printed_mark": paper.serial,
    }
    review.record_dossier(actor=actor, **at_hand(application), **(facts | found))


def reject(actor: Actor, application: Application, *, reason: str) -> None:
    """弄虚作假, 不予受理."""
    review.reject_for_fraud(actor=actor, application_id=application.pk, reason=reason)


# --- 公示 -------------------------------------------------------------------------------------------------------------


def open_publicity(actor: Actor, application: Application, *, ends_on: date, text: publicity.NoticeText) -> PublicityPeriod:
    """公示 from today to ``ends_on``."""
    return publicity.open_publicity(actor=actor, starts_on=clock.today(), ends_on=ends_on, text=text, **at_hand(application))


def asked_after_publicity(period: PublicityPeriod) -> list[str]:
    """What the notice asks the unit to upload of its publicity."""
    return [upload.which for upload in uploads_asked(notice_of(period.application.campaign_version))]


def hand_in(actor: Actor, period: PublicityPeriod, files: Mapping[str, EvidenceFile]) -> None:
    """The uploads of the publicity after the period, by the names of their boxes."""
    for which, file in files.items():
        publicity.add_publicity_paper(actor=actor, period_id=period.pk, which=which, file_id=file.pk)


def report(actor: Actor, application: Application) -> None:
    """公示期满上报."""
    publicity.report_upward(actor=actor, **at_hand(application))
    application.refresh_from_db()
