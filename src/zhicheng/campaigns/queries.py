"""Reading campaigns: which are open, what their current version says."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from django.db.models import Max, OuterRef, QuerySet, Subquery

from zhicheng.campaigns.calendars import CalendarFile, with_layers
from zhicheng.campaigns.models import CalendarVersion, CampaignVersion
from zhicheng.campaigns.notice import Level, Notice, Window
from zhicheng.campaigns.older import of_today
from zhicheng.campaigns.rules import WindowState, open_levels, window_in_force, window_state
from zhicheng.foundation import clock
from zhicheng.foundation.prepared import prepared
from zhicheng.standards.calendar import Calendar

#: Notices of this many versions stay parsed in memory, 0.4 MB each. A version never changes, so its digest is key enough. A page asks
#: for the newest of every published campaign, and for those its applications were started under; what asks for more takes outlines.
KEPT_NOTICES = 128


class _Kept:
    """Parsed notices by digest, the least recently used going first."""

    def __init__(self) -> None:
        self._notices: OrderedDict[str, Notice] = OrderedDict()
        self._lock = Lock()

    def get(self, sha256: str) -> Notice | None:
        """The notice with this digest, ``None`` if it is not in memory."""
        with self._lock:
            if sha256 in self._notices:
                self._notices.move_to_end(sha256)
            return self._notices.get(sha256)

    def put(self, sha256: str, notice: Notice) -> None:
        """Keep a notice, and let the least recently used ones go."""
        with self._lock:
            self._notices[sha256] = notice
            while len(self._notices) > KEPT_NOTICES:
                self._notices.popitem(last=False)


_kept = _Kept()


def notice_of(version: CampaignVersion) -> Notice:
    """The notice a version holds, parsed. No query, unless its ``notice`` was deferred and is not in memory yet."""
    notice = _kept.get(version.sha256)
    if notice is None:
        notice = Notice.model_validate(of_today(version.notice))
        _kept.put(version.sha256, notice)
    return notice


def current_versions() -> QuerySet[CampaignVersion]:
    """The newest version of every published campaign, newest year first, with its campaign, without the long texts.

    Long texts (``notice``, ``source_text``) are fetched on demand; :func:`notice_of` mostly has no need to.
    """
    newest = (
        CampaignVersion.objects.filter(campaign=OuterRef("campaign"))
        .order_by()
        .values("campaign")
        .annotate(n=Max("number"))
        .values("n")
    )
    return (
        CampaignVersion.objects.filter(campaign__published=True, number=Subquery(newest))
        .select_related("campaign")
        .defer("notice", "source_text")
        .order_by("-campaign__year", "campaign__slug")
    )


_current = prepared(current_versions)


def current_version(slug: str) -> CampaignVersion | None:
    """The newest version of the published campaign ``slug``; ``None`` if there is none."""
    return current_versions().filter(campaign__slug=slug).first()


def window_now(version: CampaignVersion, level: str, at: dt.datetime, *, newest: Notice | None = None) -> WindowState:
    """:func:`window_in_force` at ``at`` (aware) for an application pinned to ``version``.

    One query; none when ``newest``, the campaign's newest notice, is at hand.
    """
    return window_in_force(notice_of(version), newest or _newest_notice(version), level, at)


def newest_version_of(campaign: str) -> Subquery:
    """The id of a campaign's newest version, for a query whose rows name the campaign in the column ``campaign``."""
    return Subquery(CampaignVersion.objects.filter(campaign=OuterRef(campaign)).order_by("-number").values("pk")[:1])


def versions_of(campaign_ids: Collection[int]) -> list[CampaignVersion]:
    """Every version of these campaigns, the oldest first, without the long texts. One query, none for no campaign."""
    if len(campaign_ids) == 1:
        return _versions(*campaign_ids)
    versions = CampaignVersion.objects.filter(campaign_id__in=campaign_ids).defer("notice", "source_text")
    return list(versions.order_by("number"))


@prepared
def _versions(campaign_id: int) -> QuerySet[CampaignVersion]:
    return CampaignVersion.objects.filter(campaign_id=campaign_id).defer("notice", "source_text").order_by("number")


def newest_notices(campaign_ids: Iterable[int]) -> dict[int, Notice]:
    """The newest notice of each of these campaigns. One query."""
    newest = {version.campaign_id: version for version in versions_of(set(campaign_ids))}
    return {campaign_id: notice_of(version) for campaign_id, version in newest.items()}


def _newest_notice(version: CampaignVersion) -> Notice:
    return newest_notices([version.campaign_id])[version.campaign_id]


def windows_in_force(at: dt.datetime) -> dict[int, dict[Level, WindowState]]:
    """For each version of every published campaign, by its id, the windows that hold at ``at`` (aware) for what was started under it.

    One query, and one more after a version was published (:func:`_outlines`).
    """
    versions = _published_digests()
    outlines = _outlines((pk, sha256) for pk, _campaign, sha256 in versions)
    newest = {campaign: outlines[pk] for pk, campaign, _sha256 in versions}
    return {
        pk: {level: window_in_force(outlines[pk], newest[campaign], level, at) for level in open_levels(outlines[pk])}
        for pk, campaign, _sha256 in versions
    }


@prepared
def _published_digests() -> QuerySet[CampaignVersion, tuple[int, int, str]]:
    published = CampaignVersion.objects.filter(campaign__published=True).order_by("number")
    return published.values_list("pk", "campaign_id", "sha256")


def versions_named_to_all() -> list[int]:
    """The ids of the versions by which the open internet learns who is shown in a publicity (S-38).

    One query of an id and a digest each, and one more after a version was published (:func:`_outlines`).
    """
    return [pk for pk, outline in _outlines(_digests()).items() if outline.publicity_audience == "public"]


@prepared
def _digests() -> QuerySet[CampaignVersion, tuple[int, str]]:
    return CampaignVersion.objects.order_by("pk").values_list("pk", "sha256")


@dataclass(frozen=True, slots=True)
class _Outline:
    """The little that is asked of every version at once. It stays in memory of each, where whole notices would not."""

    windows: tuple[Window, ...]
    publicity_audience: str


_known: dict[str, _Outline] = {}  # by digest: a version never changes


def _outlines(versions: Iterable[tuple[int, str]]) -> dict[int, _Outline]:
    """The outlines of these versions (id, digest), by id. One query for all that nobody has asked for since the process began, whose
    notices are parsed then; otherwise none, however many there are."""
    asked = dict(versions)
    unknown = [pk for pk, sha256 in asked.items() if sha256 not in _known]
    if unknown:
        for version in CampaignVersion.objects.filter(pk__in=unknown).only("sha256", "notice"):
            notice = notice_of(version)
            _known[version.sha256] = _Outline(tuple(notice.windows), notice.policies.publicity_audience)
    return {pk: _known[sha256] for pk, sha256 in asked.items()}


def calendar_named(name: str) -> Calendar:
    """The working-day calendar that a notice names, with every layer loaded since the program was made (S-39). One query."""
    return _calendar_of(name, tuple(_loaded_digests()))


@prepared
def _loaded_digests() -> QuerySet[CalendarVersion, tuple[int, str]]:
    return calendars_loaded().values_list("pk", "sha256")


@lru_cache(maxsize=16)
def _calendar_of(name: str, versions: tuple[tuple[int, str], ...]) -> Calendar:
    """A version never changes, so its digest is key enough."""
    rows = CalendarVersion.objects.filter(pk__in=[pk for pk, _sha256 in versions]).order_by("id").only("content")
    return with_layers(name, [CalendarFile.model_validate(row.content) for row in rows])


def calendars_loaded() -> QuerySet[CalendarVersion]:
    """The newest version of every loaded layer that was not withdrawn, in the order they were loaded, without the file's text."""
    newest = CalendarVersion.objects.filter(name=OuterRef("name")).order_by("-number").values("pk")[:1]
    return CalendarVersion.objects.filter(pk=Subquery(newest), withdrawn=False).defer("source_text").order_by("id")


@dataclass(frozen=True, slots=True)
class CampaignNow:
    """A published campaign at one moment: its current version, its notice, and the window of each of its levels."""

    version: CampaignVersion
    notice: Notice
    windows: dict[Level, WindowState]

    @property
    def may_submit_first(self) -> bool:
        """Whether an application can be handed in for the first time, at some level."""
        return any(state.may_submit_first for state in self.windows.values())

    @property
    def may_correct(self) -> bool:
        """Whether a returned application can still be handed in again, at some level."""
        return any(state.may_correct for state in self.windows.values())


def published_campaigns(at: dt.datetime | None = None) -> list[CampaignNow]:
    """Every published campaign as of ``at`` (aware; now if not given), newest year first. One query."""
    moment = at or clock.now()
    found = []
    for version in _current():
        notice = notice_of(version)
        windows = {level: window_state(notice, level, moment) for level in open_levels(notice)}
        found.append(CampaignNow(version, notice, windows))
    return found


def campaigns_open_now(at: dt.datetime | None = None) -> list[CampaignNow]:
    """The published campaigns that take first submissions at ``at`` (now if not given), at one level at least. One query."""
    return [campaign for campaign in published_campaigns(at) if campaign.may_submit_first]
