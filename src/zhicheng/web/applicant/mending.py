"""What 再次核对 shows of the last return, point by point, with room for a word to each; and of files that carry a warning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.changes import Change
from zhicheng.applications.looked_at import to_look_at, when_looked_at
from zhicheng.applications.models import Material
from zhicheng.applications.point_answers import LONGEST_ANSWER, POINTS_KEPT_AS
from zhicheng.applications.points import Mended, changes_besides
from zhicheng.applications.sections import SECTIONS, Field
from zhicheng.applications.snapshot import FrozenFile
from zhicheng.applications.where import WHOLE, Where
from zhicheng.campaigns.rules import evidence_slots
from zhicheng.evidence.queries import describe_warnings
from zhicheng.foundation.errors import Problem
from zhicheng.foundation.fields import mask_own_id_number
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.section_forms import shown
from zhicheng.web.shared.changes import ShownChange, Wording
from zhicheng.web.shared.forms import Form, needed
from zhicheng.web.shared.kept_words import Typed, words_for

_NAMED = "point-"


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """One point as the page lists it: the desk's words, its place with the address where it is mended, and what changed there."""

    point: Mended
    place: str
    url: str
    changes: list[ShownChange]


class PointsForm(Form):
    """再次核对 after a return: one control for each of its points, called ``point-<key>``; needed where nothing was changed."""

    base_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, data: QueryDict | None = None, *, shown: Iterable[ShownPoint], **kwargs: Any) -> None:
        self.shown = list(shown)
        super().__init__(data, **kwargs)
        for each in self.shown:
            point = each.point
            label = _("第{n}条的说明").format(n=point.number)
            if not point.changes:
                label = _("第{n}条没有改动，请写明理由").format(n=point.number)
            field = forms.CharField(
                label=label,
                required=False,
                max_length=LONGEST_ANSWER,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=point.answer,
            )
            self.fields[answer_name(point.key)] = field if point.changes else needed(field)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Each point with its control, as the page shows them."""
        return [{"shown": each, "control": self[answer_name(each.point.key)]} for each in self.shown]


def answer_name(key: str) -> str:
    """The name of the control for one point (``Mended.key``)."""
    return f"{_NAMED}{key}"


def answers_sent(data: QueryDict) -> dict[str, str]:
    """What was written, by the point's key."""
    return {name.removeprefix(_NAMED): str(data[name]) for name in data if name.startswith(_NAMED)}


def on_controls(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, those of an answer named by its control."""
    return [Problem(p.text, where=answer_name(p.where) if p.code == "field" else p.where, code=p.code) for p in problems]


def points_form(case: CaseFile, data: QueryDict | None = None) -> PointsForm | None:
    """The points of the last return; ``None`` where there are none. ``data``: what was sent from the page, if it was."""
    if not case.points:
        return None
    wording = _wording(case)
    shown_points = [
        ShownPoint(p, _place_of(case, p.point.where), link_to(case, p.point.where), wording.shown(p.changes, at=p.point.where))
        for p in case.points
    ]
    version = case.draft.versions.get(POINTS_KEPT_AS, 0)
    return PointsForm(data, shown=shown_points, initial={"base_version": version})


def besides_of(case: CaseFile) -> list[Change]:
    """What changed since the return at none of its places; nothing where the applicant works on no return."""
    if case.since_return is None:
        return []
    before, now = case.since_return
    return changes_besides(case.notice, case.points, before=before, after=now)


def shown_besides(case: CaseFile, besides: Iterable[Change]) -> list[tuple[str, str, list[ShownChange]]]:
    """The same for a page: for each section or paper its name, its address and what changed."""
    wording = _wording(case)
    found: dict[Where, list[Change]] = {}
    for change in besides:
        found.setdefault(change.where.whole_box if change.where.slot else change.where.whole_section, []).append(change)
    return [(_place_of(case, where), link_to(case, where), wording.shown(changes, at=where)) for where, changes in found.items()]


def untouched(case: CaseFile, besides: Iterable[Change], lacking: Iterable[str]) -> set[str]:
    """The sections that a return did not object to, in which nothing changed since, nor in the papers that prove them, and that lack
    nothing (``lacking``: the places that do); empty where the applicant works on no return, or one about the whole.
    """
    points = [point.point.where for point in case.points]
    if case.since_return is None or any(not where.section and not where.slot for where in points):
        return set()
    changed = [change.where for change in (*besides, *(change for point in case.points for change in point.changes))]
    touched = [*points, *changed, *map(Where.parse, lacking)]
    sections, slots = {where.section for where in touched}, {where.slot for where in touched}
    return {
        section.key
        for section in SECTIONS
        if section.key not in sections and not slots & {slot.key for slot in evidence_slots(case.notice, section.key)}
    }


def _place_of(case: CaseFile, where: Where) -> str:
    """The name of a place, in the form as it stands or as it was returned; of the whole, that it is."""
    if where == WHOLE:
        return _("整份申请书")
    return where.in_words(case.notice, case.contents) or where.in_words(case.notice, _returned(case))


def _returned(case: CaseFile) -> dict[str, Any]:
    """The form that was returned."""
    change = case.last_return
    return case.sent(change.submission_id).sections if change is not None and change.submission_id is not None else {}


def _wording(case: CaseFile) -> Wording:
    number = case.application.pk

    def say(field: Field, value: Any) -> str:
        return mask_own_id_number(str(value or "")) if field.key == "id_number" else shown(field, value)

    def address(file: FrozenFile) -> str:
        return reverse("application_material", args=[number, file.id])

    return Wording(case.notice, say, address, case.contents, _returned(case))


@dataclass(frozen=True, slots=True)
class Warned:
    """A file about which something is to be said; ``looked_at``: when the applicant confirmed to have looked at it."""

    material: Material
    place: str
    said: list[str]
    url: str
    looked_at: datetime | None


def warned_files(case: CaseFile) -> list[Warned]:
    """The files that carry a warning, in the order of the boxes they came into, those still to be looked at first."""
    found = [
        Warned(
            material,
            Where.of_file(material.slot, material.paper, material.year, material.row).in_words(case.notice, case.contents),
            said,
            look_url(case, material),
            when_looked_at(material, case.looked_at),
        )
        for material in case.materials
        if (said := describe_warnings(material))
    ]
    return sorted(found, key=lambda warned: warned.looked_at is not None)


FROM_CHECK = "check"


def look_url(case: CaseFile, material: Material) -> str:
    """The page of a file, from 再次核对 and back to it."""
    return reverse("application_material", args=[case.application.pk, material.pk]) + f"?from={FROM_CHECK}"


def next_to_look_at(case: CaseFile) -> str:
    """Where 再次核对 leads after a file was confirmed: the next one, or back."""
    waiting = to_look_at(case.materials, case.looked_at)
    return look_url(case, waiting[0]) if waiting else reverse("application_check", args=[case.application.pk]) + "#files"


@words_for("application_check")
def kept_answers(kwargs: Mapping[str, Any], data: QueryDict) -> list[Typed]:
    """What was written when the session had ended."""
    answers = {key.rpartition("-")[2]: text.strip() for key, text in answers_sent(data).items()}
    return [Typed(_("第{n}条的说明").format(n=number), text) for number, text in answers.items() if text]
