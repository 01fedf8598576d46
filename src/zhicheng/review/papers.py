"""T3 主管单位推荐意见, filled (S-76, S-77)."""

from __future__ import annotations

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Submission
from zhicheng.applications.papers import LEVEL_WORDS, subject_of
from zhicheng.documents.actions import issue_paper, void_papers
from zhicheng.documents.models import Paper
from zhicheng.organizations.actors import Actor


def issue_supervising_opinion(*, case: CaseFile, submission: Submission, actor: Actor) -> Paper:
    """Made when the supervising body passes; an earlier one becomes void."""
    subject = subject_of(case.application.pk)
    void_papers(subject=subject, kinds=["supervising_opinion"], reason="已重新出具推荐意见", actor=actor.ref)
    snapshot = case.snapshot
    return issue_paper(
        kind="supervising_opinion",
        subject=subject,
        title=case.notice.letter("supervising_opinion").title,
        data={
            "name": snapshot.sections["basic"]["name"],
            "year": snapshot.campaign.year,
            "template": case.notice.letter("supervising_opinion"),
            "supervising_body": actor.organization_name,
            "series": snapshot.application.series.zh,
            "specialty": snapshot.application.specialty.zh,
            "title": snapshot.application.title.zh,
            "level": LEVEL_WORDS[snapshot.application.level].removesuffix("级"),
        },
        snapshot_sha256=submission.sha256,
        actor=actor.ref,
    )
