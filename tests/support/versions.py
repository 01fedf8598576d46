"""A section that was written over: what the history of a section is told of."""

from __future__ import annotations

from datetime import timedelta

from tests.support import world as w
from zhicheng.applications.actions import save_section
from zhicheng.applications.models import Application
from zhicheng.foundation import clock

FIRST, SECOND = "任现职以来主要从事灌区工程建设与管理。", "任现职以来主要从事水库运行管理。"


def written_over(world: w.World) -> Application:
    """An application whose summary stood for an hour before something else was saved over it: version 1 is kept, 2 is there now."""
    application = w.start(world)
    now = clock.now()
    for version, (text, ago) in enumerate(((FIRST, timedelta(hours=1)), (SECOND, timedelta()))):
        with clock.travel(now - ago):
            save_section(
                actor=world.applicant,
                application_id=application.pk,
                key="summary",
                typed={"text": text},
                base_version=version,
            )
    application.refresh_from_db()
    return application
