"""The pages of a paper's files: put in order, turned, left out and made one PDF; or shared out over the rows they prove (S-63)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.models import Material
from zhicheng.applications.placing import place_of
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.actions import take_pages
from zhicheng.evidence.intake import composed_of
from zhicheng.evidence.models import Intake
from zhicheng.evidence.page_ranges import read_pages
from zhicheng.evidence.rules import TURNS
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.uploads import boxes_or_404, kept_in, material_or_404, section_asked
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import outcome_of, refuse_if_refused, waiting_url
from zhicheng.web.shared.http import OutOfReachError, go, whole_number


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as the person arranged it: of which file, which page of it, how it is turned, where it goes, whether it stays."""

    material: int
    page: int
    turn: int
    place: int
    is_out: bool


# --- one PDF of several files ------------------------------------------------------------------------------------------


def arrange(request: HttpRequest, application_id: int, slot: str, box: str, paper: str) -> HttpResponse:
    """Every page of what lies in a box for one paper; a POST makes one PDF of them, which takes the files' place."""
    case = case_or_404(request, application_id)
    chosen = next((b for b in boxes_or_404(case, slot) if b.key == box and paper in {p.key for p in b.papers}), None)
    if chosen is None:
        raise OutOfReachError(f"paper {paper} of box {box} of application {application_id}")
    here = [m for m in case.materials if key_of(m) == chosen.key_of(paper)]
    if request.method != "POST":
        return _show(request, case, chosen, paper, here)
    sheets = _sheets(request)
    try:
        row = _compose(request, case, chosen, paper, here, sheets)
    except Refused as refused:
        return _show(request, case, chosen, paper, here, sheets=sheets, refused=refused)
    back = link_to(case, Where.of_box(chosen), section=section_asked(request))
    if row.file is None:
        return go(request, waiting_url([row], back, say=True))
    messages.success(request, kept_in(case, row))
    return go(request, back)


def _compose(
    request: HttpRequest, case: CaseFile, box: SlotRequirement, paper: str, here: Sequence[Material], sheets: Sequence[Sheet]
) -> Intake:
    place = place_of(case, box, paper)
    most = place.pop("most_bytes")
    kept = [sheet for sheet in sorted(sheets, key=lambda sheet: sheet.place) if not sheet.is_out]
    by_id = {material.pk: material for material in here}
    if not {sheet.material for sheet in kept} <= by_id.keys():
        raise Refused.one(_("这些文件有变动，请刷新页面后重新选择。"), where=place["where"], code="changed")
    used = list(dict.fromkeys(sheet.material for sheet in kept))
    same = [(m.pk, page, 0) for m in here for page in range(1, m.file.pages + 1)]
    if len(here) == 1 and same == [(sheet.material, sheet.page, sheet.turn) for sheet in kept]:
        raise Refused.one(_("顺序、方向和页数都没有改动。"), where=place["where"], code="unchanged")
    place["payload"] |= {"replaces": [m.pk for m in here]} | composed_of(len(used))
    row = take_pages(
        actor_id=_user(request),
        files=[by_id[number].file for number in used],
        leaves=[(used.index(sheet.material), sheet.page, sheet.turn) for sheet in kept],
        name=_name(by_id[used[0]], "" if len(here) == 1 else _("合成")) if used else "",
        most_bytes=most,
        **place,
    )
    row = outcome_of([row])[0]
    refuse_if_refused(row)
    return row


def _name(material: Material, more: str) -> str:
    stem = material.file.name.rpartition(".")[0]
    return f"{stem}（{more}）.pdf" if more else f"{stem}.pdf"


def _user(request: HttpRequest) -> int:
    user_id = actor_of(request).user_id
    if user_id is None:
        raise OutOfReachError("pages of nobody")
    return user_id


def _sheets(request: HttpRequest) -> list[Sheet]:
    """What was sent, as far as it can be read; each page stands where it stood when nobody said otherwise."""
    found = []
    for number in range(settings.UPLOAD_PAGE_LIMIT):
        material, _dot, page = request.POST.get(f"sheet-{number}", "").partition(".")
        one, leaf = whole_number(material), whole_number(page)
        if one is None or leaf is None:
            continue
        place = whole_number(request.POST.get(f"place-{number}", "").strip())
        turn = whole_number(request.POST.get(f"turn-{number}", "0"))
        found.append(
            Sheet(
                material=one,
                page=leaf,
                turn=turn if turn in TURNS else 0,
                place=number + 1 if place is None else place,
                is_out=f"out-{number}" in request.POST,
            )
        )
    return found


def _show(
    request: HttpRequest,
    case: CaseFile,
    box: SlotRequirement,
    paper: str,
    here: Sequence[Material],
    *,
    sheets: Sequence[Sheet] = (),
    refused: Refused | None = None,
) -> HttpResponse:
    by_id = {material.pk: material for material in here}
    whole = [Sheet(m.pk, page, 0, 0, is_out=False) for m in here for page in range(1, m.file.pages + 1)]
    shown = [sheet for sheet in sheets if sheet.material in by_id] or whole
    context = {
        **head_of(case),
        "slot": box,
        "words": next((str(p.label) for p in box.papers if p.key == paper), box.caption),
        "box": box,
        "files": len(here),
        "sheets": [_drawn(case, by_id[sheet.material], sheet, number) for number, sheet in enumerate(shown)],
        "too_many": len(shown) > settings.UPLOAD_PAGE_LIMIT,
        "most": settings.UPLOAD_PAGE_LIMIT,
        "turns": _turns(),
        "back_url": link_to(case, Where.of_box(box), section=section_asked(request)),
        "problems": [replace(problem, where="", link="#pages-form") for problem in refused.problems]
        if refused is not None
        else [],
    }
    return render(request, "applicant/pages.html", context, status=422 if refused is not None else 200)


def _drawn(case: CaseFile, material: Material, sheet: Sheet, number: int) -> dict[str, Any]:
    preview = reverse("application_preview", args=[case.application.pk, material.pk, sheet.page])
    return {
        "number": number,
        "place": sheet.place or number + 1,
        "value": f"{material.pk}.{sheet.page}",
        "name": material.file.name,
        "page": sheet.page,
        "turn": sheet.turn,
        "is_out": sheet.is_out,
        "preview": preview,
    }


def _turns() -> list[tuple[int, str]]:
    return list(zip(TURNS, (_("不转"), _("右转 90 度"), _("转 180 度"), _("左转 90 度")), strict=True))


# --- one PDF for several rows --------------------------------------------------------------------------------------------


def share_out(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """A PDF whose pages prove several rows or years: which pages go where; a POST makes a PDF of its own for each."""
    case = case_or_404(request, application_id)
    material = material_or_404(request, application_id, material_id)
    places = places_of(case, material)
    if material.removed_at is not None or material.file.pages < 2 or len(places) < 2:
        raise OutOfReachError(f"pages of material {material_id} of application {application_id}")
    typed = {box.key: request.POST.get(f"pages-{box.key}", "").strip() for box in places}
    if request.method != "POST":
        return _show_sharing(request, case, material, places, typed, {})
    problems = {box.key: read_pages(typed[box.key], material.file.pages).problem for box in places}
    problems = {key: text for key, text in problems.items() if text}
    if not problems and not any(typed.values()):
        problems[places[0].key] = _("请至少在一处写上页码。")
    if problems:
        return _show_sharing(request, case, material, places, typed, problems)
    rows: list[Intake] = []
    for box in places:
        if typed[box.key]:
            try:
                rows.append(_share(request, case, material, box, typed[box.key]))
            except Refused as refused:
                problems[box.key] = " ".join(str(p.text) for p in refused.problems)
    if problems:
        return _show_sharing(request, case, material, places, typed | dict.fromkeys(_keys(rows), ""), problems)
    rows = outcome_of(rows)
    return go(request, waiting_url(rows, reverse("application_slot", args=[application_id, material.slot]), say=True))


def _keys(rows: Sequence[Intake]) -> list[str]:
    return [Where.parse(row.where).box for row in rows]


def places_of(case: CaseFile, material: Material) -> list[SlotRequirement]:
    """The boxes that take the same paper, for other rows or years; the file's own among them."""
    boxes = [box for box in case.requirements if box.slot == material.slot and box.owner == "applicant" and box.upload]
    return [box for box in boxes if material.paper in {p.key for p in box.papers}]


def _share(request: HttpRequest, case: CaseFile, material: Material, box: SlotRequirement, typed: str) -> Intake:
    place = place_of(case, box, material.paper)
    own = key_of(material) == box.key_of(material.paper)
    place["payload"] |= {"replaces": [material.pk] if own else 0} | composed_of(1)
    leaves = [(0, page, 0) for page in read_pages(typed, material.file.pages).pages]
    name = _name(material, _("第{pages}页").format(pages=typed.replace("第", "").replace("页", "")))
    return take_pages(actor_id=_user(request), files=[material.file], leaves=leaves, name=name, **place)


def _show_sharing(
    request: HttpRequest,
    case: CaseFile,
    material: Material,
    places: Sequence[SlotRequirement],
    typed: dict[str, str],
    problems: dict[str, str],
) -> HttpResponse:
    held = {(m.slot, m.year, m.row) for m in case.materials if m.paper == material.paper}
    rows = [
        {
            "key": box.key,
            "label": box.caption,
            "own": key_of(material) == box.key_of(material.paper),
            "has": (box.slot, box.year, box.row_id or "") in held,
            "typed": typed[box.key],
            "error": problems.get(box.key, ""),
            "uid": f"id_pages-{box.key}",
        }
        for box in places
    ]
    context = {
        **head_of(case),
        "material": material,
        "rows": rows,
        "pages": range(1, material.file.pages + 1),
        "back_url": reverse("application_material", args=[case.application.pk, material.pk]),
        "problems": [Problem(text, link=f"#id_pages-{key}") for key, text in problems.items()],
    }
    return render(request, "applicant/share_out.html", context, status=422 if problems else 200)
