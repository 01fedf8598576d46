"""The materials: every box says what it wants and why; a file goes into it, is looked at, and is taken out again (S-47…S-63)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.applications.actions import confirm_file, remove_material
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of_arriving
from zhicheng.applications.looked_at import when_looked_at
from zhicheng.applications.models import Material
from zhicheng.applications.used_files import files_used_before
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement, box_for
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import marked_pages, what_is_said
from zhicheng.evidence.serving import preview_response
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of, is_open
from zhicheng.web.applicant.boxes import (
    Boxes,
    Refusals,
    accepted,
    control_name,
    count_papers,
    format_words,
    resumable,
    resumable_url,
    upload_url,
)
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.mending import FROM_CHECK, next_to_look_at
from zhicheng.web.applicant.mends import by_hand, found_words
from zhicheng.web.applicant.pages import places_of
from zhicheng.web.applicant.tasks import next_task
from zhicheng.web.applicant.uploads import (
    boxes_or_404,
    kept_in,
    material_or_404,
    outcomes_of,
    replaced,
    section_asked,
    take_material,
)
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import outcome_of, refuse_crowd, refuse_if_refused, waiting_url
from zhicheng.web.shared.drawings import examples_shown
from zhicheng.web.shared.files import file_answer
from zhicheng.web.shared.http import OutOfReachError, go, is_script, whole_number

TEMPLATE = "applicant/slot.html"
SHOWN_PAGES = 30
PREVIEW_WIDTH = 1000
BROUGHT = "original"
"""In the address of a file or a page of it: as it was brought, before it was mended here."""


@require_safe
def show_slot(request: HttpRequest, application_id: int, slot: str) -> HttpResponse:
    """One line of the list of materials, with all its boxes."""
    box = request.GET.get("box", "") if is_script(request) else ""
    seen, sent = _numbers(request, "checking"), _numbers(request, "sent")
    # An autosave that was answered late may have put the box back to “being examined” over the answer that told the refusal.
    case = case_or_404(request, application_id, asked=seen | sent if box else ())
    boxes = boxes_or_404(case, slot)
    if box:
        return _box_again(request, case, boxes, box, seen, sent)
    return render(request, TEMPLATE, _context(case, boxes))


def _numbers(request: HttpRequest, name: str) -> set[int]:
    return {int(number) for number in request.GET.get(name, "").split(",") if whole_number(number) is not None}


def _box_again(
    request: HttpRequest, case: CaseFile, boxes: list[SlotRequirement], box: str, seen: set[int], sent: set[int]
) -> HttpResponse:
    """For a script: the box once the files it shows as being examined (``seen``) are decided; 204 until then, so that nothing moves. After
    files were ``sent``, as it is now. What became of them is said aloud.
    """
    if seen and seen <= {row.pk for row in case.arriving if row.is_open}:
        return HttpResponse(status=204)
    told = outcomes_of(case, seen | sent)
    context = _context(case, boxes, section=section_asked(request), errors=told.refusals, spoken=told.spoken)
    if box not in {entry["box"].key for entry in context["boxes"]}:
        raise OutOfReachError(f"box {box} of application {case.application.pk}")
    return _answer(request, context, box)


@require_POST
def upload(request: HttpRequest, application_id: int, slot: str, box: str, paper: str) -> HttpResponse:
    """A file for one paper of one box. What is refused is said beside its control; nothing else on the page changes."""
    case = case_or_404(request, application_id)
    boxes = boxes_or_404(case, slot)
    chosen = next((b for b in boxes if b.key == box and paper in {p.key for p in b.papers}), None)
    section = section_asked(request)
    place = Where.of_key(box, paper)
    old = replaced(request, case)
    try:
        refuse_crowd(request.FILES.values(), where=str(place.whole_box))
        sent = request.FILES.get("file") or request.FILES.get(control_name(place))
        row = take_material(request, case, chosen, paper, sent, replaces=old.pk if old else 0)
        row = outcome_of([row])[0]
        refuse_if_refused(row)
    except Refused as refused:
        if old is not None and not is_script(request):
            return _show_material(request, case, old, refused=refused)
        context = _context(case, boxes, section=section, errors={place: _text(refused)})
        if chosen is None:
            context["problems"] = refused.problems
        return _answer(request, context, box, status=422)
    if is_script(request):
        return _answer(request, _context(case, boxes, section=section, spoken=outcomes_of(case, {row.pk}).spoken), box)
    if row.file is None:
        return go(request, waiting_url([row], link_to(case, place, section=section), say=True))
    messages.success(request, kept_in(case, row))
    return go(request, link_to(case, place, section=section))


def _text(refused: Refused) -> str:
    return " ".join(str(p.text) for p in refused.problems)


def _answer(request: HttpRequest, context: dict[str, Any], box: str, status: int = 200) -> HttpResponse:
    """The box alone for a script, the page for a person."""
    entry = next((b for b in context["boxes"] if b["box"].key == box), None)
    if is_script(request) and entry is not None:
        return render(request, "applicant/box_answer.html", {**context, "entry": entry}, status=status)
    if status == 422 and entry is not None:
        papers = [*entry["papers"], *entry["apart"]]
        context["problems"] = [Problem(p["error"], where=str(Where.of_box(entry["box"]))) for p in papers if p["error"]]
    return render(request, TEMPLATE, context, status=status)


def _context(
    case: CaseFile, boxes: list[SlotRequirement], *, section: str = "", errors: Refusals | None = None, spoken: str = ""
) -> dict[str, Any]:
    slot, number = boxes[0].slot, case.application.pk
    files = [m for m in case.materials if m.slot == slot]
    used = case.part(files_used_before, (slot,)) if is_open(case.application) else []
    reader = Boxes(case, section, errors=errors or {}, used=used)
    entries = [reader.entry(box) for box in boxes]
    shown = {f["material"].pk for e in entries for p in e["papers"] for f in p["rows"]}
    lacking, wanted = count_papers(boxes, files, [key_of_arriving(row) for row in case.arriving if row.is_open])
    return {
        **head_of(case),
        "slot": boxes[0],
        "examples": _examples(case, boxes),
        "boxes": entries,
        "stray": [reader.file(m) for m in files if m.pk not in shown],
        "next_url": next_task(case, reverse("application_slot", args=[number, slot])),
        "slot_reasons": [p.text for p in reader.points if p.where == Where(slot=slot) and boxes[0].key != slot],
        "fills_in": reverse("application_section", args=[number, boxes[0].section]) if boxes[0].section else "",
        "lacking": lacking,
        "wanted": wanted,
        "settled": all(entry["status"] in {"done", "exempt", "optional"} for entry in entries),
        "spoken": spoken,
        "several": sum(paper["room"] for entry in entries for paper in entry["papers"]) > 1 and len(entries) > 1,
    }


def _examples(case: CaseFile, boxes: list[SlotRequirement]) -> str:
    """What the papers of the boxes look like; none of a paper that this person is not asked for."""
    described, papers = case.notice.slot(boxes[0].slot), {paper.key for box in boxes for paper in box.papers}
    return examples_shown(described, case.application.campaign_version.sha256, papers) if described else ""


# --- looking at a file, taking it out -------------------------------------------------------------------------------


def _box_of(case: CaseFile, material: Material) -> SlotRequirement | None:
    """The box a file lies in; ``None`` when the application has none for it any more."""
    return box_for(case.requirements, material.slot, material.year, material.row or None)


def _names(case: CaseFile, material: Material, box: SlotRequirement | None, section: str) -> tuple[str, str, str]:
    """What the file is (its paper), the box it lies in, and the way back to that box."""
    if box is None:
        return material.file.name, "", reverse("application_tasks", args=[case.application.pk])
    paper = next((str(p.label) for p in box.papers if p.key == material.paper), box.caption)
    return paper, f"{box.mark}{box.caption}", link_to(case, Where.of_box(box), section=section)


def show_material(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """One file, page by page in the page, with a way to replace it; a POST says that its owner has looked at it (我已查看，内容清晰完整)."""
    if request.method == "POST":
        return _confirm_file(request, application_id, material_id)
    case = case_or_404(request, application_id)
    return _show_material(request, case, material_or_404(request, application_id, material_id))


def _confirm_file(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    try:
        seen = confirm_file(actor=actor_of(request), application_id=application_id, material_id=material_id)
    except Refused as refused:
        if refused.has("not_found"):
            raise OutOfReachError(f"material {material_id} of application {application_id}") from None
        return go(request, "my_application", application_id)
    case, material = seen.case, seen.material
    messages.success(request, _("已确认查看“{name}”。").format(name=material.file.name))
    if _from_check(request):
        return go(request, next_to_look_at(case))
    _words, _box, back = _names(case, material, _box_of(case, material), section_asked(request))
    return go(request, back)


def _from_check(request: HttpRequest) -> bool:
    """Whether the file was opened from 再次核对."""
    return request.GET.get("from") == FROM_CHECK


def show_refused(request: HttpRequest, case: CaseFile, material: Material, refused: Refused) -> HttpResponse:
    """The page of a file again, with why what was pressed on it was not done."""
    context = _material_context(request, case, material) | {"problems": [Problem(_text(refused), link="#mend")]}
    return render(request, "applicant/material.html", context, status=422)


def _show_material(request: HttpRequest, case: CaseFile, material: Material, refused: Refused | None = None) -> HttpResponse:
    context = _material_context(request, case, material)
    if refused is not None:
        context["error"] = _text(refused)
        context["problems"] = [Problem(context["error"], where="replace")]
    return render(request, "applicant/material.html", context, status=422 if refused else 200)


def _material_context(request: HttpRequest, case: CaseFile, material: Material) -> dict[str, Any]:
    section, application = section_asked(request), case.application
    box = _box_of(case, material)
    words, box_words, back = _names(case, material, box, section)
    if _from_check(request):
        back = reverse("application_check", args=[application.pk]) + "#files"
    said, kept = what_is_said(material), when_looked_at(material, case.looked_at)
    context = {
        **head_of(case),
        "material": material,
        "words": words,
        "box": box_words,
        "back_url": back,
        "pages": marked_pages(material, min(material.file.pages, SHOWN_PAGES)),
        "more": material.file.pages > SHOWN_PAGES,
        "said": said,
        "looked_at": kept,
        "may_confirm": bool(said.warnings) and not kept and is_open(application) and material.removed_at is None,
        "remove_url": reverse("application_material_remove", args=[application.pk, material.pk])
        + (f"?from={section}" if section else ""),
        "replace_url": "",
        "share_url": _share_url(case, material),
        "original_pages": range(1, min(material.file.pages, SHOWN_PAGES) + 1) if material.file.original_id else (),
        "error": "",
    }
    if box is not None and material.removed_at is None:
        context["replace_url"] = upload_url(application, box, material.paper, section=section, replaces=material.pk)
        context["hint"], context["accept"] = format_words(box), accepted(box)
        begin = resumable_url(application, box, material.paper, section=section, replaces=material.pk)
        context["resumable"] = resumable(box, begin=begin, label=words, asks=True)
        came = f"?{query}" if (query := request.GET.urlencode()) else ""
        context["mend_url"] = reverse("application_mend", args=[application.pk, material.pk]) + came
        context["restore_url"] = reverse("application_restore", args=[application.pk, material.pk]) + came
        context["mend_found"], context["by_hand"] = found_words(material.file), by_hand()
    return context


def _share_url(case: CaseFile, material: Material) -> str:
    """Where its pages are shared out over the rows they prove; empty where they cannot be."""
    if material.removed_at is not None or material.file.pages < 2 or len(places_of(case, material)) < 2:
        return ""
    return reverse("application_share_out", args=[case.application.pk, material.pk])


@require_safe
def show_file(request: HttpRequest, application_id: int, material_id: int) -> HttpResponseBase:
    """The file itself."""
    return file_answer(request, _wanted(request, material_or_404(request, application_id, material_id)))


@require_safe
def show_preview(request: HttpRequest, application_id: int, material_id: int, page: int) -> HttpResponse:
    """One page of the file as a picture."""
    file = _wanted(request, material_or_404(request, application_id, material_id))
    if not 1 <= page <= file.pages:
        raise OutOfReachError(f"page {page} of material {material_id}")
    return preview_response(file, page=page, width=PREVIEW_WIDTH)


def _wanted(request: HttpRequest, material: Material) -> EvidenceFile:
    """The file, or with ``?original`` the one that it was made of here."""
    if BROUGHT in request.GET and material.file.original is not None:
        return material.file.original
    return material.file


def remove(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """Take a file out, after a page that asks."""
    if request.method != "POST":
        return render(request, "applicant/material_remove.html", _asking(request, application_id, material_id))
    try:
        material = remove_material(actor=actor_of(request), application_id=application_id, material_id=material_id)
    except Refused as refused:
        context = _asking(request, application_id, material_id) | {"problems": refused.problems}
        return render(request, "applicant/material_remove.html", context, status=422)
    case = CaseFile(material.application)
    messages.success(request, _("“{name}”已移除。").format(name=material.file.name))
    _words, _box, back = _names(case, material, _box_of(case, material), section_asked(request))
    return go(request, back)


def _asking(request: HttpRequest, application_id: int, material_id: int) -> dict[str, Any]:
    case = case_or_404(request, application_id)
    material = material_or_404(request, application_id, material_id)
    words, box, back = _names(case, material, _box_of(case, material), section_asked(request))
    return {**head_of(case), "material": material, "words": words, "box": box, "back_url": back}
