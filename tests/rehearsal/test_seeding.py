"""The rehearsal holds every state there is, made by real actions, and is made once."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from tests.campaigns.files import bortala
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.desks import DESKS
from zhicheng.applications.models import Application, Material, PersonYear, StatusChange
from zhicheng.applications.states import State
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.models import LedgerEntry, OutboxMessage, OutboxState
from zhicheng.organizations.actions import decide_account_request
from zhicheng.organizations.actors import Role, actor_for
from zhicheng.organizations.models import AccountRequest, Organization, OrganizationKind, UnitVerification
from zhicheng.publicity.models import Objection
from zhicheng.rehearsal.cards import cards_to_look_at
from zhicheng.rehearsal.cast import find_cast
from zhicheng.rehearsal.people import NAMES, PASSWORD, person
from zhicheng.rehearsal.seeding import BEGINS, Seeded
from zhicheng.rehearsal.stories import stories
from zhicheng.standards.credit_code import check_credit_code
from zhicheng.standards.identity_number import check_identity_number


def test_seeding_reaches_every_state(seeded: Seeded) -> None:
    """Every state of the notice's road; a desk it does not cross holds nothing, and the time for corrections is not over yet."""
    crossed = {step.desk.value for step in bortala().chain}
    elsewhere = {state for desk in DESKS if desk.role.value not in crossed for state in desk.holds} | {State.ABANDONED}
    assert set(seeded.states) == {state.value for state in State if state not in elsewhere}
    assert seeded.applications >= 60


def test_seeding_returned_from_every_desk(seeded: Seeded) -> None:
    returned = Application.objects.filter(state=State.RETURNED)
    desks = {a.history.filter(to_state=State.RETURNED).latest("id").by_role for a in returned}
    assert desks == {"unit", "supervising", "county", "prefecture"}


def test_seeding_final_review_at_first_second_and_third_arrival(seeded: Seeded) -> None:
    there = Application.objects.filter(state=State.PREFECTURE_REVIEW).values_list("arrivals", flat=True)
    assert set(there) == {1, 2, 3}
    closed = PersonYear.objects.filter(closed_at__isnull=False)
    assert closed.count() == seeded.states["closed_for_year"]
    assert {year.arrivals for year in closed} == {3}


def test_seeding_publicity_has_open_dismissed_and_upheld_objections(seeded: Seeded) -> None:
    assert set(Objection.objects.values_list("state", flat=True)) == {"open", "dismissed", "upheld"}
    running = Application.objects.filter(state=State.IN_PUBLICITY).annotate(n=Count("publicity_periods__objections"))
    assert {a.n > 0 for a in running} == {True, False}


def test_seeding_county_has_papers_missing_in_order_and_not_in_order(seeded: Seeded) -> None:
    at_county = Application.objects.filter(state=State.COUNTY_REVIEW)
    copies = Counter(
        dossier.copies if dossier else 0
        for dossier in (a.dossiers.filter(desk_id=a.county_office_id).order_by("-id").first() for a in at_county)
    )
    assert set(copies) == {0, 1, 2}


def test_seeding_units_of_different_natures_and_fates(seeded: Seeded) -> None:
    units = Organization.objects.filter(kind=OrganizationKind.UNIT)
    assert units.count() == 6
    assert len(set(units.values_list("nature", flat=True))) == 6
    assert Counter(units.values_list("verified_year", flat=True)) == {2023: 3, 2022: 1, None: 2}
    assert set(UnitVerification.objects.values_list("state", flat=True)) == {"approved", "pending", "returned"}
    for unit in units:
        check_credit_code(unit.uscc)


def test_seeding_county_has_a_lost_mailbox_and_a_mistyped_number_to_decide(seeded: Seeded) -> None:
    waiting = AccountRequest.objects.filter(state="pending")
    assert set(waiting.values_list("kind", flat=True)) == {"mailbox", "correction"}
    officer = User.objects.get(username="xian-bole")
    correction = waiting.get(kind="correction")
    decide_account_request(
        actor=actor_for(officer), request_id=correction.pk, approve=True, last_characters=correction.new_number[-6:]
    )
    assert User.objects.get(pk=correction.user_id).id_number == person(len(NAMES) + 7).id_number


def test_seeding_has_an_account_for_every_role_with_the_common_password(seeded: Seeded) -> None:
    users = list(User.objects.all())
    roles = {actor_for(user).role for user in users}
    crossed = {step.desk.value for step in bortala().chain}
    elsewhere = {desk.role for desk in DESKS if desk.role.value not in crossed}
    assert roles == set(Role) - {Role.ANONYMOUS, Role.SYSTEM} - elsewhere
    assert all(user.check_password(PASSWORD) for user in users[:20])
    assert all(user.emailaddress_set.filter(verified=True).exists() for user in users)


def test_seeding_everything_happened_before_the_rehearsal_begins_and_in_order(seeded: Seeded) -> None:
    """What the first pages show reads like one fortnight, and so does each story that was told after it."""
    entries = list(LedgerEntry.objects.order_by("number").values_list("event", "at"))
    moved = next(n for n, (event, _at) in enumerate(entries) if event == "clock.moved")
    first, rest = ([at for _event, at in part] for part in (entries[1:moved], entries[moved + 1 :]))
    assert first == sorted(first)
    assert sum(later < earlier for earlier, later in pairwise(rest)) < len([s for s in stories(find_cast()) if not s.first])
    assert max(first + rest) <= BEGINS
    assert StatusChange.objects.filter(at__gt=BEGINS).count() == 0
    assert ledger.verify().ok


def test_seeding_no_file_in_two_slots_of_one_application(seeded: Seeded) -> None:
    for application in Application.objects.all():
        slots: dict[str, set[str]] = {}
        for material in Material.objects.filter(application=application, removed_at=None).select_related("file"):
            slots.setdefault(material.file.sha256, set()).add(material.slot)
        assert all(len(names) == 1 for names in slots.values()), application.number


def test_seeding_evidence_is_real_and_legible(seeded: Seeded) -> None:
    assert set(EvidenceFile.objects.values_list("media_type", flat=True)) == {"application/pdf", "image/jpeg"}
    assert not EvidenceFile.objects.exclude(warnings=[]).exists()


def test_seeding_progress_mails_carry_the_time_of_their_cause(seeded: Seeded) -> None:
    assert not OutboxMessage.objects.filter(kind="application.moved").exclude(state=OutboxState.DONE).exists()
    move = StatusChange.objects.filter(move="unit_pass").first()
    assert move is not None
    assert OutboxMessage.objects.get(kind="mail", key=f"moved:{move.pk}:applicant").created_at == move.at


def test_rehearse_a_second_time_changes_nothing(seeded: Seeded) -> None:
    before = LedgerEntry.objects.count(), User.objects.count(), Application.objects.count()
    out = StringIO()
    call_command("rehearse", stdout=out)
    assert "演练数据已经就绪。" in out.getvalue()
    assert (LedgerEntry.objects.count(), User.objects.count(), Application.objects.count()) == before


def test_rehearse_accounts_prints_login_names_and_the_password(seeded: Seeded) -> None:
    out = StringIO()
    call_command("rehearse", accounts=True, stdout=out)
    for word in (PASSWORD, "zhou", "xian-bole", "danwei-shuili", "zhuguan", "operator", "sbr01"):
        assert word in out.getvalue()


@pytest.mark.parametrize("serial", range(1, len(NAMES) + 6))
def test_person_has_a_valid_number_of_their_own_sex(serial: int) -> None:
    who = person(serial)
    number = check_identity_number(who.id_number, today=BEGINS.date())
    assert number.sex == who.sex


def test_people_have_different_numbers() -> None:
    numbers = {person(serial).id_number for serial in range(1, len(NAMES) + 6)}
    assert len(numbers) == len(NAMES) + 5


def test_officer_is_called_what_his_office_is(seeded: Seeded) -> None:
    positions = dict(User.objects.filter(kind=AccountKind.OFFICER).values_list("username", "position"))
    assert positions["xian-bole"] == "职称办工作人员" and "职称办" not in positions["zhuguan"] + positions["zhou"]


def test_seeding_the_entrance_shows_the_cards_a_desk_is_asked_for(seeded: Seeded, client: Client) -> None:
    """Every invented person, first those whom a list of 身份核实 or a request names, with the card's number; nobody a guest has registered."""
    shown = {user.username: (user, number) for user, number in cards_to_look_at()}
    waiting = User.objects.filter(identity_confirmed_at__isnull=True, kind__in=[AccountKind.APPLICANT, AccountKind.UNIT])
    asked = AccountRequest.objects.filter(state="pending").values_list("user__username", flat=True)
    first = {*waiting.values_list("username", flat=True), *asked}
    assert set(list(shown)[: len(first)]) == first
    assert {"danwei-gouqi", "sbr05"} < set(shown) - first, "confirmed already: 邮箱遗失 is asked for them, too"
    mistyped, typist = person(len(NAMES) + 7).username, person(len(NAMES) + 8).username
    differ = {name for name, (user, number) in shown.items() if user.id_number != number}
    assert differ <= {mistyped, typist} and typist in differ
    page = client.get(reverse("rehearsal")).content.decode()
    assert all(number in page for _user, number in shown.values())
    assert all(check_identity_number(number, today=clock.today()) for _user, number in shown.values())
