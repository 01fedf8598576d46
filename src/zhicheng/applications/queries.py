"""Reading applications, always through the person or the desk that may see them (house, decision 5)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from zhicheng.applications.check_record import CHECK_KEPT_AS
from zhicheng.applications.desks import BY_ROLE, DESKS, WAITING, Tab
from zhicheng.applications.models import (
    Application,
    CommitteeArrival,
    CountedIn,
    DraftSection,
    Material,
    PersonYear,
    StatusChange,
    Submission,
    in_tab,
)
from zhicheng.applications.sections import SECTIONS
from zhicheng.applications.shown import shown_beside
from zhicheng.applications.snapshot import Snapshot
from zhicheng.applications.states import OVER, State
from zhicheng.applications.years import YearCount, year_count
from zhicheng.campaigns.queries import newest_version_of, notice_of
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.evidence.queries import intakes_at
from zhicheng.foundation import looks
from zhicheng.foundation.models import AccessLook
from zhicheng.foundation.prepared import prepared
from zhicheng.organizations.actors import Actor, Role
from zhicheng.standards.regions import prefecture_digits

# A notice is parsed once a process; a page has no need of its long texts.
VERSION_TEXTS = ("campaign_version__notice", "campaign_version__source_text")


def intake_subject(application_id: int) -> str:
    """How a file on its way in (``evidence.models.Intake``) names the application it was brought to."""
    return f"application:{application_id}"


def unit_intake_subject(application_id: int) -> str:
    """The same, of what the unit brings itself: the applicant's pages tell of none of it."""
    return f"unit:{application_id}"


def files_beside(application_id: int, *, replaces: Collection[int] = ()) -> QuerySet[EvidenceFile]:
    """The files a new one of this application is shown together with: those in its boxes but what it ``replaces``, and once the
    application was sent also those taken out, which a desk compares with the new ones. One query.
    """
    of = Material.objects.filter(application_id=application_id)
    shown = of.filter((Q(removed_at=None) & ~Q(pk__in=replaces)) | Q(application__current_submission__isnull=False))
    return EvidenceFile.objects.filter(pk__in=shown.values("file_id"))


def intakes_of(application: Application, *, asked: Collection[int] = ()) -> list[Intake]:
    """The files brought to this application that are still being examined, or were refused without anybody being told, or are ``asked``
    for. One query.
    """
    return intakes_at(intake_subject(application.pk), asked=asked)


def id_of_number(number: str) -> int | None:
    """The row behind an application's number, for whoever reads logs and no case; ``None`` when there is none."""
    return Application.objects.filter(number__iexact=number).values_list("pk", flat=True).first()


def numbers_of(application_ids: Iterable[int]) -> dict[int, str]:
    """The numbers of these applications by row, for the same readers. One query."""
    return dict(Application.objects.filter(pk__in=list(application_ids)).values_list("pk", "number"))


def visible_to(actor: Actor) -> QuerySet[Application]:
    """The applications ``actor`` may see at all.

    An applicant sees their own; a desk sees what was submitted on its route (a withdrawn or returned one stays visible with
    its frozen submission, never the draft). Everybody else sees nothing.
    """
    if actor.role is Role.APPLICANT and actor.user_id:
        return Application.objects.filter(applicant_id=actor.user_id)
    desk = BY_ROLE.get(actor.role)
    if desk is None or actor.organization_id is None:
        return Application.objects.none()
    mine = Application.objects.filter(**{desk.column_id: actor.organization_id}, current_submission__isnull=False)
    # A higher desk sees an application once it has arrived there at least once, and from then on.
    return mine.filter(**{desk.reached: True}) if desk.reached else mine


def queue(actor: Actor, *, tab: Tab | None = None) -> QuerySet[Application]:
    """What waits for this desk (or what it lists in ``tab``), longest here first: order ``entered_state_at, id``.

    Reads one index; to be shown in keyset pages. Unit and submission are joined, so a page is one query; of all three only what a list
    shows is read.
    """
    desk = BY_ROLE.get(actor.role)
    if desk is None:
        return Application.objects.none()
    listed = visible_to(actor).filter(in_tab(desk, tab or Tab(WAITING[actor.role])))
    return listed.select_related("employer", "current_submission").only(*_LISTED).order_by("entered_state_at", "id")


_LISTED = (
    *("number", "applicant_name", "series", "specialty", "title", "level", "state", "entered_state_at", "arrivals"),
    *("campaign_id", "campaign_version_id", "employer__name", "current_submission__number", "current_submission__submitted_at"),
)


def get_application(actor: Actor, application_id: int, *, with_opening: bool = False) -> Application | None:
    """One application with everything a page names, or ``None`` when it is not this actor's to see. ``with_opening``: it tells as
    ``opened_here`` whether the access log has that the actor opened it since its last move.
    """
    owner = actor.user_id if actor.role is Role.APPLICANT else actor.organization_id
    opening = (actor.ref, f"application:{application_id}") if with_opening else ()
    return next(iter(_one_visible(owner, application_id, *opening, role=actor.role)), None) if owner else None


@prepared
def _one_visible(owner_id: int, application_id: int, *opening: str, role: Role) -> QuerySet[Application]:
    offices = (desk.column for desk in DESKS)
    rows = visible_to(Actor(role, user_id=owner_id, organization_id=owner_id)).filter(pk=application_id)
    rows = rows.select_related("applicant", "campaign", "campaign_version", *offices, "current_submission").defer(*VERSION_TEXTS)
    rows = rows.annotate(newest_version_id=newest_version_of("campaign"), **shown_beside())
    return rows.annotate(opened_here=_is_opened(*opening)) if opening else rows


@prepared
def row_of(application_id: int, *, beside: tuple[str, ...] = ()) -> QuerySet[Application]:
    """One application with what an action on it reads ``beside``, whoever sees it: for ``lifecycle.lock``, which asks whose it is."""
    rows = Application.objects.filter(pk=application_id).annotate(newest_version_id=newest_version_of("campaign"))
    rows = rows.select_related("campaign", "campaign_version", "employer", "applicant", "current_submission", *beside)
    return rows.defer(*VERSION_TEXTS)


def _is_opened(by: str, subject: str) -> Exists:
    newest = StatusChange.objects.filter(application_id=OuterRef(OuterRef("pk"))).order_by("-id").values("pk")[:1]
    brought = Concat(Value("move:"), Cast(Subquery(newest), CharField()))
    looked = AccessLook.objects.filter(actor=by, subject=subject, what=looks.CASE).annotate(brought=brought)
    return Exists(looked.filter(thing=F("brought")))


# What makes it one year of one person: what may be had once is had once in it, in whichever campaign (S-19, G-09).
ONE_YEAR = ("person_index", "year", "prefecture")


def of_the_persons_year(application: Application) -> QuerySet[Application]:
    """Every application under its number in its year and prefecture, its own among them. Reads :data:`ONE_YEAR` of it alone."""
    return Application.objects.filter(**{name: getattr(application, name) for name in ONE_YEAR})


def closed_application_beside(application: Application) -> Application | None:
    """The application that closed the person's year, in whichever campaign of the year in the prefecture (S-29, G-09)."""
    closed = of_the_persons_year(application).filter(applicant__number_held_at__isnull=False, state=State.CLOSED_FOR_YEAR)
    return closed.select_related("campaign_version").defer(*VERSION_TEXTS).first()


def own_sent_application(account_id: int, *, year: int, region_code: str) -> Application | None:
    """The account's own application of this year in this prefecture that was sent at least once and is not over (S-19)."""
    sent = Application.objects.filter(
        applicant_id=account_id,
        year=year,
        prefecture=prefecture_digits(region_code),
        current_submission__isnull=False,
    )
    return sent.exclude(state__in=OVER).first()


def application_instead_of(application: Application) -> Application | None:
    """What its applicant has begun or sent instead of an application that is over: another one sent this year, or one for the same title."""
    own = Application.objects.filter(applicant_id=application.applicant_id).exclude(state__in=OVER).exclude(pk=application.pk)
    sent = Q(prefecture=application.prefecture, year=application.year, current_submission__isnull=False)
    choice = {name: getattr(application, name) for name in ("campaign_id", "series", "specialty", "title")}
    return own.filter(sent | Q(**choice)).order_by("id").first()


def own_drafts(account_id: int, campaign_id: int) -> list[Application]:
    """The account's applications in the campaign that were never sent and are not over, the newest first (S-19)."""
    never_sent = Application.objects.filter(applicant_id=account_id, campaign_id=campaign_id, current_submission__isnull=True)
    return list(never_sent.exclude(state__in=OVER).select_related("campaign_version").defer(*VERSION_TEXTS).order_by("-id"))


def history_is_told(application: Application) -> bool:
    """Whether what hangs on the person's number (count, closed year, bans) may be told of this application.

    Its account has to hold the number (``accounts.claims``): a claim to somebody's number must not answer what is known of them.
    """
    return application.applicant.number_held_at is not None


def unit_pass_stands() -> QuerySet[StatusChange]:
    """The passes of units that were not taken back: each says whose the applicant's number is."""
    unit = BY_ROLE[Role.UNIT]
    after = StatusChange.objects.filter(application_id=OuterRef("application_id"), pk__gt=OuterRef("pk")).order_by("pk")
    passes = StatusChange.objects.filter(move=unit.passes).annotate(next_move=Subquery(after.values("move")[:1]))
    return passes.filter(Q(next_move=None) | ~Q(next_move=unit.takes_back))


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it stands: ``contents[key]`` is a dict or a list of dicts, ``versions[key]`` the version a save must name.

    ``saved_at[key]`` is when it was last saved; a section that never was is not in it.
    """

    contents: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    saved_at: dict[str, datetime] = field(default_factory=dict)


def draft_of(application: Application) -> Draft:
    """The whole draft. One query."""
    return draft_from(application, draft_rows_of(application))


def draft_rows_of(application: Application) -> dict[str, DraftSection]:
    """The stored sections by key. One query; none is opened."""
    return {row.key: row for row in _sections(application.pk)}


@prepared
def _sections(application_id: int) -> QuerySet[DraftSection]:
    return DraftSection.objects.filter(application_id=application_id)


def draft_from(application: Application, rows: Mapping[str, DraftSection]) -> Draft:
    """The form in the stored sections, with the fixed fields (name, identity number, employer) filled from where they are kept.

    What was shown at 再次核对 is left sealed: only 上报 reads it (``CaseFile.check_record``).
    """
    contents: dict[str, Any] = {s.key: [] if s.rows else {} for s in SECTIONS}
    versions = {s.key: 0 for s in SECTIONS}
    saved_at = {}
    for row in rows.values():
        if row.key == CHECK_KEPT_AS:
            continue
        contents[row.key] = json.loads(row.content)
        versions[row.key] = row.version
        saved_at[row.key] = row.saved_at
    if not versions["basic"]:  # offered once, from the account; from the first save on what was typed stands
        contents["basic"] = {"mobile": application.applicant.mobile, "email": application.applicant.email}
    contents["basic"] = {**contents["basic"], **fixed_fields(application)}
    return Draft(contents, versions, saved_at)


def fixed_fields(application: Application) -> dict[str, Any]:
    """What the form shows and nobody types: from the account and the employer."""
    person, employer = application.applicant, application.employer
    return {
        "name": person.name,
        "sex": person.sex,
        "birth_date": person.birth_date.isoformat() if person.birth_date else "",
        "id_number": person.id_number,
        "employer_name": employer.name,
        "employer_nature": employer.nature,
    }


def materials_of(application: Application) -> QuerySet[Material]:
    """The applicant's files that are in their slots now."""
    return _materials(application.pk, application.applicant_id)


def _materials(application_id: int, applicant_id: int) -> QuerySet[Material]:
    mine = Material.objects.filter(application_id=application_id, added_by_id=applicant_id, removed_at__isnull=True)
    return mine.select_related("file", "file__original").order_by("id")


materials_read = prepared(_materials)


def unit_materials_of(application: Application, *, removed: bool = False) -> QuerySet[Material]:
    """The unit's own papers that are in their slots now; with ``removed`` those taken out as well."""
    rows = Material.objects.filter(application=application).exclude(added_by_id=application.applicant_id)
    return (rows if removed else rows.filter(removed_at__isnull=True)).select_related("file").order_by("id")


def unit_material_file(application: Application, file_id: int) -> EvidenceFile | None:
    """The file, if it is one of the unit's own papers now."""
    found = unit_materials_of(application).filter(file_id=file_id).first()
    return found.file if found is not None else None


def get_material(actor: Actor, material_id: int) -> Material | None:
    """One material of the applicant's own form; ``None`` for a desk, which is served files of frozen submissions alone
    (``CaseFile.sent_file``).
    """
    if actor.role is not Role.APPLICANT:
        return None
    mine = Material.objects.filter(pk=material_id, added_by_id=F("application__applicant_id"))
    material = mine.select_related("file", "file__original", "application").first()
    if material is None or not visible_to(actor).filter(pk=material.application_id).exists():
        return None
    return material


def snapshot_of(submission: Submission) -> Snapshot:
    """The frozen content as it was submitted, in today's shape."""
    return Snapshot.read(submission.content)


def history_of(application: Application) -> list[StatusChange]:
    """Every move, oldest first. One query."""
    return [_of(application, change) for change in _moves(application.pk)]


@prepared
def _moves(application_id: int) -> QuerySet[StatusChange]:
    moves = StatusChange.objects.filter(application_id=application_id).select_related("by", "by_organization", "submission")
    return moves.defer("submission__content").order_by("id")  # the whole form, once for every move


def _of(application: Application, change: StatusChange) -> StatusChange:
    change.application = application
    return change


_MENDED_IN = frozenset({State.DRAFT, State.RETURNED, State.CLOSED_FOR_YEAR})
_RETURNED_TO = (State.RETURNED, State.CLOSED_FOR_YEAR)
_NOTHING_TO_MEND = ("reopen", "restore_closed", "take_up")


def last_return(application: Application) -> StatusChange | None:
    """The return the applicant is working on, or ``None``. It still stands when a resubmission was withdrawn again (撤回), when there is more
    time to correct it, and when an annulled count has opened the year again: what that says is nothing to correct.
    """
    if application.state not in _MENDED_IN or application.current_submission_id is None:
        return None
    return next((_of(application, change) for change in _returns(application.pk)), None)


@prepared
def _returns(application_id: int) -> QuerySet[StatusChange]:
    returns = StatusChange.objects.filter(application_id=application_id, to_state__in=_RETURNED_TO)
    return returns.exclude(move__in=_NOTHING_TO_MEND).select_related("by_organization").order_by("-id")[:1]


def last_return_in(application: Application, history: Iterable[StatusChange]) -> StatusChange | None:
    """:func:`last_return` where the ``history`` (oldest first) was read."""
    if application.state not in _MENDED_IN:
        return None
    returns = [c for c in history if c.to_state in _RETURNED_TO and c.move not in _NOTHING_TO_MEND]
    return returns[-1] if returns else None


def years_beside(application: Application) -> QuerySet[PersonYear]:
    """The person's counters in every campaign of this year in the same prefecture, this campaign's among them."""
    return _years(*_person_and_year(application))


def _person_and_year(application: Application) -> tuple[str, int, str]:
    campaign = application.campaign
    return application.person_index, campaign.year, prefecture_digits(campaign.region_code)


def _years(person_index: str, year: int, prefecture: str) -> QuerySet[PersonYear]:
    return PersonYear.objects.filter(person_index=person_index, campaign__year=year, campaign__region_code__startswith=prefecture)


_years_read = prepared(_years)


def year_of(application: Application) -> YearCount:
    """What the person's year comes to for this application's campaign (S-28, S-29, G-09). One query."""
    return year_count(_years_read(*_person_and_year(application)), application.campaign_id)


def told_year_of(application: Application) -> YearCount | None:
    """:func:`year_of`, where it may be told; None for an account that only claims its number."""
    return year_of(application) if history_is_told(application) else None


def person_years(person_index: str) -> list[PersonYear]:
    """All the person's counters with their campaigns, for lists (``years.in_year_of``). One query."""
    return list(PersonYear.objects.filter(person_index=person_index).select_related("campaign")) if person_index else []


def arrivals_of(application: Application) -> list[CommitteeArrival]:
    """All arrivals at final review of this person that are counted for this application, annulled ones included, oldest first (S-28).

    None for an account that only claims its number. One query.
    """
    if not history_is_told(application):
        return []
    if notice_of(application.campaign_version).limits.committee_submissions_scope == CountedIn.CAMPAIGN:
        return _arrivals(*_person_and_year(application), application.campaign_id)
    return _arrivals(*_person_and_year(application))


@prepared
def _arrivals(person_index: str, year: int, prefecture: str, *campaign: int) -> QuerySet[CommitteeArrival]:
    years = _years(person_index, year, prefecture)
    arrivals = CommitteeArrival.objects.filter(person_year__in=years.filter(campaign_id=campaign[0]) if campaign else years)
    return arrivals.select_related("annulled_by", "application").order_by("arrived_at", "id")
