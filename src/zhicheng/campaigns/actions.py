"""Publishing campaigns and calendars: the only code that writes in this room."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhicheng.campaigns.loading import load_calendar_file, load_notice
from zhicheng.campaigns.models import CalendarVersion, Campaign, CampaignVersion
from zhicheng.campaigns.notice import Notice
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.ledger import record
from zhicheng.foundation.transactions import one_transaction, take_turns
from zhicheng.organizations.actors import Actor, Role

#: The notice is the bureau's; the operator loads it for the bureau.
MAY_PUBLISH = {Role.OPERATOR, Role.PREFECTURE, Role.SYSTEM}


@one_transaction
def publish_campaign(*, text: str, actor: Actor) -> CampaignVersion:
    """Publish the campaign file ``text`` and return the version that now holds (house, decision 2).

    A new slug makes a new campaign; a known one gets a new version, or keeps its current one when what the file says is
    unchanged (comments and order of keys do not count). Applications stay with the version they were started under.

    Raises :class:`BadNotice` with every error of the file; :class:`Refused` with ``not_allowed``, or with ``year_changed`` /
    ``region_changed``: counters and bans hang on them (S-02), so another year is another campaign.
    """
    if actor.role not in MAY_PUBLISH:
        raise Refused.one(_("只有州人力资源和社会保障局或系统管理员可以发布申报批次。"), code="not_allowed")
    notice = load_notice(text)
    content = notice.model_dump(mode="json")
    sha256 = digest(content)
    now = clock.now()
    campaign, is_new = Campaign.objects.select_for_update(no_key=True).get_or_create(
        slug=notice.slug,
        defaults={"year": notice.year, "region_code": notice.region_code, "created_at": now, "published": True},
    )
    _refuse_another_round(campaign, notice)
    current = campaign.versions.order_by("-number").first()
    if current is not None and current.sha256 == sha256 and campaign.published:
        return current
    if current is None or current.sha256 != sha256:
        current = CampaignVersion.objects.create(
            campaign=campaign,
            number=current.number + 1 if current else 1,
            notice=content,
            source_text=text,
            sha256=sha256,
            published_at=now,
        )
    if not campaign.published:
        campaign.published = True
        campaign.save(update_fields=["published"])
    record(
        event="campaign.published",
        subject=f"campaign:{campaign.pk}",
        actor=actor.ref,
        data={"slug": notice.slug, "year": notice.year, "version": current.number, "sha256": sha256, "new": is_new},
    )
    return current


@one_transaction
def publish_calendar(*, text: str, actor: Actor) -> CalendarVersion:
    """Load the calendar file ``text`` and return the version of its layer that now holds; unchanged, nothing is written (S-39).

    Running periods are measured again by the worker, and their units told. Raises :class:`BadNotice` with every error of the file;
    :class:`Refused` with ``not_allowed``.
    """
    _may_publish_calendars(actor)
    read = load_calendar_file(text)
    current = _lock_layer(read.name)
    content = read.model_dump(mode="json")
    if current is not None and not current.withdrawn and current.sha256 == digest(content):
        return current
    return _write_calendar(read.name, content, text, current, actor, withdrawn=False)


@one_transaction
def withdraw_calendar(*, name: str, actor: Actor) -> CalendarVersion:
    """Take a loaded layer out of its calendars; what it said stays stored. Raises :class:`Refused` (``not_allowed``, ``no_such_calendar``)."""
    _may_publish_calendars(actor)
    current = _lock_layer(name)
    if current is None:
        raise Refused.one(_("没有载入过日历“%(name)s”。") % {"name": name}, where="name", code="no_such_calendar")
    if current.withdrawn:
        return current
    return _write_calendar(name, current.content, current.source_text, current, actor, withdrawn=True)


def _may_publish_calendars(actor: Actor) -> None:
    if actor.role not in MAY_PUBLISH:
        raise Refused.one(_("只有州人力资源和社会保障局或系统管理员可以载入工作日历。"), code="not_allowed")


def _lock_layer(name: str) -> CalendarVersion | None:
    """The newest version of the layer; whoever loads another one meanwhile waits."""
    take_turns(f"calendar:{name}")
    return CalendarVersion.objects.filter(name=name).order_by("-number").first()


def _write_calendar(
    name: str, content: dict[str, Any], text: str, current: CalendarVersion | None, actor: Actor, *, withdrawn: bool
) -> CalendarVersion:
    version = CalendarVersion.objects.create(
        name=name,
        number=current.number + 1 if current else 1,
        content=content,
        source_text=text,
        sha256=digest(content),
        withdrawn=withdrawn,
        loaded_at=clock.now(),
    )
    record(
        event="calendar.withdrawn" if withdrawn else "calendar.published",
        subject=f"calendar:{version.pk}",
        actor=actor.ref,
        data={"layer": name, "version": version.number, "sha256": version.sha256},
    )
    outbox.queue(kind="calendar.changed", payload={"calendar_id": version.pk}, key=f"calendar.changed:{version.pk}")
    return version


def _refuse_another_round(campaign: Campaign, notice: Notice) -> None:
    problems = []
    if campaign.year != notice.year:
        text = _("批次“%(slug)s”的年度是%(year)s，不能改为%(new)s；另一年度请另建批次。")
        values = {"slug": campaign.slug, "year": campaign.year, "new": notice.year}
        problems.append(Problem(text % values, where="year", code="year_changed"))
    if campaign.region_code != notice.region_code:
        text = _("批次“%(slug)s”的地区代码是%(code)s，不能改为%(new)s；另一地区请另建批次。")
        values = {"slug": campaign.slug, "code": campaign.region_code, "new": notice.region_code}
        problems.append(Problem(text % values, where="region_code", code="region_changed"))
    if problems:
        raise Refused(problems)


@one_transaction
def withdraw_campaign(*, slug: str, actor: Actor) -> Campaign:
    """Take a campaign off the published ones; its versions and applications stay. Publishing its file again puts it back.

    Raises :class:`Refused` with ``not_allowed`` or ``no_such_campaign``.
    """
    if actor.role not in MAY_PUBLISH:
        raise Refused.one(_("只有州人力资源和社会保障局或系统管理员可以撤下申报批次。"), code="not_allowed")
    campaign = Campaign.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if campaign is None:
        raise Refused.one(_("没有批次“%(slug)s”。") % {"slug": slug}, where="slug", code="no_such_campaign")
    if campaign.published:
        campaign.published = False
        campaign.save(update_fields=["published"])
        record(event="campaign.withdrawn", subject=f"campaign:{campaign.pk}", actor=actor.ref, data={"slug": slug})
    return campaign
