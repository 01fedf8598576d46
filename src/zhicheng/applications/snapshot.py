"""The frozen content of a submission (house, decision 3): one JSON value, its canonical bytes, its hash."""

from __future__ import annotations

from typing import Any

from zhicheng.applications.desks import DESKS
from zhicheng.applications.models import Application, Material
from zhicheng.campaigns.notice import Notice, VersionedText
from zhicheng.foundation.clock import BEIJING
from zhicheng.organizations.models import Organization

SCHEMA = 1


def _office(organization: Organization | None) -> dict[str, Any] | None:
    return {"id": organization.pk, "name": organization.name} if organization is not None else None


def _material(material: Material) -> dict[str, Any]:
    file = material.file
    return {
        "id": material.pk,
        "slot": material.slot,
        "paper": material.paper,
        "year": material.year,
        "row": material.row,
        "label": material.label,
        "file_id": file.pk,
        "sha256": file.sha256,
        "safe_sha256": file.safe_sha256,
        "name": file.name,
        "media_type": file.media_type,
        "pages": file.pages,
        "size": file.size,
    }


def in_notice_order(notice: Notice, contents: dict[str, Any], materials: list[Material]) -> list[Material]:
    """The files as the notice lists them, whenever each was uploaded: slot, year, row of the form, paper.

    The paper dossier is put together in this order and compared with the printed list (S-47…S-62).
    """
    slots = {slot.key: number for number, slot in enumerate(notice.materials)}
    papers = {(slot.key, paper.key): number for slot in notice.materials for number, paper in enumerate(slot.papers)}
    rows = {
        (section, row.get("id")): number
        for section, content in contents.items()
        if isinstance(content, list)
        for number, row in enumerate(content)
    }

    def place(material: Material) -> tuple[int, int, int, int, int]:
        slot = notice.slot(material.slot)
        row = rows.get((slot.section, material.row), -1) if slot is not None and slot.section else -1
        paper = papers.get((material.slot, material.paper), -1)
        return (slots.get(material.slot, len(slots)), material.year or 0, row, paper, material.pk)

    return sorted(materials, key=place)


def build_snapshot(
    *,
    application: Application,
    notice: Notice,
    contents: dict[str, Any],
    materials: list[Material],
    number: int,
    submitted_at: Any,
) -> dict[str, Any]:
    """Everything a desk will judge, as it is at 上报: form, files by hash, route, the texts that were accepted.

    Times are Beijing time in ISO form with seconds.
    """
    series = notice.series(application.series)
    specialty = next(s for s in series.specialties if s.code == application.specialty) if series else None
    title = next(t for t in series.titles if t.code == application.title) if series else None
    if series is None or specialty is None or title is None:
        raise ValueError("the pinned notice no longer holds what was chosen")
    at = submitted_at.astimezone(BEIJING).isoformat(timespec="seconds")
    employer = application.employer
    return {
        "schema": SCHEMA,
        "campaign": {
            "slug": notice.slug,
            "year": notice.year,
            "title": notice.title.zh,
            "version": application.campaign_version.number,
            "sha256": application.campaign_version.sha256,
        },
        "application": {
            "id": application.pk,
            "number": application.number,
            "series": {"code": series.code, "zh": series.zh},
            "specialty": {"code": specialty.code, "zh": specialty.zh},
            "level": str(title.level),
            "grade": str(title.grade),
            "title": {"code": title.code, "zh": title.zh},
            "first_title": application.first_title,
        },
        "employer": {"id": employer.pk, "name": employer.name, "uscc": employer.uscc, "nature": employer.nature},
        **{desk.column: _office(getattr(application, desk.column)) for desk in DESKS[1:]},
        "sections": contents,
        "materials": [_material(m) for m in in_notice_order(notice, contents, materials)],
        "commitment": _accepted(notice.texts.commitment, at),
        "liability": _accepted(notice.texts.liability, at),
        "submission": {"number": number, "submitted_at": at},
    }


def _accepted(text: VersionedText, at: str) -> dict[str, str]:
    return {"version": text.version, "text": text.zh, "accepted_at": at}


def publicised(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The part of a snapshot that the employer's notice shows (S-65…S-68): while it is the same, the notice need not be repeated (G-08)."""
    basic = snapshot["sections"]["basic"]
    return {
        "application": {k: snapshot["application"][k] for k in ("series", "specialty", "level", "title")},
        "person": {k: basic.get(k, "") for k in ("name", "sex", "ethnic_group", "political_status", "id_number")},
        "current_title": snapshot["sections"]["current_title"],
        "achievements": snapshot["sections"]["achievements"],
    }
