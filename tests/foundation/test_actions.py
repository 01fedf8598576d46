from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from zhicheng.foundation import actions, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import AccessRefusal, OutboxMessage, RehearsalMarker


@pytest.mark.django_db
def test_record_refusal_writes_who_reached_for_what() -> None:
    error_id = actions.record_refusal(path="/office/applications/7/", actor="user:5", reason="不在管辖范围内")
    row = AccessRefusal.objects.get()
    assert (row.actor, row.path, row.reason, row.error_id) == ("user:5", "/office/applications/7/", "不在管辖范围内", error_id)
    assert len(error_id) == 8


@pytest.mark.django_db(transaction=True)
def test_record_refusal_stays_after_the_transaction_that_failed() -> None:
    with pytest.raises(Refused), transaction.atomic():
        ledger.record(event="a.b", subject="c:1", actor="user:5", data={})
        raise Refused.one("没有这份申请书。")
    actions.record_refusal(path="/x", actor="user:5", reason="没有这份申请书。", error_id="ABCD2345")
    assert AccessRefusal.objects.get().error_id == "ABCD2345"
    assert ledger.verify().entries == 0


@pytest.mark.django_db
def test_record_refusal_takes_any_address_somebody_may_send() -> None:
    actions.record_refusal(path="/\x00\ud800\n" + "长" * 4000, actor="user:5" * 40, reason="x\x00" * 900)
    row = AccessRefusal.objects.get()
    assert row.path.startswith("/\ufffd\ufffd\ufffd长")
    assert (len(row.path), len(row.actor), len(row.reason)) == (500, 60, 300)


@pytest.mark.django_db
def test_record_refusal_in_a_failed_transaction_does_not_fail_again(caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        error_id = actions.record_refusal(path="/x", actor="user:5", reason="不行", page="desk_case")
    assert f"page=desk_case error_id={error_id}" in caplog.text


@pytest.mark.django_db
def test_mark_rehearsal_is_there_once() -> None:
    actions.mark_rehearsal()
    ledger.record(event="a.b", subject="c:1", actor="user:5", data={})
    actions.mark_rehearsal()
    assert RehearsalMarker.objects.count() == 1


@pytest.mark.django_db
def test_mark_rehearsal_is_refused_where_work_was_done() -> None:
    ledger.record(event="a.b", subject="c:1", actor="user:5", data={})
    with pytest.raises(Refused) as refused:
        actions.mark_rehearsal()
    assert refused.value.has("in_use")
    assert not RehearsalMarker.objects.exists()


@pytest.mark.django_db
def test_mark_rehearsal_is_refused_in_production(settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(Refused) as refused:
        actions.mark_rehearsal()
    assert refused.value.has("production")


@pytest.mark.django_db
def test_retry_message_is_refused_for_one_that_has_not_failed() -> None:
    with pytest.raises(Refused) as refused:
        actions.retry_message(message_id=1, actor="user:1")
    assert refused.value.has("not_failed")
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_flush_is_no_command_of_production(settings: Any) -> None:
    settings.MODE = "production"
    ledger.record(event="a.b", subject="c:1", actor="user:5", data={})
    with pytest.raises(CommandError, match="not emptied"):
        call_command("flush", interactive=False, verbosity=0)
    assert ledger.verify().entries == 1


@pytest.mark.django_db
def test_flood_from_one_network_hides_no_visitor_from_another(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(actions.REFUSALS_PER_HOUR + 5):
        actions.record_refusal(path=f"/{n}", actor="anonymous", reason="x", network="198.51.100.7")
    actions.record_refusal(path="/other", actor="anonymous", reason="x", network="2001:db8:1:2::/64")
    assert AccessRefusal.objects.count() == actions.REFUSALS_PER_HOUR + 1
    assert AccessRefusal.objects.latest("id").path == "/other"
    monkeypatch.setattr(actions, "REFUSALS_OF_VISITORS_PER_HOUR", actions.REFUSALS_PER_HOUR + 1)
    actions.record_refusal(path="/third", actor="anonymous", reason="x", network="203.0.113.9")
    assert not AccessRefusal.objects.filter(path="/third").exists(), "many networks together do not fill the disk either"


@pytest.mark.django_db
def test_flood_of_refusals_does_not_fill_the_disk(monkeypatch):
    for n in range(actions.REFUSALS_PER_HOUR + 20):
        assert actions.record_refusal(path=f"/{n}", actor="anonymous", reason="x")
    actions.record_refusal(path="/mine", actor="user:5", reason="x")
    assert AccessRefusal.objects.filter(actor="anonymous").count() == actions.REFUSALS_PER_HOUR
    assert AccessRefusal.objects.filter(actor="user:5").count() == 1, "one who floods hides nobody else"
    monkeypatch.setattr(actions, "REFUSALS_KEPT", 10)
    assert actions.sweep_refusals() == actions.REFUSALS_PER_HOUR + 1 - 10
    assert AccessRefusal.objects.count() == 10 and AccessRefusal.objects.latest("id").path == "/mine"
    assert actions.sweep_refusals() == 0
