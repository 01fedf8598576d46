import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from tests.foundation.queueing import let_time_pass, queue
from zhicheng.foundation import actions, clock, outbox, queries
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import AccessRefusal, Failure, LedgerEntry, OutboxMessage
from zhicheng.foundation.transactions import NotInTransaction

Register = Callable[..., Any]


@pytest.fixture
def seen(register: Register) -> list[str]:
    """The keys of the messages of kind ``test.kind`` that were handled."""
    keys: list[str] = []
    register("test.kind")(lambda message: keys.append(message.key))
    return keys


@pytest.fixture
def failing(register: Register) -> None:
    """Messages of kind ``test.kind`` write something and then fail."""

    def fail(message: OutboxMessage) -> None:
        AccessRefusal.objects.create(at=clock.now(), actor="x", path="/", reason="half", error_id="half")
        raise RuntimeError("邮件服务器没有回应")

    register("test.kind")(fail)


@pytest.mark.django_db
def test_queue_and_drain_hand_the_message_to_its_handler_once(register: Register) -> None:
    got: list[dict[str, Any]] = []
    register("test.kind")(lambda message: got.append(message.payload))
    message = queue(text="博州", n=[1, None])
    assert (message.state, message.attempts, message.done_at) == ("pending", 0, None)
    assert got == []
    assert outbox.drain() == 1
    assert outbox.drain() == 0
    assert got == [{"text": "博州", "n": [1, None]}]
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("done", 1, "")
    assert message.done_at is not None


@pytest.mark.django_db
def test_queue_one_key_twice_is_one_message(seen: list[str]) -> None:
    assert queue(a=1).pk == queue(a=2).pk
    outbox.drain()
    assert queue(a=3).state == "done"
    outbox.drain()
    assert seen == ["one"]


@pytest.mark.django_db
def test_queue_one_key_of_two_kinds_is_two_messages(register: Register, seen: list[str]) -> None:
    register("test.other")(lambda message: seen.append(message.kind))
    queue()
    queue(kind="test.other")
    outbox.drain()
    assert seen == ["one", "test.other"]


@pytest.mark.django_db(transaction=True)
def test_queue_outside_of_a_transaction_is_a_mistake() -> None:
    with pytest.raises(NotInTransaction):
        outbox.queue(kind="test.kind", payload={}, key="one")


@pytest.mark.django_db(transaction=True)
def test_queue_falls_with_its_cause(seen: list[str]) -> None:
    with pytest.raises(KeyError), transaction.atomic():
        queue()
        raise KeyError
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_queue_refuses_a_payload_that_is_too_large() -> None:
    queue(text="x" * (outbox.MAX_PAYLOAD_BYTES - 11))
    with pytest.raises(outbox.PayloadTooLarge, match="at most 262144"):
        queue(key="two", text="x" * (outbox.MAX_PAYLOAD_BYTES - 10))


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "key", "payload"), [("", "k", {}), ("k", "", {}), ("k", "k", {"at": datetime})])
def test_queue_refuses_what_cannot_be_kept(kind: str, key: str, payload: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        outbox.queue(kind=kind, payload=payload, key=key)


def test_handler_refuses_a_second_one_for_its_kind(register: Register, seen: list[str]) -> None:
    def another(message: OutboxMessage) -> None: ...

    with pytest.raises(RuntimeError, match=r"two handlers .* 'test.kind'"):
        register("test.kind")(another)


@pytest.mark.django_db
def test_failure_undoes_the_work_counts_and_waits(failing: None, caplog: pytest.LogCaptureFixture) -> None:
    message = queue()
    assert outbox.drain() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 1)
    assert message.last_error.endswith(" RuntimeError")  # its words could name a person
    assert timedelta(seconds=50) < message.next_attempt_at - clock.machine_now() <= timedelta(minutes=1)
    assert not AccessRefusal.objects.exists()
    error_id = message.last_error.split()[0]
    assert len(error_id) == 8 and error_id in caplog.text
    assert outbox.drain() == 0
    message.refresh_from_db()
    assert message.attempts == 1


@pytest.mark.django_db
def test_failure_again_and_again_ends_visible_as_failed(failing: None, caplog: pytest.LogCaptureFixture) -> None:
    message = queue()
    waits = []
    for _ in range(outbox.MAX_ATTEMPTS):
        let_time_pass()
        outbox.drain()
        message.refresh_from_db()
        waits.append(message.next_attempt_at - clock.machine_now())
    assert (message.state, message.attempts) == ("failed", outbox.MAX_ATTEMPTS)
    minutes = [round(wait / timedelta(minutes=1)) for wait in waits]
    assert minutes[:7] == [1, 5, 15, 60, 180, 360, 720]
    assert [record.levelno for record in caplog.records if "failed, attempt" in record.message][-1] == logging.ERROR
    let_time_pass()
    assert outbox.drain() == 0


@pytest.mark.django_db
def test_failure_then_success_is_done_without_an_error_left(register: Register) -> None:
    tries: list[int] = []

    def second_time(message: OutboxMessage) -> None:
        tries.append(message.attempts)
        if len(tries) == 1:
            raise RuntimeError

    register("test.kind")(second_time)
    message = queue()
    outbox.drain()
    let_time_pass()
    assert outbox.drain() == 1
    message.refresh_from_db()
    assert (tries, message.state, message.last_error) == ([1, 2], "done", "")


@pytest.mark.django_db
def test_unknown_kind_waits_for_a_newer_worker() -> None:
    message = queue(kind="test.of-tomorrow")
    assert outbox.drain() == 0
    message.refresh_from_db()
    assert message.state == "pending"
    assert message.last_error.endswith(" LookupError")


@pytest.mark.django_db
def test_one_message_that_fails_does_not_stop_the_others(register: Register, failing: None) -> None:
    done: list[str] = []
    register("test.good")(lambda message: done.append(message.key))
    queue()
    queue(kind="test.good", key="two")
    assert outbox.drain() == 1
    assert done == ["two"]


@pytest.mark.django_db
def test_drain_also_handles_what_handlers_queue_but_no_more_than_its_limit(register: Register) -> None:
    register("test.kind")(lambda message: queue(key=f"{message.key}+"))
    queue(key="a")
    assert outbox.drain(limit=5) == 5
    assert OutboxMessage.objects.filter(state="pending").get().key == "a+++++"


@pytest.mark.django_db
def test_moved_clock_does_not_hold_back_a_message(seen: list[str]) -> None:
    with clock.travel(clock.now() + timedelta(days=300)):
        queue()
    assert outbox.drain() == 1


@pytest.mark.django_db
def test_lease_runs_the_handler_outside_of_a_transaction_of_its_own(register: Register) -> None:
    def fail(message: OutboxMessage) -> None:
        AccessRefusal.objects.create(at=clock.now(), actor="x", path="/", reason="kept", error_id="kept")
        raise RuntimeError

    register("test.kind", lease=timedelta(minutes=7))(fail)
    queue()
    outbox.drain()
    assert AccessRefusal.objects.filter(error_id="kept").count() == 1


@pytest.mark.django_db
def test_lease_keeps_others_away_while_the_handler_works(register: Register) -> None:
    inside: list[Any] = []

    def look(message: OutboxMessage) -> None:
        inside.append(outbox.process_message(message.pk))
        inside.append(OutboxMessage.objects.get(pk=message.pk).next_attempt_at - clock.machine_now())

    register("test.kind", lease=timedelta(minutes=7))(look)
    queue()
    assert outbox.drain() == 1
    assert inside[0] is False
    assert timedelta(minutes=6) < inside[1] <= timedelta(minutes=7)


@pytest.mark.django_db
def test_attempt_that_comes_back_after_its_lease_changes_nothing(register: Register) -> None:
    """The slow first attempt ends, badly, after the second has done the work."""
    order: list[str] = []

    def slow(message: OutboxMessage) -> None:
        order.append(f"begin {message.attempts}")
        if message.attempts == 1:
            let_time_pass()
            outbox.process_message(message.pk)
            raise RuntimeError("too late")

    register("test.kind", lease=timedelta(minutes=1))(slow)
    message = queue()
    outbox.drain()
    message.refresh_from_db()
    assert order == ["begin 1", "begin 2"]
    assert (message.state, message.last_error) == ("done", "")


@pytest.mark.django_db
def test_attempt_that_succeeds_after_its_lease_still_counts(register: Register) -> None:
    """The slow first attempt ends well after the second has failed: the work is done, and not repeated."""

    def slow(message: OutboxMessage) -> None:
        if message.attempts == 1:
            let_time_pass()
            outbox.process_message(message.pk)
        else:
            raise RuntimeError("the other one has it")

    register("test.kind", lease=timedelta(minutes=1))(slow)
    message = queue()
    assert outbox.drain() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("done", 2, "")


@pytest.mark.django_db
def test_attempt_that_fails_after_its_lease_does_not_speak_for_the_next(register: Register) -> None:
    def slow(message: OutboxMessage) -> None:
        let_time_pass()
        OutboxMessage.objects.update(attempts=2, last_error="")  # the second attempt has begun
        raise RuntimeError("too late")

    register("test.kind", lease=timedelta(minutes=1))(slow)
    message = queue()
    outbox.drain()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("pending", 2, "")


@pytest.mark.django_db
def test_message_that_kills_its_worker_each_time_is_given_up(seen: list[str], caplog: pytest.LogCaptureFixture) -> None:
    message = queue()
    OutboxMessage.objects.update(attempts=outbox.MAX_ATTEMPTS)
    assert outbox.drain() == 0
    message.refresh_from_db()
    assert message.state == "failed" and "the worker died" in message.last_error
    assert seen == []
    assert "gave up" in caplog.text


WORKER = outbox.Claimer(instance=7, pid=70)


def take(lane: Lane = Lane.EFFECTS) -> OutboxMessage | None:
    return outbox.claim(lane, by=WORKER)


@pytest.mark.django_db
def test_claim_takes_the_earliest_of_its_lane_once(register: Register, seen: list[str]) -> None:
    register("test.paper", lane=Lane.PAPERS)(str)
    queue(kind="test.paper", key="paper")
    first, second = queue(key="first"), queue(key="second")
    assert (first.lane, outbox.has_due(Lane.PAPERS), outbox.has_due(Lane.MAIL)) == (Lane.EFFECTS, True, False)
    taken = [take(), take(), take()]
    assert [message and message.pk for message in taken] == [first.pk, second.pk, None]
    assert taken[0] is not None and (taken[0].claimed_by, taken[0].claimed_pid, taken[0].attempts) == (7, 70, 1)
    assert outbox.run_claimed(taken[0])
    first.refresh_from_db()
    assert (first.state, first.claimed_by) == ("done", 0)


@pytest.mark.django_db
def test_release_frees_what_a_dead_worker_had_in_hand_at_once(seen: list[str]) -> None:
    queue(key="one")
    queue(key="two")
    assert take() and take()
    assert outbox.drain() == 0
    assert outbox.release(instance=8) == 0
    assert outbox.release(instance=7) == 2
    assert outbox.drain() == 2
    assert seen == ["one", "two"]


@pytest.mark.django_db
def test_release_makes_a_message_wait_that_kills_its_process_again_and_again(seen: list[str]) -> None:
    """One process of a living worker has died over it, twice: it is not tried without a pause until its attempts are used up."""
    message = queue()
    waits = []
    for _ in range(3):
        assert take()
        assert outbox.release(instance=7, pid=70) == 1
        message.refresh_from_db()
        waits.append(round((message.next_attempt_at - clock.machine_now()) / timedelta(minutes=1)))
        let_time_pass()
    assert waits == [0, 1, 5]


@pytest.mark.django_db
def test_sequence_keeps_its_order_when_the_first_has_to_wait(register: Register) -> None:
    order: list[str] = []

    def stumble(message: OutboxMessage) -> None:
        if message.key == "1" and message.attempts == 1:
            raise RuntimeError
        order.append(message.key)

    register("test.kind")(stumble)
    for key, sequence in (("1", "application:1"), ("2", "application:1"), ("3", "application:2"), ("4", "")):
        queue(key=key, sequence=sequence)
    assert outbox.drain() == 2
    assert order == ["3", "4"]
    let_time_pass()
    outbox.drain()
    assert order == ["3", "4", "1", "2"]


@pytest.mark.django_db
def test_sequence_goes_on_after_one_that_was_given_up(register: Register) -> None:
    def refuse(message: OutboxMessage) -> None:
        if message.key == "1":
            raise outbox.GivenUp(Failure.RECIPIENT, "550 no such mailbox")

    register("test.kind")(refuse)
    first = queue(key="1", sequence="application:1")
    queue(key="2", sequence="application:1")
    assert outbox.drain() == 1
    first.refresh_from_db()
    assert (first.state, first.failure, first.attempts) == ("failed", "recipient", 1)


@pytest.mark.django_db
def test_postponed_attempt_does_not_count(register: Register) -> None:
    def away(message: OutboxMessage) -> None:
        raise outbox.Postponed("no answer", until=clock.machine_now() + timedelta(seconds=30))

    register("test.kind", lease=timedelta(minutes=2))(away)
    message = queue()
    for _ in range(outbox.MAX_ATTEMPTS + 2):
        assert outbox.drain() == 0
        let_time_pass()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 0)
    assert "no answer" in message.last_error


@pytest.mark.django_db
@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
def test_clock_put_back_holds_no_message_and_keeps_the_order(seen: list[str], back: timedelta) -> None:
    """What was queued before lies in the future by the new time; what comes after it seems earlier."""
    for key in ("before 1", "before 2"):
        queue(key=key)
    OutboxMessage.objects.update(next_attempt_at=clock.machine_now() + back)
    queue(key="after")
    taken = [take(), take(), take()]
    assert [message and message.key for message in taken] == ["before 1", "before 2", "after"]


@pytest.mark.django_db
@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
def test_clock_put_back_lets_a_failed_attempt_wait_no_longer_than_any(failing: None, back: timedelta) -> None:
    message = queue()
    outbox.drain()
    assert outbox.tidy() == 0
    OutboxMessage.objects.update(next_attempt_at=F("next_attempt_at") + back)
    assert outbox.tidy() == 1
    message.refresh_from_db()
    assert message.next_attempt_at <= clock.machine_now()


@pytest.mark.django_db
def test_tidy_gives_a_lane_to_what_an_earlier_version_queued(register: Register) -> None:
    register("test.paper", lane=Lane.PAPERS)(str)
    message = queue(kind="test.paper")
    OutboxMessage.objects.update(lane="")
    assert not outbox.has_due(Lane.PAPERS)
    assert outbox.tidy() == 1
    assert outbox.claim(Lane.PAPERS, by=WORKER) == message


@pytest.mark.django_db
def test_settled_message_counts_no_longer_and_can_still_be_tried(seen: list[str]) -> None:
    message = queue()
    OutboxMessage.objects.update(state="failed", failure="recipient", attempts=1)
    assert queries.outbox_health().failed == 1
    actions.settle_message(message_id=message.pk, actor="user:1")
    assert queries.outbox_health().failed == 0
    assert LedgerEntry.objects.get().event == "outbox.settled"
    with pytest.raises(Refused):
        actions.settle_message(message_id=message.pk, actor="user:1")
    actions.retry_message(message_id=message.pk, actor="user:1")
    assert outbox.drain() == 1


@pytest.mark.django_db
def test_retry_message_gives_a_failed_one_a_fresh_start(seen: list[str]) -> None:
    message = queue()
    OutboxMessage.objects.update(state="failed", attempts=outbox.MAX_ATTEMPTS)
    actions.retry_message(message_id=message.pk, actor="user:1")
    assert outbox.drain() == 1
    assert LedgerEntry.objects.get().event == "outbox.retried"
