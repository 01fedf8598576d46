"""What a box of the list of materials shows, on its own page and beside the row it proves: papers, files, what is lacking."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.looked_at import to_look_at, when_looked_at
from zhicheng.applications.models import Application, Material
from zhicheng.applications.sheets import COMMITMENT, SUMMARY, sheet_in
from zhicheng.applications.used_files import UsedFile, fitting
from zhicheng.applications.where import ReturnPoint, Where
from zhicheng.campaigns.rules import MaterialKey, PaperOption, SlotRequirement, missing_materials, unproved
from zhicheng.evidence.inspection.verdicts import UNREAD
from zhicheng.evidence.models import Intake, MediaType
from zhicheng.evidence.queries import said_against, what_is_said
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.mends import found_words
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import waiting_url
from zhicheng.web.shared.problems import anchor_id

#: What was said against a file, by the paper it was brought for.
Refusals = dict[Where, str]
_SUFFIXES = {"pdf": ".pdf", "jpg": ".jpg,.jpeg,.heic,.heif", "png": ".png"}


_CONTROL = "file-"


def control_name(where: Where) -> str:
    """The name of the file control for one paper that stands inside a larger form."""
    return _CONTROL + button_value(where)


def button_value(where: Where) -> str:
    """What the 上传 button beside such a control sends."""
    return f"{where.box}.{where.paper}"


def pressed_for(value: str) -> Where:
    """The place of the paper whose button sent ``value`` (:func:`button_value`)."""
    box, _dot, paper = value.partition(".")
    return Where.of_key(box, paper)


def controls_in(names: Iterable[str]) -> dict[str, Where]:
    """Of the names of file controls those that stand inside a larger form (:func:`control_name`), with the paper each is for."""
    return {name: pressed_for(name.removeprefix(_CONTROL)) for name in names if name.startswith(_CONTROL)}


@dataclass
class Boxes:
    """An application's boxes; :meth:`entry` is what the page shows of one.

    ``section``: the key of the section whose page the boxes stand on, empty on a material's own page. ``errors``: what was
    refused just now, by paper. ``used``: files used before that may be offered (``applications/used_files.py``).
    """

    case: CaseFile
    section: str = ""
    errors: Refusals = field(default_factory=dict)
    used: Collection[UsedFile] = ()

    @property
    def points(self) -> list[ReturnPoint]:
        """What the last return says about materials."""
        return [p for p in self.case.return_points if p.where.slot]

    def lacking(self, box: SlotRequirement) -> str:
        """The sentence that says what is missing in ``box``; empty when nothing is."""
        here = str(Where.of_box(box))
        return next((str(p.text) for p in self.case.missing if p.where == here and p.code != "not_looked_at"), "")

    def entry(self, box: SlotRequirement) -> dict[str, Any]:
        """One box: its papers, those that only stand for another one apart (unless they are used), and where it stands."""
        here = [m for m in self.case.materials if (m.slot, m.year, m.row) == (box.slot, box.year, box.row_id or "")]
        papers = [self._paper(box, paper, here) for paper in box.papers]
        place = Where.of_box(box)
        reasons = [_point_words(box, p) for p in self.points if place.holds(p.where)]
        checking = [row for row in self.case.arriving if row.is_open and place.holds(Where.parse(row.where))]
        asked = any(p.is_open and place.holds(p.point.where) for p in self.case.points)
        status = self._status(box, here, asked=asked, checking=bool(checking))
        return {
            "box": box,
            "anchor": anchor_id(str(place)),
            "papers": [p for p in papers if not p["apart"]],
            "apart": [p for p in papers if p["apart"]],
            "apart_open": any(p["error"] for p in papers if p["apart"]),
            "heading": self._heading(box),
            "names": [m.file for m in here],
            "status": status,
            "lacking": self.lacking(box),
            "unproved": None if checking else unproved([box], [key_of(m) for m in here]),
            "reasons": reasons,
            "mode": _mode_words(box),
            "is_single": len([p for p in papers if not p["apart"]]) == 1,
            "is_folded": status in {"done", "exempt"} and not any(_holds_open(f) for p in papers for f in p["rows"]),
            "unfolded": any(p["error"] or p["checking"] or p["photographs"] for p in papers),
            "poll_url": self._poll_url(box, checking) if checking else "",
            "inside": bool(self.section),
            "state": f"{box.key} {status}",
            "swapped": False,
            "hint": format_words(box),
        }

    def _heading(self, box: SlotRequirement) -> str:
        """What the title above does not say already: beside a row the material, on the material's page the row or the year."""
        if self.section:
            return f"{box.mark}{box.label}"
        return _("{year}年度").format(year=box.year) if box.year is not None else box.row_label

    def _apart(self, box: SlotRequirement, paper: PaperOption, files: bool) -> bool:
        """Whether a paper is for special cases only: it stands for another one, and neither the answers nor a file call for it."""
        slot = self.case.notice.slot(box.slot)
        called_for = slot is not None and any(p.key == paper.key and p.only_when for p in slot.papers)
        return paper.stands_for is not None and not files and not called_for

    def _poll_url(self, box: SlotRequirement, checking: list[Intake]) -> str:
        """Where a script asks whether the box looks otherwise than with these files being examined."""
        return self._refresh_url(box, checking=",".join(str(row.pk) for row in checking))

    def _refresh_url(self, box: SlotRequirement, **more: str) -> str:
        """Where a script asks for the box as it is now."""
        parts = {"box": box.key} | more | ({"from": self.section} if self.section else {})
        return reverse("application_slot", args=[self.case.application.pk, box.slot]) + f"?{urlencode(parts)}"

    def _status(self, box: SlotRequirement, here: list[Material], *, asked: bool, checking: bool) -> str:
        """``asked``: a point of the last return names it about which nothing was done yet."""
        if checking:
            return "checking"
        if asked:
            return "needs_change"
        if box.exempt_reason:
            return "exempt"
        if to_look_at(here, self.case.looked_at):
            return "to_look_at"
        if here and not self.lacking(box):
            return "done"
        return "missing" if box.required else "optional"

    def _paper(self, box: SlotRequirement, paper: PaperOption, here: list[Material]) -> dict[str, Any]:
        rows = [self.file(m) for m in here if m.paper == paper.key]
        place = Where.of_box(box, paper.key)
        arriving = [row for row in self.case.arriving if Where.parse(row.where) == place]
        refused = next((row for row in arriving if not row.is_open), None)
        error = self.errors.get(place, "") or (refused_words(refused) if refused else "")
        checking = [row for row in arriving if row.is_open]
        room = len(rows) + len(checking) < box.max_files
        held = {file["material"].file.sha256 for file in rows}
        sheet = sheet_in(self.case, box, paper.key)
        return {
            "key": paper.key,
            "label": str(paper.label),
            "stands_for": next((str(p.label) for p in box.papers if p.key == paper.stands_for), ""),
            "apart": self._apart(box, paper, bool(rows)),
            "is_commitment": sheet == COMMITMENT,
            "is_summary": sheet == SUMMARY and bool(self.case.contents["summary"].get("text")),
            "is_sheet": bool(sheet),
            "rows": rows,
            "checking": checking,
            "checking_url": waiting_url(checking, link_to(self.case, place, section=self.section)) if checking else "",
            "room": room,
            "used": fitting(self.used, box, paper.key, held) if room and paper.template is None else [],
            "use_url": reverse("application_use_file", args=[self.case.application.pk, box.slot]),
            "place": button_value(place),
            "accept": accepted(box),
            "url": upload_url(self.case.application, box, paper.key, section=self.section),
            "arrange_url": self._arrange_url(box, paper) if sum(f["material"].file.pages for f in rows) > 1 else "",
            "several": len(rows) > 1,
            "photographs": len(rows) > 1 and all(f["material"].file.media_type != MediaType.PDF for f in rows),
            "resumable": self._resumable(box, paper, room=box.max_files - len(rows) - len(checking)),
            "name": control_name(place) if self.section else "file",
            "inside": button_value(place) if self.section else "",
            "target": f"#{anchor_id(str(place.whole_box))}",
            "uid": anchor_id(f"upload-{box.key}-{paper.key}"),
            "error": error,
        }

    def _arrange_url(self, box: SlotRequirement, paper: PaperOption) -> str:
        return _sending_url("application_pages", self.case.application, box, paper.key, self.section, 0)

    def _resumable(self, box: SlotRequirement, paper: PaperOption, *, room: int) -> dict[str, Any]:
        heading = self._heading(box)
        return resumable(
            box,
            begin=resumable_url(self.case.application, box, paper.key, section=self.section),
            refresh=self._refresh_url(box),
            room=room,
            label=f"{heading} · {paper.label}" if heading else str(paper.label),
            instead=paper.stands_for is not None,
        )

    def file(self, material: Material) -> dict[str, Any]:
        """One file of a box, with the pages that show it, replace it and take it out, and lead back here."""
        said = what_is_said(material)
        looked_at = when_looked_at(material, self.case.looked_at) is not None
        back = f"?from={self.section}" if self.section else ""
        arguments = [self.case.application.pk, material.pk]
        return {
            "material": material,
            "url": reverse("application_material", args=arguments) + back,
            "replace_url": reverse("application_material", args=arguments) + back + "#replace",
            "remove_url": reverse("application_material_remove", args=arguments) + back,
            # Inside a section's form a button of its own would send the whole form: there the file's page has it.
            "mend_words": found_words(material.file) if said.warnings and not self.section else "",
            "mend_url": reverse("application_mend", args=arguments),
            "said": said,
            "looked_at": looked_at,
            "state": ("looked_at" if looked_at else "warning") if said.warnings else "ok",
        }


def _holds_open(row: dict[str, Any]) -> bool:
    """Whether something is said of a file that keeps its box open; that it is still being looked at, or was not read, is told beside it."""
    said, material = row["said"], row["material"]
    told = material.safe_sha256 or any(warning.get("code") != UNREAD for warning in material.warnings)
    return bool(said.warnings or (said.notes and told and not material.checking))


def upload_url(application: Application, box: SlotRequirement, paper: str, *, section: str = "", replaces: int = 0) -> str:
    """Where a file for ``paper`` is sent; ``section``: the page it is sent from, ``replaces``: the material it takes the place of."""
    return _sending_url("application_upload", application, box, paper, section, replaces)


def resumable(
    box: SlotRequirement, *, begin: str, label: str, room: int = 1, refresh: str = "", instead: bool = False, asks: bool = False
) -> dict[str, Any]:
    """What a script that sends piece by piece (``static/zhicheng/uploads.js``) has to know of a control for a paper of ``box``.

    ``begin``: where a file is begun; ``refresh``: where the box is asked for afterwards, empty where the page is left; ``room``: how many
    files it still takes; ``instead``: the paper only stands for another one; ``asks`` whether photographs are to go as they are.
    """
    return {
        "begin": begin,
        "refresh": refresh,
        "room": room,
        "all": box.max_files,
        "limit": box.max_bytes,
        "pictures": "jpg" in box.formats,
        "asks_original": asks and "jpg" in box.formats,
        "label": label,
        "year": box.year or "",
        "row": box.row_label,
        "instead": instead,
    }


def resumable_url(application: Application, box: SlotRequirement, paper: str, *, section: str = "", replaces: int = 0) -> str:
    """Where such a file is begun that is sent piece by piece."""
    return _sending_url("application_resumable_begin", application, box, paper, section, replaces)


def _sending_url(name: str, application: Application, box: SlotRequirement, paper: str, section: str, replaces: int) -> str:
    parts = [f"from={section}"] if section else []
    parts += [f"replaces={replaces}"] if replaces else []
    return reverse(name, args=[application.pk, box.slot, box.key, paper]) + (f"?{'&'.join(parts)}" if parts else "")


def count_papers(
    boxes: Iterable[SlotRequirement], materials: Iterable[Material], arriving: Iterable[MaterialKey] = ()
) -> tuple[int, int]:
    """(papers still lacking, papers asked for) in ``boxes``; of papers that are alternatives one counts. What is ``arriving`` lacks no more."""
    required = [box for box in boxes if box.required and box.upload]
    lacking = missing_materials(required, [*(key_of(m) for m in materials), *arriving])
    wanted = sum(1 if box.mode == "one_of" else sum(p.stands_for is None for p in box.papers) for box in required)
    return sum(1 if m.any_of else len(m.papers) for m in lacking), wanted


def accepted(box: SlotRequirement) -> str:
    """The ``accept`` of a control for files of the box."""
    return ",".join(_SUFFIXES[name] for name in box.formats)


def format_words(box: SlotRequirement) -> str:
    """Which files the box takes, in words."""
    taken = [*box.formats, "heic"] if "jpg" in box.formats else box.formats  # a photograph of a phone becomes a JPG
    formats = _("、").join(name.upper() for name in taken)
    words = _("{formats}格式，每个文件不超过 {limit} MB，最多{n}个文件。")
    return words.format(formats=formats, limit=box.max_bytes // (1024 * 1024), n=box.max_files)


def refused_words(row: Intake) -> str:
    """What the examination said after the upload had been answered: by then it has to be named which file is meant."""
    return _("“{name}”没有接收：{text}").format(name=row.shown_name, text=said_against(row))


def _point_words(box: SlotRequirement, point: ReturnPoint) -> str:
    """What the desk wrote, and of which paper where the box has several."""
    paper = next((str(p.label) for p in box.papers if p.key == point.where.paper), "")
    return _("{paper}：{text}").format(paper=paper, text=point.text) if paper and len(box.papers) > 1 else point.text


def _mode_words(box: SlotRequirement) -> str:
    if len([p for p in box.papers if p.stands_for is None]) < 2 and box.mode != "optional":
        return ""
    return {"all_of": _("以下各项都要上传。"), "one_of": _("以下各项任选其一上传。"), "optional": _("可以不传。")}[box.mode]
