"""What the racing processes do: ``processes.py make``, ``race SEED PROCESSES SECONDS LEAST_TURNS``, ``verify``. See ``racing``.

The processes are forked from one that has loaded everything. They play in turns: first all of them the same, at the same instant and with the
same dice (so that they want the same thing of the same rows), then each what only it does.
"""

from __future__ import annotations

import itertools
import json
import logging
import multiprocessing
import os
import random
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from tests.faults.plays.system import notice_text  # noqa: E402
from tests.faults.stage import PLAYS, Stage, by_short_name  # noqa: E402
from zhicheng.foundation import clock  # noqa: E402

settings.REHEARSAL = True  # the clock is the database's: moved by one, it is moved for all
FAR = 2**31 - 1
LONGEST_TURN = 300  # seconds one process waits for the others
CLOCK_ENDS = datetime(2023, 12, 20, tzinfo=clock.BEIJING)
LOOK_EVERY = 25  # steps
MOST_FAULTS = 20

# The clock of all is not turned far back, nobody's files are opened for seconds, and nothing is written past the actions.
NOT_RACED = {"clock_is_put_back", "clock_goes_back", "window_is_over", "examine", "measure_again", "ask_whether_all_is_well"}
# What two may want of the same row at the same moment.
WANTED_BY_TWO = {
    "go_on": 10, "send": 4, "pass_": 5, "return_": 4, "take_back": 2, "write_down_papers": 2, "open_the_notice": 4, "report": 4,
    "hear_an_objection": 2, "object_on_the_page": 1, "decide_an_objection": 3, "stop": 2, "make_the_result": 2, "annul_an_arrival": 3, "annul_a_record": 2,
    "see_cards": 3, "ask_for_a_correction": 4, "decide_a_request": 6, "open_the_new_mailbox": 3, "take_a_request_back": 2,
    "ask_for_another_mailbox": 2, "decide_on_a_unit": 3, "ask_for_a_unit": 2, "register_somebody": 2, "register_a_unit": 2, "start": 2,
    "newcomer": 3, "close_an_officer": 1, "move_an_officer": 1, "open_an_officer": 2, "decide_a_factor_reset": 1, "work": 6,
    "worker_dies": 2, "seal": 1, "give_up": 1, "find_fraud": 1, "minutes_later": 1, "open_the_link": 2,
}  # fmt: skip
ALONE = [name for name, play in PLAYS.items() if name not in NOT_RACED for _ in range(play.weight)]
IN_COMMON = [name for name, weight in WANTED_BY_TWO.items() for _ in range(weight)]


def make() -> None:
    """An empty database becomes the world; its notice is open until the end of the year."""
    from tests.faults.beginning import begin

    call_command("migrate", verbosity=0, skip_checks=True)
    text = notice_text()
    for written, later in (("2023-06-16 18:00", "2023-12-01 18:00"), ("2023-07-21 18:00", "2023-12-22 18:00")):
        assert written in text
        text = text.replace(written, later)
    begin(campaign_text=text)


def race(seed: str, processes: str, seconds: str, turns: str) -> None:
    """Fork, let them play, print what they did together: calls by action, and whatever was raised that is no refusal."""
    by_short_name()  # read from the code once, before there are eight
    connections.close_all()
    folder, together = Path(settings.DATA_DIR), multiprocessing.get_context("fork").Barrier(int(processes))
    until, last = time.monotonic() + float(seconds), multiprocessing.get_context("fork").Value("i", FAR)
    children = [_forked(folder, Race(int(seed), number, together, until, int(turns), last)) for number in range(int(processes))]
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    told = [json.loads((folder / f"race-{number}.json").read_text()) for number in range(len(children))]
    added: dict[str, Any] = {
        key: dict(sum((Counter(one[key]) for one in told), Counter())) for key in ("accepted", "refused", "codes")
    }
    faults = [fault for one in told for fault in one["faults"]]
    print(json.dumps(added | {"steps": sum(one["steps"] for one in told), "ended": ended, "faults": faults}, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Race:
    """One process's part: they wait for each other at ``together``; when ``until`` and ``turns`` are over, somebody says which is the ``last``."""

    seed: int
    number: int
    together: Barrier
    until: float
    turns: int
    last: Any


def _forked(folder: Path, race: Race) -> int:
    child = os.fork()
    if child:
        return child
    told: dict[str, Any] = {"accepted": {}, "refused": {}, "codes": {}, "steps": 0, "faults": ["it did not come to its end"]}
    (folder / f"race-{race.number}.json").write_text(json.dumps(told))
    try:
        told = _play(race)
        (folder / f"race-{race.number}.json").write_text(json.dumps(told, ensure_ascii=False))
    finally:
        os._exit(0)


def _play(race: Race) -> dict[str, Any]:
    logging.disable(logging.CRITICAL)
    stage, own = Stage(clock_ends=CLOCK_ENDS), random.Random(f"{race.seed} {race.number}")
    faults: list[str] = []

    def attempt(name: str, seed: int) -> None:
        try:
            stage.perform(name, seed=seed)
            if stage.steps % LOOK_EVERY == 0:
                stage.memory.look()
        except Exception:
            faults.append(f"{name} {seed}\n{traceback.format_exc()}")
            connections.close_all()

    for turn in itertools.count():
        common = random.Random(f"{race.seed} turn {turn}")
        try:
            race.together.wait(LONGEST_TURN)
        except BrokenBarrierError:
            faults.append(f"{race.number} waited for the others longer than {LONGEST_TURN} seconds")
            break
        attempt(common.choice(IN_COMMON), common.getrandbits(32))
        attempt(own.choice(ALONE), own.getrandbits(32))
        if (time.monotonic() > race.until and turn + 1 >= race.turns) or len(faults) >= MOST_FAULTS:
            race.last.value = min(race.last.value, turn + 1)  # all come to it, and all leave after it
        if turn >= race.last.value:
            break
    try:
        stage.memory.look_at_everything()
    except Exception:
        faults.append(traceback.format_exc())
    counts = {"accepted": stage.accepted, "refused": stage.refused, "codes": stage.codes}
    return counts | {"steps": stage.steps, "faults": faults}


def verify() -> None:
    """What the two commands for operators say; they end with 1 when anything is wrong."""
    call_command("ledger", "verify", "--replay")
    call_command("verify")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
