"""Employers (申报单位), supervising bodies (主管单位), county title offices and the prefecture bureau."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.models import User
from zhicheng.foundation.fields import EncryptedTextField, RowNumber
from zhicheng.standards.natures import UNIT_NATURES


class OrganizationKind(models.TextChoices):
    """``unit`` is the employer; never call the county office 推荐单位 alone (domain §0.4)."""

    UNIT = "unit", _("申报单位")
    SUPERVISING = "supervising", _("主管单位")
    INDUSTRY = "industry", _("行业主管部门")
    COUNTY = "county", _("县（市）人社局职称办")
    PREFECTURE = "prefecture", _("州人力资源和社会保障局")


class ReportMails(models.TextChoices):
    """How a unit hears of what its people report."""

    AT_ONCE = "at_once", _("每有一份上报，马上发邮件")
    DAILY = "daily", _("每天上午 8 点发一封邮件，列出前一天上报的")


class Organization(models.Model):
    """One body that registers or works on applications. Written only by ``organizations.actions``."""

    kind = models.CharField(max_length=12, choices=OrganizationKind.choices)
    name = models.CharField(_("单位名称"), max_length=100)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    nature = models.CharField(_("单位性质"), max_length=24, blank=True, choices=[(n.code, n.zh) for n in UNIT_NATURES])
    region_code = models.CharField(_("所在地"), max_length=6)
    address = models.CharField(_("单位地址"), max_length=200, blank=True)
    contact_person = models.CharField(_("联系人"), max_length=50, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    # 材料接收部门: the county title office this unit reports to (S-12)
    receiving_office = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="units_received", verbose_name=_("材料接收部门")
    )
    supervising_body = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="units_supervised", verbose_name=_("主管单位")
    )
    # county → prefecture
    superior_office = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="offices_below")
    report_mails = models.CharField(
        _("上报提醒"), max_length=8, choices=ReportMails, default=ReportMails.AT_ONCE, db_default=ReportMails.AT_ONCE.value
    )
    # The year for which the unit's particulars were last approved: the gate of S-14 compares it with the campaign's year.
    verified_year = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("单位")
        indexes = [
            models.Index(fields=["kind", "region_code"]),
            models.Index(fields=["kind", "name"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(report_mails__in=ReportMails.values), name="organization_report_mails_known"),
            models.UniqueConstraint(fields=["uscc"], condition=Q(kind="unit"), name="one_unit_for_one_credit_code"),
            models.CheckConstraint(condition=~Q(kind="unit") | (~Q(uscc="") & ~Q(nature="")), name="unit_has_code_and_nature"),
            models.CheckConstraint(
                condition=~Q(kind="unit") | Q(receiving_office__isnull=False), name="unit_has_receiving_office"
            ),
            models.CheckConstraint(
                condition=~Q(kind="county") | Q(superior_office__isnull=False), name="county_has_superior_office"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SeriesCharge(models.Model):
    """A series of titles that a department answers for in its region (人社部令40号 第四条: 行业主管部门). Written when it is opened."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="series_charges")
    region_code = models.CharField(max_length=6)
    series = models.CharField(_("系列"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region_code", "series"], name="one_department_for_a_series_in_a_region")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.series}"


class MembershipRole(models.TextChoices):
    STAFF = "staff", _("经办人")  # acts for the organization's desk: unit administrator, officer
    EMPLOYEE = "employee", _("职工")  # an applicant who works here


class Membership(models.Model):
    """Who belongs to which organization, as what. A person has one current membership; a change of employer ends the old one."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=MembershipRole.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(until__isnull=True), name="one_current_membership"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="membership_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.organization_id}"


class VerificationKind(models.TextChoices):
    REGISTRATION = "registration", _("单位注册")
    REVERIFICATION = "reverification", _("年度核实")
    CHANGE = "change", _("信息变更")


class VerificationState(models.TextChoices):
    PENDING = "pending", _("待审核")
    APPROVED = "approved", _("审核通过")
    RETURNED = "returned", _("退回修改")
    REPLACED = "replaced", _("已重新提交")


class LicenceKind(models.TextChoices):
    """Which paper proves the unit (S-13): 机构代码证 in its forms of today and before 2015, or 营业执照."""

    BUSINESS = "business", _("营业执照")
    INSTITUTION = "institution", _("事业单位法人证书")
    CREDIT_CODE = "credit_code", _("统一社会信用代码证书")
    SOCIAL = "social", _("社会团体或民办非企业单位登记证书")
    LEGACY_CODE = "legacy_code", _("组织机构代码证（旧版）")


class UnitVerification(models.Model):
    """A unit's registration, yearly re-verification or change, waiting for or decided by its county office (S-09…S-17).

    ``proposed`` holds the particulars as they shall be (name, uscc, nature, region_code, address, contact_person,
    contact_phone, email, receiving_office_id, supervising_body_id); ``previous`` as they were, empty for a registration.
    ``office`` decides; it changes only by a transfer, which ``transfers`` remembers. Decided rows are never edited.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="verifications")
    kind = models.CharField(max_length=16, choices=VerificationKind.choices)
    year = models.PositiveSmallIntegerField()
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="verifications_to_decide")
    state = models.CharField(max_length=10, choices=VerificationState.choices, default=VerificationState.PENDING)
    proposed = models.JSONField()
    previous = models.JSONField(default=dict)
    confirmed_fields = models.JSONField(default=list)  # S-14: name, contact_person, contact_phone, each confirmed or changed
    note = models.CharField(_("说明"), max_length=500, blank=True)
    licence_kind = models.CharField(_("证照种类"), max_length=24, choices=LicenceKind.choices)
    licence_issued_on = models.DateField(_("发证日期"))
    licence_valid_until = models.DateField(_("有效期至"), null=True, blank=True)  # null: 长期
    still_newest = models.BooleanField(default=False)  # S-16: the same file as last time, declared to be the newest there is
    licence = models.ForeignKey("evidence.EvidenceFile", on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    # S-18: the person whose invitation the unit brought when it registered (organizations.invitations)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reasons = models.JSONField(default=list)  # [{"field": …, "text": …}], everything at once
    transfers = models.JSONField(default=list)  # S-12: [{"from", "from_name", "to", "to_name", "by", "at", "reason"}]

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "submitted_at", "id"]),
            models.Index(fields=["office", "decided_at", "id"]),
        ]
        constraints = [
            # S-15: never two pending requests of one unit
            models.UniqueConstraint(fields=["organization"], condition=Q(state="pending"), name="one_pending_verification"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "replaced"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_verification_has_decider_and_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind} {self.year} {self.state}"

    @property
    def decided_in_stead(self) -> str:
        """The office that decided, where it was not the one that was asked (G-03); read with ``deciders.where_decided``."""
        name: str = getattr(self, "decided_at_office", None) or ""
        return "" if name == self.office.name else name

    def licence_words(self) -> list[str | bool | None]:
        """What was said of the licence: its kind, since when and until when it holds, and that it is the newest there is."""
        until = self.licence_valid_until
        return [self.licence_kind, self.licence_issued_on.isoformat(), until.isoformat() if until else None, self.still_newest]


class AccountRequestKind(models.TextChoices):
    MAILBOX = "mailbox", _("邮箱遗失")
    CORRECTION = "correction", _("更正姓名或身份证号")
    FACTOR = "factor", _("两步验证遗失")


class AccountRequestState(models.TextChoices):
    PENDING = "pending", _("待审核")
    APPROVED = "approved", _("待本人确认新邮箱")
    DONE = "done", _("已完成")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class AccountRequest(models.Model):
    """What a person cannot do alone: another mailbox when the old one is lost (S-36), a name or number typed wrongly (S-18), signing
    in when the authenticator app and the recovery codes are both lost.

    ``requested_for`` vouches for the person (the employer; for a unit's administrator the county), ``office`` decides (the county;
    for a unit's administrator the prefecture). Never removed; a decided row changes only by its end: opened, or withdrawn.
    """

    id = RowNumber(primary_key=True)
    kind = models.CharField(max_length=12, choices=AccountRequestKind.choices)
    state = models.CharField(max_length=10, choices=AccountRequestState.choices, default=AccountRequestState.PENDING)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_requests")
    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")  # where the person belongs
    requested_for = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="account_requests_made")
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="account_requests_to_decide")
    statement = models.CharField(_("核实情况"), max_length=500)
    scan = models.ForeignKey("evidence.EvidenceFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    old_email = models.EmailField(max_length=254, blank=True)
    new_email = models.EmailField(_("新邮箱"), max_length=254, blank=True)
    old_name = models.CharField(max_length=50)
    new_name = models.CharField(_("更正后的姓名"), max_length=50, blank=True)
    old_number = EncryptedTextField()
    new_number = EncryptedTextField(_("更正后的身份证号"), blank=True)
    # Which factors shall go, by their ids: whoever has set up others since could sign in, and has lost nothing.
    old_factors = models.CharField(max_length=200, blank=True, default="", db_default="")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)  # last characters of the number that did not fit

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "requested_at", "id"]),
            models.Index(fields=["office", "-requested_at", "-id"]),
            models.Index(fields=["requested_for", "-requested_at", "-id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(state__in=["pending", "approved"]), name="one_open_account_request_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "withdrawn"]) | Q(decided_at__isnull=False),
                name="decided_account_request_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="refused_account_request_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id} {self.state}"

    @property
    def decided_in_stead(self) -> str:
        """The office that decided, where it was not the one that was asked (G-03); read with ``queries.account_requests_for``."""
        name: str = getattr(self, "decided_at_office", None) or ""
        return "" if name == self.office.name else name

    def changes(self) -> list[str]:
        """What it asks to change, from what to what, but the numbers: what its entry in the ledger holds as one hash."""
        return [self.old_email, self.new_email, self.old_name, self.new_name, self.old_factors]


class OfficerChangeKind(models.TextChoices):
    OPENED = "opened", _("开通账号")
    MOVED = "moved", _("调到其他部门")
    CLOSED = "closed", _("停用账号")
    REOPENED = "reopened", _("重新启用账号")
    FACTOR_RESET = "factor_reset", _("重置两步验证")
    NUMBER = "number", _("补填身份证号")


class OfficerChange(models.Model):
    """What became of the account of somebody who works in an office, or of one of the three who run the system. Append-only.

    ``office`` is where they worked before the change (for a new or reopened account: where they work now); empty for the three.
    ``handed_to`` took over what the office had in hand; empty where nobody had to, or nobody is left.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="officer_changes")
    kind = models.CharField(max_length=14, choices=OfficerChangeKind.choices)
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    to_office = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    handed_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # null: on the server
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "id"])]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="moved") | Q(to_office__isnull=False), name="officer_moves_to_an_office"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class FactorResetState(models.TextChoices):
    PENDING = "pending", _("待第二人同意")
    DONE = "done", _("已重置")
    REFUSED = "refused", _("未同意")


class FactorReset(models.Model):
    """A second factor was lost: one person asks, another one consents, then it is gone. ``asked_by`` null: asked on the server."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factor_resets")
    state = models.CharField(max_length=8, choices=FactorResetState.choices, default=FactorResetState.PENDING)
    statement = models.CharField(_("核实情况"), max_length=500)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(state="pending"), name="one_pending_factor_reset"),
            # Two people: whoever asked does not consent, and the server is one of the two at most.
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(asked_by__isnull=False) | Q(decided_by__isnull=False)),
                name="factor_reset_is_known_to_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(asked_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(asked_by=models.F("decided_by")),
                name="factor_reset_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state}"
