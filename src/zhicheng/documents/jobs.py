"""Background work: the PDF of an issued paper."""

from __future__ import annotations

from datetime import timedelta

from zhicheng.documents.actions import RENDER, render_paper
from zhicheng.foundation import leftovers
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import OutboxMessage
from zhicheng.foundation.outbox import handler

leftovers.refers("documents.Paper", "pdf_sha256")


# A lease instead of a transaction: typesetting must not hold the only writer's lock of SQLite.
@handler(RENDER, lane=Lane.PAPERS, lease=timedelta(minutes=5))
def make_pdf(message: OutboxMessage) -> None:
    """Make the PDF the message asks for; does nothing the second time."""
    render_paper(paper_id=message.payload["paper_id"])
