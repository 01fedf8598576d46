"""The frozen content of a submission (house, decision 3): one typed value, its canonical bytes, its hash.

What is stored is never written again. Each stored content says by its ``schema`` number in which shape it was written, and is brought
to today's shape when it is read (:data:`.upgrades.UPGRADES`); its bytes and its hash stay those of the day it was sent.

A change of the shape is a new number, a function that upgrades from the one before, and an example in ``tests/applications/snapshots``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_serializer, model_validator
from pydantic_core.core_schema import SerializerFunctionWrapHandler

from zhicheng.applications.completeness import key_of
from zhicheng.applications.desks import DESKS
from zhicheng.applications.findings import answers_in
from zhicheng.applications.looked_at import look_kept, looked_at_in
from zhicheng.applications.models import Application, Material
from zhicheng.applications.point_answers import POINTS_KEPT_AS
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.upgrades import UPGRADES
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice, VersionedText
from zhicheng.evidence.models import EvidenceFile, served_media_type
from zhicheng.foundation.clock import BEIJING
from zhicheng.organizations.models import Organization

SCHEMA = 6
_OF_ORIGINAL = ("sha256", "safe_sha256", "name", "media_type", "pages", "size")
_OFFICES = tuple(desk.column for desk in DESKS[1:])


class UnknownSchemaError(ValueError):
    """A stored content was written in a shape that this program does not know: a newer one wrote it."""


class _Frozen(BaseModel):
    """A part of a snapshot; what the schema does not name is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Coded(_Frozen):
    """What was chosen from the notice: its code, and its Chinese word as it was then."""

    code: str
    zh: str


class Office(_Frozen):
    """An organization on the route; ``id`` is that of its row."""

    id: int
    name: str


class FrozenEmployer(_Frozen):
    """申报单位 as it was."""

    id: int
    name: str
    uscc: str
    nature: str


class FrozenCampaign(_Frozen):
    """The notice version the application is pinned to, with the hash of the notice."""

    slug: str
    year: int
    title: str
    version: int
    sha256: str


class FrozenChoice(_Frozen):
    """The application itself: its number, and the title it asks for."""

    id: int
    number: str
    series: Coded
    specialty: Coded
    level: str
    grade: str
    title: Coded
    first_title: bool


class FrozenOriginal(_Frozen):
    """What a file was made of when its pages were turned, straightened or cropped here: the file as it was brought."""

    file_id: int
    sha256: str
    safe_sha256: str | None
    name: str
    media_type: str
    pages: int
    size: int


class FrozenFile(_Frozen):
    """A file in its slot, known by the hash of its bytes; ``safe_sha256``: of the copy that is shown in its stead, where there is one.

    A content of schema 1 may not tell of the copy: then the name is not in ``model_fields_set``. ``looked_at``: when the applicant confirmed to have
    looked at a file that carries a warning (我已查看，内容清晰完整); ``warnings``: ``None`` before schema 4, and where it was still to be looked at, or a
    file of its paper to be read (then the material is asked); ``original``: of a file that was mended here the one that was brought.
    """

    id: int
    slot: str
    paper: str
    year: int | None
    row: str
    label: str
    file_id: int
    sha256: str
    safe_sha256: str | None = None
    name: str
    media_type: str
    pages: int
    size: int
    looked_at: str | None = None
    warnings: list[dict[str, Any]] | None = None
    original: FrozenOriginal | None = None

    def before_mending(self) -> FrozenFile | None:
        """The file as it was brought, in the same place; ``None`` for one that was not mended here."""
        if self.original is None:
            return None
        return self.model_copy(update={**self.original.model_dump(), "looked_at": None, "warnings": None, "original": None})

    @property
    def served_sha256(self) -> str:
        """The bytes a reader gets: the copy's, where there is one."""
        return self.safe_sha256 or self.sha256

    @property
    def served_media_type(self) -> str:
        """What those bytes are."""
        return served_media_type(self.media_type)

    @property
    def checking(self) -> bool:
        """What was to be said of it is frozen, or asked of the material (``warnings``)."""
        return False

    @property
    def reading(self) -> bool:
        """The same."""
        return False

    @property
    def where(self) -> Where:
        """Where it lies."""
        return Where.of_file(self.slot, self.paper, self.year, self.row)


class AcceptedText(_Frozen):
    """A text as it was accepted; ``accepted_at`` is Beijing time in ISO form with seconds, as are all times here.

    ``text`` is the Chinese one, which binds; ``language``: in which the page showed it (``zh-hans``, ``en``), empty before schema 5.
    """

    version: str
    text: str
    language: str
    accepted_at: str


class FrozenLine(_Frozen):
    """A sentence shown at 再次核对 (``check_record.CheckLine``)."""

    kind: str
    place: str
    text: str
    source: str
    result: str
    answer: str


class FrozenCheck(_Frozen):
    """再次核对 as it was confirmed: when, in which language, to which employer it would have gone, and what was said there."""

    at: str
    language: str
    employer: int
    lines: tuple[FrozenLine, ...]


class FrozenAnswer(_Frozen):
    """What the applicant wrote to a finding (提示): its key (``Finding.key``), the sentence it said then, and the answer."""

    key: str
    said: str
    answer: str


class FrozenPointAnswer(_Frozen):
    """What the applicant wrote to a point of a return: the return (number of its move), the point's number in it, its place and
    words as they were, and the answer.
    """

    returned: int
    number: int
    where: str
    said: str
    answer: str


class Sent(_Frozen):
    """上报 n, and when it arrived."""

    number: int
    submitted_at: str


class Snapshot(_Frozen):
    """Everything a desk judges, as it was at 上报: form, files by hash, route, the texts that were accepted.

    ``sections`` is the form as ``applications/sections.py`` describes it: a dict, or a list of rows, by section. ``offices`` holds the
    organization of each desk above the unit by the desk's column; stored, they stand beside the rest, and so does the number of the schema.
    """

    campaign: FrozenCampaign
    application: FrozenChoice
    employer: FrozenEmployer
    offices: dict[str, Office | None]
    sections: dict[str, Any]
    materials: tuple[FrozenFile, ...]
    answers: tuple[FrozenAnswer, ...]
    point_answers: tuple[FrozenPointAnswer, ...]
    commitment: AcceptedText
    liability: AcceptedText
    checked: FrozenCheck | None
    submission: Sent

    @model_validator(mode="before")
    @classmethod
    def _gather_offices(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or "offices" in given:
            return given
        rest = {name: value for name, value in given.items() if name not in _OFFICES}
        return rest | {"offices": {column: given.get(column) for column in _OFFICES}}

    @model_serializer(mode="wrap")
    def _spread_offices(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        told: dict[str, Any] = handler(self)
        offices = told.pop("offices")
        return {"schema": SCHEMA, **told, **offices}

    @classmethod
    def read(cls, text: str) -> Self:
        """The snapshot in a stored content, whatever shape it was written in; raises :class:`UnknownSchemaError`."""
        content = json.loads(text)
        number = content.get("schema")
        while number in UPGRADES:
            content = UPGRADES[number](content)
            number = content["schema"]
        if number != SCHEMA:
            raise UnknownSchemaError(f"a submission was written with schema {number!r}; this program reads 1 to {SCHEMA}")
        return cls.model_validate({name: value for name, value in content.items() if name != "schema"})

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return self.model_dump()

    def section(self, key: str) -> Any:
        """The content of one section: a dict, or a list of rows; empty where it was never filled in."""
        return self.sections.get(key) or {}

    def rows(self, key: str) -> list[dict[str, Any]]:
        """The rows of a section of rows."""
        return list(self.sections.get(key) or [])


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

    def order(material: Material) -> tuple[int, int, int, int, int]:
        slot = notice.slot(material.slot)
        row = rows.get((slot.section, material.row), -1) if slot is not None and slot.section else -1
        paper = papers.get((material.slot, material.paper), -1)
        return (slots.get(material.slot, len(slots)), material.year or 0, row, paper, material.pk)

    return sorted(materials, key=order)


def build_snapshot(
    *,
    application: Application,
    notice: Notice,
    contents: dict[str, Any],
    materials: list[Material],
    number: int,
    submitted_at: datetime,
    language: str,
    checked: Mapping[str, Any] | None,
) -> Snapshot:
    """What 上报 ``number`` freezes, sent from a page in ``language``; ``checked``: the record of 再次核对. Raises ``ValueError`` when the notice no longer holds what was chosen."""
    series, specialty, title = notice.chosen(application.series, application.specialty, application.title)
    if series is None or specialty is None or title is None:
        raise ValueError("the pinned notice no longer holds what was chosen")
    at = submitted_at.astimezone(BEIJING).isoformat(timespec="seconds")
    employer, version, listed = application.employer, application.campaign_version, in_notice_order(notice, contents, materials)
    looked_at, unread = looked_at_in(contents), {key_of(material) for material in materials if material.reading}
    return Snapshot(
        campaign=FrozenCampaign(
            slug=notice.slug, year=notice.year, title=notice.title.zh, version=version.number, sha256=version.sha256
        ),
        application=FrozenChoice(
            id=application.pk,
            number=application.number,
            series=Coded(code=series.code, zh=series.zh),
            specialty=Coded(code=specialty.code, zh=specialty.zh),
            level=str(title.level),
            grade=str(title.grade),
            title=Coded(code=title.code, zh=title.zh),
            first_title=application.first_title,
        ),
        employer=FrozenEmployer(id=employer.pk, name=employer.name, uscc=employer.uscc, nature=employer.nature),
        offices={column: _office(getattr(application, column)) for column in _OFFICES},
        sections={key: content for key, content in contents.items() if key in BY_KEY},
        materials=tuple(frozen_file(m, looked_at, unread=key_of(m) in unread) for m in listed),
        answers=tuple(FrozenAnswer(key=a.key, said=a.said, answer=a.answer) for a in answers_in(contents)),
        point_answers=tuple(FrozenPointAnswer.model_validate(row) for row in contents.get(POINTS_KEPT_AS) or ()),
        commitment=_accepted(notice.texts.commitment, at, language),
        liability=_accepted(notice.texts.liability, at, language),
        checked=FrozenCheck.model_validate(checked) if checked is not None else None,
        submission=Sent(number=number, submitted_at=at),
    )


def _office(organization: Organization | None) -> Office | None:
    return Office(id=organization.pk, name=organization.name) if organization is not None else None


def frozen_file(material: Material, looked_at: Mapping[str, str] | None = None, *, unread: bool = False) -> FrozenFile:
    """A material as a submission would tell it; ``looked_at``: as in ``looked_at_in``; ``unread``: a file of its paper is still being read."""
    file = material.file
    return FrozenFile(
        id=material.pk,
        slot=material.slot,
        paper=material.paper,
        year=material.year,
        row=material.row,
        label=material.label,
        file_id=file.pk,
        sha256=file.sha256,
        safe_sha256=file.safe_sha256,
        name=file.name,
        media_type=file.media_type,
        pages=file.pages,
        size=file.size,
        looked_at=look_kept(material, looked_at or {}),
        warnings=None if file.checking or material.reading or unread else material.warnings,
        original=_original(file.original),
    )


def _original(file: EvidenceFile | None) -> FrozenOriginal | None:
    return FrozenOriginal(**{name: getattr(file, name) for name in _OF_ORIGINAL}, file_id=file.pk) if file is not None else None


def _accepted(text: VersionedText, at: str, language: str) -> AcceptedText:
    return AcceptedText(version=text.version, text=text.zh, language=language, accepted_at=at)


def publicised(snapshot: Snapshot) -> dict[str, Any]:
    """The part of a snapshot that the employer's notice shows (S-65…S-68): while it is the same, the notice need not be repeated (G-08).

    A period keeps the hash of it, so its shape does not change with the schema.
    """
    basic, chosen = snapshot.sections["basic"], snapshot.application
    return {
        "application": {
            "series": chosen.series.model_dump(),
            "specialty": chosen.specialty.model_dump(),
            "level": chosen.level,
            "title": chosen.title.model_dump(),
        },
        "person": {k: basic.get(k, "") for k in ("name", "sex", "ethnic_group", "political_status", "id_number")},
        "current_title": snapshot.sections["current_title"],
        "achievements": snapshot.sections["achievements"],
    }
