"""People of the unit object on the notice's page: signed in, or by the link on the posted paper, without an account (S-70)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.notices import queue_notice
from zhicheng.applications import lifecycle
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.organizations.actors import ANONYMOUS, SYSTEM, Actor
from zhicheng.organizations.models import Organization
from zhicheng.organizations.queries import mailboxes_of
from zhicheng.publicity import rules
from zhicheng.publicity.audience import opened_to
from zhicheng.publicity.links import period_of_link
from zhicheng.publicity.models import Objection, PublicityPeriod
from zhicheng.publicity.recording import note_objection

NAME_LIMIT, CONTACT_LIMIT = 50, 60


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote: the objection, and who they are, which may stay empty. ``county_only``: name and contact are the county's alone."""

    content: str
    from_name: str = ""
    from_contact: str = ""
    county_only: bool = False

    def problems(self) -> list[Problem]:
        """Everything that is missing or too long."""
        found = rules.what_was_said(self.content)
        for where, text, label, limit in (
            ("from_name", self.from_name, _("您的姓名"), NAME_LIMIT),
            ("from_contact", self.from_contact, _("联系方式"), CONTACT_LIMIT),
        ):
            if len(text.strip()) > limit:
                said = _("“{label}”最多{limit}个字，现在是{count}个字。").format(
                    label=label, limit=limit, count=len(text.strip())
                )
                found.append(Problem(said, where=where, code="field"))
        if self.county_only and not (self.from_name.strip() or self.from_contact.strip()):
            text = _("没有填写姓名和联系方式，不必选这一项；要让县（市）能联系您的，请填写其中一项。")
            found.append(Problem(text, where="county_only", code="field"))
        return found


@one_transaction
def raise_objection(*, actor: Actor, period_id: int, said: Said, key: str = "") -> Objection:
    """Keep what somebody of the unit objects while the period runs, and tell the unit that something came (S-40, S-70).

    ``key`` is that of the link on the posted paper; without one ``actor`` is of the unit. No row and no entry of the ledger names the account:
    whoever objects says who they are, or does not. The county is told as well where name and contact are for it alone. Raises
    :class:`Refused` with everything that is wrong; ``not_found`` for who may not read the notice, and once it is over.
    """
    if problems := said.problems():
        raise Refused(problems)
    application_id = PublicityPeriod.objects.filter(pk=period_id).values_list("application_id", flat=True).first()
    if application_id is None:
        raise _gone()
    application = lifecycle.lock(application_id, SYSTEM).application
    lock_rows(PublicityPeriod.objects.filter(pk=period_id))
    period = _open(actor, period_id, key)
    now = clock.now()
    objection = Objection.objects.create(
        period=period,
        channel="online",
        from_name=said.from_name.strip(),
        from_contact=said.from_contact.strip(),
        county_only=said.county_only,
        content=said.content.strip(),
        received_at=now,
        registered_at=now,
    )
    note_objection(objection, period, ANONYMOUS)
    _tell(objection, period, application)
    return objection


def _open(actor: Actor, period_id: int, key: str) -> PublicityPeriod:
    """The running period that ``actor`` or ``key`` opens."""
    today = clock.today()
    period = period_of_link(period_id, key, today) if key else opened_to(actor, today).filter(pk=period_id).first()
    if period is None:
        raise _gone()
    return period


def _gone() -> Refused:
    text = _("这次公示已经结束，或者不在您可以查看的范围内，不能再在这里反映。仍要反映的，请按公示中的电话或书面方式向单位提出。")
    return Refused.one(text, code="not_found")


def _tell(objection: Objection, period: PublicityPeriod, application: Application) -> None:
    """The unit, that something came; the county, where it alone reads who it was. What was said stands in no mail."""
    unit = gettext_lazy("请登录后查看内容，核实后记录处理结果。处理完毕前不能出具公示结果，也不能上报。")
    county = gettext_lazy("反映人要求只让县（市）看到姓名和联系方式。请登录后查看；异议由单位核实处理。")
    _queue(objection, period.unit, application, unit, reverse("unit_publicity", args=[application.pk]))
    if objection.county_only and application.county_office is not None:
        _queue(objection, application.county_office, application, county, reverse("office_objections"))


def _queue(objection: Objection, to: Organization, application: Application, todo: Promise, path: str) -> None:
    def words() -> tuple[str, str]:
        subject = _("公示收到异议（{number}）").format(number=application.number)
        came = _("{name}的公示收到一件在网上反映的异议。").format(name=application.applicant_name)
        address = _("查看详情：{address}").format(address=f"{settings.SITE_ADDRESS}{path}")
        return subject, f"{came}{todo}\n\n{address}\n"

    for who, mailbox in mailboxes_of(to):
        queue_notice(
            kind="objection",
            about=f"publicity:{objection.period_id}",
            whose=who,
            to=mailbox,
            words=words,
            key=f"objection:{objection.pk}:{who}",
            of_office=True,
            warns=False,  # anybody may object
        )
