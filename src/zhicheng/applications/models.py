"""The application (申请书): its draft, its materials, its frozen submissions and its history."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.models import User
from zhicheng.applications.desks import DESKS, TABS, Desk, Tab
from zhicheng.applications.states import BEFORE_THE_UNIT, OPEN_FOR_APPLICANT, OVER, State
from zhicheng.campaigns.models import Campaign, CampaignVersion
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.placed import OfAFile
from zhicheng.foundation.algorithms import HMAC_SHA_256, AlgorithmField
from zhicheng.foundation.fields import EncryptedTextField, RowNumber
from zhicheng.organizations.models import Organization


def _indexes_of_tabs() -> list[models.Index]:
    """One for each tab that the index of its desk's queue cannot serve in order: of several states, or returned ones it has had before."""
    return [
        models.Index(
            fields=[desk.column, "entered_state_at", "id"],
            condition=(Q(**{desk.reached: True}) if desk.reached else Q(current_submission__isnull=False)) & in_tab(desk, tab),
            name=f"tab_{desk.role.value}_{key}",
        )
        for desk in DESKS
        for key, tab in TABS[desk.role].items()
        if len(tab.states) != 1 or tab.states[0] in OPEN_FOR_APPLICANT
    ]


def in_tab(desk: Desk, tab: Tab) -> Q:
    """The condition of a tab, the same words for its index and for the list that reads it."""
    condition = Q(**{desk.passed: tab.passed}) if tab.passed is not None else Q()
    return condition & Q(state__in=[state.value for state in tab.states]) if tab.states else condition


class CountedIn(models.TextChoices):
    """Which arrivals are counted together (``limits.committee_submissions_scope`` of the notice)."""

    CAMPAIGN = "campaign"
    YEAR = "year"


class PersonYear(models.Model):
    """One person in one campaign: the row that is locked to count arrivals and to close the year (S-28, S-29).

    Keyed on the person, not on the application: a new application resets nothing. ``arrivals`` is the number of arrivals
    at final review in this campaign that count (not annulled); ``counted_in`` says whether those of the year's other campaigns in
    the same prefecture are counted with them. What a year comes to is read through ``applications.years``."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    person_index = models.CharField(max_length=64)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("person_index",))
    arrivals = models.PositiveSmallIntegerField(default=0)
    arrivals_allowed = models.PositiveSmallIntegerField()
    counted_in = models.CharField(max_length=8, choices=CountedIn.choices, default=CountedIn.CAMPAIGN, db_default="campaign")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person_index"], name="years_of_human")]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "person_index"], name="one_person_year"),
            # The race of two officers forwarding the same person's papers ends here at the latest.
            models.CheckConstraint(condition=Q(arrivals__lte=F("arrivals_allowed")), name="never_more_arrivals_than_allowed"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.arrivals}"


class Application(models.Model):
    """One person's application for one title in one campaign, pinned to the notice version it was started under.

    The organization columns are the jurisdiction: fixed at each 上报 from the employer's route, and what every queue
    filters on (house, decision 5)."""

    number = models.CharField(_("申请书编号"), max_length=20, unique=True)
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    person_index = models.CharField(max_length=64)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("person_index",))
    applicant_name = models.CharField(_("姓名"), max_length=50)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="applications")
    campaign_version = models.ForeignKey(CampaignVersion, on_delete=models.PROTECT, related_name="applications")
    year = models.PositiveSmallIntegerField(_("申报年度"))
    # The campaign's (``regions.prefecture_digits``): what a person may have once is had once in a year and prefecture (S-19, G-09).
    prefecture = models.CharField(max_length=4, default="", db_default="")
    series = models.CharField(_("系列"), max_length=40)
    specialty = models.CharField(_("专业"), max_length=40)
    title = models.CharField(_("申报资格"), max_length=40)
    level = models.CharField(_("级别"), max_length=12)
    grade = models.CharField(max_length=12, blank=True)
    first_title = models.BooleanField(default=False)

    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.DRAFT)
    entered_state_at = models.DateTimeField()
    # When the applicant confirmed 再次核对; empty before, and again after any edit and any move (S-26).
    checked_at = models.DateTimeField(null=True, blank=True)
    # The highest arrival at final review that counts: 第 n / 3 次 (S-28)
    arrivals = models.PositiveSmallIntegerField(default=0)
    current_submission = models.ForeignKey("Submission", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    employer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("申报单位"))
    supervising_body = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    industry_body = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    county_office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("材料接收部门"))
    prefecture_office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    # Which higher desks have had it: from then on they may look it up again. Set by the door, never taken back.
    reached_supervising = models.BooleanField(default=False)
    reached_industry = models.BooleanField(default=False, db_default=False)
    reached_county = models.BooleanField(default=False)
    reached_prefecture = models.BooleanField(default=False)

    # Which of them have passed it on since it was last with the applicant. Set by the door, taken back by a return.
    passed_supervising = models.BooleanField(default=False, db_default=False)
    passed_industry = models.BooleanField(default=False, db_default=False)
    passed_county = models.BooleanField(default=False, db_default=False)
    passed_prefecture = models.BooleanField(default=False, db_default=False)

    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("申请书")
        indexes = [
            models.Index(fields=["applicant", "-created_at"], name="application_of_person"),
            models.Index(fields=["person_index", "year"], name="application_of_human"),
            # One index per desk: queue order is "longest here first", and a page reads only its own rows.
            *(models.Index(fields=[d.column, "state", "entered_state_at", "id"], name=f"queue_{d.role.value}") for d in DESKS),
            *_indexes_of_tabs(),
            # What the end of the corrections, or more time for them, changes (G-02)
            models.Index(
                fields=["campaign_version", "state", "level", "id"],
                condition=Q(state__in=[State.RETURNED.value, State.ABANDONED.value])
                | Q(state=State.DRAFT.value, current_submission__isnull=False),
                name="to_be_corrected",
            ),
        ]
        constraints = [
            # Drafts may be several, each for another title; of those sent, one alone in a year and prefecture, until it is over
            # (S-19, G-09). Of several accounts that claim one number each may send, and one alone is passed on by a unit: a
            # claim keeps nobody from applying.
            models.UniqueConstraint(
                fields=["campaign", "applicant", "series", "specialty", "title"],
                condition=~Q(state__in=[s.value for s in OVER]),
                name="one_live_application_per_account_and_choice",
            ),
            models.UniqueConstraint(
                fields=["prefecture", "year", "applicant"],
                condition=Q(current_submission__isnull=False) & ~Q(state__in=[s.value for s in OVER]),
                name="one_sent_application_per_account_and_year",
            ),
            models.UniqueConstraint(
                fields=["prefecture", "year", "person_index"],
                condition=~Q(state__in=[s.value for s in (*OVER, *BEFORE_THE_UNIT)]),
                name="one_passed_application_per_person_and_year",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded", "barred"]) | Q(current_submission__isnull=False),
                name="submitted_application_has_submission",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DraftSection(models.Model):
    """One section of the form as it stands, with the version a save must name to be accepted (house, decision 7).
    ``content`` is JSON text, encrypted: it holds identity numbers and the person's whole career."""

    id = RowNumber(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=30)
    version = models.PositiveIntegerField(default=1)
    content = EncryptedTextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="one_draft_of_a_section")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.key} v{self.version}"


class SectionVersion(models.Model):
    """An earlier content of a section, with its number and time, kept when something else was saved over it (``versions.py``)."""

    id = RowNumber(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="section_versions")
    key = models.CharField(max_length=30)
    version = models.PositiveIntegerField()
    content = EncryptedTextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "key", "version"], name="one_content_of_a_version")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.key} v{self.version}"


class Material(OfAFile, models.Model):
    """One file in one slot: which paper it is, for which year or row. Taken out, it stays as a row with a time."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="materials")
    slot = models.CharField(max_length=40)
    paper = models.CharField(max_length=40, blank=True)  # which of the slot's papers (diploma, e-registration, …)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    section = models.CharField(max_length=30, blank=True)  # of a slot per row: the section, and
    row = models.CharField(max_length=8, blank=True)  # the id of the row it proves (S-63)
    label = models.CharField(max_length=100, blank=True)
    file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    # While ``reading``, what stands on it is still to be read. ``noticed`` is what was then found at this place, as a file keeps its warnings.
    reading = models.BooleanField(default=False, db_default=False)
    noticed = models.JSONField(default=list, blank=True, db_default=[])
    noticed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("申报材料")
        indexes = [models.Index(fields=["application", "slot"])]
        constraints = [
            models.UniqueConstraint(
                "application",
                "slot",
                "paper",
                Coalesce("year", 0),
                "row",
                "file",
                condition=Q(removed_at__isnull=True),
                name="a_file_once_in_a_slot",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.slot}"


class Submission(models.Model):
    """上报 (第 n 次): the frozen content. ``content`` is canonical JSON (encrypted at rest), ``sha256`` its hash. Never edited."""

    id = RowNumber(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # One form page may be sent once: a double click finds its first submission instead of making a second.
    form_token = models.CharField(max_length=40, unique=True)

    class Meta:
        verbose_name = _("上报")
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="submissions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.application_id} #{self.number}"


class FirstAuthorship(models.Model):
    """One work that a submission claims as first author, found again in another's by its blind index (S-55, S-56).

    ``place``: that of the rank in the form (``applications.where.Where``); ``work``: what the work is known by, normalized."""

    id = RowNumber(primary_key=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="authorships")
    place = models.CharField(max_length=120)
    work = EncryptedTextField()
    work_index = models.CharField(max_length=64, db_index=True)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("work_index",))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "place", "work_index"], name="a_work_is_named_once_in_its_place")
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.place}"


class StatusChange(models.Model):
    """One move through the one door: the history everybody reads. Append-only (a trigger refuses the rest)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="history")
    move = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, choices=State.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_role = models.CharField(max_length=12)
    by_organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    # what a return lists: [{"where": "education.1a2b3c4d.school", "code": "illegible", "text": "…"}]; ``where`` as in ``Where``
    reasons = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["application", "id"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.move}"


class UntoldReport(models.Model):
    """A 上报 of which its unit has not heard yet, because it reads of a day at once. Written when the mails of the move are made; gone
    with the mail that tells of it (``applications.report_mails``), so that each is told once, however the unit chooses meanwhile.
    """

    change = models.OneToOneField(StatusChange, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.change_id}"


class CommitteeArrival(models.Model):
    """One arrival at final review: 提交评审委员会 第 n 次 (S-28). An annulled one stays, and does not count."""

    person_year = models.ForeignKey(PersonYear, on_delete=models.PROTECT, related_name="arrival_rows")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="committee_arrivals")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField()  # of all arrivals, annulled ones too
    number = models.PositiveSmallIntegerField()  # the n of 第 n / 3 次 when it arrived
    arrived_at = models.DateTimeField()
    annulled_at = models.DateTimeField(null=True, blank=True)
    annulled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    annulment_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_year", "sequence"], name="arrivals_are_numbered"),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(annulled_at__isnull=True), name="a_submission_arrives_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="arrivals_count_from_one"),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True, annulment_reason="")
                | (Q(annulled_by__isnull=False, annulled_at__gte=F("arrived_at")) & ~Q(annulment_reason="")),
                name="annulled_arrival_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} arrival {self.number}"


class NumberCounter(models.Model):
    """The last number given out under a prefix: application numbers without gaps or races."""

    prefix = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"


class ReminderWatch(models.Model):
    """When an application that is under way is looked at next, for what somebody has to be reminded of (``applications.reminding``).

    ``look_at`` is empty while nothing is to come. ``seen_version``: the campaign's newest notice when it was looked at: a newer one may
    have moved the ends. Written by the machine for itself; what was reminded of stands in ``messages``."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, primary_key=True, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    seen_version = models.ForeignKey(CampaignVersion, on_delete=models.PROTECT, related_name="+")
    look_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="watches_by_time"),
            models.Index(fields=["campaign", "seen_version"], name="watches_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.look_at}"


class DeskDurations(models.Model):
    """How long each step took at one desk in a year's round. Counted by the worker, read with the application: one row for a desk.

    ``steps``: state → [cases, working days in which half of them were done, and nine in ten], where there were enough."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    steps = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "year"], name="one_row_of_durations_for_a_desk")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.year}"
