"""A file on its way in: held, examined in the right order, one at a time for everybody, and told to whom it was brought for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.evidence import files
from zhicheng.evidence import intake, visitors
from zhicheng.evidence.actions import Turn, claim_next, end_turn, examine_due, give_back, remove_leftovers, stay_at, take_file
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState, Lane
from zhicheng.evidence.queries import intake_health, intakes_at, said_against, usage_of_account, usage_of_visitors
from zhicheng.evidence.rules import MOST_ATTEMPTS, Usage
from zhicheng.foundation import clock, holding
from zhicheng.foundation.errors import Problem, Refused

pytestmark = pytest.mark.django_db

PURPOSE = "test.purpose"


@pytest.fixture
def told() -> Iterator[list[tuple[dict[str, Any], int]]]:
    """What the handler of :data:`PURPOSE` was told: payload, file."""
    calls: list[tuple[dict[str, Any], int]] = []

    @intake.handler(PURPOSE)
    def handle(row: Intake, file: EvidenceFile) -> dict[str, Any]:
        calls.append((row.payload, file.pk))
        if row.payload.get("refuse"):
            sentence = translation.gettext(row.payload.get("sentence", "这一栏不收。"))
            raise Refused([Problem(sentence, where="elsewhere", code="no_room"), Problem("也不收。")])
        if row.payload.get("break"):
            raise RuntimeError("a mistake of ours")
        return {"done": True}

    yield calls
    intake._handlers.pop(PURPOSE)


def another(name: str) -> Any:
    return get_user_model().objects.create(username=name, email=f"{name}@example.org", kind="unit", created_at=clock.now())


def bring(
    who: Any = None, *, network: str = "203.0.113.9", content: bytes | None = None, name: str = "证书.pdf", **more: Any
) -> Intake:
    upload = ContentFile(files.pdf() if content is None else content, name=name)
    return take_file(upload=upload, actor_id=who.pk if who else None, network=network, **more)


def again(row: Intake) -> Intake:
    row.refresh_from_db()
    return row


def taken(lane: str = Lane.PEOPLE) -> int | None:
    """The row an examiner of the lane gets now."""
    turn = claim_next(lane=lane)
    return turn.row.pk if turn else None


def held(settings: Any) -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / holding.FOLDER).glob("*"))


# --- taking and keeping -----------------------------------------------------------------------------------------------


def test_bytes_are_held_before_the_row_and_go_with_its_end(person: Any, settings: Any, told: list[Any]) -> None:
    content = files.pdf()  # made anew a second later it has another id
    row = bring(person, content=content, purpose=PURPOSE, subject="s:1", where="w", payload={"a": 1})
    (path,) = held(settings)
    assert (path.name, path.read_bytes(), row.state) == (row.held, content, IntakeState.WAITING)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert examine_due() == 1
    assert (again(row).state, row.result, held(settings)) == (IntakeState.KEPT, {"done": True}, [])
    assert told == [({"a": 1}, row.file_id)]
    assert row.cpu_seconds > 0
    assert row.file is not None
    assert (row.file.uploaded_by_id, row.file.name) == (person.pk, "证书.pdf")


def test_purpose_nobody_handles_is_found_before_anything_is_held(person: Any, settings: Any) -> None:
    with pytest.raises(KeyError):
        bring(person, purpose="nobody's")
    assert held(settings) == []


def test_file_that_is_not_taken_is_an_event_of_the_security_log(
    person: Any, told: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="zhicheng.security")
    row = bring(person, purpose=PURPOSE, payload={"refuse": True})
    with TestCase.captureOnCommitCallbacks(execute=True):
        examine_due()
    (event,) = [r for r in caplog.records if "event=file.refused" in r.getMessage()]
    assert event.__dict__["facts"]["code"] == "no_room" and event.__dict__["facts"]["intake"] == row.pk
    assert event.__dict__["actor"] == f"user:{person.pk}" and "证书" not in event.getMessage()


def test_handler_that_refuses_keeps_nothing_and_its_words_stand_at_the_place(person: Any, settings: Any, told: list[Any]) -> None:
    row = bring(person, purpose=PURPOSE, where="box", payload={"refuse": True})
    with TestCase.captureOnCommitCallbacks(execute=True):
        examine_due()
    assert (again(row).state, row.problem_code, row.problem_text) == (IntakeState.REFUSED, "no_room", "这一栏不收。 也不收。")
    assert not EvidenceFile.objects.exists()
    assert held(settings) == []


def test_handler_that_breaks_is_tried_three_times_then_said(
    person: Any, told: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    row = bring(person, purpose=PURPOSE, payload={"break": True})
    for _attempt in range(5):
        Intake.objects.update(due_at=clock.machine_now())
        examine_due()
    assert (again(row).state, row.problem_code, len(told)) == (IntakeState.REFUSED, "not_examined", 3)
    assert "没有接收" in row.problem_text
    assert not EvidenceFile.objects.exists()
    assert "a mistake of ours" in caplog.text


def test_bytes_that_are_gone_end_in_a_sentence(person: Any, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    row = bring(person)
    with caplog.at_level(logging.CRITICAL):
        held(settings)[0].unlink()
        for _attempt in range(4):
            Intake.objects.update(due_at=clock.machine_now())
            examine_due()
    assert (again(row).state, row.problem_code) == (IntakeState.REFUSED, "not_examined")


def test_words_are_in_the_language_of_the_screen(person: Any) -> None:
    with translation.override("en"):
        row = bring(person, content=files.program())
    examine_due()
    assert again(row).problem_text.startswith("The file name ends in .pdf")


@pytest.mark.parametrize("content", [files.program(), b"", files.pdf()[:-200]])
def test_refusal_is_said_in_the_language_of_whoever_reads_it(person: Any, content: bytes) -> None:
    row = bring(person, content=content)
    examine_due()
    known = again(row)
    assert said_against(known) == known.problem_text
    with translation.override("en"):
        assert said_against(known) != known.problem_text and said_against(known).isascii()
        known.problem_words = None  # refused by a version before
        assert said_against(known) == known.problem_text


def test_refusal_by_the_room_is_said_in_the_language_of_whoever_reads_it(person: Any, told: list[Any]) -> None:
    row = bring(person, purpose=PURPOSE, payload={"refuse": True, "sentence": "密码太短，至少要有 %(number)d 个字符。"})
    examine_due()
    assert not EvidenceFile.objects.exists()
    assert said_against(again(row)) == "密码太短，至少要有 %(number)d 个字符。 也不收。"
    with translation.override("en"):
        assert "characters" in said_against(again(row))


def test_file_that_was_given_up_is_said_in_the_language_of_whoever_reads_it(person: Any) -> None:
    row = bring(person)
    Intake.objects.update(attempts=MOST_ATTEMPTS)
    examine_due()
    with translation.override("en"):
        assert "检查了几次" in again(row).problem_text and said_against(again(row)) != again(row).problem_text


# --- whose turn it is --------------------------------------------------------------------------------------------------


def test_one_at_a_time_for_an_account_and_for_a_network(person: Any) -> None:
    other = another("other")
    mine = [bring(person), bring(person)]
    theirs = bring(other)
    assert [taken(), taken(), taken()] == [mine[0].pk, theirs.pk, None]
    near, far = [bring(network="203.0.113.9") for _ in range(2)], bring(network="203.0.113.10")
    assert [taken(Lane.VISITORS) for _ in range(3)] == [near[0].pk, far.pk, None]


def test_database_itself_refuses_a_second_one_of_the_same_account(person: Any) -> None:
    bring(person), bring(person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.update(state=IntakeState.EXAMINING)


def test_database_itself_refuses_a_second_one_of_the_same_network() -> None:
    bring(), bring()
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.update(state=IntakeState.EXAMINING)


def test_lanes_do_not_meet(person: Any) -> None:
    stranger = bring()
    assert taken(Lane.PEOPLE) is None
    row = bring(person)
    assert (taken(Lane.VISITORS), taken(Lane.PEOPLE)) == (stranger.pk, row.pk)


def test_who_used_least_comes_first_and_what_needs_longer_last(person: Any) -> None:
    greedy, modest, new = person, another("modest"), another("new")
    Intake.objects.filter(pk=bring(greedy).pk).update(state="refused", cpu_seconds=9, ended_at=clock.machine_now())
    Intake.objects.filter(pk=bring(modest).pk).update(state="refused", cpu_seconds=1, ended_at=clock.machine_now())
    order = [bring(greedy), bring(modest), bring(new)]
    slow = bring(another("slow"))
    Intake.objects.filter(pk=slow.pk).update(round=1)
    assert [taken() for _ in range(4)] == [order[2].pk, order[1].pk, order[0].pk, slow.pk]


def test_file_that_used_up_its_short_allowance_gets_the_longer_one_behind_the_others() -> None:
    slow, quick = bring(content=files.pdf_of_forms(60)), bring(network="203.0.113.10")
    turn = claim_next(lane=Lane.VISITORS)
    assert turn is not None
    assert turn.row.pk == slow.pk
    verdict = turn.work()
    end_turn(turn=turn, outcome=verdict)
    assert (again(slow).state, slow.round, slow.attempts) == (IntakeState.WAITING, 1, 0)
    assert 0 < slow.cpu_seconds <= 2
    assert taken(Lane.VISITORS) == quick.pk
    Intake.objects.filter(pk=quick.pk).delete()
    examine_due()
    assert (again(slow).state, slow.problem_code) == (IntakeState.REFUSED, "too_complex")
    assert slow.cpu_seconds <= 8


# --- who died with it in hand ---------------------------------------------------------------------------------------------


def abandon(turn: Turn | None) -> None:
    """Its examiner was killed: nobody says any more that it is at it."""
    assert turn is not None
    Intake.objects.filter(pk=turn.row.pk).update(due_at=clock.machine_now() - timedelta(seconds=1))


def test_abandoned_file_is_taken_up_first_and_at_most_three_times(person: Any) -> None:
    row, later = bring(person), bring(person)
    for attempt in (1, 2, 3):
        turn = claim_next(lane=Lane.PEOPLE)
        assert turn is not None
        assert (turn.row.pk, turn.row.attempts) == (row.pk, attempt)
        abandon(turn)
    assert taken() is None  # it is given up now
    assert (again(row).state, row.problem_code) == (IntakeState.REFUSED, "not_examined")
    assert taken() == later.pk


def test_examiner_that_says_it_is_still_there_keeps_its_file(person: Any) -> None:
    bring(person)
    turn = claim_next(lane=Lane.PEOPLE)
    assert turn is not None
    abandon(turn)
    assert stay_at(turn=turn)
    assert taken() is None


def test_examiner_that_was_taken_for_dead_writes_nothing_down(person: Any, told: list[Any]) -> None:
    row = bring(person, purpose=PURPOSE)
    slow = claim_next(lane=Lane.PEOPLE)
    assert slow is not None
    abandon(slow)
    second = claim_next(lane=Lane.PEOPLE)
    assert second is not None
    verdict = second.work()
    end_turn(turn=slow, outcome=verdict)
    assert (again(row).state, told, EvidenceFile.objects.count()) == (IntakeState.EXAMINING, [], 0)
    assert not stay_at(turn=slow)
    end_turn(turn=second, outcome=verdict)
    end_turn(turn=second, outcome=verdict)
    assert (again(row).state, len(told), EvidenceFile.objects.count()) == (IntakeState.KEPT, 1, 1)


def test_examiner_that_has_to_stop_gives_its_file_back_untouched(person: Any) -> None:
    row = bring(person)
    turn = claim_next(lane=Lane.PEOPLE)
    assert turn is not None
    give_back(turn=turn)
    assert (again(row).state, row.attempts) == (IntakeState.WAITING, 0)
    assert taken() == row.pk


# --- what it may cost ------------------------------------------------------------------------------------------------------


def refused(*arguments: Any, **words: Any) -> str:
    with pytest.raises(Refused) as refusal:
        bring(*arguments, where="licence", **words)
    (problem,) = refusal.value.problems
    assert problem.where == "licence"
    assert "没有收下" in str(problem.text)
    return problem.code


def test_seconds_of_an_hour_are_counted_and_forgotten(person: Any, settings: Any) -> None:
    settings.EXAMINE_SECONDS_PER_ACCOUNT = settings.EXAMINE_SECONDS_PER_NETWORK = 10
    for row in (bring(person), bring()):
        Intake.objects.filter(pk=row.pk).update(state="refused", cpu_seconds=11, ended_at=clock.machine_now())
    assert (refused(person), refused()) == ("budget", "budget")
    assert bring(network="203.0.113.10").pk
    assert usage_of_account(person.pk).cpu_seconds == usage_of_visitors("203.0.113.9").own.cpu_seconds == 11
    Intake.objects.filter(state="refused").update(ended_at=clock.machine_now() - timedelta(minutes=61))
    assert bring(person).pk
    assert bring().pk


def test_only_so_many_wait_at_once(person: Any, settings: Any) -> None:
    settings.WAITING_PER_ACCOUNT = settings.WAITING_PER_NETWORK = 2
    for _file in range(2):
        bring(person), bring()
    assert (refused(person), refused()) == ("queue_full", "queue_full")
    settings.WAITING_OF_VISITORS = 2
    assert refused(network="203.0.113.10") == "queue_full"


def test_networks_of_one_connection_wait_and_work_as_one(settings: Any) -> None:
    """A home connection has 256 networks: ten places in each, and an hour for each, would be the whole queue and all of the examiner."""
    settings.WAITING_PER_NETWORK, settings.WAITING_OF_VISITORS = 2, 8
    rows = [bring(network=f"2001:db8:0:{number}::/64") for number in range(2)]
    assert refused(network="2001:db8:0:ff::/64") == "queue_full"
    bring(network="2001:db8:0:100::/64"), bring(network="2001:db8:0:200::/64")  # others of the provider, while half is free
    assert refused(network="2001:db8:0:300::/64") == "queue_full"
    assert bring(network="2001:db8:1::/64").pk and bring(network="203.0.113.9").pk
    Intake.objects.filter(pk=rows[0].pk).update(
        state="refused", ended_at=clock.machine_now(), cpu_seconds=settings.EXAMINE_SECONDS_PER_NETWORK
    )
    Intake.objects.filter(network="2001:db8:0:100::/64").delete()
    assert refused(network="2001:db8:0:ff::/64") == "budget"


def test_figures_of_one_visitor_are_those_of_its_network_its_site_and_everybody(person: Any) -> None:
    bring(person)
    rows = [bring(network=f"2001:db8:0:{number:x}::/64") for number in (1, 2, 0x100)]
    long_ago = bring(), bring()
    bring(network="203.0.113.90"), bring(network="2001:db9::/64"), bring(network="")
    Intake.objects.filter(pk=rows[1].pk).update(state="refused", ended_at=clock.machine_now(), cpu_seconds=3)
    Intake.objects.filter(pk=long_ago[0].pk).update(
        state="refused", ended_at=clock.machine_now() - timedelta(hours=2), cpu_seconds=7
    )
    size = len(files.pdf())
    of_one = usage_of_visitors("2001:db8:0:1::/64")
    assert of_one.own == Usage(waiting=1, held_bytes=size)
    assert of_one.site == Usage(waiting=1, cpu_seconds=3, held_bytes=size)
    assert of_one.provided == Usage(waiting=2, cpu_seconds=3, held_bytes=2 * size)
    for network in ("203.0.113.9", ""):
        usage = usage_of_visitors(network)
        assert usage.own == usage.site == usage.provided
        assert usage.own == Usage(waiting=1, held_bytes=size)
        assert (usage.everybody.waiting, usage.everybody.held_bytes) == (6, 6 * size)


def test_full_queue_makes_an_upload_no_dearer_and_who_answers_is_asked_only_when_room_is_short(settings: Any) -> None:
    for number in range(30):
        bring(network=f"198.18.0.{number}")
    with CaptureQueriesContext(connection) as asked:
        usage = usage_of_visitors("203.0.113.9")
    assert len(asked) == 1 and usage.everybody.waiting == 30 and usage.own == Usage()
    settings.VISITOR_BYTES = usage.everybody.held_bytes
    with CaptureQueriesContext(connection) as asked:
        assert usage_of_visitors("203.0.113.9") == usage
    assert len(asked) == 3


def test_room_kept_for_visitors_is_bounded_for_a_network_and_in_all(settings: Any, person: Any) -> None:
    size = len(files.pdf())
    settings.VISITOR_BYTES_PER_NETWORK = 2 * size
    bring(), bring()
    assert refused() == "space"
    settings.VISITOR_BYTES = 3 * size
    bring(network="203.0.113.10")
    assert refused(network="203.0.113.11") == "space"
    assert bring(person).pk
    assert len(held(settings)) == 4


def test_beyond_half_of_the_room_a_site_holds_as_much_as_one_file_may(settings: Any, person: Any) -> None:
    """So that a few who fill it shut nobody else out: neither a new network, nor whoever is in the same half of a provider's."""
    size = len(files.pdf())
    settings.VISITOR_BYTES = 8 * size
    settings.UPLOAD_LIMIT_BYTES = size
    for number in range(4):
        bring(network=f"2001:db8:0:{number}::/64")
    assert [refused(network=f"2001:db8:0:{number:x}::/64") for number in (0, 9, 0xFF)] == ["share"] * 3
    assert bring(network="2001:db8:0:100::/64").pk and bring(network="203.0.113.9").pk
    assert (refused(network="2001:db8:0:1ff::/64"), refused(network="203.0.113.9")) == ("share", "share")
    assert bring(network="203.0.113.10").pk and bring(person).pk


def answered_for(row: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the mailbox of the registration is confirmed."""
    rows = EvidenceFile.objects.filter(pk=OuterRef("pk")).filter(pk=row.file_id)
    monkeypatch.setattr(visitors, "_vouching", [*visitors._vouching, lambda: rows])


def test_file_somebody_answers_for_takes_no_share(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(files.pdf())
    settings.VISITOR_BYTES, settings.UPLOAD_LIMIT_BYTES = 4 * size, size
    row = bring()
    assert examine_due() == 1
    bring(network="203.0.113.10")
    assert refused() == "share"
    answered_for(again(row), monkeypatch)
    bring(network="203.0.113.11")
    assert bring().pk


def test_network_of_a_file_nobody_answers_for_is_known_as_long_as_it_fills_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    row, other = bring(), bring(network="203.0.113.10")
    assert examine_due() == 2
    answered_for(again(other), monkeypatch)
    Intake.objects.update(ended_at=clock.machine_now() - timedelta(days=20))
    with clock.travel(clock.now() + timedelta(days=1)):
        remove_leftovers()
    assert list(Intake.objects.values_list("pk", flat=True)) == [row.pk]
    assert usage_of_visitors("203.0.113.9").own.held_bytes == again(row).size
    with clock.travel(clock.now() + timedelta(days=3)):
        remove_leftovers()
    assert not Intake.objects.exists() and not EvidenceFile.objects.filter(pk=row.file_id).exists()


class Slow:
    """A file; something happens while its bytes come in."""

    name: str | None = "慢.pdf"

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        self.meanwhile()
        yield files.pdf()


@pytest.mark.parametrize("whose", ["account's", "network's", "visitors'", "room"])
def test_place_that_was_taken_while_the_bytes_came_in_is_not_taken_twice(whose: str, person: Any, settings: Any) -> None:
    who = person if whose == "account's" else None
    if whose == "account's":
        settings.WAITING_PER_ACCOUNT = 1
    elif whose == "network's":
        settings.WAITING_PER_NETWORK = 1
    elif whose == "visitors'":
        settings.WAITING_OF_VISITORS = 1
    else:
        settings.VISITOR_BYTES = len(files.pdf())
    upload = Slow(lambda: bring(who))
    with pytest.raises(Refused) as refusal:
        take_file(upload=upload, actor_id=who.pk if who else None, network="203.0.113.9", where="licence")
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where) == ("space" if whose == "room" else "queue_full", "licence")
    assert Intake.objects.count() == len(held(settings)) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lane", Lane.values)
def test_as_many_files_at_the_same_moment_as_there_are_places_are_taken(lane: str, person: Any, settings: Any) -> None:
    settings.WAITING_PER_ACCOUNT = settings.WAITING_OF_VISITORS = 2
    together, answers = threading.Barrier(8), []

    def send(number: int) -> None:
        try:
            upload, actor = Slow(lambda: together.wait(20)), person.pk if lane == Lane.PEOPLE else None
            take_file(upload=upload, actor_id=actor, network=f"203.0.113.{number}")
            answers.append("taken")
        except Refused as refusal:
            answers.append(refusal.problems[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["queue_full"] * 6 + ["taken"] * 2
    assert Intake.objects.count() == len(held(settings)) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobody_who_is_signed_in_waits_for_visitors_files(person: Any) -> None:
    written = threading.Event()

    def send() -> None:
        try:
            bring(person)
            written.set()
        finally:
            connection.close()

    with transaction.atomic():
        bring()  # and its transaction does not end
        thread = threading.Thread(target=send)
        thread.start()
        assert written.wait(20)
    thread.join()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_visitor_whose_turn_does_not_come_is_answered_and_holds_no_thread_of_the_pages(settings: Any) -> None:
    """One who hangs between two statements would keep all others, and with them every thread, for as long as a statement may take."""
    answers: list[Any] = []

    def send() -> None:
        began = time.monotonic()
        try:
            bring()
        except Refused as refusal:
            answers.append((refusal.problems[0].code, time.monotonic() - began < 10))
        finally:
            connection.close()

    with transaction.atomic():
        bring()  # and its transaction does not end
        threads = [threading.Thread(target=send) for _one in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert answers == [("queue_full", True)] * 4
    assert Intake.objects.count() == len(held(settings)) == 1
    bring()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_what_was_refused_takes_no_room(settings: Any) -> None:
    settings.VISITOR_BYTES_PER_NETWORK = len(files.program()) + 10
    for _file in range(3):
        row = bring(content=files.program())
        with TestCase.captureOnCommitCallbacks(execute=True):
            examine_due()
        assert again(row).state == IntakeState.REFUSED
    assert held(settings) == []


# --- what the page is told, and what is forgotten -----------------------------------------------------------------------------


def test_page_hears_of_what_is_open_and_of_the_last_refusal_nobody_told(person: Any) -> None:
    first, second = (bring(person, content=files.program(), subject="s:1", where="w") for _ in range(2))
    examine_due()
    assert [row.pk for row in intakes_at("s:1")] == [second.pk]
    third = bring(person, subject="s:1", where="w")
    assert [row.pk for row in intakes_at("s:1")] == [third.pk]
    examine_due()
    assert intakes_at("s:1") == []
    assert again(first).state == again(second).state == IntakeState.REFUSED


def test_what_was_decided_is_forgotten_after_two_days_and_what_waits_never(person: Any, settings: Any) -> None:
    done, waiting = bring(person, content=files.program()), bring()
    examine_due(limit=1)
    past = clock.machine_now() - timedelta(days=3)
    Intake.objects.filter(pk=done.pk).update(ended_at=past)
    Intake.objects.filter(pk=waiting.pk).update(arrived_at=past)
    import os

    orphan = Path(settings.MEDIA_ROOT) / holding.FOLDER / ("0" * 32)
    orphan.write_bytes(b"its process died before it could write the row")
    for path in held(settings):
        os.utime(path, (past.timestamp(), past.timestamp()))
    remove_leftovers()
    assert list(Intake.objects.values_list("pk", flat=True)) == [waiting.pk]
    assert [path.name for path in held(settings)] == [waiting.held]


def test_operator_sees_what_waits_and_that_nobody_takes_it(person: Any) -> None:
    assert intake_health().is_stuck is False
    row = bring(person)
    bring(), bring()
    long_ago = clock.machine_now() - timedelta(minutes=3)
    Intake.objects.filter(pk=row.pk).update(due_at=long_ago)
    health = intake_health()
    assert (health.people, health.visitors, health.stuck) == (1, 2, (Lane.PEOPLE,))
    Intake.objects.update(due_at=long_ago)
    assert intake_health().stuck == (Lane.PEOPLE, Lane.VISITORS), "visitors wait as well, and units that register are visitors"


@pytest.mark.parametrize("lane", [Lane.PEOPLE, Lane.VISITORS])
def test_long_queue_with_somebody_at_work_is_not_stuck_and_a_silent_examiner_is(person: Any, lane: str) -> None:
    for number in range(3):
        bring(person if lane == Lane.PEOPLE else None, network=f"203.0.113.{number}")
    Intake.objects.update(due_at=clock.machine_now() - timedelta(minutes=3))
    assert claim_next(lane=lane) is not None
    assert intake_health().stuck == ()
    Intake.objects.update(due_at=clock.machine_now() - timedelta(minutes=3))
    assert intake_health().stuck == (lane,), "it has one in hand and shows no sign of life"
    examine_due(limit=1)
    assert Intake.objects.filter(ended_at__isnull=False).exists() and intake_health().stuck == ()
