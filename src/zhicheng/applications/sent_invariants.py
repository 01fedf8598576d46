"""What must be true of what was sent: the frozen content has its hash, and the rows it was made from still say what it says.

The content is sealed and large: it is opened once for all of this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from zhicheng.accounts.models import IdentityCorrection
from zhicheng.applications.lifecycle import MOVES
from zhicheng.applications.models import Application, Material, Submission
from zhicheng.applications.queries import unit_pass_stands
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.evidence.inspection.verdicts import OF_THE_TEXT
from zhicheng.foundation.clock import BEIJING
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.sealing import SealBroken
from zhicheng.foundation.told import ACTOR, Telling, person, told

# Where nothing but a submission leads: what its owner writes is as it was sent. Others are reached from an open form as well.
AS_SENT = {
    state
    for state in State
    if state not in OPEN_FOR_APPLICANT
    and not any(state in move.targets and move.name != "submit" and set(move.sources) & set(OPEN_FOR_APPLICANT) for move in MOVES)
}
_OF_MATERIAL = ("slot", "paper", "year", "row", "label", "file_id")
_OF_FILE = ("sha256", "safe_sha256", "name", "media_type", "pages", "size")


def _of_units() -> QuerySet[Material]:
    return Material.objects.exclude(added_by_id=F("application__applicant_id")).select_related("file")


_PLACE: dict[str, Callable[[Material], object]] = {
    "slot": lambda row: row.slot,
    "paper": lambda row: row.paper,
    "year": lambda row: row.year,
    "row": lambda row: row.row,
    "sha256": lambda row: row.file.sha256,
}

# No submission holds what the unit brings itself: the ledger alone proves it.
told(
    "applications.unit_materials_in_ledger",
    gettext_lazy("单位提交的每份材料在台账中恰有一条记录，内容一致"),
    Telling(
        events=("unit.material_added",),
        rows=_of_units,
        kind="application",
        belongs="application_id",
        named="material",
        values={ACTOR: lambda row: person(row.added_by_id), **_PLACE},
    ),
)
told(
    "applications.unit_materials_removed_in_ledger",
    gettext_lazy("单位移除的每份材料在台账中恰有一条记录"),
    Telling(
        events=("unit.material_removed",),
        rows=lambda: _of_units().filter(removed_at__isnull=False),
        kind="application",
        belongs="application_id",
        named="material",
        values=_PLACE,
    ),
)


@invariant("applications.owner", gettext_lazy("申请书属于新增它、上报它的那个账号"))
def owner() -> Iterator[Violation]:
    """Whose application it is follows from nothing but its row: so the account is the one that goes by its number, and that sent it."""
    rows = Application.objects.select_related("applicant").only("person_index", "applicant__id_number_index")
    for applications in in_batches(rows):
        sent = grouped(
            Submission.objects.filter(application__in=applications).only("application_id", "submitted_by_id"),
            lambda row: row.application_id,
        )
        for application in applications:
            senders = {row.submitted_by_id for row in sent.get(application.pk, [])}
            if application.person_index != application.applicant.id_number_index or senders - {application.applicant_id}:
                yield Violation(f"application:{application.pk}", _("申请书的账号不是上报它的账号，或者身份证号索引不同。"))
    passed = unit_pass_stands().filter(application__applicant__number_held_at__isnull=True)
    for pk in passed.order_by("application_id").values_list("application_id", flat=True).distinct().iterator():
        yield Violation(f"application:{pk}", _("单位审核通过过，账号却不再持有身份证号。"))


@invariant(
    "applications.submissions", gettext_lazy("上报内容与校验码一致，编号连续，当前版本是最后一次；申请书和材料与上报的相同")
)
def submissions() -> Iterator[Violation]:
    """The frozen content has its hash; submissions count 1, 2, 3; the current one is the last of this application, and what its
    row and its materials say beside it is the same.
    """
    for applications in in_batches(Application.objects.all(), size=100):
        rows = Submission.objects.filter(application__in=applications).order_by("number")
        of = grouped(rows, lambda row: row.application_id)
        files = Material.objects.filter(application__in=applications, added_by_id=F("application__applicant_id")).select_related(
            "file", "file__original"
        )
        materials = grouped(files, lambda row: row.application_id)
        for application in applications:
            mine: list[Submission] = of.get(application.pk, [])
            subject = f"application:{application.pk}"
            if [row.number for row in mine] != list(range(1, len(mine) + 1)):
                yield Violation(subject, _("上报的编号不连续。"))
            if application.current_submission_id != (mine[-1].pk if mine else None):
                yield Violation(subject, _("当前版本不是最后一次上报。"))
            for row in mine:
                yield from _of_submission(application, row, {one.pk: one for one in materials.get(application.pk, [])})


def _of_submission(application: Application, row: Submission, materials: dict[int, Material]) -> Iterator[Violation]:
    subject = f"application:{application.pk}"
    content = content_of(row)
    if content is None:
        yield Violation(f"{subject} submission:{row.number}", _("上报内容与校验码不一致。"))
        return
    sent_at = row.submitted_at.astimezone(BEIJING).isoformat(timespec="seconds")
    chosen = content.application
    sent = content.submission
    if (chosen.id, sent.number, sent.submitted_at) != (application.pk, row.number, sent_at):
        yield Violation(f"{subject} submission:{row.number}", _("上报内容不是这份申请书的，或者次数、时间不同。"))
    if (said := _of_materials(application, content.materials, materials)) is not None:
        yield Violation(f"{subject} submission:{row.number}", said)
    if row.pk != application.current_submission_id:
        return
    if not _same_choice(application, content):
        yield Violation(subject, _("申报的系列、专业、资格、级别，或者通知版本、编号，与上报的不同。"))
    if not _same_route(application, content):
        yield Violation(subject, _("申报单位或审核部门与上报的不同。"))
    if application.state in AS_SENT:
        if not _same_person(application, content):
            yield Violation(subject, _("姓名或首次申报与上报的不同。"))
        live = {one.pk for one in materials.values() if one.removed_at is None}
        if live != {frozen.id for frozen in content.materials}:
            yield Violation(subject, _("申请书现在的材料与上报的不同。"))


def content_of(submission: Submission) -> Snapshot | None:
    """The frozen content, or ``None`` where it is not what its hash says, or no submission at all."""
    try:
        text = submission.content
    except SealBroken:
        return None
    if hashlib.sha256(text.encode()).hexdigest() != submission.sha256:
        return None
    try:
        return Snapshot.read(text)
    except ValidationError:
        return None


def _same_choice(application: Application, content: Snapshot) -> bool:
    chosen = content.application
    return (application.number, application.level, application.grade, application.year) == (
        chosen.number,
        chosen.level,
        chosen.grade,
        content.campaign.year,
    ) and all(getattr(application, key) == getattr(chosen, key).code for key in ("series", "specialty", "title"))


def _same_route(application: Application, content: Snapshot) -> bool:
    frozen = {column: office.id if office is not None else None for column, office in content.offices.items()}
    frozen["employer"] = content.employer.id
    return all(getattr(application, f"{key}_id") == frozen[key] for key in frozen)


def _same_person(application: Application, content: Snapshot) -> bool:
    if application.first_title != content.application.first_title:
        return False
    name = content.sections["basic"]["name"]
    # Earlier versions let a row keep the name of before a correction, when it was sent again afterwards.
    return application.applicant_name == name or (
        IdentityCorrection.objects.filter(user=application.applicant_id, old_name=application.applicant_name).exists()
    )


def _of_materials(application: Application, frozen: Iterable[FrozenFile], materials: dict[int, Material]) -> str | None:
    """What is wrong with the rows and files of the materials that were sent: each stays, whether taken out since or not."""
    for one in frozen:
        row = materials.get(one.id)
        if row is None or any(getattr(row, key) != getattr(one, key) for key in _OF_MATERIAL):
            return _("上报的材料已不在，或者换了位置、换了文件。")
        if any(getattr(row.file, key) != getattr(one, key) for key in _OF_FILE if key in one.model_fields_set):
            return _("材料的文件与上报的不同。")
        if not _same_original(one, row):
            return _("材料的原件与上报的不同。")
        if one.warnings is not None and _of_file(one.warnings) != row.file.warnings:
            return _("材料的文件与上报的不同。")
        if {row.added_by_id, row.file.uploaded_by_id} != {application.applicant_id}:
            return _("材料的文件不是本人上传的。")
    return None


def _same_original(one: FrozenFile, row: Material) -> bool:
    """Whether what was mended here still names the file it was made of, as it was."""
    if one.original is None or row.file.original is None:
        return one.original is None and row.file.original_id is None
    told = one.original
    return told.file_id == row.file.original_id and all(getattr(row.file.original, key) == getattr(told, key) for key in _OF_FILE)


def _of_file(warnings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the examination: what a text shows is told of the place, and may be told anew after a return."""
    return [warning for warning in warnings if warning.get("code") not in OF_THE_TEXT]
