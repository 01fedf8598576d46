"""No mailbox gets mail without end: every form that sends some is pressed oftener than an hour allows mails, and so is what is done to and fro.

A form that sends mail and is over with its first press stands in ``ROUNDS`` (somebody can make it ready again) or in ``ENDS`` (why nobody
can). A new form that sends mail and stands in neither fails, and so does one that sends a mail for every press.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_correction, ask_mailbox, decide
from tests.support import world as w
from tests.support.cases.accounts import session_of
from tests.support.factors import need_factor
from tests.support.forms import token_for
from tests.web import registering as reg
from tests.web.posts import EXAMPLES, FRESH, LEFT, MADE_SURE, PASSWORD, THROUGH_THE_OUTBOX, Press
from zhicheng.accounts import brakes, notices
from zhicheng.accounts.models import User
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.organizations import actions
from zhicheng.organizations.actors import SYSTEM
from zhicheng.organizations.models import UnitVerification
from zhicheng.web.access import REHEARSAL

pytestmark = pytest.mark.django_db
FORMS = sorted(EXAMPLES.keys() - REHEARSAL.keys())
TIMES = brakes.MAILS_PER_HOUR + 2
OF_A_MOVE = "the mail of a move: each is news, and how often an application moves the lifecycle and the notice's limits say"
OF_THE_LIBRARY = "a notice of the library, with the brake of account_change_password, which is played below"
# Sends mail, and nobody can make it ready again, or what makes it ready is braked: why.
ENDS: dict[str, str] = {
    **dict.fromkeys(
        [
            "application_check",
            "application_choose",
            "application_discard",
            "application_submit",
            "application_withdraw",
            "desk_pass",
            "desk_return",
            "desk_take_back",
            "office_annul",
            "office_fraud",
            "office_objection",
            "unit_publicity_open",
            "unit_report",
            "unit_stop",
        ],
        OF_A_MOVE,
    ),
    **dict.fromkeys(["mfa_deactivate_totp", "mfa_replace_totp"], OF_THE_LIBRARY),
    "account_email": "one mailbox gets five confirmations an hour, and the library sends one in three minutes",
    "account_reauthenticate": "the change of mailbox that was asked for before: as account_email",
    "account_reset_password_from_key": "each needs a link of its own, and a mailbox gets five an hour",
    "mailbox_confirm": "a link works once, and the next one needs an office again",
    "mfa_reauthenticate": "the warning of wrong codes, one a day",
    "office_officer_number": "a number that was missing is filled in once",
}


@pytest.fixture(autouse=True)
def _through_the_outbox(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.EMAIL_BACKEND = THROUGH_THE_OUTBOX
    # The library's limit is one of minutes, and an hour has sixty.
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "change_password": None}
    monkeypatch.setattr(brakes, "OFFICE_MAILS_PER_HOUR", brakes.MAILS_PER_HOUR)
    with clock.travel(w.IN_WINDOW):
        yield


def mails() -> Counter[tuple[str, str]]:
    """How many mails of one subject wait for one mailbox, with what the worker makes of what was done."""
    for message in OutboxMessage.objects.filter(lane=Lane.EFFECTS, state=OutboxState.PENDING).order_by("pk"):
        outbox.process_message(message.pk)
    found = [read_mail(message) for message in OutboxMessage.objects.filter(kind="mail")]
    return Counter((mailbox, mail["subject"]) for mail in found for mailbox in mail.get("to", ()))


@pytest.mark.parametrize("name", FORMS)
def test_form_pressed_again_and_again_sends_no_mailbox_more_than_a_few(ready: tuple[Press, str], name: str) -> None:
    press, _token = ready
    cache.clear()  # what made the example ready counts for nothing
    before = mails()
    for _turn in range(TIMES):
        press.send(token_for(press.client))
        press.at += timedelta(seconds=5)  # what is sent in one instant may be one mail
    sent = mails() - before
    if not sent:
        assert name not in ENDS
        return
    assert max(sent.values()) <= brakes.MAILS_PER_HOUR, sent.most_common(3)
    if max(sent.values()) == 1:
        assert name in ENDS.keys() | ROUNDS.keys(), f"{name} sends {sorted(sent)}: can it be made ready again?"


# --- to and fro: one round of each, done as often as somebody likes ---------------------------------------------------------------

Round = Callable[[w.World, int], Any]
ROUNDS: dict[str, Round] = {}


def round_of(*names: str) -> Callable[[Round], Round]:
    def register(play: Round) -> Round:
        ROUNDS.update(dict.fromkeys(names, play))
        return play

    return register


def _officer(world: w.World) -> int:
    return world.county_officer.account_id


def _worker(world: w.World) -> User:
    return User.objects.get(pk=world.applicant.user_id)


@round_of("office_officer_move")
def move_to_and_fro(world: w.World, turn: int) -> None:
    office = [world.other_county, world.county][turn % 2]
    left = {"nobody_left": True} if turn % 2 == 0 else {"colleague_id": world.other_officer.account_id}
    actions.move_officer(actor=world.bureau, user_id=_officer(world), to_office_id=office.pk, reason=LEFT, **left)


@round_of("office_officer_close", "office_officer_reopen")
def close_and_reopen(world: w.World, turn: int) -> None:
    actions.close_officer(actor=world.bureau, user_id=_officer(world), reason=LEFT, nobody_left=True)
    actions.reopen_officer(actor=world.bureau, user_id=_officer(world), office_id=world.county.pk, reason="回到原岗位工作")


@round_of("office_officer_session")
def end_one_sign_in_after_another(world: w.World, turn: int) -> None:
    row = session_of(User.objects.get(pk=_officer(world)))
    actions.end_officer_session(actor=world.bureau, user_id=row.user_id, session_id=row.pk)


@round_of("office_officer_new")
def open_one_more(world: w.World, turn: int) -> None:
    typed = {"name": "叶尔兰", "email": f"ye{turn}@b.example", "username": f"yeerlan{turn}", "id_number": ex.id_number(51 + turn)}
    actions.open_officer(actor=world.bureau, office_id=world.county.pk, **typed)


@round_of("office_officer_factor")
def ask_for_a_reset_and_refuse(world: w.World, turn: int) -> None:
    need_factor(_officer(world))
    row = actions.request_factor_reset(actor=SYSTEM, user_id=_officer(world), statement=MADE_SURE)
    actions.decide_factor_reset(actor=world.bureau, request_id=row.pk, consent=False)


@round_of("office_officer_factor_decide")
def reset_and_set_up_again(world: w.World, turn: int) -> None:
    need_factor(_officer(world))
    row = actions.request_factor_reset(actor=SYSTEM, user_id=_officer(world), statement=MADE_SURE)
    actions.decide_factor_reset(actor=world.bureau, request_id=row.pk, consent=True)


@round_of("unit_person_mailbox", "office_administrator_mailbox", "office_account_approve")
def ask_for_a_mailbox_approve_and_withdraw(world: w.World, turn: int) -> None:
    row = decide(ask_mailbox(world.unit_admin, _worker(world)), world.county_officer)
    actions.withdraw_account_request(actor=world.unit_admin, request_id=row.pk)


@round_of("office_account_refuse")
def ask_for_a_mailbox_and_refuse(world: w.World, turn: int) -> None:
    decide(ask_mailbox(world.unit_admin, _worker(world)), world.county_officer, approve=False, reason="照片与本人不符。")


@round_of("unit_person_factor", "office_administrator_factor")
def ask_for_a_lost_factor_and_approve(world: w.World, turn: int) -> None:
    need_factor(world.applicant.user_id)
    asked = {"statement": "本人到场，手机丢失，身份证原件已查验。", "identity_checked": True, "year": ex.YEAR}
    decide(actions.request_factor_removal(actor=world.unit_admin, user_id=_worker(world).pk, **asked), world.county_officer)


@round_of("unit_person_correction")
def correct_a_name_to_and_fro(world: w.World, turn: int) -> None:
    name = ["努尔兰", "努尔蓝"][turn % 2]
    decide(ask_correction(world.unit_admin, _worker(world), name=name), world.county_officer)


@round_of("office_registration_return", "office_registration_transfer")
def return_send_again_and_transfer(world: w.World, turn: int) -> None:
    row = UnitVerification.objects.filter(organization__uscc=ex.uscc(1)).order_by("pk").last() or ex.registered_unit()
    if turn:
        actor = ex.unit_actor(row.organization)
        row = actions.resubmit_registration(actor=actor, unit=ex.unit_particulars(), licence=ex.licence(), year=ex.YEAR)
    actions.decide_unit_verification(
        verification_id=row.pk, actor=world.county_officer, approve=False, reasons=[actions.FieldReason("name", "名称与证照不符")]
    )


@round_of("office_registration_approve")
def ask_for_a_change_and_approve(world: w.World, turn: int) -> None:
    unit, contact = world.unit, f"王建国{'甲乙'[turn % 2]}"
    changed = ex.unit_particulars(name=unit.name, uscc=unit.uscc, contact_person=contact, receiving_office_id=world.county.pk)
    row = actions.request_change(
        actor=world.unit_admin, unit=changed, licence=ex.licence(), year=ex.YEAR, note="联系人变更。", still_newest=True
    )
    actions.decide_unit_verification(verification_id=row.pk, actor=world.county_officer, approve=True)


@round_of("register_person", "register_unit")
def register_once_more_with_one_mailbox(world: w.World, turn: int) -> None:
    client = Client()
    reg.read_and_accept(client, "person")
    typed = reg.person_typed(turn + 1, email="one@mail.example", employer_id=str(world.unit.pk))
    assert client.post(reverse("register_person"), typed).status_code == 303


@round_of("unit_colleague")
def add_one_more_with_one_mailbox(world: w.World, turn: int) -> None:
    typed = {"name": "古丽娜尔", "position": "办公室", "mobile": "13809095555", "email": "one@unit.example"}
    typed |= {"id_number": ex.id_number(50 + turn), "username": f"colleague{turn}"}
    actions.add_unit_staff(actor=world.unit_admin, **typed)


@round_of("account_change_password")
def change_the_password_to_and_fro(world: w.World, turn: int) -> None:
    old, new = (PASSWORD, FRESH) if turn % 2 == 0 else (FRESH, PASSWORD)
    typed = {"oldpassword": old, "password1": new, "password2": new}
    assert reg.client_of(world.applicant).post(reverse("account_change_password"), typed).status_code == 302


@pytest.mark.parametrize("play", sorted(set(ROUNDS.values()), key=lambda play: play.__name__), ids=lambda play: play.__name__)
def test_what_is_done_to_and_fro_sends_no_mailbox_more_than_a_few(world: w.World, play: Round) -> None:
    before = mails()
    for turn in range(TIMES):
        with clock.travel(w.IN_WINDOW + timedelta(seconds=5 * turn)):
            play(world, turn)
    sent = mails() - before
    # Who works in an office is told of the own account beside what the office is told.
    assert max(sent.values()) <= brakes.MAILS_PER_HOUR + 1, sent.most_common(3)
    assert max(sent.values()) > 1, "the round sends nothing again"


def test_every_exception_is_a_form() -> None:
    assert not (ENDS.keys() | ROUNDS.keys()) - set(FORMS) and not ENDS.keys() & ROUNDS.keys()


# --- what the mails say of the brake ----------------------------------------------------------------------------------------------


def bodies(mailbox: str) -> list[str]:
    found = [read_mail(message) for message in OutboxMessage.objects.filter(kind="mail").order_by("pk")]
    return [mail["body"] for mail in found if mailbox in mail["to"]]


def test_last_mail_of_the_hour_says_so_and_the_next_one_how_many_were_left_out(world: w.World) -> None:
    user = User.objects.get(pk=_officer(world))
    for _turn in range(8):
        actions.end_officer_sessions(actor=world.bureau, user_id=user.pk)
    told = bodies(user.email)
    assert len(told) == 5 and "已有 5 封" in told[-1] and not any("已有" in body for body in told[:-1])
    need_factor(user.pk)
    actions.request_factor_reset(actor=SYSTEM, user_id=user.pk, statement=MADE_SURE)
    assert "重置您的账号" in bodies(user.email)[-1], "another event is told, whatever was done to bury it"
    cache.delete_many(
        brakes.entries_of(brakes._notice_key("officer", "sessions ended", user.email, f"user:{user.pk}"))
    )  # an hour later
    for _turn in range(2):
        actions.end_officer_sessions(actor=world.bureau, user_id=user.pk)
    later = bodies(user.email)[-2:]
    assert "还有 3 次同样的变化" in later[0] and "同样的变化" not in later[1]
    assert notices.added(brakes.NoticeTurn(goes=True)) == ""
