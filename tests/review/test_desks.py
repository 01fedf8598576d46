"""审核通过 and 退回 at each desk, and the paper dossier (S-30, S-31, S-37…S-47, S-79)."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.states import State
from zhicheng.documents.queries import papers_of, read_mark
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.review import actions
from zhicheng.review.findings import stated_sanctions
from zhicheng.review.models import Decision, PaperDossier
from zhicheng.review.queries import forms_with_mark, mark_state, standing_decisions
from zhicheng.review.rules import ReturnReason, Sanction

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT


@told_once
def road():
    world = w.make_world()
    return world, w.submitted(world)


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(p.code for p in refused.value.problems)


def passes(actor, application, submission_id=None, opinion=""):
    application.refresh_from_db()
    return actions.pass_application(
        actor=actor,
        application_id=application.pk,
        submission_id=submission_id or application.current_submission_id,
        opinion=opinion,
    )


def review_forms(application):
    return papers_of(f"application:{application.pk}").filter(kind="review_form").order_by("id")


def test_pass_keeps_who_decided_on_what(road):
    world, application = road
    decision = passes(world.unit_admin, application, opinion=" 情况属实 ")
    application.refresh_from_db()
    assert (application.state, decision.verdict, decision.opinion) == (State.UNIT_PASSED, "passed", "情况属实")
    assert (decision.submission, decision.desk, decision.decided_by_id) == (
        application.current_submission, world.unit, world.unit_admin.user_id,
    )  # fmt: skip
    assert decision.change == application.history.order_by("-id").first()


def test_stale_submission_is_refused_and_nothing_is_written(road):
    world, application = road
    old = Application.objects.get().current_submission_id
    w.give_back(world.unit_admin, application)
    w.submit(world.applicant, application)
    before = StatusChange.objects.count(), Decision.objects.count()
    assert codes(lambda: passes(world.unit_admin, application, old)) == ["stale"]
    reasons = [ReturnReason("basic", "illegible", "请重新填写。")]
    assert codes(lambda: actions.return_application(
        actor=world.unit_admin, application_id=application.pk, submission_id=old, reasons=reasons
    )) == ["stale"]  # fmt: skip
    assert (StatusChange.objects.count(), Decision.objects.count()) == before


def test_second_officer_reads_that_a_colleague_was_first(road):
    world, application = road
    passes(world.unit_admin, application)
    with pytest.raises(Refused) as refused:
        passes(world.unit_admin, application)
    assert refused.value.has("stale") and "您本人办理了" in str(refused.value.problems[0].text)


def test_other_desks_find_nothing(road):
    world, application = road
    for actor in (world.other_admin, world.county_officer, world.other_officer, world.bureau, world.supervisor, world.applicant):
        # A desk on its road that has not had it yet reads that it is elsewhere; everybody else finds nothing.
        found = codes(lambda actor=actor: passes(actor, application))
        assert found == (["stale"] if actor in (world.county_officer, world.bureau) else ["not_found"])
    w.publicise_and_report(world, application)
    with clock.travel(LATER):
        assert codes(lambda: passes(world.other_officer, application)) == ["not_found"]
    assert Decision.objects.count() == 1


def test_unit_administrator_never_passes_their_own_form(road):
    world, application = road
    same_human = dataclasses.replace(world.unit_admin, person_index=application.person_index)
    assert codes(lambda: passes(same_human, application)) == ["self_review"]
    assert codes(lambda: actions.return_application(
        actor=same_human, application_id=application.pk, submission_id=application.current_submission_id,
        reasons=[ReturnReason("basic", "illegible", "请重新填写。")],
    )) == ["self_review"]  # fmt: skip


def test_return_lists_everything_and_judges_all_of_it_at_once(road):
    world, application = road
    wrong = [ReturnReason("basic", "nonsense", "短"), ReturnReason("summary", "illegible", "")]
    assert codes(lambda: actions.return_application(
        actor=world.unit_admin, application_id=application.pk, submission_id=application.current_submission_id, reasons=wrong,
        opinion="字" * 501,
    )) == ["field"] * 4  # fmt: skip
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW
    reasons = [
        ReturnReason("basic.mobile", "illegible", "请核对手机号码。"),
        ReturnReason("material:education", "illegible", " 毕业证书不清晰。 "),
    ]
    decision = actions.return_application(
        actor=world.unit_admin, application_id=application.pk, submission_id=application.current_submission_id, reasons=reasons
    )
    assert (
        [r["text"] for r in decision.reasons]
        == [r["text"] for r in decision.change.reasons]
        == ["请核对手机号码。", "毕业证书不清晰。"]
    )


def test_each_pass_makes_a_new_review_form_and_a_return_voids_it(road):
    world, application = road
    passes(world.unit_admin, application)
    w.give_back(world.unit_admin, application)
    (first,) = review_forms(application)
    assert first.voided_at is not None
    w.submit(world.applicant, application)
    passes(world.unit_admin, application)
    second = review_forms(application).last()
    assert second.serial != first.serial and second.voided_at is None


@pytest.mark.parametrize("desk", ["county_officer", "bureau"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (None, "no_dossier"),
        ({"copies": 1}, "dossier"),
        ({"handwritten_opinion": False}, "dossier"),
        ({"printed_mark": "000000"}, "dossier"),
    ],
)
def test_dossier_must_be_in_order_at_each_desk(road, desk, change, code):
    world, application = road
    w.publicise_and_report(world, application)
    with clock.travel(LATER):
        actor = world.county_officer
        if desk == "bureau":
            w.pass_on(actor, application)
            actor = world.bureau
        if change is not None:
            w.record_dossier(actor, application, **change)
        assert codes(lambda: passes(actor, application)) == [code]
        w.record_dossier(actor, application)  # a second look is a second row
        passes(actor, application)


def test_dossier_is_of_one_submission_and_one_desk(road):
    world, application = road
    w.publicise_and_report(world, application)
    with clock.travel(LATER):
        w.record_dossier(world.county_officer, application)
        w.give_back(world.county_officer, application)
        w.submit(world.applicant, application)
        w.unit_pass(world, application)
        w.report(world, application)
        assert codes(lambda: passes(world.county_officer, application)) == ["no_dossier"]
        old = review_forms(application).first()
        w.record_dossier(world.county_officer, application, printed_mark=old.serial)
        assert PaperDossier.objects.latest("id").mark_state == "void"
        assert codes(lambda: passes(world.county_officer, application)) == ["dossier"]


def test_dossier_tells_all_that_is_wrong_and_where_it_does_not_belong(road):
    world, application = road
    w.unit_pass(world, application)
    tomorrow = clock.today() + timedelta(days=1)
    assert codes(lambda: w.record_dossier(
        world.unit_admin, application, received_on=tomorrow, copies=21, printed_mark=" "
    )) == ["field"] * 3  # fmt: skip
    assert codes(lambda: w.record_dossier(world.county_officer, application)) == ["stale"]
    assert codes(lambda: w.record_dossier(world.other_officer, application)) == ["not_found"]
    same_human = dataclasses.replace(world.unit_admin, person_index=application.person_index)
    assert codes(lambda: w.record_dossier(same_human, application)) == ["self_review"]


def test_dossier_arrives_neither_before_its_form_was_made_nor_after_today(road):
    world, application = road
    with clock.travel(w.IN_WINDOW + timedelta(days=2, hours=14, minutes=30)):  # half past midnight of the next day in Beijing
        w.unit_pass(world, application)
        made, begun = clock.today(), application.created_at.astimezone(clock.BEIJING).date()
        assert (made - begun).days == 3

        def told(received_on, **changes):
            with pytest.raises(Refused) as refused:
                w.record_dossier(world.unit_admin, application, received_on=received_on, **changes)
            assert [p.where for p in refused.value.problems] == ["received_on"]
            return str(refused.value.problems[0].text)

        serial = review_forms(application).get().serial
        assert told(made + timedelta(days=1)) == "收到日期不能晚于今天。"
        assert told(made - timedelta(days=1)) == f"评审表{serial}是{made}生成的，收到日期不能早于这一天，请核对日期和编号。"
        assert told(begun - timedelta(days=1), printed_mark="PS2023-999999") == (
            f"这份申请书是{begun}新增的，收到日期不能早于这一天。"
        )
        w.record_dossier(world.unit_admin, application, received_on=made)
        w.record_dossier(world.unit_admin, application, received_on=begun, printed_mark="PS2023-999999")
    assert [d.mark_state for d in PaperDossier.objects.order_by("id")] == ["current", "unknown"]


def _state_of(application: Application, mark: str) -> str:
    submission = application.current_submission
    assert submission is not None
    return mark_state(submission, next(iter(forms_with_mark(application, read_mark(mark))), None), read_mark(mark))


def test_printed_mark_is_known_by_serial_code_and_hash(road):
    world, application = road
    w.unit_pass(world, application)
    application = Application.objects.select_related("current_submission").get()
    paper = review_forms(application).get()
    sha = application.current_submission.sha256
    for mark in (
        paper.serial,
        paper.serial.lower(),
        f" {paper.serial} ",
        paper.serial.replace("-", ""),
        paper.serial.replace("-", "—"),
        f"{paper.verification_code[:5]} {paper.verification_code[5:]}",
        paper.verification_code,
        sha,
        sha[:8],
        sha[:12].upper(),
    ):
        assert _state_of(application, mark) == "current", mark
    wide = paper.serial.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    assert _state_of(application, wide) == "current"
    for mark in ("", "1", sha[:7], "XXXXXXXX", sha[1:12]):
        assert _state_of(application, mark) == "unknown", mark
    w.give_back(world.unit_admin, application)
    assert _state_of(application, paper.serial) == "void"
    other = w.submitted(world, world.new_applicant())
    w.unit_pass(world, other)
    assert _state_of(other, paper.serial) == "unknown"


# --- what the unit states of a sanction (人社部令40号 第十三条) ----------------------------------------------------------------------

DEMERIT = Sanction("demerit", date(2023, 1, 1), date(2024, 12, 31))


def test_sanction_stated_by_the_unit_is_a_finding_for_every_later_desk(road):
    world, application = road
    application.refresh_from_db()
    submission = application.current_submission_id
    actions.pass_application(actor=world.unit_admin, application_id=application.pk, submission_id=submission, sanction=DEMERIT)
    decisions = standing_decisions(CaseFile(application))
    (finding,) = stated_sanctions(decisions, submission_id=submission)
    assert "记过" in finding.text and "2023-01-01至2024-12-31" in finding.text
    assert (finding.code, finding.source) == ("sanction.stated", "人社部令40号 第十三条")
    assert stated_sanctions(decisions, submission_id=submission + 1) == []
    entry = LedgerEntry.objects.get(event="sanction.stated")
    assert set(entry.data["sanction"]) == {"sha256"}, "a sanction is nobody's to read in the ledger"


def test_sanction_that_is_half_stated_refuses_the_pass_with_all_that_is_missing(road):
    world, application = road
    application.refresh_from_db()
    for sanction, places in (
        (Sanction("", None, None), ["sanction_kind", "sanction_since", "sanction_until"]),
        (dataclasses.replace(DEMERIT, until=date(2022, 12, 31)), ["sanction_until"]),
    ):
        with pytest.raises(Refused) as refused:
            actions.pass_application(
                actor=world.unit_admin,
                application_id=application.pk,
                submission_id=application.current_submission_id,
                sanction=sanction,
            )
        assert [p.where for p in refused.value.problems] == places
    assert not Decision.objects.exists()


def test_sanction_is_the_units_to_state_alone(road):
    world, application = road
    w.publicise_and_report(world, application)
    w.record_dossier(world.county_officer, application)
    application.refresh_from_db()
    with pytest.raises(Refused) as refused:
        actions.pass_application(
            actor=world.county_officer,
            application_id=application.pk,
            submission_id=application.current_submission_id,
            sanction=DEMERIT,
        )
    assert [p.where for p in refused.value.problems] == ["sanction_kind"]
