"""Two people at the same moment: exactly one wins, the other reads a sentence, nothing is lost.

PostgreSQL only: the tests' SQLite lives in memory, where one writer locks the whole database (``test_processes`` uses a file).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections, transaction

from tests.support import world as w
from tests.support.verified import everything_holds
from zhicheng.applications import actions as applications
from zhicheng.applications.models import Application, CommitteeArrival, DraftSection, PersonYear, StatusChange, Submission
from zhicheng.applications.queries import draft_of
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock, ledger, looks
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import AccessLook
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.review import actions as review
from zhicheng.review.models import Decision

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LATER = w.IN_WINDOW + w.UNTIL_REPORT


def at_once(*calls: Callable[[], Any]) -> tuple[list[Any], list[Refused]]:
    """Run all calls at the same moment, each on a connection of its own: what they gave, and what was refused."""
    gate = threading.Barrier(len(calls))
    given: list[Any] = []
    refused: list[Refused] = []
    broken: list[BaseException] = []

    def work(call: Callable[[], Any]) -> None:
        try:
            gate.wait(20)
            given.append(call())
        except Refused as no:
            refused.append(no)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert broken == []
    assert len(given) + len(refused) == len(calls)
    return given, refused


@pytest.fixture
def world() -> Iterator[w.World]:
    with clock.travel(w.IN_WINDOW):
        yield w.make_world()
    everything_holds()


def send(world: w.World, application: Application, token: str) -> Submission:
    texts = notice_of(application.campaign_version).texts
    return applications.submit_application(
        actor=world.applicant, application_id=application.pk, form_token=token, commitment_version=texts.commitment.version,
        liability_version=texts.liability.version,
    )  # fmt: skip


def ready(world: w.World) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    applications.confirm_check(actor=world.applicant, application_id=application.pk)
    return application


def at_the_bureau(world: w.World) -> Application:
    application = w.submitted(world)
    w.to_bureau(world, application)
    return application


def test_double_click_is_one_submission(world):
    application = ready(world)
    given, refused = at_once(*[lambda: send(world, application, "same")] * 4)
    assert (len(given), refused, len({s.pk for s in given})) == (4, [], 1)
    assert Submission.objects.count() == 1


def test_two_pages_submitting_are_one_submission(world):
    application = ready(world)
    given, refused = at_once(*[lambda n=n: send(world, application, f"page-{n}") for n in range(4)])
    assert len(given) == 1
    assert {p.code for r in refused for p in r.problems} == {"not_open"}
    assert Submission.objects.count() == 1 and StatusChange.objects.filter(move="submit").count() == 1


def test_two_tabs_starting_are_one_application(world):
    w.accept_prompt(world.applicant, world.version)
    given, refused = at_once(*[lambda: w.start(world)] * 4)
    assert len(given) == 1 and len(refused) == 3
    assert {p.code for r in refused for p in r.problems} == {"exists"}
    assert {p.link for r in refused for p in r.problems} == {str(given[0].pk)}


def test_accepting_a_text_and_starting_do_not_lock_each_other_out(world):
    w.accept_prompt(world.applicant, world.version)
    written = threading.Event()

    def accept() -> None:
        with transaction.atomic():  # holds the ledger's head, and names the person only when it commits
            w.accept_prompt(world.applicant, world.version)
            written.set()
            time.sleep(1)

    def begin() -> Application:
        written.wait(20)
        return w.begin(world)

    given, refused = at_once(accept, begin)
    assert refused == [] and len(given) == 2


def test_people_starting_together_get_their_own_numbers(world):
    people = [world.new_applicant() for _ in range(6)]
    given, refused = at_once(*[lambda p=p: w.start(world, p) for p in people])
    assert refused == []
    assert sorted(a.number for a in given) == [f"2023652700-{n:05d}" for n in range(1, 7)]
    assert ledger.verify().ok


def test_parallel_saves_of_one_section_lose_nothing_silently(world):
    application = w.start(world)

    def save(text: str) -> str:
        applications.save_section(
            actor=world.applicant, application_id=application.pk, key="summary", typed={"text": text}, base_version=0
        )
        return text

    given, refused = at_once(*[lambda n=n: save(f"窗口{n}") for n in range(4)])
    assert len(given) == 1 and {r.problems[0].code for r in refused} == {"conflict"}
    assert draft_of(application).contents["summary"]["text"] == given[0]
    assert DraftSection.objects.get().version == 1


def test_parallel_saves_of_different_sections_all_stay(world):
    application = w.start(world)
    contents = w.sections()

    def save(key: str) -> int:
        return applications.save_section(
            actor=world.applicant, application_id=application.pk, key=key, typed=contents[key], base_version=0
        ).version

    given, refused = at_once(*[lambda k=k: save(k) for k in ("basic", "education", "work_history", "summary")])
    assert (given, refused) == ([1, 1, 1, 1], [])


def test_two_officers_deciding_are_one_decision(world):
    application = at_the_bureau(world)
    with clock.travel(LATER):
        w.record_dossier(world.bureau, application)
        sub = application.current_submission_id or 0

        def decide(passing: bool) -> Decision:
            if passing:
                return review.pass_application(actor=world.bureau, application_id=application.pk, submission_id=sub)
            return review.return_application(
                actor=world.bureau,
                application_id=application.pk,
                submission_id=sub,
                reasons=[w.review_reason("毕业证书不清晰。")],
            )

        given, refused = at_once(lambda: decide(True), lambda: decide(False), lambda: decide(True), lambda: decide(False))
    assert len(given) == 1 and {p.code for r in refused for p in r.problems} == {"stale"}
    application.refresh_from_db()
    assert application.state == (State.ACCEPTED if given[0].verdict == "passed" else State.RETURNED)
    assert Decision.objects.filter(role="prefecture").count() == 1


def test_two_forwards_count_one_arrival(world):
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    with clock.travel(LATER):
        w.record_dossier(world.county_officer, application)
        sub = Application.objects.get().current_submission_id or 0
        given, refused = at_once(
            *[lambda: review.pass_application(actor=world.county_officer, application_id=application.pk, submission_id=sub)] * 3
        )
    assert len(given) == 1 and len(refused) == 2
    assert CommitteeArrival.objects.count() == 1 and PersonYear.objects.get().arrivals == 1


def test_withdrawal_and_pass_at_the_same_moment(world):
    application = w.submitted(world)
    sub = application.current_submission_id or 0
    given, refused = at_once(
        lambda: applications.withdraw_application(actor=world.applicant, application_id=application.pk),
        lambda: review.pass_application(actor=world.unit_admin, application_id=application.pk, submission_id=sub),
    )
    assert len(given) == 1 and refused[0].problems[0].code == "stale"
    application.refresh_from_db()
    assert application.state in {State.DRAFT, State.UNIT_PASSED}
    assert application.history.count() == 3


def test_edit_and_submission_at_the_same_moment_never_freeze_an_unchecked_form(world):
    application = ready(world)

    def edit() -> None:
        applications.save_section(
            actor=world.applicant,
            application_id=application.pk,
            key="summary",
            typed={"text": "另一份总结。" * 80},
            base_version=1,
        )

    _given, refused = at_once(edit, lambda: send(world, application, "page"))
    assert len(refused) == 1 and refused[0].problems[0].code in {"not_open", "not_checked"}


def test_fraud_recorded_twice_is_one_record(world):
    application = at_the_bureau(world)
    call = lambda: review.reject_for_fraud(  # noqa: E731 - called four times below
        actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。"
    )
    given, refused = at_once(*[call] * 3)
    assert len(given) == 1 and {p.code for r in refused for p in r.problems} == {"stale"}
    assert IntegrityRecord.objects.count() == 1
    assert ledger.verify().ok


@pytest.mark.parametrize("first", ["opens", "takes back"])
def test_opening_and_taking_back_wait_for_each_other(world, first):
    """Whoever came first holds the application until it is written; the other one then sees what it did."""
    application = at_the_bureau(world)
    last = application.history.latest("id").pk
    begun = threading.Event()
    with clock.travel(LATER):

        def opens() -> bool:
            review.note_opening(actor=world.bureau, application_id=application.pk)
            return AccessLook.objects.filter(what=looks.CASE).exists()

        def takes_back() -> StatusChange:
            return review.take_back_pass(
                actor=world.county_officer, application_id=application.pk, change_id=last, reason="点错了申请书，应先核实证书。"
            )

        def slowly(call: Callable[[], Any]) -> Any:
            with transaction.atomic():
                given = call()
                begun.set()
                time.sleep(1)
            return given

        def after(call: Callable[[], Any]) -> Any:
            begun.wait(20)
            return call()

        one, other = (opens, takes_back) if first == "opens" else (takes_back, opens)
        given, refused = at_once(lambda: slowly(one), lambda: after(other))
    application.refresh_from_db()
    if first == "opens":
        assert given == [True] and [p.code for no in refused for p in no.problems] == ["opened"]
        assert application.state == State.PREFECTURE_REVIEW
    else:
        assert refused == [] and False in given and application.state == State.COUNTY_REVIEW
        assert CommitteeArrival.objects.get().annulled_at is not None and PersonYear.objects.get().arrivals == 0
