"""T1 推荐单位公示 and T2 推荐单位公示结果, filled from the period and its submission."""

from __future__ import annotations

from zhicheng.applications.papers import LEVEL_WORDS, subject_of
from zhicheng.applications.rules import TABLES
from zhicheng.applications.snapshot import Snapshot
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.actions import issue_paper, void_papers
from zhicheng.documents.models import Paper
from zhicheng.documents.wording import blanks_in
from zhicheng.documents.words import zh_date
from zhicheng.foundation.checkpoints import head_in_words
from zhicheng.foundation.fields import mask_id_number_on_paper
from zhicheng.organizations.actors import Actor
from zhicheng.publicity.links import address_of
from zhicheng.publicity.models import ObjectionState, PublicityPeriod


def public_facts(snapshot: Snapshot) -> dict[str, str]:
    """What the notice says about the person, in words; the identity number always masked, and on paper only (PIPL 第二十五条, S-66)."""
    basic, chosen = snapshot.sections["basic"], snapshot.application
    current = snapshot.section("current_title")
    return {
        "name": basic["name"],
        "employer": snapshot.employer.name,
        "series": chosen.series.zh,
        "specialty": chosen.specialty.zh,
        "level": LEVEL_WORDS[chosen.level].removesuffix("级"),
        "title": chosen.title.zh,
        "sex": TABLES["sex"].name(str(basic["sex"])),
        "ethnic_group": TABLES["ethnic_groups"].name(str(basic["ethnic_group"])),
        "political_status": TABLES["political_status"].name(str(basic["political_status"])),
        "id_number": mask_id_number_on_paper(basic["id_number"]),
        "current_title": "" if current.get("first_title") else str(current.get("title_name") or ""),
    }


# What of T1 may stand on an open page: nothing that is asked of the person beside name and title.
_OPEN = frozenset({"name", "series", "specialty", "level", "title", "employer", "year", "starts_on", "ends_on"})


def opening_of(period: PublicityPeriod, notice: Notice) -> str:
    """The sentence of T1 that says who applies for what, filled; empty where the notice has none that names these facts alone (S-65)."""
    facts = period.facts
    values = {
        **{key: facts.get(key, "") for key in _OPEN},
        "series": facts["series"].removesuffix("系列") or facts["series"],
        "specialty": facts["specialty"].removesuffix("专业") or facts["specialty"],
        "year": notice.year,
        "starts_on": zh_date(period.starts_on),
        "ends_on": zh_date(period.ends_on),
    }
    paragraphs = ((line, set(blanks_in(line))) for line in notice.letter("publicity_notice").paragraphs)
    return next((line.format_map(values) for line, blanks in paragraphs if "name" in blanks and blanks <= _OPEN), "")


def words_of(period: PublicityPeriod) -> list[str]:
    """What the unit wrote itself, as the ledger keeps it."""
    return [period.political_conduct, period.results, period.contribution, period.office, period.phone]


def issue_publicity_notice(*, period: PublicityPeriod, notice: Notice, actor: Actor, because: str = "已重新公示") -> Paper:
    """T1 for a period that is opened or moved; earlier T1 and T2 of the application become void, ``because``."""
    subject = subject_of(period.application_id)
    void_papers(subject=subject, kinds=["publicity_notice", "publicity_result"], reason=because, actor=actor.ref)
    return issue_paper(
        kind="publicity_notice",
        subject=subject,
        title=notice.letter("publicity_notice").title,
        data={
            **period.facts,
            "year": notice.year,
            "template": notice.letter("publicity_notice"),
            "conduct": period.political_conduct,
            "results": period.results,
            "contribution": period.contribution,
            "starts_on": zh_date(period.starts_on),
            "ends_on": zh_date(period.ends_on),
            "minimum": f"{notice.limits.publicity_working_days}个工作日",
            "office": period.office,
            "phone": period.phone,
            "ledger_head": head_in_words(),
            "link": address_of(period.pk),
        },
        snapshot_sha256=period.submission.sha256,
        actor=actor.ref,
    )


def void_publicity_result(*, period: PublicityPeriod, actor: Actor) -> None:
    """A T2 says what had come in until then: a further objection makes it void."""
    void_papers(
        subject=subject_of(period.application_id), kinds=["publicity_result"], reason="又收到异议，须重新出具", actor=actor.ref
    )


def issue_publicity_result(*, period: PublicityPeriod, actor: Actor) -> Paper:
    """T2 once the period is over and no objection is open or stands (S-72…S-75); one that was lifted counts with the dismissed."""
    notice = notice_of(period.application.campaign_version)
    subject = subject_of(period.application_id)
    void_papers(subject=subject, kinds=["publicity_result"], reason="已重新出具公示结果", actor=actor.ref)
    kept = ("name", "employer", "series", "specialty", "level", "title")
    return issue_paper(
        kind="publicity_result",
        subject=subject,
        title=notice.letter("publicity_result").title,
        data={
            **{k: period.facts[k] for k in kept},
            "year": notice.year,
            "template": notice.letter("publicity_result"),
            "starts_on": zh_date(period.starts_on),
            "ends_on": zh_date(period.ends_on),
            "days": f"{period.working_days}个工作日",
            "calendar_days": f"{(period.ends_on - period.starts_on).days + 1}天",
            "dismissed": period.objections.exclude(state=ObjectionState.OPEN).count(),
        },
        snapshot_sha256=period.submission.sha256,
        actor=actor.ref,
    )
