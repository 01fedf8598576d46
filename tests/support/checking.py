"""The second look at files, and reading them, done here and now."""

from __future__ import annotations

from zhicheng.evidence.actions import claim_check, claim_reading, end_check_turn, end_reading_turn
from zhicheng.evidence.confinement.asking import Looked
from zhicheng.evidence.models import Lane
from zhicheng.evidence.reading import Read, Unread


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
            end_check_turn(turn=turn, outcome=seen)
    return done


def read_due(*, limit: int = 100) -> int:
    """Read here and now what waits to be read; return how many turns were taken."""
    done = 0
    while done < limit and (turn := claim_reading()) is not None:
        done += 1
        outcome: Read | Unread | Exception
        try:
            outcome = turn.work()
        except Exception as error:
            outcome = error
        end_reading_turn(turn=turn, outcome=outcome)
    return done
