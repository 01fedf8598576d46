"""The county decides; units are verified again each year (S-12…S-17)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.organizations import examples as ex
from tests.organizations.test_registration import mails, refused
from zhicheng.accounts.models import User
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actions import FieldReason
from zhicheng.organizations.actions.unit_parts import particulars_of
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import Organization, UnitVerification
from zhicheng.organizations.rules import UnitParticulars, unit_may_work

pytestmark = pytest.mark.django_db

NEXT = ex.YEAR + 1
ALL = frozenset({"name", "contact_person", "contact_phone"})


def decide(verification: UnitVerification, *, approve: bool = True, reasons: Any = (), actor: Any = None) -> UnitVerification:
    desk = actor or ex.officer(verification.office, 90 + verification.pk)
    return actions.decide_unit_verification(verification_id=verification.pk, actor=desk, approve=approve, reasons=reasons)


def reverify(registered: Organization, *, file: Any = None, **changes: Any) -> UnitVerification:
    actor = ex.unit_actor(registered)
    kept = file or ex.licence_file(b"newer", uploaded_by=actor.user_id)
    given: dict[str, Any] = {
        "actor": actor,
        "unit": particulars_of(registered),
        "licence": ex.licence(kept),
        "year": NEXT,
        "confirmed": ALL,
    }
    return actions.request_reverification(**(given | changes))


# --- The county's decision ---


def test_approval_lets_the_unit_work_for_the_year_and_tells_it() -> None:
    verification = ex.registered_unit()
    assert [p.code for p in unit_may_work(verification.organization, ex.YEAR)] == ["unit_not_approved"]
    decide(verification)
    unit = Organization.objects.get(pk=verification.organization_id)
    assert unit.verified_year == ex.YEAR and unit_may_work(unit, ex.YEAR) == []
    assert "审核通过" in mails("admin1@unit.example")[-1]["subject"]
    assert ledger.verify().ok


def test_decision_is_told_to_confirmed_mailboxes_and_the_units_own_and_to_nobody_else() -> None:
    registered = ex.approved_unit(1, email="office@unit.example")
    admin = ex.unit_actor(registered)
    mistyped = {"name": "李梅", "id_number": ex.id_number(50, woman=True), "mobile": "13809095555", "position": "办公室"}
    actions.add_unit_staff(actor=admin, email="stranger@unit.example", username="mistyped", **mistyped)
    before = len(mails())
    decide(reverify(registered))
    assert sorted(mail["to"][0] for mail in mails()[before:]) == ["admin1@unit.example", "office@unit.example"]


def test_returned_registration_is_not_told_to_a_mailbox_no_county_has_looked_at() -> None:
    verification = ex.registered_unit(1, email="typed@unit.example")
    before = len(mails())
    decide(verification, approve=False, reasons=[FieldReason("email", "邮箱不是本单位的")])
    assert [mail["to"][0] for mail in mails()[before:]] == ["admin1@unit.example"]


def test_return_carries_every_reason_and_opens_the_way_back() -> None:
    verification = ex.registered_unit()
    decide(
        verification,
        approve=False,
        reasons=[FieldReason("name", "名称与证照不符"), FieldReason("licence", "证照不清晰"), FieldReason("", " ")],
    )
    verification.refresh_from_db()
    assert verification.reasons == [{"field": "name", "text": "名称与证照不符"}, {"field": "licence", "text": "证照不清晰"}]
    body = mails("admin1@unit.example")[-1]["body"]
    assert "1. 单位名称：名称与证照不符" in body and "2. 证照：证照不清晰" in body
    assert body.endswith("/unit/information/")
    actor = ex.unit_actor(verification.organization)
    again = actions.resubmit_registration(
        actor=actor,
        unit=ex.unit_particulars(1, name="博乐市第一中学"),
        licence=ex.licence(ex.licence_file(b"clear", uploaded_by=actor.user_id)),
        year=ex.YEAR,
    )
    assert again.kind == "registration" and again.state == "pending"
    assert Organization.objects.get(pk=again.organization_id).name == "博乐市第一中学"
    decide(again)
    assert unit_may_work(Organization.objects.get(pk=again.organization_id), ex.YEAR) == []


def test_return_without_a_reason_is_refused() -> None:
    verification = ex.registered_unit()
    desk = ex.officer(verification.office)
    assert list(refused(decide, verification, approve=False, reasons=[FieldReason("name", "  ")], actor=desk)) == [
        "reasons_missing"
    ]
    assert list(refused(decide, verification, approve=True, reasons=[FieldReason("name", "x")], actor=desk)) == [
        "reasons_on_approval"
    ]


def test_the_second_officer_is_told_who_decided_what_and_when() -> None:
    verification = ex.registered_unit()
    first, second = ex.officer(verification.office, 1, name="巴图"), ex.officer(verification.office, 2)
    decide(verification, actor=first)
    sentence = refused(decide, verification, approve=False, reasons=[FieldReason("", "x")], actor=second)["already_decided"]
    assert "巴图" in sentence and "审核通过" in sentence and "没有生效" in sentence
    verification.refresh_from_db()
    assert verification.state == "approved" and verification.reasons == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_officers_at_the_same_moment_one_decision_stands() -> None:
    verification = ex.registered_unit()
    desks = [ex.officer(verification.office, number) for number in (1, 2)]
    answers: list[Any] = []
    together = threading.Barrier(2)

    def press(desk: Any) -> None:
        together.wait()
        try:
            answers.append(decide(verification, actor=desk))
        except Refused as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[desk]) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(a).__name__ for a in answers) == ["Refused", "UnitVerification"]
    assert next(a for a in answers if isinstance(a, Refused)).has("already_decided")


def test_an_officer_of_another_county_cannot_see_or_decide() -> None:
    verification = ex.registered_unit()
    other = ex.officer(ex.county("精河县人社局职称办", "652722"))
    assert queries.verification_for(other, verification.pk) is None
    assert not queries.pending_verifications(other)
    assert list(refused(decide, verification, actor=other)) == ["not_in_jurisdiction"]


def test_the_prefecture_can_decide_for_a_county() -> None:
    verification = ex.registered_unit()
    bureau = ex.officer(ex.prefecture())
    assert list(queries.pending_verifications(bureau)) == [verification]
    decide(verification, actor=bureau)
    assert Organization.objects.get(pk=verification.organization_id).receiving_office == ex.county()


def test_units_and_applicants_have_no_queue() -> None:
    verification = ex.registered_unit(1)
    unit = ex.approved_unit(2)
    assert list(refused(decide, verification, actor=ex.unit_actor(unit))) == ["not_in_jurisdiction"]
    assert queries.verification_for(ex.unit_actor(unit), verification.pk) is None


def test_an_officer_does_not_decide_on_a_unit_they_registered_themself() -> None:
    administrator = ex.administrator(1)
    verification = ex.registered_unit(1)
    desk = ex.officer(verification.office, id_number=administrator.id_number)
    assert list(refused(decide, verification, actor=desk)) == ["self_review"]


def test_transfer_hands_the_request_to_the_right_county_and_keeps_its_place() -> None:
    verification = ex.registered_unit()
    right = ex.county("精河县人社局职称办", "652722")
    wrong_desk, right_desk = ex.officer(verification.office), ex.officer(right)
    actions.transfer_verification(verification_id=verification.pk, actor=wrong_desk, to_office_id=right.pk, reason="单位在精河县")
    assert not queries.pending_verifications(wrong_desk)
    [moved] = queries.pending_verifications(right_desk)
    assert moved.submitted_at == verification.submitted_at
    assert [(t["from_name"], t["to_name"], t["reason"]) for t in moved.transfers] == [
        ("博乐市人社局职称办", "精河县人社局职称办", "单位在精河县")
    ]
    assert list(refused(decide, verification, actor=wrong_desk)) == ["not_in_jurisdiction"]
    decide(moved, actor=right_desk)
    assert Organization.objects.get(pk=verification.organization_id).receiving_office == right


def test_transfer_is_told_to_the_unit_once_for_each() -> None:
    verification = ex.registered_unit()
    first, right = verification.office, ex.county("精河县人社局职称办", "652722")
    desk, right_desk = ex.officer(first), ex.officer(right)
    before = len(mails("admin1@unit.example"))
    for actor, target, why in ((desk, right, "单位在精河县。"), (right_desk, first, "经核实，单位在博乐市。")):
        actions.transfer_verification(verification_id=verification.pk, actor=actor, to_office_id=target.pk, reason=why)
    sent = mails("admin1@unit.example")[before:]
    assert [m["subject"] for m in sent] == [
        "单位注册已转交精河县人社局职称办办理",
        "单位注册已转交博乐市人社局职称办办理",
    ]
    body = sent[0]["body"]
    assert "博乐市第1中学的单位注册已由博乐市人社局职称办转交精河县人社局职称办办理。" in body
    assert "单位在精河县。" in body and "不需要重新提交" in body


def test_transfer_needs_another_county_and_a_reason() -> None:
    verification = ex.registered_unit()
    desk = ex.officer(verification.office)
    for target in (verification.office_id, ex.prefecture().pk, None):
        found = refused(
            actions.transfer_verification, verification_id=verification.pk, actor=desk, to_office_id=target, reason=""
        )
        assert set(found) == {"transfer_target", "transfer_reason_missing"}


# --- The new year ---


def test_a_unit_of_last_year_may_not_work_until_it_is_verified_again() -> None:
    unit = ex.approved_unit()
    assert [p.code for p in unit_may_work(unit, NEXT)] == ["unit_needs_reverification"]
    verification = reverify(unit)
    assert verification.kind == "reverification"
    assert [p.code for p in unit_may_work(Organization.objects.get(pk=unit.pk), NEXT)] == ["unit_needs_reverification"]
    decide(verification)
    assert unit_may_work(Organization.objects.get(pk=unit.pk), NEXT) == []


def test_reverification_changes_nothing_before_it_is_approved() -> None:
    unit = ex.approved_unit()
    proposed = ex.unit_particulars(1, contact_phone="13809091234", uscc=unit.uscc)
    verification = reverify(unit, unit=proposed, confirmed=frozenset({"name", "contact_person"}))
    unit.refresh_from_db()
    assert unit.contact_phone == "0909-2318888"
    assert verification.previous["contact_phone"] == "0909-2318888" and verification.confirmed_fields == [
        "contact_person",
        "name",
    ]
    decide(verification)
    unit.refresh_from_db()
    assert unit.contact_phone == "13809091234"


def test_reverification_wants_each_field_confirmed_and_a_licence_uploaded_again() -> None:
    unit = ex.approved_unit()
    found = refused(reverify, unit, confirmed=frozenset({"name"}), licence=ex.licence(evidence_id=None))
    assert set(found) == {"field_not_confirmed", "licence_missing"}


def test_the_very_file_of_last_year_must_be_declared_the_newest() -> None:
    unit = ex.approved_unit()
    actor = ex.unit_actor(unit)
    same = ex.licence_file(b"licence", uploaded_by=actor.user_id)
    found = refused(reverify, unit, file=same)
    assert list(found) == ["licence_same_file"] and "仍为最新" in found["licence_same_file"]
    verification = reverify(unit, file=same, still_newest=True)
    assert verification.still_newest


def test_an_older_licence_than_the_one_approved_is_refused() -> None:
    unit = ex.approved_unit()
    kept = ex.licence_file(b"older", uploaded_by=ex.unit_actor(unit).user_id)
    assert list(refused(reverify, unit, licence=ex.licence(kept, issued_on=date(2020, 1, 1)))) == ["licence_older_than_last"]


def test_never_two_requests_waiting() -> None:
    unit = ex.approved_unit()
    reverify(unit)
    found = refused(reverify, unit, file=ex.licence_file(b"again", uploaded_by=ex.unit_actor(unit).user_id))
    assert list(found) == ["request_pending"] and "博乐市人社局职称办" in found["request_pending"]


def test_a_stale_tab_is_told_what_is_due_now() -> None:
    unit = ex.approved_unit()
    assert list(refused(reverify, unit, year=ex.YEAR)) == ["request_out_of_turn"]


def test_a_change_within_the_year_waits_while_the_unit_goes_on_working() -> None:
    unit = ex.approved_unit()
    actor = ex.unit_actor(unit)
    change: dict[str, Any] = {
        "actor": actor,
        "unit": ex.unit_particulars(1, contact_person="古丽娜尔", uscc=unit.uscc),
        "licence": ex.licence(ex.licence_file(b"new", uploaded_by=actor.user_id)),
        "year": ex.YEAR,
        "note": "原联系人退休",
    }
    verification = actions.request_change(**change)
    assert verification.kind == "change" and unit_may_work(Organization.objects.get(pk=unit.pk), ex.YEAR) == []
    decide(verification)
    unit.refresh_from_db()
    assert (unit.contact_person, unit.verified_year) == ("古丽娜尔", ex.YEAR)


def test_a_change_without_a_change_or_a_reason_is_refused() -> None:
    unit = ex.approved_unit()
    actor = ex.unit_actor(unit)
    same = ex.licence(ex.licence_file(b"licence", uploaded_by=actor.user_id))
    found = refused(
        actions.request_change, actor=actor, unit=particulars_of(unit), licence=same, year=ex.YEAR, note=" ", still_newest=True
    )
    assert set(found) == {"nothing_changed", "note_missing"}


def test_a_code_another_unit_holds_cannot_be_changed_to() -> None:
    ex.approved_unit(2)
    unit = ex.approved_unit(1)
    taken: UnitParticulars = ex.unit_particulars(1, uscc=ex.uscc(2))
    assert list(refused(reverify, unit, unit=taken)) == ["uscc_taken"]


def test_only_the_units_own_desk_may_ask() -> None:
    unit = ex.approved_unit()
    applicant: User = ex.registered_applicant(unit)
    assert list(refused(reverify, unit, actor=actor_for(applicant))) == ["not_unit"]


# --- What pages read ---


def test_standing_says_where_the_unit_stands() -> None:
    verification = ex.registered_unit()
    standing = queries.standing_of(verification.organization_id, year=ex.YEAR)
    assert (standing.may_work, standing.pending, standing.latest) == (False, verification, verification)
    decide(verification)
    standing = queries.standing_of(verification.organization_id, year=ex.YEAR)
    assert standing.may_work and standing.pending is None and len(standing.history) == 1
    assert not queries.standing_of(verification.organization_id, year=NEXT).may_work


def test_the_queue_starts_with_what_waited_longest_and_costs_one_query(django_assert_num_queries: Any) -> None:
    start = clock.now() - timedelta(days=10)
    for number in range(1, 8):
        with clock.travel(start + timedelta(hours=number)):
            ex.registered_unit(number)
    desk = ex.officer(ex.county())
    with django_assert_num_queries(1):
        shown = [(v.organization.name, v.office.name, v.submitted_by.name) for v in queries.pending_verifications(desk)]
    assert [name for name, *_rest in shown] == [f"博乐市第{n}中学" for n in range(1, 8)]


def test_decided_requests_are_listed_newest_first() -> None:
    one, two = ex.registered_unit(1), ex.registered_unit(2)
    desk = ex.officer(ex.county())
    decide(one, actor=desk)
    decide(two, approve=False, reasons=[FieldReason("", "x")], actor=desk)
    assert list(queries.decided_verifications(desk)) == [two, one]


def test_search_finds_by_part_of_the_name_and_by_code() -> None:
    unit = ex.approved_unit(1)
    ex.approved_unit(2)
    assert [e.id for e in queries.search_employers("第1中")] == [unit.pk]
    assert [e.id for e in queries.search_employers(ex.uscc(1)[:16].lower())] == [unit.pk]
    assert queries.search_employers("中") == [] and queries.search_employers("%") == []
    assert len(queries.search_employers("博乐市", limit=1)) == 1
    assert queries.office_of_region(ex.uscc(1)[2:8]) == ex.county()
