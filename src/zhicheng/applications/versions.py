"""What a section was before: earlier contents are kept while one writes, and can be taken back.

A page saves itself every few seconds, so not every save is a version: a content is kept when it stood for some minutes before
something else was saved over it, and always when an earlier one is taken back over it. It is a part of the action that writes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from zhicheng.applications.models import Application, DraftSection, SectionVersion

STOOD = timedelta(minutes=10)
MOST = 20  # versions of a section


def keep_version(row: DraftSection, at: datetime, *, always: bool = False) -> None:
    """Keep what ``row`` holds, before the action writes over it at ``at``; the oldest beyond ``MOST`` go."""
    if not always and at - row.saved_at < STOOD:
        return
    SectionVersion.objects.create(
        application_id=row.application_id, key=row.key, version=row.version, content=row.content, saved_at=row.saved_at
    )
    of_section = SectionVersion.objects.filter(application_id=row.application_id, key=row.key)
    of_section.filter(pk__in=of_section.order_by("-version").values("pk")[MOST:]).delete()


def versions_of(application: Application, key: str) -> list[SectionVersion]:
    """The earlier contents of a section that are kept, the newest first."""
    return list(application.section_versions.filter(key=key).order_by("-version"))
