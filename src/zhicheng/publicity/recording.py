"""What the ledger is told of objections, by whichever way they come."""

from __future__ import annotations

from zhicheng.foundation import ledger
from zhicheng.organizations.actors import Actor
from zhicheng.publicity.models import Objection, PublicityPeriod


def note_objection(objection: Objection, period: PublicityPeriod, actor: Actor) -> None:
    """That an objection came, by which way and when; its words and whose they are as salted hashes."""
    ledger.record(
        event="publicity.objection_registered",
        subject=f"publicity:{period.pk}",
        actor=actor.ref,
        data={
            "objection": objection.pk,
            "channel": objection.channel,
            "content": ledger.private(objection.content),
            "from": ledger.private([objection.from_name, objection.from_contact]),
            "county_only": objection.county_only,
            "received_at": ledger.time_text(objection.received_at),
            "at": ledger.time_text(objection.registered_at),
            "result_withdrawn": period.result_file_id,
        },
    )
