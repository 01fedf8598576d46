"""The second look at files, done here and now."""

from __future__ import annotations

from zhicheng.evidence.actions import claim_check, end_check_turn
from zhicheng.evidence.confinement.asking import Looked
from zhicheng.evidence.models import Lane


def check_due(*, limit: int = 100) -> int:
    """Look here and now at what is due; return how many turns were taken."""
    done = 0
    for lane in (Lane.PEOPLE, Lane.VISITORS):
        while done < limit and (turn := claim_check(lane=lane)) is not None:
            done += 1
            seen: Looked | Exception
            try:
                seen = turn.work()
            except Exception as error:
                seen = error
            end_check_turn(turn=turn, seen=seen)
    return done
