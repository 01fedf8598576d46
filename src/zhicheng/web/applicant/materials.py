"""The materials: every box says what it wants and why; a file goes into it, is looked at, and is taken out again (S-47…S-63)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.applications.actions import add_material, remove_material
from zhicheng.applications.completeness import everything_missing, requirements_of
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import draft_of, get_material, last_return, materials_of
from zhicheng.campaigns.rules import PaperOption, SlotRequirement
from zhicheng.evidence.actions import keep_file
from zhicheng.evidence.queries import describe_warnings
from zhicheng.evidence.serving import file_response, preview_response
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, application_or_404, head_of, is_open
from zhicheng.web.applicant.places import place_url
from zhicheng.web.applicant.returns import reasons_in
from zhicheng.web.applicant.tasks import next_task
from zhicheng.web.shared.http import OutOfReachError, go, is_script
from zhicheng.web.shared.problems import anchor_id

TEMPLATE = "applicant/slot.html"
SHOWN_PAGES = 30
PREVIEW_WIDTH = 1000
_SUFFIXES = {"pdf": ".pdf", "jpg": ".jpg,.jpeg", "png": ".png"}


def _boxes_or_404(application: Application, slot: str) -> list[SlotRequirement]:
    """The applicant's boxes of one slot."""
    boxes = [
        box
        for box in requirements_of(application, draft_of(application).contents)
        if box.slot == slot and box.owner == "applicant" and box.upload
    ]
    if not boxes:
        raise OutOfReachError(f"slot {slot} of application {application.pk}")
    return boxes


@require_safe
def show_slot(request: HttpRequest, application_id: int, slot: str) -> HttpResponse:
    """One line of the list of materials, with all its boxes."""
    application = application_or_404(request, application_id)
    boxes = _boxes_or_404(application, slot)
    return render(request, TEMPLATE, _context(request, application, boxes))


@require_POST
def upload(request: HttpRequest, application_id: int, slot: str, box: str, paper: str) -> HttpResponse:
    """A file for one paper of one box. What is refused is said beside its control; nothing else on the page changes."""
    application = application_or_404(request, application_id)
    boxes = _boxes_or_404(application, slot)
    chosen = next((b for b in boxes if b.key == box), None)
    try:
        if chosen is None or paper not in {p.key for p in chosen.papers}:
            raise Refused.one(_("这项材料已不在清单中。请刷新页面查看最新的材料清单。"), code="no_such_slot")
        material = _keep(request, application, chosen, paper)
    except Refused as refused:
        errors = {(box, paper): " ".join(str(p.text) for p in refused.problems)}
        context = _context(request, application, boxes, errors=errors)
        if chosen is None or paper not in {p.key for p in chosen.papers}:
            context["problems"] = refused.problems
        return _answer(request, context, box, status=422)
    if is_script(request):
        fresh = _context(request, application, boxes, added=material.pk)
        return _answer(request, fresh, box)
    messages.success(request, _("“{name}”已上传到“{box}”。").format(name=material.file.name, box=chosen.caption))
    return go(request, place_url(application, f"material:{box}"))


def _keep(request: HttpRequest, application: Application, box: SlotRequirement, paper: str) -> Material:
    where = f"material:{box.key}"
    if not is_open(application):
        raise Refused.one(_("申请书已经上报，材料不能再修改。需要修改的，可在单位审核前撤回。"), where=where, code="not_open")
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused.one(_("请先选择要上传的文件。"), where=where, code="no_file")
    actor = actor_of(request)
    file = keep_file(upload=sent, actor_id=actor.user_id, where=where)
    return add_material(
        actor=actor,
        application_id=application.pk,
        file_id=file.pk,
        slot=box.slot,
        paper=paper,
        year=box.year,
        row=box.row_id or "",
    )


def _answer(request: HttpRequest, context: dict[str, Any], box: str, status: int = 200) -> HttpResponse:
    """The box alone for a script, the page for a person."""
    entry = next((b for b in context["boxes"] if b["box"].key == box), None)
    if is_script(request) and entry is not None:
        return render(request, "applicant/box.html", {**context, "entry": entry}, status=status)
    if status == 422 and entry is not None:
        texts = [p["error"] for p in entry["papers"] if p["error"]]
        context["problems"] = [Problem(t, where=f"material:{box}") for t in texts]
    return render(request, TEMPLATE, context, status=status)


def _context(
    request: HttpRequest,
    application: Application,
    boxes: list[SlotRequirement],
    *,
    errors: dict[tuple[str, str], str] | None = None,
    added: int = 0,
) -> dict[str, Any]:
    slot = boxes[0].slot
    files = [m for m in materials_of(application) if m.slot == slot]
    missing = {p.where.removeprefix("material:"): str(p.text) for p in everything_missing(application)}
    change = last_return(application)
    reasons = [r for r in reasons_in(change) if r.where.startswith("material:")]
    entries = [_entry(application, box, files, missing, reasons, errors or {}) for box in boxes]
    for entry in entries:
        here = [f["material"] for paper in entry["papers"] for f in paper["rows"]]
        if change is not None and entry["reasons"] and not any(m.added_at > change.at for m in here):
            entry["status"] = "needs_change"
    shown = {m.pk for e in entries for p in e["papers"] for m in p["files"]}
    return {
        **head_of(application),
        "slot": boxes[0],
        "boxes": entries,
        "stray": [_file(application, m) for m in files if m.pk not in shown],
        "next_url": next_task(application, reverse("application_slot", args=[application.pk, slot])),
        "slot_reasons": [r.text for r in reasons if r.where == f"material:{slot}" and boxes[0].key != slot],
        "fills_in": _fills_in(application, boxes[0]),
        "added": added,
    }


def _fills_in(application: Application, box: SlotRequirement) -> str:
    """The section whose rows these boxes prove."""
    if box.section is None:
        return ""
    return reverse("application_section", args=[application.pk, box.section])


def _entry(
    application: Application,
    box: SlotRequirement,
    files: list[Material],
    missing: dict[str, str],
    reasons: list[Any],
    errors: dict[tuple[str, str], str],
) -> dict[str, Any]:
    here = [m for m in files if (m.year, m.row) == (box.year, box.row_id or "")]
    papers = [_paper(application, box, paper, here, errors) for paper in box.papers]
    lacking = missing.get(box.key, "")
    status = "exempt" if box.exempt_reason else "done" if here and not lacking else "optional" if not box.required else "missing"
    return {
        "box": box,
        "anchor": anchor_id(f"material:{box.key}"),
        "caption": box.caption if box.caption != str(box.label) else "",
        "papers": papers,
        "status": status,
        "lacking": lacking,
        "reasons": [r.text for r in reasons if r.where == f"material:{box.key}"],
        "mode": _mode_words(box),
    }


def _mode_words(box: SlotRequirement) -> str:
    if len([p for p in box.papers if p.stands_for is None]) < 2 and box.mode != "optional":
        return ""
    return {"all_of": _("以下各项都要上传。"), "one_of": _("以下各项任选其一上传。"), "optional": _("可以不传。")}[box.mode]


def _paper(
    application: Application,
    box: SlotRequirement,
    paper: PaperOption,
    here: list[Material],
    errors: dict[tuple[str, str], str],
) -> dict[str, Any]:
    files = [_file(application, m) for m in here if m.paper == paper.key]
    stands_for = next((str(p.label) for p in box.papers if p.key == paper.stands_for), "")
    limit = box.max_bytes // (1024 * 1024)
    formats = "、".join(name.upper() for name in box.formats)
    hint = _("{formats}格式，每个文件不超过{limit}MB，最多{n}个文件。").format(formats=formats, limit=limit, n=box.max_files)
    return {
        "key": paper.key,
        "label": str(paper.label),
        "stands_for": stands_for,
        "is_commitment": paper.template == "commitment",
        "files": [f["material"] for f in files],
        "rows": files,
        "room": len(files) < box.max_files,
        "hint": hint,
        "accept": ",".join(_SUFFIXES[name] for name in box.formats),
        "url": reverse("application_upload", args=[application.pk, box.slot, box.key, paper.key]),
        "target": f"#{anchor_id(f'material:{box.key}')}",
        "uid": anchor_id(f"upload-{box.key}-{paper.key}"),
        "error": errors.get((box.key, paper.key), ""),
    }


def _file(application: Application, material: Material) -> dict[str, Any]:
    warnings = describe_warnings(material.file)
    return {
        "material": material,
        "url": reverse("application_material", args=[application.pk, material.pk]),
        "remove_url": reverse("application_material_remove", args=[application.pk, material.pk]),
        "state": "warning" if warnings else "ok",
        "note": " ".join(warnings),
    }


# --- looking at a file, taking it out -------------------------------------------------------------------------------


def _material_or_404(request: HttpRequest, application_id: int, material_id: int) -> tuple[Application, Material]:
    """A file of this person's own application."""
    application = application_or_404(request, application_id)
    material = get_material(actor_of(request), material_id)
    if material is None or material.application_id != application.pk:
        raise OutOfReachError(f"material {material_id} of application {application_id}")
    return application, material


def _names(application: Application, material: Material) -> tuple[str, str, str]:
    """What the file is (its paper), the box it lies in, and the way back to that box."""
    boxes = requirements_of(application, draft_of(application).contents)
    place = (material.slot, material.year, material.row or None)
    box = next((b for b in boxes if (b.slot, b.year, b.row_id) == place), None)
    if box is None:
        return material.file.name, "", reverse("application_tasks", args=[application.pk])
    paper = next((str(p.label) for p in box.papers if p.key == material.paper), box.caption)
    return paper, f"{box.number}{box.caption}", place_url(application, f"material:{box.key}")


@require_safe
def show_material(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """One file, page by page in the page."""
    application, material = _material_or_404(request, application_id, material_id)
    words, box, back = _names(application, material)
    context = {
        **head_of(application),
        "material": material,
        "words": words,
        "box": box,
        "back_url": back,
        "pages": range(1, min(material.file.pages, SHOWN_PAGES) + 1),
        "more": material.file.pages > SHOWN_PAGES,
        "warnings": describe_warnings(material.file),
    }
    return render(request, "applicant/material.html", context)


@require_safe
def show_file(request: HttpRequest, application_id: int, material_id: int) -> HttpResponseBase:
    """The file itself."""
    _application, material = _material_or_404(request, application_id, material_id)
    return file_response(material.file, request=request, as_download="download" in request.GET)


@require_safe
def show_preview(request: HttpRequest, application_id: int, material_id: int, page: int) -> HttpResponse:
    """One page of the file as a picture."""
    _application, material = _material_or_404(request, application_id, material_id)
    if not 1 <= page <= material.file.pages:
        raise OutOfReachError(f"page {page} of material {material_id}")
    return preview_response(material.file, page=page, width=PREVIEW_WIDTH)


def remove(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """Take a file out, after a page that asks."""
    application, material = _material_or_404(request, application_id, material_id)
    words, box, back = _names(application, material)
    context = {**head_of(application), "material": material, "words": words, "box": box, "back_url": back}
    if request.method != "POST":
        return render(request, "applicant/material_remove.html", context)
    try:
        remove_material(actor=actor_of(request), application_id=application.pk, material_id=material.pk)
    except Refused as refused:
        return render(request, "applicant/material_remove.html", context | {"problems": refused.problems}, status=422)
    messages.success(request, _("“{name}”已移除。").format(name=material.file.name))
    return go(request, back)
