"""What was committed, what was not, and what nobody can say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from zhicheng.foundation import clock, ledger
from zhicheng.foundation.models import LedgerEntry, OriginalPlace, SentForm
from zhicheng.foundation.sending import KEPT, Form, Outcome, Sending, SentBefore, sent_before, sweep_sendings

FORM = Form(key="a" * 64, form="b" * 64, sender="user:1", address="objection")


def work() -> None:
    """Something an action does."""
    with transaction.atomic():
        ledger.record(event="test", subject="x", actor="user:1", data={})


def sending(form: Form | None = FORM) -> Sending:
    made = Sending()
    made.form = form
    return made


@pytest.mark.django_db(transaction=True)
def test_the_note_is_written_with_the_work_and_only_with_it():
    looked = sending()
    with looked.watched():
        assert LedgerEntry.objects.count() == 0
    assert sent_before(FORM) is None and not looked.committed
    failed = sending()
    with failed.watched(), pytest.raises(RuntimeError), transaction.atomic():
        work()
        raise RuntimeError
    assert sent_before(FORM) is None and failed.outcome(RuntimeError()) is Outcome.NOT_DONE
    done = sending()
    with done.watched():
        work()
        work()
    assert sent_before(FORM) is not None and done.committed and SentForm.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_inside_takes_its_note_along_and_the_rest_gets_one():
    made = sending()
    with made.watched(), transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            work()
            raise RuntimeError
        work()
    assert made.committed and sent_before(FORM) is not None and LedgerEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_second_sending_does_nothing():
    with sending().watched():
        work()
    with sending().watched(), pytest.raises(SentBefore):
        work()
    assert LedgerEntry.objects.count() == 1


def place(of: str = "0") -> OriginalPlace:
    """One row, written without a transaction around it."""
    return OriginalPlace.objects.create(place=of * 64, since=clock.machine_now(), said_by="test")


@pytest.mark.django_db(transaction=True)
def test_a_single_statement_without_a_transaction_is_done_once_as_well():
    first = sending()
    with first.watched():
        assert place().pk and place("1").pk
    assert first.committed and SentForm.objects.count() == 1
    with sending().watched(), pytest.raises(SentBefore):
        place("2")
    assert OriginalPlace.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_single_statement_that_fails_leaves_the_form_to_be_sent_again():
    place()
    failed = sending()
    with failed.watched(), pytest.raises(IntegrityError) as error:
        place()
    assert sent_before(FORM) is None and failed.outcome(error.value) is Outcome.NOT_DONE
    with sending().watched():
        place("1")
    assert sent_before(FORM) is not None


@pytest.mark.django_db(transaction=True)
def test_lock_alone_is_preceded_by_the_note():
    if connection.vendor == "sqlite":
        return  # it has no such statement: a transaction that writes locks everything
    with sending().watched(), transaction.atomic():
        list(LedgerEntry.objects.select_for_update(no_key=True))
        assert sent_before(FORM) is not None


@pytest.mark.django_db(transaction=True)
def test_done_is_said_only_when_the_page_came_to_its_end():
    made = sending(None)
    with made.watched():
        work()
    assert made.outcome(RuntimeError()) is Outcome.UNSURE, "there may have been more to do"
    made.answered = True
    assert made.outcome(RuntimeError()) is Outcome.DONE


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_connection_lost_in_the_commit_leaves_it_open():
    """The database ends the connection while it carries the commit out: nobody here can know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION end_this() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END'"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER end_this AFTER INSERT ON foundation_ledgerentry"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_this()"
        )
    made = sending()
    try:
        with made.watched(), pytest.raises(OperationalError) as lost:
            work()
        assert made.outcome(lost.value) is Outcome.UNSURE
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION end_this() CASCADE")


@pytest.mark.django_db
def test_answer_with_a_code_is_an_answer():
    class Code(Exception):
        sqlstate = "40P01"

    error = OperationalError("deadlock detected")
    error.__cause__ = Code()
    made = sending(None)
    with made.watched(), pytest.raises(OperationalError), transaction.atomic():
        work()
        raise error
    assert made.outcome(error) is Outcome.NOT_DONE


@pytest.mark.django_db
def test_sendings_are_forgotten_after_their_time():
    for age in (KEPT - timedelta(minutes=1), KEPT + timedelta(minutes=1)):
        SentForm.objects.create(
            key=f"{age.total_seconds():064.0f}", form="f", sender="user:1", address="x", at=clock.machine_now() - age
        )
    assert sweep_sendings() == 1 and SentForm.objects.count() == 1
