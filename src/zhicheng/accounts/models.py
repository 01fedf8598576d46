"""People who sign in."""

from __future__ import annotations

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.own import Bound
from zhicheng.foundation.algorithms import HMAC_SHA_256, AlgorithmField
from zhicheng.foundation.fields import EncryptedTextField, RowNumber


class AccountKind(models.TextChoices):
    """What an account is for. One human may hold an applicant's account and a unit's: two accounts, two log-in names (S-07)."""

    APPLICANT = "applicant", _("个人账号")
    UNIT = "unit", _("单位管理员账号")
    OFFICER = "officer", _("工作人员账号")
    OPERATOR = "operator", _("系统运维账号")
    SECURITY = "security", _("安全管理员账号")
    AUDITOR = "auditor", _("审计管理员账号")


# Who runs an instance, in three accounts of three people (GB/T 22239 三级: 系统管理、安全管理、审计管理). None of them sees a case.
SYSTEM_KINDS = (AccountKind.OPERATOR, AccountKind.SECURITY, AccountKind.AUDITOR)
# Whose number has to be known, and to be nobody else's of them.
AT_WORK = (*SYSTEM_KINDS, AccountKind.OFFICER)


class UserManager(DjangoUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(Bound):
    """An account. Written only by ``accounts.actions``."""

    id = RowNumber(primary_key=True)
    username = models.CharField(_("登录名"), max_length=30, unique=True)
    email = models.EmailField(_("电子邮箱"), max_length=254)
    name = models.CharField(_("姓名"), max_length=50)
    mobile = models.CharField(_("手机号码"), max_length=20, blank=True)
    position = models.CharField(_("职务"), max_length=50, blank=True)
    kind = models.CharField(_("账号类型"), max_length=12, choices=AccountKind.choices)
    id_number = EncryptedTextField(_("身份证号"), blank=True)
    # Blind index of the identity number: how one human is recognised across accounts, campaigns and bans.
    id_number_index = models.CharField(max_length=64, blank=True, db_index=True)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("id_number_index",))
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    sex = models.CharField(_("性别"), max_length=1, blank=True)
    # Since when this account holds its number against every other claim: its unit passed it on, or somebody saw the card.
    number_held_at = models.DateTimeField(null=True, blank=True)
    # When a unit or an office recorded that it saw the person's card (IdentityConfirmation); until then desks see a mark.
    identity_confirmed_at = models.DateTimeField(_("身份核实时间"), null=True, blank=True)
    # An account of the time before numbers were asked for at work, which has none or somebody else's: it goes on working, and
    # ``zhicheng verify`` names it until that is put right (``accounts.duties``).
    predates_duties = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True)
    # How often every session of the account was ended at once: a session begun before is no longer the account's.
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    # Of a registration nobody confirms: when the machine's clock first found that it shall go (accounts.removing).
    overdue_seen_at = models.DateTimeField(null=True, blank=True)
    # Of the same: how many hourly rounds had been made when one first came upon it; they count hours whatever the clock says.
    first_round = models.IntegerField(null=True, blank=True)
    # What the unit of an account that is not written yet is called; not stored (accounts.passwords).
    units_named: tuple[str, ...] = ()

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        verbose_name = _("账号")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_once_whatever_case"),
            # Empty: the mailbox was never confirmed and somebody else has it now (accounts.rules.mailbox_is_released).
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="email_once_whatever_case"),
            # S-07, "two people with one identity number": anybody may claim a number, one account of a kind holds it.
            models.UniqueConstraint(
                fields=["kind", "id_number_index"],
                condition=~models.Q(id_number_index="") & models.Q(number_held_at__isnull=False),
                name="one_account_of_a_kind_holds_an_identity_number",
            ),
            models.CheckConstraint(
                condition=models.Q(identity_confirmed_at__isnull=True) | models.Q(number_held_at__isnull=False),
                name="a_confirmed_identity_holds_its_number",
            ),
            # The three who run the instance are three people.
            models.UniqueConstraint(
                fields=["id_number_index"],
                condition=models.Q(kind__in=["operator", "security", "auditor"]) & ~models.Q(id_number_index=""),
                name="one_system_account_for_one_identity_number",
            ),
            # None of them works in an office, where cases are seen, or keeps a unit. An applicant's account is everybody's to have.
            models.UniqueConstraint(
                fields=["id_number_index"],
                condition=models.Q(kind__in=["operator", "security", "auditor", "officer"])
                & ~models.Q(id_number_index="")
                & models.Q(predates_duties=False),
                name="one_account_at_work_for_one_identity_number",
            ),
            models.UniqueConstraint(
                fields=["id_number_index"],
                condition=(
                    models.Q(kind__in=["operator", "security", "auditor"]) | models.Q(kind="unit", number_held_at__isnull=False)
                )
                & ~models.Q(id_number_index="")
                & models.Q(predates_duties=False),
                name="nobody_runs_the_system_and_keeps_a_unit",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["operator", "security", "auditor", "officer"])
                | ~models.Q(id_number_index="")
                | models.Q(predates_duties=True),
                name="account_at_work_has_identity_number",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="applicant") | ~models.Q(id_number_index=""), name="applicant_has_identity_number"
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares it at every request with what the session began with."""
        began: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{began}{self.session_epoch}" if self.session_epoch else began


class KnownDevice(models.Model):
    """A browser that signed in to an account before. It spares limits (``accounts.devices``) and is never a factor."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True)  # of the cookie; the token itself is random
    token_algorithm = AlgorithmField(of=("token_hash",))
    browser = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at}"


class NoticeAcceptance(models.Model):
    """Who accepted which text, in which version, when: 注册须知 (S-10, S-18), the prompt (S-20), T4 and S-64. Append-only."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="acceptances")
    text_key = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    text_sha256 = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "text_key"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.text_key} {self.version}"


class IdentityCorrection(models.Model):
    """An account's name or identity number as it was and as it became (S-18). Append-only.

    The index of a number that was left behind is held: nobody registers with it until the prefecture releases it, so that
    strikes, closed years and bans are not shaken off by a correction and a second registration.
    """

    id = RowNumber(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="corrections")
    old_name = models.CharField(max_length=50)
    new_name = models.CharField(max_length=50)
    old_number = EncryptedTextField()
    new_number = EncryptedTextField()
    old_index = models.CharField(max_length=64, db_index=True)
    new_index = models.CharField(max_length=64)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("old_index", "new_index"))
    source = models.CharField(max_length=60)  # what it was decided on: "account_request:12"
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.corrected_at}"


class IdentityConfirmation(models.Model):
    """Somebody saw a person's card and says so: on which day, for which account and number (S-07, S-18). Append-only."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="confirmations")
    index = models.CharField(max_length=64, db_index=True)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("index",))
    card_seen_on = models.DateField(_("查验身份证的日期"))
    source = models.CharField(max_length=60)  # for whom it was seen: "organization:5"
    reason = models.CharField(max_length=500, default="", db_default="", blank=True)  # where it took the number from who held it
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.card_seen_on}"


class NumberRelease(models.Model):
    """The prefecture found that a number left behind by a correction belongs to somebody else, who may register. Append-only."""

    index = models.CharField(max_length=64, db_index=True)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("index",))
    reason = models.CharField(max_length=500)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.released_at}"
