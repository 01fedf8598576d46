"""A round as data (JSON): what is open, to whom, which papers, until when; for whoever builds upon it. Both languages, nobody's data."""

from __future__ import annotations

from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.notice import EligibilityRow, Series, Slot
from zhicheng.campaigns.queries import current_version, notice_of
from zhicheng.campaigns.rules import closed_reason
from zhicheng.campaigns.texts import Contact
from zhicheng.web.shared.http import OutOfReachError

FORMAT = 1  # raised when the meaning of a key changes or one goes


@require_safe
def notice_data(request: HttpRequest, slug: str) -> JsonResponse:
    """The present version of a published notice. Times are Beijing time with their offset; ends are exclusive."""
    version = current_version(slug)
    if version is None:
        raise OutOfReachError(f"campaign {slug}")
    return JsonResponse(data_of(version), json_dumps_params={"ensure_ascii": False, "indent": 1})


def data_of(version: CampaignVersion) -> dict[str, Any]:
    """What the page of the notice says, as plain values."""
    notice = notice_of(version)
    return {
        "format": FORMAT,
        "slug": notice.slug,
        "year": notice.year,
        "title": _words(notice.title),
        "issuer": _words(notice.issuer),
        "version": version.number,
        "published_at": version.published_at.isoformat(),
        "sha256": version.sha256,
        "address": settings.SITE_ADDRESS + reverse("notice", args=[notice.slug]),
        "windows": [
            {
                "levels": list(each.levels),
                "apply_from": each.apply_from.isoformat(),
                "apply_until": each.apply_until.isoformat(),
                "correct_until": each.correct_until.isoformat(),
                "assumed": each.assumed,
            }
            for each in notice.windows
        ],
        "series": [_series(each) for each in notice.catalogue.series],
        "conditions": {
            "counting": notice.eligibility.counting.model_dump(mode="json"),
            "rows": [_condition(each) for each in notice.eligibility.rows],
        },
        "materials": [_slot(each) for each in notice.materials],
        "contacts": [_contact(each) for each in notice.contacts],
    }


class _Named(Protocol):
    """What the notice says in both languages, words or a thing with a name."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


def _words(text: _Named | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}


def _series(series: Series) -> dict[str, Any]:
    return {
        "code": series.code,
        "name": _words(series),
        "open": series.is_open,
        "closed_reason": None if series.is_open else {"zh": _in("zh-hans", series), "en": _in("en", series)},
        "specialties": [{"code": each.code, "name": _words(each)} for each in series.specialties],
        "titles": [
            {
                "code": each.code,
                "name": _words(each),
                "level": each.level,
                "grade": each.grade,
                "specialties": list(each.specialties),
            }
            for each in series.titles
        ],
    }


def _in(language: str, series: Series) -> str:
    with translation.override(language):
        return closed_reason(series)


def _condition(row: EligibilityRow) -> dict[str, Any]:
    return row.model_dump(mode="json")


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "key": slot.key,
        "number": slot.number,
        "label": _words(slot.label),
        "wants": _words(slot.wants),
        "owner": slot.owner,
        "upload": slot.upload,
        "papers": [{"key": each.key, "label": _words(each.label)} for each in slot.papers],
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "desk": contact.desk,
        "region": contact.region_code,
        "office": _words(contact.office),
        "phone": contact.phone,
        "address": _words(contact.address),
    }
