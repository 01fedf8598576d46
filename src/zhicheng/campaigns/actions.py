"""Publishing a campaign: the only code that writes in this room."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.campaigns.loading import load_notice
from zhicheng.campaigns.models import Campaign, CampaignVersion
from zhicheng.campaigns.notice import Notice
from zhicheng.foundation import clock
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.ledger import record
from zhicheng.foundation.transactions import one_transaction
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
