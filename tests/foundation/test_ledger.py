import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Q
from django.db.utils import IntegrityError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.foundation.conftest import Elsewhere
from tests.foundation.test_canonical import JSON, TEXT
from zhicheng.foundation import clock, ledger, triggers
from zhicheng.foundation.models import LedgerEntry, LedgerHead, LedgerSalt
from zhicheng.foundation.own_invariants import salts_are_there
from zhicheng.foundation.transactions import NotInTransaction


def write(count: int) -> list[LedgerEntry]:
    with transaction.atomic():
        return [
            ledger.record(event="test.happened", subject=f"thing:{n}", actor="user:5", data={"n": n, "名": ["甲", None, 1.5]})
            for n in range(1, count + 1)
        ]


def tamper(change: Callable[[], object]) -> ledger.Verification:
    """Change the database as somebody could who has the right to drop the triggers, and verify."""
    triggers.take_off(connection)
    change()
    return ledger.verify()


@pytest.mark.django_db
def test_record_chains_each_entry_to_the_one_before() -> None:
    first, second, third = write(3)
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert first.previous_hash == ledger.GENESIS
    assert second.previous_hash == first.hash and third.previous_hash == second.hash
    assert (LedgerHead.objects.get().number, LedgerHead.objects.get().hash) == (3, third.hash)


@pytest.mark.django_db
def test_record_keeps_the_time_of_the_clock() -> None:
    with clock.travel(there := clock.now().replace(year=2023, month=9, day=1)):
        entry = write(1)[0]
    assert LedgerEntry.objects.get(pk=entry.pk).at == there


@pytest.mark.django_db
def test_entry_hash_is_fixed_for_ever() -> None:
    """The way an entry is hashed never changes: entries written years ago must still verify."""
    at = clock.now().replace(year=2023, month=9, day=1, hour=8, minute=0, second=0, microsecond=7)
    entry = LedgerEntry(
        number=1, at=at, event="a.b", subject="c:1", actor="system", data={"名": "甲"}, previous_hash=ledger.GENESIS
    )
    assert ledger.entry_hash(entry) == "c409dff06a439b42fa27b36d8ba1f096b844be61e0404338e5c5d7127926055b"


@pytest.mark.django_db
def test_entry_hash_of_the_second_format_is_fixed_for_ever() -> None:
    at = clock.now().replace(year=2023, month=9, day=1, hour=8, minute=0, second=0, microsecond=7)
    entry = LedgerEntry(
        number=1, at=at, event="a.b", subject="c:1", actor="system", data={"名": "甲"}, previous_hash=ledger.GENESIS, format=2
    )
    assert ledger.entry_hash(entry) == "30d4b2d43905ec93f2266c5a674ae8f0ec8fdc5875b10e30be74eb15a477f820"
    entry.format = 3
    with pytest.raises(ValueError, match="unknown format 3"):
        ledger.entry_hash(entry)


@pytest.mark.django_db
def test_entries_of_both_formats_make_one_chain() -> None:
    """What an older version of the program wrote, or writes while it still runs, verifies beside what this one writes."""
    first = write(1)[0]
    with transaction.atomic():
        head = LedgerHead.objects.get()
        old = LedgerEntry(
            number=2,
            at=clock.now(),
            event="a.b",
            subject="c:1",
            actor="system",
            data={"reason": "原文"},
            previous_hash=first.hash,
        )
        old.hash = ledger.entry_hash(old)
        old.save()
        LedgerHead.objects.update(number=2, hash=old.hash)
    assert head.hash == first.hash
    write(1)
    assert ledger.verify().entries == 3
    assert ledger.says(old, old.data["reason"], "原文") is True and ledger.says(old, old.data["reason"], "别的") is False


@pytest.mark.django_db
def test_private_text_stands_as_a_salted_hash_and_can_be_forgotten() -> None:
    with transaction.atomic():
        data = {"reason": ledger.private("业绩证明系伪造"), "list": [{"text": ledger.private("甲")}], "none": ledger.private("")}
        entry = ledger.record(event="a.b", subject="c:1", actor="user:5", data=data)
    kept = LedgerEntry.objects.get(pk=entry.pk)
    assert "伪造" not in str(kept.data) and kept.data["none"] == "" and len(kept.data["reason"]["sha256"]) == 64
    assert ledger.says(kept, kept.data["reason"], "业绩证明系伪造") is True
    assert ledger.says(kept, kept.data["reason"], "业绩证明系真实") is False
    assert ledger.says(kept, kept.data["list"][0]["text"], "甲") is True
    again = ledger.private("业绩证明系伪造")
    with transaction.atomic():
        other = ledger.record(event="a.b", subject="c:1", actor="user:5", data={"reason": again})
    assert other.data["reason"] != kept.data["reason"], "the same words are not told by their hash"
    assert ledger.forget_private(number=entry.number, actor="user:9", reason="依法删除") == 2
    assert ledger.says(kept, kept.data["reason"], "业绩证明系伪造") is None
    assert ledger.verify().ok
    assert LedgerEntry.objects.latest("number").event == "ledger.salts_erased"


@pytest.mark.django_db
def test_salts_of_all_that_is_told_of_somebody_go_in_one_entry_and_of_nobody_else() -> None:
    with transaction.atomic():
        mine, again, other = (
            ledger.record(event="a.b", subject=of, actor="system", data={"name": ledger.private("甲")})
            for of in ("c:1", "c:1", "c:11")
        )
        ledger.record(event="a.b", subject="c:2", actor="system", data={"n": 1})
    with transaction.atomic():
        assert ledger.forget_private_of(about=Q(subject__in=["c:1", "c:2"]), actor="system", reason="到期删除") == 2
        assert ledger.forget_private_of(about=Q(subject__in=["c:1", "c:2"]), actor="system", reason="到期删除") == 0
    assert [ledger.says(one, one.data["name"], "甲") for one in (mine, again, other)] == [None, None, True]
    (told,) = LedgerEntry.objects.filter(event=ledger.ERASED)
    assert (told.subject, told.data["numbers"]) == ("ledger", [mine.number, again.number])
    ledger.forget_private(number=other.number, actor="system", reason="依法删除")
    assert ledger.erased_numbers() == {mine.number, again.number, other.number}
    assert not list(salts_are_there()) and ledger.verify().ok
    LedgerSalt.objects.filter(number=told.number).delete()
    assert [one.subject for one in salts_are_there()] == [f"ledger:{told.number}"]


@pytest.mark.django_db
def test_record_costs_one_query_more_for_any_number_of_private_values(django_assert_num_queries: Any) -> None:
    write(1)
    with transaction.atomic():
        with django_assert_num_queries(3):
            ledger.record(event="a.b", subject="c:1", actor="system", data={"n": 1})
        with django_assert_num_queries(4):
            ledger.record(event="a.b", subject="c:1", actor="system", data={"a": ledger.private("甲"), "b": ledger.private("乙")})


@pytest.mark.django_db
def test_verify_does_not_mind_a_clock_that_was_put_back() -> None:
    write(2)
    with clock.travel(clock.now() - timedelta(days=1)):
        write(2)
    write(1)
    times = list(LedgerEntry.objects.order_by("number").values_list("at", flat=True))
    assert times[2] < times[1]
    assert ledger.verify().entries == 5


@pytest.mark.django_db
def test_verify_is_content_with_an_empty_and_a_full_ledger() -> None:
    assert ledger.verify() == ledger.Verification(ok=True, entries=0, first_bad=None, reason="", head=ledger.GENESIS)
    last = write(25)[-1]
    assert ledger.verify() == ledger.Verification(ok=True, entries=25, first_bad=None, reason="", head=last.hash)


@pytest.mark.django_db(transaction=True)
def test_record_outside_of_a_transaction_is_a_mistake() -> None:
    with pytest.raises(NotInTransaction):
        ledger.record(event="a.b", subject="c:1", actor="system", data={})


@pytest.mark.django_db(transaction=True)
def test_record_falls_with_its_transaction_and_leaves_no_gap() -> None:
    write(1)
    with pytest.raises(KeyError), transaction.atomic():
        ledger.record(event="a.b", subject="c:1", actor="system", data={})
        raise KeyError
    write(1)
    assert list(LedgerEntry.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert ledger.verify().ok


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{"when": clock.BEIJING}, {"n": 2**60}, {"text": "\x00"}, {"n": float("nan")}])
def test_record_refuses_data_that_would_not_come_back_the_same(data: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        ledger.record(event="a.b", subject="c:1", actor="system", data=data)
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("empty", ["event", "subject", "actor"])
def test_record_needs_who_what_and_about_what(empty: str) -> None:
    words: dict[str, Any] = {"event": "a.b", "subject": "c:1", "actor": "system", "data": {}} | {empty: ""}
    with pytest.raises(ValueError, match="needs an event"):
        ledger.record(**words)


class AnyDataVerifies(TestCase):
    @given(st.dictionaries(TEXT.filter(lambda text: "\x00" not in text), JSON, max_size=4))
    def test_record_any_storable_data_verifies(self, data: dict[str, Any]) -> None:
        try:
            ledger.record(event="a.b", subject="c:1", actor="system", data=data)
        except ValueError:
            return  # U+0000 or a huge float inside: refused, see test_canonical
        assert ledger.verify().ok


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event", "test.other"),
        ("subject", "thing:9"),
        ("actor", "user:6"),
        ("data", {"n": 3, "名": ["乙", None, 1.5]}),
        ("data", {"n": 2**60}),
        ("at", clock.machine_now()),
        ("hash", "f" * 64),
    ],
)
def test_verify_names_the_entry_that_was_changed(column: str, value: object) -> None:
    write(5)
    found = tamper(lambda: LedgerEntry.objects.filter(number=3).update(**{column: value}))
    assert (found.ok, found.first_bad, found.reason, found.entries) == (False, 3, "changed", 2)


@pytest.mark.django_db
def test_verify_names_the_entry_that_is_missing() -> None:
    write(5)
    found = tamper(lambda: LedgerEntry.objects.filter(number=3).delete())
    assert (found.first_bad, found.reason, found.entries) == (3, "missing", 2)


@pytest.mark.django_db
def test_verify_names_the_last_entry_that_is_missing() -> None:
    write(5)
    found = tamper(lambda: LedgerEntry.objects.filter(number=5).delete())
    assert (found.first_bad, found.reason, found.entries) == (5, "missing", 4)


@pytest.mark.django_db
def test_verify_names_the_broken_link_after_an_entry_that_was_rewritten_whole() -> None:
    write(5)

    def rewrite() -> None:
        entry = LedgerEntry.objects.get(number=3)
        entry.data = {"n": "forged"}
        entry.hash = ledger.entry_hash(entry)
        entry.save()

    found = tamper(rewrite)
    assert (found.first_bad, found.reason, found.entries) == (4, "broken link", 3)


@pytest.mark.django_db
def test_verify_names_a_forged_last_entry() -> None:
    write(5)

    def rewrite() -> None:
        entry = LedgerEntry.objects.get(number=5)
        entry.data = {"n": "forged"}
        entry.hash = ledger.entry_hash(entry)
        entry.save()

    found = tamper(rewrite)
    assert (found.first_bad, found.reason) == (5, "head mismatch")


@pytest.mark.django_db
def test_verify_sees_entries_behind_a_head_that_was_set_back() -> None:
    entries = write(5)
    found = tamper(lambda: LedgerHead.objects.update(number=3, hash=entries[2].hash))
    assert (found.first_bad, found.reason) == (4, "head mismatch")


@pytest.mark.django_db
def test_verify_sees_that_everything_is_gone() -> None:
    write(2)

    def remove() -> None:
        LedgerEntry.objects.all().delete()
        LedgerHead.objects.all().delete()

    assert tamper(remove).reason == "head mismatch"


@pytest.mark.django_db
def test_verify_against_a_note_sees_a_ledger_that_was_written_anew() -> None:
    noted = write(3)[2]
    write(2)
    assert ledger.verify(known=(3, noted.hash)).ok

    def write_anew() -> None:
        LedgerEntry.objects.filter(number__gte=3).delete()
        before = LedgerEntry.objects.get(number=2)
        LedgerHead.objects.update(number=2, hash=before.hash)
        write(4)

    assert tamper(write_anew).ok
    found = ledger.verify(known=(3, noted.hash))
    assert (found.first_bad, found.reason, found.entries) == (3, "not as noted", 2)
    assert ledger.verify(known=(9, noted.hash)).reason == "missing"
    with pytest.raises(SystemExit):
        call_command("ledger", "verify", known=(3, noted.hash), stderr=(err := StringIO()))
    assert "第 3 条记录与此前记下的校验值不一致" in err.getvalue()
    call_command("ledger", "verify", f"--known=2:{LedgerEntry.objects.get(number=2).hash}", stdout=StringIO())


@pytest.mark.django_db
def test_record_and_verify_refuse_a_ledger_without_its_head() -> None:
    write(2)
    found = tamper(lambda: LedgerHead.objects.all().delete())
    assert (found.ok, found.reason) == (False, "head mismatch")
    with pytest.raises(IntegrityError, match="ledger verify"):
        write(1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE foundation_ledgerentry SET actor = 'user:6' WHERE number = 1",
        "DELETE FROM foundation_ledgerentry WHERE number = 2",
        "DELETE FROM foundation_ledgerentry",
        "DELETE FROM foundation_ledgerhead",
    ],
)
def test_database_refuses_to_change_or_remove_entries(statement: str) -> None:
    write(2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ledger.verify().entries == 2


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("table", ["foundation_ledgerentry", "foundation_ledgerhead"])
def test_database_refuses_to_empty_the_table(table: str) -> None:
    write(2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
    assert ledger.verify().entries == 2


@pytest.mark.django_db(transaction=True)
def test_flush_empties_a_test_database_and_guards_it_again() -> None:
    write(2)
    call_command("flush", interactive=False, verbosity=0)
    assert not LedgerEntry.objects.exists()
    assert write(2)[1].number == 2
    with pytest.raises(DatabaseError, match="append-only"):
        LedgerEntry.objects.all().delete()


@pytest.mark.django_db
def test_verify_reads_with_few_queries_however_long_the_ledger(django_assert_max_num_queries: Any) -> None:
    write(60)
    with django_assert_max_num_queries(5):
        assert ledger.verify().entries == 60


@pytest.mark.django_db
def test_ledger_command_prints_a_sentence_and_the_count() -> None:
    last = write(3)[-1]
    out = StringIO()
    call_command("ledger", "verify", stdout=out)
    assert out.getvalue() == f"台账完整：共 3 条记录，逐条相连，没有改动。末条 3:{last.hash}\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda: LedgerEntry.objects.filter(number=2).update(actor="user:6"), "第 2 条记录的内容被改动过（此前 1 条完好）。"),
        (lambda: LedgerEntry.objects.filter(number=2).delete(), "第 2 条记录缺失（此前 1 条完好）。"),
        (
            lambda: LedgerEntry.objects.filter(number=2).update(previous_hash="0" * 64),
            "第 2 条记录与前一条不相连（此前 1 条完好）。",
        ),
        (lambda: LedgerHead.objects.update(hash="0" * 64), "第 3 条记录与台账末条标记不一致（此前 3 条完好）。"),
    ],
)
def test_ledger_command_names_what_is_wrong_and_fails(change: Callable[[], object], sentence: str) -> None:
    write(3)
    tamper(change)
    err = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("ledger", "verify", stderr=err)
    assert ended.value.code == 1
    assert err.getvalue().strip() == f"台账损坏：{sentence}"


def test_record_from_several_processes_leaves_one_unbroken_chain(elsewhere: Elsewhere) -> None:
    writers = [elsewhere.start("record_many", "40", str(number)) for number in range(3)]
    for one in writers:
        one.communicate(timeout=120)
        assert one.returncode == 0
    assert "共 120 条记录" in elsewhere.run("verify")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_record_from_several_threads_leaves_one_unbroken_chain() -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(25):
                write(2)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    assert ledger.verify().entries == 300
    assert ledger.verify().ok


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_verify_while_others_write_finds_nothing_wrong() -> None:
    write(5)
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                write(1)
        finally:
            connections.close_all()

    writer = threading.Thread(target=work)
    writer.start()
    try:
        found = [ledger.verify() for _ in range(30)]
    finally:
        stop.set()
        writer.join(60)
    assert [one for one in found if not one.ok] == []
    assert found[-1].entries > found[0].entries


@pytest.mark.django_db
def test_entry_that_would_not_be_true_any_more_is_not_written() -> None:
    before = LedgerEntry.objects.count()
    with transaction.atomic():
        ledger.record(event="probe.happened", subject="probe:1", actor="system", data={}, while_true=lambda: False)
    assert LedgerEntry.objects.count() == before and ledger.in_words(ledger.verify()) == ""


def test_private_words_are_written_into_the_ledger_and_nowhere_else() -> None:
    with pytest.raises(TypeError, match="somewhere else"):
        _ = "未通过：{reason}".format(reason=ledger.private("电话联系不上本人。"))
    with pytest.raises(TypeError, match="somewhere else"):
        _ = f"{ledger.private('电话联系不上本人。')}"
