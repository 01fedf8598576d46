"""Sheets that an applicant prints, signs by hand and sends back as a scan: T4 (S-61) and the summary of the work (S-55).

The code on each page says which application and which sheet it is, which page of how many, and which text was printed. It is signed with
the instance's secret and lies in no column: nothing has to be kept of a print, and nobody makes one up. A secret of before
(``ZHICHENG_SECRET_KEY_FALLBACKS``) goes on reading what was printed.
"""

from __future__ import annotations

import base64
import struct
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.papers import commitment_paper
from zhicheng.applications.scan_rules import PREFIX, Mark
from zhicheng.campaigns.rules import SlotRequirement, section_evidence
from zhicheng.documents.base import PaperBase
from zhicheng.documents.letters import WorkSummary
from zhicheng.documents.papers import checked
from zhicheng.documents.rendering import Marks
from zhicheng.documents.sheets import render_sheet
from zhicheng.foundation.canonical import digest

COMMITMENT = "commitment"
SUMMARY = "work_summary"
SHEETS = (COMMITMENT, SUMMARY)
"""In the order they are offered. The place of each is part of a printed code: new ones come behind."""
_SALT = "zhicheng.applications.sheet"
_FORM = struct.Struct(">QB8sBB")  # application, sheet, text, page, pages
_SIGNED = 10  # bytes: 80 bits


def box_of(case: CaseFile, sheet: str) -> tuple[SlotRequirement, str] | None:
    """Where the signed sheet belongs under the application's notice: the box and the paper of it; ``None`` where the notice asks for none.

    T4: the paper whose template it is. The summary: what proves the section of that name (S-63).
    """
    if sheet == SUMMARY:
        boxes = section_evidence(case.notice, case.requirements, "summary")
        papers = [(box, paper.key) for box in boxes for paper in box.papers[:1]]
    else:
        papers = [(box, paper.key) for box in case.requirements for paper in box.papers if paper.template == sheet]
    return next(((box, key) for box, key in papers if box.owner == "applicant" and box.upload), None)


def sheet_in(case: CaseFile, box: SlotRequirement, paper: str) -> str:
    """The sheet that belongs into this box as this paper; empty where none does."""
    return next((sheet for sheet in SHEETS if box_of(case, sheet) == (box, paper)), "")


def sheet_paper(case: CaseFile, sheet: str) -> tuple[PaperBase, Marks]:
    """The sheet as it would be printed now, without its codes. Raises :class:`Refused` where there is nothing to print yet."""
    return commitment_paper(case) if sheet == COMMITMENT else _summary_paper(case)


def _summary_paper(case: CaseFile) -> tuple[PaperBase, Marks]:
    application, found = case.application, box_of(case, SUMMARY)
    said = {
        "name": application.applicant_name,
        "year": application.year,
        "heading": found[0].label.zh if found else "任期内专业技术工作总结",
        "employer": case.contents["basic"].get("employer_name", ""),
        "text": case.contents["summary"].get("text", ""),
    }
    marks = Marks(
        serial=application.number,
        verification_url="",
        snapshot_sha256=digest(said),
        version_label="",
        draft=False,
        created_at=application.created_at,  # as of T4: each print of one text has the same bytes
    )
    return checked(WorkSummary, said), marks


def version_of(marks: Marks) -> str:
    """Which text a print has, as its code tells it: the 数据校验码 on it."""
    return marks.snapshot_sha256[:16]


def print_sheet(case: CaseFile, sheet: str) -> bytes:
    """The sheet as a PDF, ready to be signed. Raises :class:`Refused` as :func:`sheet_paper`."""
    paper, marks = sheet_paper(case, sheet)
    return render_sheet(paper, marks=marks, code_of=partial(_code_of, case.application.pk, sheet, version_of(marks)))


def _code_of(application_id: int, sheet: str, version: str, page: int, pages: int) -> str:
    return code_text(Mark(application_id, sheet, version, page, pages))


def code_text(mark: Mark) -> str:
    """``ZC1-…``: what the code says, in capitals and digits for its modules' sake (``documents/scanning.py``)."""
    said = _FORM.pack(mark.application, SHEETS.index(mark.sheet), bytes.fromhex(mark.version), mark.page, mark.pages)
    return PREFIX + base64.b32encode(said + _signed(said, settings.SECRET_KEY)).decode().rstrip("=")


def read_code(text: str) -> Mark | None:
    """What a code of ours says; ``None`` for one that nobody printed here."""
    body = text.removeprefix(PREFIX)
    try:
        content = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        return None
    said, signature = content[: _FORM.size], content[_FORM.size :]
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if len(said) != _FORM.size or not any(constant_time_compare(signature, _signed(said, secret)) for secret in secrets):
        return None
    application, sheet, version, page, pages = _FORM.unpack(said)
    return Mark(application, SHEETS[sheet], version.hex(), page, pages)


def _signed(said: bytes, secret: Any) -> bytes:
    return salted_hmac(_SALT, said.hex(), secret=secret, algorithm="sha256").digest()[:_SIGNED]
