"""One page for each section of the form: what is typed is always kept, and nothing newer is ever overwritten (S-22)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.applications.actions import SavedSection, save_section
from zhicheng.applications.actions.draft import MOST_ROWS, conflict_problem
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.facts import row_label
from zhicheng.applications.pasting import joined_rows, read_rows
from zhicheng.applications.reading import read_row
from zhicheng.applications.rules import row_problems
from zhicheng.applications.sections import BY_KEY, Section
from zhicheng.applications.where import Where
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.library.rules import KINDS
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of, is_open
from zhicheng.web.applicant.boxes import Refusals, pressed_for
from zhicheng.web.applicant.conditions import conditions_beside
from zhicheng.web.applicant.findings import findings_url
from zhicheng.web.applicant.library.offered import fill_in, keep_rows
from zhicheng.web.applicant.proofs import Proofs, proves_rows
from zhicheng.web.applicant.section_forms import (
    SectionForm,
    differences,
    forms_of,
    mailbox_question,
    merged,
    new_row_id,
    rows_to_show,
    typed_content,
    understood,
)
from zhicheng.web.applicant.section_page import context_of, findings_in, problems_of, row_shown, wanted_years
from zhicheng.web.applicant.tasks import next_task
from zhicheng.web.applicant.uploads import Chosen, take_chosen
from zhicheng.web.applicant.used_files import use_file
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import waiting_url
from zhicheng.web.shared.http import OutOfReachError, go, whole_number
from zhicheng.web.shared.problems import anchor_id

TEMPLATE = "applicant/section.html"


def section_or_404(key: str) -> Section:
    """The section an address names; otherwise 404."""
    section = BY_KEY.get(key)
    if section is None:
        raise Http404("no such section")
    return section


def edit_section(request: HttpRequest, application_id: int, key: str) -> HttpResponse:
    """The section as it stands; a POST saves it, keeps the files chosen in it, adds or removes a row, or settles a conflict."""
    section = section_or_404(key)
    if request.method == "POST":
        return _save(request, application_id, section)
    case = case_or_404(request, application_id)
    content = rows_to_show(section, case.contents[key], years=wanted_years(case, section))
    return render(request, TEMPLATE, context_of(request, case, section, content))


def _save(request: HttpRequest, application_id: int, section: Section) -> HttpResponse:
    typed = typed_content(section, request.POST)
    gone = request.POST.get("remove_row", "")
    if gone and not request.POST.get("sure"):
        case = case_or_404(request, application_id)
        if files := _files_of_row(case, section, gone):
            return _ask_before_removing(request, case, section, gone, files)
    if gone:
        typed = [row for row in typed if row["id"] != gone]
    if "merge" in request.POST and "shown_again" in request.POST:  # the choice once more, in another language
        return _both(request, case_or_404(request, application_id), section, typed, [conflict_problem(section.key)])
    if "merge" in request.POST:
        stored = case_or_404(request, application_id).contents[section.key]
        typed = merged(section, typed, stored, request.POST)
    actor, version = actor_of(request), _base_version(request)
    try:
        if "take" in request.POST:
            return fill_in(request, application_id, section, typed, version)
        saved = save_section(actor=actor, application_id=application_id, key=section.key, typed=typed, base_version=version)
    except Refused as refused:
        return _refused(request, application_id, section, typed, refused)
    chosen = take_chosen(request, saved.case)
    if chosen.refusals:
        return _file_refused(request, section, saved, chosen.refusals)
    return _after_save(request, section, typed, saved, chosen)


def _file_refused(request: HttpRequest, section: Section, saved: SavedSection, refusals: Refusals) -> HttpResponse:
    """What was typed is saved; a file chosen with it was not kept, and the page says why beside its control."""
    content = rows_to_show(section, saved.content, years=[])
    context = context_of(request, saved.case, section, content, saved=True, refusals=refusals)
    context["problems"] = [Problem(text, where=str(place.whole_box)) for place, text in refusals.items()]
    return render(request, TEMPLATE, context, status=422)


def _base_version(request: HttpRequest) -> int:
    return whole_number(request.POST.get("base_version", "")) or 0


def _after_save(request: HttpRequest, section: Section, typed: Any, saved: SavedSection, chosen: Chosen) -> HttpResponse:
    case, number = saved.case, saved.case.application.pk
    here = reverse("application_section", args=[number, section.key])
    query = "&back=check" if request.POST.get("back") == "check" else ""
    if (kept := request.POST.get("keep", "")) and keep_rows(request, case, section, kept):
        return go(request, f"{here}?saved=1{query}")
    if request.POST.get("paste", "").strip() and section.rows:
        return _pasted(request, case, section)
    if {"next", "return"} & request.POST.keys() and (question := mailbox_question(section, saved.content)):
        messages.warning(request, question)  # on this page it stands beside the field
    if "add_row" in request.POST:
        row = new_row_id()
        content = [*saved.content, {"id": row}]
        context = context_of(request, case, section, content, saved=True) | {"new_row": row}
        return render(request, TEMPLATE, context)
    if "remove_row" in request.POST:
        return go(request, f"{here}?saved=1{query}#rows")
    if "next" in request.POST:
        left = len(problems_of(case.missing, section))
        if left:
            text = _("“{label}”已保存，还有{n}处需要补充或改正，可以稍后再填。").format(label=section.label, n=left)
            messages.warning(request, text)
        else:
            messages.success(request, _("“{label}”已保存。").format(label=section.label))
        return go(request, next_task(case, here))
    if pressed := request.POST.get("use_file", ""):
        return use_file(request, case, pressed, section=section.key)
    if pressed := request.POST.get("upload", ""):
        place = f"{here}?saved=1{query}#{anchor_id(str(pressed_for(pressed).whole_box))}"
        return go(request, waiting_url(chosen.waiting, place) if chosen.waiting else place)
    if row := request.POST.get("save_row", ""):
        return go(request, f"{here}?saved=1{query}#{anchor_id(str(Where(section.key, row)))}")
    if "return" in request.POST:
        messages.success(request, _("“{label}”已保存。").format(label=section.label))
        if query:
            return go(request, reverse("application_check", args=[number]) + f"#{anchor_id(section.key)}")
        return go(request, "application_tasks", number)
    return go(request, f"{here}?saved=1{query}")


def _pasted(request: HttpRequest, case: CaseFile, section: Section) -> HttpResponse:
    """The rows that were pasted, on the page to be looked at: they are kept when it is saved."""
    stored = case.contents[section.key]
    try:
        pasted = read_rows(section, request.POST["paste"])
    except Refused as refused:
        shown = context_of(request, case, section, rows_to_show(section, stored, years=wanted_years(case, section)))
        return render(request, TEMPLATE, shown | {"problems": refused.problems}, status=422)
    rows = joined_rows(section, stored, pasted, most=MOST_ROWS)
    for row in rows:
        row.setdefault("id", new_row_id())
    today, before = clock.today(), {row["id"]: row for row in stored}
    fresh = {row["id"]: row_problems(section, row, today=today) for row in rows if before.get(row["id"]) != row}
    context = context_of(request, case, section, rows_to_show(section, rows, years=wanted_years(case, section)), fresh=fresh)
    shows = {"pasted": pasted, "read": len(fresh), "paste": "", "saved_at": None if fresh else context["saved_at"]}
    return render(request, TEMPLATE, context | shows)


def _refused(request: HttpRequest, application_id: int, section: Section, typed: Any, refused: Refused) -> HttpResponse:
    """Not saved: the page again with all that was typed, or the two versions side by side."""
    case = case_or_404(request, application_id)
    may_write = is_open(case.application)
    refusals = take_chosen(request, case).refusals if may_write else {}
    if not refused.has("conflict"):
        content = {**case.contents[section.key], **typed} if not section.rows else typed
        context = context_of(request, case, section, content, refusals=refusals) | {"problems": refused.problems}
        return render(request, TEMPLATE, context | {"typed_after_close": not may_write}, status=422)
    return _both(request, case, section, typed, refused.problems)


def _both(request: HttpRequest, case: CaseFile, section: Section, typed: Any, problems: list[Problem]) -> HttpResponse:
    """What was typed here and what another window has saved, side by side."""
    draft = case.draft
    mine = _as_stored(section, typed)
    context = {
        **head_of(case),
        "section": section,
        "mine": forms_of(section, mine if section.rows else {**mine}, []),
        "differences": differences(section, mine, draft.contents[section.key]),
        "version": draft.versions[section.key],
        "saved_at": draft.saved_at.get(section.key),
        "problems": problems,
        "paste": request.POST.get("paste", ""),
    }
    return render(request, "applicant/section_conflict.html", context, status=422)


def _as_stored(section: Section, typed: Any) -> Any:
    return [read_row(section, row) for row in typed] if section.rows else read_row(section, typed)


@require_POST
def autosave(request: HttpRequest, application_id: int, key: str) -> HttpResponse:
    """Save while typing: answers the line that says so and the new version, nothing the person is looking at."""
    section = section_or_404(key)
    actor, typed, version = actor_of(request), typed_content(section, request.POST), _base_version(request)
    try:
        saved = save_section(actor=actor, application_id=application_id, key=key, typed=typed, base_version=version)
    except Refused as refused:
        if refused.has("not_found"):
            raise OutOfReachError(f"application {application_id}") from None
        context: dict[str, Any] = {"problems": refused.problems, "version": "", "provable": [], "changed": []}
        return render(request, "applicant/autosaved.html", context, status=422)
    context = {"saved_at": saved.saved_at, "left": len(saved.problems), "version": saved.version, "problems": []}
    context |= {"noticed_now": len(findings_in(saved.case, section)), "findings_url": findings_url(saved.case)}
    context |= _conditions(saved.case, section) | {"understood": understood(section, typed, saved.content)}
    return render(request, "applicant/autosaved.html", context | _what_changed(request, saved.case, section))


def _conditions(case: CaseFile, section: Section) -> dict[str, Any]:
    """The conditions as they stand now, where the page shows them beside the section."""
    found = conditions_beside(case, section)
    return {"conditions": found, "not_met": found.not_met_elsewhere(section.key) if found is not None else 0}


def _what_changed(request: HttpRequest, case: CaseFile, section: Section) -> dict[str, Any]:
    """Where the papers of the page stand otherwise now that it is saved: rows that have boxes since, boxes asked for or no longer.

    The page says what it shows; only what differs is sent, so that no file chosen elsewhere on it is lost (S-63). Of a page that shows no
    boxes no file is read.
    """
    waiting, shown = set(request.POST.getlist("without_box")), set(request.POST.getlist("box_state"))
    if not waiting and not shown:
        return {"provable": [], "changed": []}
    proofs = Proofs.of(case, section)
    rows = [{"id": row["id"], "boxes": proofs.of_row(row)} for row in case.contents[section.key]] if section.rows else []
    keys = {state.partition(" ")[0] for state in shown}
    entries = [entry for row in rows for entry in row["boxes"]] + proofs.of_section()
    return {
        "application": case.application,
        "is_open": True,
        "section": section,
        "provable": [row for row in rows if row["boxes"] and row["id"] in waiting],
        "changed": [e | {"swapped": True} for e in entries if e["box"].key in keys and e["state"] not in shown],
        "added": 0,
    }


@require_safe
def blank_row(request: HttpRequest, application_id: int, key: str) -> HttpResponse:
    """One more empty row for the page (htmx); it exists once it is saved."""
    section = section_or_404(key)
    case = case_or_404(request, application_id)
    if not section.rows:
        raise Http404("not a section of rows")
    form = SectionForm(section, {"id": new_row_id()})
    proved = proves_rows(case.notice, section)
    context = {
        "section": section,
        "row": row_shown(section, form, 0, ""),
        "new_row": "",
        "is_open": True,
        "provable_rows": proved,
    }
    return render(request, "applicant/section_row.html", context | {"library": {"may_keep": section.key in KINDS}})


def _files_of_row(case: CaseFile, section: Section, row: str) -> list[str]:
    if not section.rows:
        return []
    return [m.file.name for m in case.materials if m.row == row and m.section == section.key]


def _ask_before_removing(request: HttpRequest, case: CaseFile, section: Section, row: str, files: list[str]) -> HttpResponse:
    """A row with papers is removed only after a second look: its papers lose their place with it."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", "_owner", "_kept", "_once", "sure"}
    ]
    label = next((row_label(section, r) for r in typed_content(section, request.POST) if r["id"] == row), "")
    context = {**head_of(case), "section": section, "label": label, "files": files, "sent": sent, "at": clock.now()}
    return render(request, "applicant/section_remove_row.html", context)
