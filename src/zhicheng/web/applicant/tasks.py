"""The task list of an application: every section and every group of materials, with where it stands (GOV.UK task list)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of, key_of_arriving
from zhicheng.applications.employer_change import employer_change
from zhicheng.applications.reading import is_blank
from zhicheng.applications.rules import section_status
from zhicheng.applications.sections import SECTIONS, Section
from zhicheng.applications.where import WHOLE, ReturnPoint, Where
from zhicheng.campaigns.rules import MaterialKey, SlotRequirement, Unproved, appraisal_years_open
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of, is_open
from zhicheng.web.applicant.boxes import count_papers
from zhicheng.web.applicant.conditions import conditions_of
from zhicheng.web.applicant.links import link_to
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.http import go
from zhicheng.web.shared.planning import plan_in_force, plan_shown
from zhicheng.web.shared.unproved import form_unproved, row_unproved


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list; ``status`` is of kind ``task``."""

    key: str
    label: str
    url: str
    status: str
    hint: str = ""


@dataclass
class TaskList:
    """Both halves of the list, and what the page needs to know about the whole."""

    sections: list[Task] = field(default_factory=list)
    materials: list[Task] = field(default_factory=list)
    from_unit: list[SlotRequirement] = field(default_factory=list)
    missing: list[Problem] = field(default_factory=list)
    arriving: list[MaterialKey] = field(default_factory=list)
    points: list[ReturnPoint] = field(default_factory=list)
    returned_at: datetime | None = None
    returned_by: str = ""
    note: str = ""
    appraisals_open: bool = False

    @property
    def checking(self) -> set[str]:
        """The places of files that are being examined: nothing is to be done there but wait."""
        return {p.where for p in self.missing if p.code == "being_checked"}

    @property
    def unfinished(self) -> list[Problem]:
        """What the applicant still has to fill in or to bring."""
        return [p for p in self.missing if p.code != "being_checked"]

    @property
    def all(self) -> list[Task]:
        """Every task, in the order of the page."""
        return [*self.sections, *self.materials]

    @property
    def asked(self) -> list[Task]:
        """Those that must be done, or were begun."""
        return [task for task in self.all if task.status != "optional"]

    @property
    def done(self) -> int:
        """How many of those need nothing more."""
        return sum(task.status in {"done", "exempt"} for task in self.asked)


def task_list_of(case: CaseFile) -> TaskList:
    """Everything to be done in an application. A fixed number of queries, however long the form."""
    change = case.last_return
    tasks = TaskList(missing=case.missing, points=case.return_points)
    tasks.arriving = [key_of_arriving(row) for row in case.arriving if row.is_open]
    if change is not None:
        tasks.returned_at, tasks.note = change.at, change.note
        tasks.returned_by = change.by_organization.name if change.by_organization else ""
    tasks.appraisals_open = appraisal_years_open(case.notice, case.facts)
    tasks.sections = [_section_task(case, s, tasks) for s in SECTIONS]
    boxes: dict[str, list[SlotRequirement]] = {}
    for box in case.requirements:
        if box.owner != "applicant" or not box.upload:
            tasks.from_unit.append(box)
        else:
            boxes.setdefault(box.slot, []).append(box)
    tasks.materials = [_slot_task(case, group, tasks) for group in boxes.values()]
    return tasks


def _section_task(case: CaseFile, section: Section, tasks: TaskList) -> Task:
    draft = case.draft
    problems = [p for p in tasks.missing if Where.parse(p.where).section == section.key]
    status = section_status(section.key, draft.contents[section.key], today=clock.today())
    if status in {"done", "optional"} and problems:
        status = "in_progress" if draft.versions[section.key] else "not_started"
    hint = ""
    if status == "optional" and section.key == "appraisals" and tasks.appraisals_open:
        status, hint = "not_started", _("填写“现任专业技术职务任职资格”后，按任期列出要填的年度。")
    elif status == "optional":
        hint = _("没有可以不填。")
    elif status == "in_progress" and problems:
        hint = ngettext("还有%(n)s处需要补充或改正", "还有%(n)s处需要补充或改正", len(problems)) % {"n": len(problems)}
    if not hint and (unproved := _rows_unproved(case, section)):
        hint = _unproved_words(unproved)
    if any(p.is_open and p.point.where.section == section.key for p in case.points):
        status = "needs_change"
        hint = _("被退回的内容，请按退回意见修改。") if case.window.may_correct else _("被退回的内容。")
    url = reverse("application_section", args=[case.application.pk, section.key])
    return Task(section.key, str(section.label), url, status, hint)


def _rows_unproved(case: CaseFile, section: Section) -> list[Unproved]:
    """Of the filled rows those beside which no paper lies; also where the notice asks for none of any row."""
    present = [*(key_of(m) for m in case.materials), *(key_of_arriving(row) for row in case.arriving if row.is_open)]
    rows = case.contents[section.key] if section.rows else []
    found = (row_unproved(case.notice, case.requirements, present, section, row) for row in rows)
    whole = form_unproved(case.notice, case.requirements, present, section, rows) if section.rows else None
    of_rows = [whole for row in rows if not is_blank(dict(row))] if whole is not None else []
    return [*(one for one in found if one is not None), *of_rows]


def _unproved_words(found: list[Unproved]) -> str:
    asked = sum(not one.is_allowed for one in found)
    if asked:
        return ngettext("%(n)s项未附材料，通知要求上传。", "%(n)s项未附材料，通知要求上传。", asked) % {"n": asked}
    return ngettext("%(n)s项未附材料，通知允许。", "%(n)s项未附材料，通知允许。", len(found)) % {"n": len(found)}


def _slot_task(case: CaseFile, group: list[SlotRequirement], tasks: TaskList) -> Task:
    first = group[0]
    keys = {box.key for box in group}
    files = [m for m in case.materials if m.slot == first.slot]
    lacking = {Where.parse(p.where).box for p in tasks.unfinished if p.code != "not_looked_at"} & keys
    unseen = {Where.parse(p.where).box for p in tasks.unfinished if p.code == "not_looked_at"} & keys
    checking = {Where.parse(where).box for where in tasks.checking} & keys
    wanted = [box for box in group if box.required]
    if lacking:
        status = "in_progress" if files or checking else "not_started"
        n, of = count_papers(group, files, tasks.arriving)
        hint = _("还缺{n}项，共{of}项。").format(n=n, of=of) + (_("另有文件正在检查。") if checking else "")
    elif checking:
        status, hint = "checking", _("文件正在检查，请稍候；检查完才能上报。")
    elif unseen:
        status, hint = "to_look_at", _("有文件带有提示，请打开查看并确认，或更换文件。")
    elif files or wanted:
        status, hint = "done", ""
    elif any(box.exempt_reason for box in group):
        status, hint = "exempt", str(next(box.exempt_reason for box in group if box.exempt_reason))
    else:
        status, hint = "optional", _("没有可以不传。")
    if not checking and any(p.is_open and p.point.where.slot == first.slot for p in case.points):
        status, hint = "needs_change", _("被退回的材料，请按退回意见更换。")
    url = reverse("application_slot", args=[case.application.pk, first.slot])
    return Task(first.slot, f"{first.mark}{first.label}", url, status, hint)


def point_links(case: CaseFile) -> list[dict[str, Any]]:
    """Each point of the last return with the name and the address of its place in the form."""
    return [
        {
            "text": p.text,
            "place": p.where.in_words(case.notice, case.contents),
            "url": link_to(case, p.where) if p.where != WHOLE else "",
        }
        for p in case.return_points
    ]


_UNFINISHED = {"not_started", "in_progress", "needs_change", "to_look_at"}


def next_task(case: CaseFile, url: str) -> str:
    """Where 保存并继续下一项 leads from the task at ``url``: the next one that still needs something, after the last from the first again.

    Where nothing else does, 再次核对; from a section that still lacks something, the list. An ``url`` that is no task's stands before the first.
    """
    tasks = task_list_of(case)
    position = next((i for i, task in enumerate(tasks.all) if task.url == url), len(tasks.all))
    others = [*tasks.all[position + 1 :], *tasks.all[:position]]
    if unfinished := next((task.url for task in others if task.status in _UNFINISHED), ""):
        return unfinished
    lacks = any(task.url == url and task.status in _UNFINISHED for task in tasks.sections)
    return reverse("application_tasks" if lacks else "application_check", args=[case.application.pk])


@require_safe
def show_tasks(request: HttpRequest, application_id: int) -> HttpResponse:
    """The task list; an application that is on its way has none and shows its own page."""
    case = case_or_404(request, application_id)
    if not is_open(case.application):
        return go(request, "my_application", application_id)
    moved = {"employer_change": employer_change(case, actor_of(request).organization_id)}
    return render(request, "applicant/tasks.html", {**head_of(case), **context_of(case), **moved})


def _last_hint(tasks: TaskList) -> str:
    """What 再次核对 still waits for: what is not finished, and files that are being examined."""
    hint = _("还有{n}处没有完成；可以先预览。").format(n=len(tasks.unfinished)) if tasks.unfinished else ""
    if not tasks.checking:
        return hint
    files = sum(p.code == "being_checked" for p in tasks.missing)
    return hint + _("{n}个文件正在检查，检查完才能核对、上报。").format(n=files)


def _noticed_hint(case: CaseFile) -> str:
    n = sum(not told.finding.is_note for told in case.findings)
    words = ngettext("有%(n)s处提示，可以逐条写一句说明。", "有%(n)s处提示，可以逐条写一句说明。", n) % {"n": n}
    return words if n else ""


def context_of(case: CaseFile) -> dict[str, Any]:
    """What the task list shows."""
    application, tasks = case.application, task_list_of(case)
    complete = not tasks.missing
    waits = "missing" if tasks.unfinished else "checking"
    check = "done" if application.checked_at else "not_started" if complete else waits
    hint = _last_hint(tasks) + _noticed_hint(case)
    last = [
        Task("check", _("再次核对"), reverse("application_check", args=[application.pk]), check, hint),
        Task(
            "submit",
            _("上报"),
            reverse("application_submit", args=[application.pk]),
            "not_started" if application.checked_at else "blocked",
            "" if application.checked_at else _("核对完，在同一页上报。"),
        ),
    ]
    return {
        "tasks": tasks,
        "plan": plan_shown(case, plan_in_force(case)),
        "conditions": conditions_of(case),
        "last_tasks": last,
        "total": len(tasks.asked),
        "reasons": [link | {"mended": mended} for link, mended in zip(point_links(case), case.points, strict=True)],
        "complete": complete,
        "handled": sum(not point.is_open for point in case.points),
    }
