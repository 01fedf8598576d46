"""签字页: printed, signed by hand, scanned and sent back. Each page is known by its code and goes into its place; what is not is put there by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.applications.actions import place_scan
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.lifecycle import why_closed
from zhicheng.applications.scan_rules import Fate
from zhicheng.applications.scans import (
    KEPT_FOR,
    PLACED_BY_HAND,
    file_of_scan,
    is_read,
    new_batch,
    scan_place,
    scans_of,
)
from zhicheng.applications.sheets import COMMITMENT, SHEETS, SUMMARY, box_of
from zhicheng.applications.where import Where
from zhicheng.evidence.actions import take_file
from zhicheng.evidence.models import Intake, IntakeState
from zhicheng.evidence.queries import get_intakes, said_against
from zhicheng.evidence.serving import preview_response
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of
from zhicheng.web.applicant.links import link_to
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import AGAIN_SECONDS, MOST_AT_ONCE, outcome_of, refuse_crowd
from zhicheng.web.shared.http import OutOfReachError, go

TEMPLATE = "applicant/scans.html"
PREVIEW_WIDTH = 480
PRINTED_AT = {COMMITMENT: "application_commitment_pdf", SUMMARY: "application_summary_pdf"}


def show_scans(request: HttpRequest, application_id: int) -> HttpResponse:
    """What there is to print and to sign, the one place to send it back to (POST), and what became of each page that was sent."""
    case = case_or_404(request, application_id)
    if request.method != "POST":
        return _page(request, case)
    try:
        _take(request, case)
    except Refused as refused:
        return _page(request, case, problems=refused.problems)
    return go(request, reverse("application_scans", args=[application_id]) + "#brought")


def _take(request: HttpRequest, case: CaseFile) -> None:
    """Hold every file that was sent and wait a moment for their examination. Raises :class:`Refused`; what was taken before stays."""
    files = request.FILES.getlist("scans")
    if closed := why_closed(case.application):
        raise Refused.one(closed, where="scans", code="not_open")
    if not files:
        raise Refused.one(_("请先选择扫描件或者照片。"), where="scans", code="no_file")
    refuse_crowd(files, where="scans")
    batch = new_batch()
    place = scan_place(case.application.pk, batch=batch, files=len(files))
    outcome_of([take_file(upload=file, actor_id=actor_of(request).user_id, **place) for file in files])


@require_POST
def place(request: HttpRequest, application_id: int, scan_id: int, entry: int) -> HttpResponse:
    """Put the pages of one entry into the box that was chosen."""
    case = case_or_404(request, application_id)
    box, _dot, paper = request.POST.get("place", "").partition(".")
    try:
        if not box:
            raise Refused.one(_("请选择放到哪里。"), code="no_place")
        row = place_scan(
            actor=actor_of(request),
            application_id=application_id,
            scan_id=scan_id,
            entry=entry,
            box=box,
            paper=paper,
            replace=request.POST.get("how") == "replace",
        )
    except Refused as refused:
        if refused.has("not_found"):
            raise OutOfReachError(f"scan {scan_id} of application {application_id}") from None
        return _page(request, case, problems=[Problem(str(p.text), link=f"#entry-{scan_id}-{entry}") for p in refused.problems])
    row = outcome_of([row])[0]
    if row.state == IntakeState.KEPT:
        messages.success(request, _("已放入“{box}”。").format(box=_caption(case, row)))
    return go(request, reverse("application_scans", args=[application_id]) + f"#entry-{scan_id}-{entry}")


@require_safe
def show_page(request: HttpRequest, application_id: int, scan_id: int, page: int) -> HttpResponse:
    """One page of a scan as a picture, for whoever brought it."""
    case = case_or_404(request, application_id)
    file = file_of_scan(case.application.pk, actor_of(request).user_id, scan_id)
    if file is None or not 1 <= page <= file.pages:
        raise OutOfReachError(f"page {page} of scan {scan_id} of application {application_id}")
    return preview_response(file, page=page, width=PREVIEW_WIDTH)


# --- the page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet the applicant may print: what it is called, where it is printed, where it goes."""

    key: str
    label: str
    url: str
    slot_url: str
    is_empty: bool


def sheets_of(case: CaseFile) -> list[Sheet]:
    """The sheets that the notice asks for, in the order they are offered."""
    found = []
    for key in SHEETS:
        where = box_of(case, key)
        if where is not None:
            url, slot_url = reverse(PRINTED_AT[key], args=[case.application.pk]), link_to(case, Where.of_box(where[0]))
            empty = key == SUMMARY and not str(case.contents["summary"].get("text", "")).strip()
            found.append(Sheet(key, str(where[0].label), url, slot_url, empty))
    return found


def _page(request: HttpRequest, case: CaseFile, *, problems: list[Problem] | None = None) -> HttpResponse:
    rows = scans_of(case.application.pk, actor_of(request).user_id)
    going = {row.pk: row for row in get_intakes(_going(rows))}
    shown = [_scan(case, row, going) for row in rows]
    waiting = any(scan["waits"] for scan in shown)
    context = {
        **head_of(case),
        "sheets": sheets_of(case),
        "scans": shown,
        "places": _places(case),
        "most": MOST_AT_ONCE,
        "days": KEPT_FOR.days,
        "waiting": waiting,
        "problems": problems or [],
    }
    response = render(request, TEMPLATE, context, status=422 if problems else 200)
    if waiting and not problems:
        # The address is said: where this one ends in #brought, the browser would only jump there and never ask again.
        response.headers["Refresh"] = f"{AGAIN_SECONDS}; url={request.path}"
    return response


def _going(rows: list[Intake]) -> list[int]:
    return [entry["intake"] for row in rows for entry in row.result.get("entries", []) if entry.get("intake")]


def _places(case: CaseFile) -> list[dict[str, str]]:
    boxes = [box for box in case.requirements if box.owner == "applicant" and box.upload]
    return [
        {
            "value": f"{box.key}.{paper.key}",
            "label": f"{box.mark}{box.caption} · {paper.label}" if len(box.papers) > 1 else f"{box.mark}{box.caption}",
        }
        for box in boxes
        for paper in box.papers
    ]


def _scan(case: CaseFile, row: Intake, going: dict[int, Intake]) -> dict[str, Any]:
    entries = [_entry(case, row, number, known, going) for number, known in enumerate(row.result.get("entries", []))]
    return {
        "row": row,
        "name": row.file.name if row.file is not None else row.shown_name,
        "refused": said_against(row) if row.state == IntakeState.REFUSED else "",
        "entries": entries,
        "waits": not is_read(row) or any(entry["waits"] for entry in entries),
        "reads": not is_read(row),
    }


def _entry(case: CaseFile, row: Intake, number: int, known: dict[str, Any], going: dict[int, Intake]) -> dict[str, Any]:
    fate, file = Fate(known["fate"]), going.get(known.get("intake", 0))
    words, tone = _file_words(case, file) if file is not None else (_fate_words(case, fate, known), _TONES.get(fate, "warn"))
    refused = file is not None and file.state == IntakeState.REFUSED
    seen = fate not in {Fate.UNKNOWN}
    return {
        "id": f"entry-{row.pk}-{number}",
        "number": number,
        "scan": row.pk,
        "pages": [{"scan": scan, "page": page} for scan, page, _turn in known["leaves"]] if seen else [],
        "page_words": _page_words(known),
        "words": words,
        "tone": tone,
        "waits": file is not None and file.is_open,
        "by_hand": (fate in PLACED_BY_HAND or (refused and fate is Fate.LANDS))
        and (file is None or refused)
        and not why_closed(case.application),
        "held": fate is Fate.HELD,
        "chosen": _chosen(case, known["sheet"]),
    }


_TONES = {Fate.LANDS: "info"}


def _chosen(case: CaseFile, sheet: str) -> str:
    """The box that is proposed: of a known sheet its own."""
    found = box_of(case, sheet) if sheet in SHEETS else None
    return f"{found[0].key}.{found[1]}" if found is not None else ""


def _page_words(known: dict[str, Any]) -> str:
    pages = "、".join(str(page) for _scan, page, _turn in known["leaves"])
    return _("第 {pages} 页").format(pages=pages)


def _file_words(case: CaseFile, file: Intake) -> tuple[str, str]:
    box = _caption(case, file)
    if file.is_open:
        return _("正在放入“{box}”，请稍候。").format(box=box), "info"
    if file.state == IntakeState.REFUSED:
        return _("没有放入“{box}”：{why}").format(box=box, why=said_against(file)), "warn"
    return _("已放入“{box}”。").format(box=box), "ok"


def _caption(case: CaseFile, file: Intake) -> str:
    place = Where.parse(file.where)
    return next((box.caption for box in case.requirements if Where.of_box(box).holds(place)), _("申报材料"))


def _fate_words(case: CaseFile, fate: Fate, known: dict[str, Any]) -> str:
    found = box_of(case, known["sheet"]) if known["sheet"] in SHEETS else None
    sheet = str(found[0].label) if found is not None else _("签字页")
    match fate:
        case Fate.NO_CODE:
            return _("没有找到回传码。请选择放到哪里，或者重新扫描，四边和右下角的二维码都要完整清晰。")
        case Fate.UNKNOWN:
            return _("这一页的回传码不属于这份申请书，没有放入，也不会保存给别人。")
        case Fate.OTHER:
            return _("这一页是您另一份申请书（{number}）的“{sheet}”，没有放入。请到那份申请书上传。").format(
                number=known["number"], sheet=sheet
            )
        case Fate.TWICE:
            return _("“{sheet}”的这一页上传了两次，只用了前一次的。").format(sheet=sheet)
        case Fate.OLDER:
            return _(
                "“{sheet}”打印以后，文字又改过，签字的是旧的文字，没有自动放入。请重新打印签字；确实要用这一份的，可以在下面放入。"
            ).format(sheet=sheet)
        case Fate.INCOMPLETE:
            pages = "、".join(map(str, known["missing"]))
            return _("“{sheet}”缺第 {pages} 页，没有自动放入。请把各页一起上传。").format(sheet=sheet, pages=pages)
        case Fate.HELD:
            return _("“{sheet}”这里已有文件，没有自动放入。请选择替换，或者另外放一份。").format(sheet=sheet)
        case Fate.NO_PLACE:
            return _("这份申请书不需要这一项，没有放入。")
        case Fate.CLOSED:
            return _("申请书现在不能修改，没有放入。")
        case Fate.REFUSED:
            return _("没有放入“{box}”：{why}").format(box=sheet, why=known.get("text", ""))
        case Fate.LANDS:
            return _("“{sheet}”已处理。").format(sheet=sheet)
