"""Findings read: of a draft as it stands today, and of a frozen submission as it stood on the day it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhicheng.applications.completeness import facts_for
from zhicheng.applications.findings import Answer, Finding, Seen, Told, answers_in, findings_in, with_answers
from zhicheng.applications.models import Application
from zhicheng.applications.snapshot import Snapshot
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock


def findings_of_draft(application: Application, contents: Mapping[str, Any]) -> list[Finding]:
    """What the rules notice about the form today, in the order of the form."""
    seen = Seen(contents, facts_for(application, contents), notice_of(application.campaign_version), clock.today())
    return findings_in(seen)


def told_of_draft(application: Application, contents: Mapping[str, Any]) -> list[Told]:
    """The same with what the applicant wrote to each."""
    return with_answers(findings_of_draft(application, contents), answers_in(contents))


def told_of_snapshot(application: Application, snapshot: Snapshot) -> list[Told]:
    """What the rules notice about a frozen form, on the day it was sent, with the answers that were sent with it."""
    sent = datetime.fromisoformat(snapshot.submission.submitted_at).date()
    facts = facts_for(application, snapshot.sections)
    seen = Seen(snapshot.sections, facts, notice_of(application.campaign_version), sent)
    return with_answers(findings_in(seen), [Answer(a.key, a.said, a.answer) for a in snapshot.answers])
