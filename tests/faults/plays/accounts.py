"""Registration, mailboxes, numbers: what people and their units ask for, and what the offices decide."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string

from tests.faults.stage import YEAR, Stage, play
from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.factors import give_factor
from zhicheng.accounts import claims
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import last_characters
from zhicheng.foundation import clock
from zhicheng.organizations.actions.account_decisions import mailbox_link
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.invitations import invited_units
from zhicheng.organizations.models import AccountRequest, OrganizationKind

PEOPLE = (AccountKind.APPLICANT, AccountKind.UNIT)
SAID = "5月20日本人持身份证到单位，当面核对无误。"


def number(stage: Stage) -> str:
    """An identity number: mostly nobody's, often one of a few that several accounts claim, rarely none at all."""
    if stage.dice.percent(3):
        return "652701199003070000"
    if stage.dice.percent(30):
        return w.identity_number(stage.dice.number(101, 106))
    birth = f"19{stage.dice.number(60, 99)}{stage.dice.number(1, 12):02d}{stage.dice.number(10, 28)}"
    return w.identity_number(stage.dice.number(1, 999), birth=birth)


def typed(stage: Stage, *, well: bool = False) -> dict[str, Any]:
    """A person as typed; not always somebody new."""
    word = stage.dice.text()
    person = {
        "name": stage.dice.pick(["阿依古丽·买买提", "张伟", "巴图"]),
        "id_number": number(stage),
        "mobile": f"139{stage.dice.number(10000000, 99999999)}",
        "email": f"p{word}@mail.example",
        "username": f"p{word}",
    }
    other = stage.account()
    if other is not None and not well and stage.dice.percent(25):
        person["email"] = other.email or person["email"]
    if other is not None and not well and stage.dice.percent(15):
        person["username"] = other.username
    return person


def register(stage: Stage, *, well: bool = False) -> User | None:
    """个人注册 at one of the units."""
    unit = stage.organization(OrganizationKind.UNIT)
    password = ex.PASSWORD if well or stage.dice.percent(90) else "12345"
    given = typed(stage, well=well) | {"password": password, "employer_id": unit.pk if unit else None, "acceptance": ex.NOTICE}
    found: User | None = stage.act("organizations.register_applicant", **given)
    return found


@play("organizations.remove_unconfirmed", "organizations.remove_registration")
def forget_registrations(stage: Stage) -> None:
    """What nobody confirmed, or, of somebody who may have confirmed, nothing; what was seen overdue was seen days ago."""
    User.objects.filter(overdue_seen_at__isnull=False).update(
        overdue_seen_at=clock.machine_now() - timedelta(days=2), first_round=-10_000
    )
    stage.act("organizations.remove_unconfirmed")
    user = stage.account()
    if user is not None:
        stage.act("organizations.remove_registration", user_id=user.pk)


@play("organizations.register_applicant")
def register_somebody(stage: Stage) -> None:
    register(stage)


@play("organizations.add_unit_staff")
def add_a_colleague(stage: Stage) -> None:
    unit = stage.organization(OrganizationKind.UNIT)
    actor = stage.at_desk(unit.pk if unit else None)
    stage.act("organizations.add_unit_staff", actor=actor, position="人事科科员", **typed(stage))


@play("organizations.choose_report_mails")
def choose_how_reports_are_told(stage: Stage) -> None:
    unit = stage.organization(OrganizationKind.UNIT)
    actor = stage.at_desk(unit.pk if unit else None)
    stage.act("organizations.choose_report_mails", actor=actor, how=stage.dice.pick(["at_once", "daily", "never"]))


@play("accounts.confirm_mailbox", weight=2)
def open_the_link(stage: Stage) -> None:
    """Mostly of a mailbox that waits for it; opened twice it is once. Whose mailbox is another's was sent no link."""
    waiting = EmailAddress.objects.filter(primary=True).exclude(user__email="")
    row = stage.one_of(waiting.filter(verified=False)) or stage.one_of(waiting)
    if row is not None:
        stage.act("accounts.confirm_mailbox", user_id=row.user_id, actor=f"user:{row.user_id}")


@play("accounts.send_confirmation")
def ask_for_the_link_again(stage: Stage) -> None:
    row = stage.one_of(EmailAddress.objects.filter(primary=True))
    if row is not None:
        stage.act("accounts.send_confirmation", user=row.user)


@play("accounts.note_new_mailbox")
def want_another_mailbox(stage: Stage) -> None:
    """Whoever is signed in; the link that confirms it is the library's."""
    if (user := stage.account()) is not None:
        stage.act("accounts.note_new_mailbox", user_id=user.pk, email=stage.dice.pick(["neu@mail.example", "New@Mail.example"]))


@play("accounts.change_contact")
def change_the_contact(stage: Stage) -> None:
    if (user := stage.account()) is not None:
        mobile = stage.dice.pick(["13800000001", "13800000002", "1", ""])
        stage.act("accounts.change_contact", user_id=user.pk, mobile=mobile, position=stage.dice.pick(["", "工程师", "长" * 60]))


@play("organizations.change_employer")
def change_the_employer(stage: Stage) -> None:
    user, unit = stage.account(AccountKind.APPLICANT), stage.organization(*OrganizationKind)
    if user is not None and stage.dice.percent(50):
        stage.act("organizations.change_employer", user_id=user.pk, employer_id=unit.pk if unit else None)


@play("organizations.join_invited_employer")
def join_who_was_invited(stage: Stage) -> None:
    user, unit = stage.account(AccountKind.APPLICANT), stage.organization(*OrganizationKind)
    if user is not None:
        actor = actor_for(user)
        if stage.dice.percent(50) and (invited := invited_units(actor).first()) is not None:
            unit = invited
        stage.act("organizations.join_invited_employer", actor=actor, employer_id=unit.pk if unit else None)


@play("accounts.end_session", "accounts.end_other_sessions")
def sign_out_elsewhere(stage: Stage) -> None:
    if (user := stage.account()) is None:
        return
    at = clock.now()
    keys = {"user": user, "ip": "192.0.2.1", "user_agent": "x", "created_at": at, "last_seen_at": at}
    rows = [UserSession.objects.create(session_key=get_random_string(40), **keys) for _ in range(2)]
    if stage.dice.percent(50):
        stage.act("accounts.end_session", user_id=user.pk, session_id=stage.dice.pick(rows).pk)
    stage.act("accounts.end_other_sessions", user_id=user.pk, key=rows[0].session_key)


@play("accounts.end_sessions_of", "accounts.end_everybodys_sessions", "accounts.lift_brake")
def end_sign_ins_from_the_server(stage: Stage) -> None:
    """Of one account, or of all; and a brake is lifted that ran out meanwhile."""
    if (user := stage.account()) is not None and stage.dice.percent(50):
        stage.act("accounts.end_sessions_of", user_id=user.pk, actor="system")
        stage.act("accounts.lift_brake", key=f"brake:{stage.dice.text()}", actor="system")
    elif stage.dice.percent(20):
        stage.act("accounts.end_everybodys_sessions", actor="system")


@play(
    "accounts.remember_device", "accounts.forget_devices", "accounts.tell_of_new_device",
    "accounts.warn_of_wrong_passwords", "accounts.warn_of_wrong_code", "accounts.tell_shared_mailbox",
)  # fmt: skip
def sign_in_from_another_device(stage: Stage) -> None:
    """After somebody has tried it, too."""
    if (user := stage.account()) is not None:
        stage.act("accounts.warn_of_wrong_passwords", user_id=user.pk, networks=["198.51.100.9"])
        stage.act("accounts.warn_of_wrong_code", user_id=user.pk, network="198.51.100.9")
        stage.act("accounts.remember_device", user_id=user.pk, cookies={}, browser="x")
        stage.act("accounts.tell_of_new_device", user=user, address="192.0.2.1", browser="x")
        if stage.dice.percent(10):
            stage.act("accounts.tell_shared_mailbox", user=user, mailbox="office@unit.example", unit="博乐市第一中学")
        if stage.dice.percent(30):
            stage.act("accounts.forget_devices", user_id=user.pk)


# --- Whose number it is ------------------------------------------------------------------------------------------------------


@play("organizations.confirm_people", weight=2)
def see_cards(stage: Stage) -> None:
    """By the unit its people, by the county everybody at its units, sometimes strangers among them."""
    unit = stage.organization(OrganizationKind.UNIT)
    if unit is None:
        return
    actor = stage.at_desk(unit.pk if stage.dice.percent(60) else unit.receiving_office_id)
    people = User.objects.filter(memberships__organization=unit, memberships__until__isnull=True, kind__in=PEOPLE)
    waiting = people.filter(identity_confirmed_at__isnull=True)
    chosen = [stage.one_of(waiting) or stage.one_of(people), stage.account() if stage.dice.percent(15) else None]
    confirm(stage, actor, [one.pk for one in chosen if one is not None])


@play("organizations.confirm_people")
def settle_whose_number(stage: Stage) -> None:
    """By the prefecture, where another account holds the number without a card seen; mostly somebody claims it who comes too late."""
    holder = stage.one_of(User.objects.filter(kind__in=PEOPLE, number_held_at__isnull=False, is_active=True))
    late = None if holder is None else stage.one_of(claims.other_claims(holder).filter(number_held_at__isnull=True))
    if late is not None:
        confirm(
            stage,
            stage.at_office(OrganizationKind.PREFECTURE),
            [late.pk],
            reason=stage.dice.pick(["", "查验原件，与持有账号的单位核对。"]),
        )


def confirm(stage: Stage, actor: Actor, user_ids: list[int], *, reason: str = "") -> None:
    """The cards of these people were seen today, or on an impossible day; now and then a card is another than the account's."""
    day = clock.today() + timedelta(1) if stage.dice.percent(5) else clock.today()
    checked = stage.dice.percent(95)
    numbers = {user.pk: user.id_number for user in User.objects.filter(pk__in=user_ids)}
    cards = {pk: last_characters(number) if stage.dice.percent(95) else "000000" for pk, number in numbers.items()}
    told = {"card_seen_on": day, "checked": checked, "year": YEAR, "reason": reason}
    stage.act("organizations.confirm_people", actor=actor, cards=cards, **told)


def _asked_for(stage: Stage) -> tuple[User | None, Actor]:
    user = stage.account(*PEOPLE)
    unit = user.memberships.filter(until__isnull=True).first() if user is not None else None
    if unit is None:
        return user, stage.anybody()
    of_unit = user is not None and user.kind == AccountKind.APPLICANT
    return user, stage.at_desk(unit.organization_id if of_unit else unit.organization.receiving_office_id)


@play("organizations.request_mailbox", weight=2)
def ask_for_another_mailbox(stage: Stage) -> None:
    user, actor = _asked_for(stage)
    if user is not None:
        other = stage.account()
        taken = other.email if other is not None and stage.dice.percent(15) else ""
        stage.act(
            "organizations.request_mailbox",
            actor=actor,
            user_id=user.pk,
            email=taken or f"n{stage.dice.text()}@mail.example",
            statement=SAID if stage.dice.percent(95) else "有",
            identity_checked=stage.dice.percent(95),
            year=YEAR,
            last_characters=user.id_number[-6:],
        )


@play("organizations.request_factor_removal", weight=2)
def ask_for_the_factor_to_go(stage: Stage) -> None:
    """Of somebody who has set one up meanwhile, or never."""
    user, actor = _asked_for(stage)
    if user is not None:
        if stage.dice.percent(60):
            set_a_factor_up(user)
        stage.act(
            "organizations.request_factor_removal",
            actor=actor,
            user_id=user.pk,
            statement=SAID if stage.dice.percent(95) else "有",
            identity_checked=stage.dice.percent(95),
            year=YEAR,
            last_characters=user.id_number[-6:],
        )


@play("accounts.replace_app")
def change_phones(stage: Stage) -> None:
    """Of somebody who has a factor, or had one when the page was opened."""
    user = stage.one_of(User.objects.filter(is_active=True))
    if user is not None:
        if stage.dice.percent(70):
            set_a_factor_up(user)
        stage.act("accounts.replace_app", user_id=user.pk, secret="NBSWY3DPEB3W64TMMQQHO2LMNQQGC3TE")


def set_a_factor_up(user: User) -> None:
    """The sign-in library's to do, and no action of ours; nothing when the account has one, or is getting one at this moment."""
    with suppress(IntegrityError), transaction.atomic():
        give_factor(user)


@play("organizations.request_correction", weight=2)
def ask_for_a_correction(stage: Stage) -> None:
    """Of a name or a number; what somebody else has, too."""
    user, actor = _asked_for(stage)
    if user is not None:
        scan = w.evidence(actor.user_id or user.pk, stage.dice.text()).pk if stage.dice.percent(95) else None
        stage.act(
            "organizations.request_correction",
            actor=actor,
            user_id=user.pk,
            name=stage.dice.pick([user.name, "阿依古丽", "张伟"]),
            id_number=number(stage) if stage.dice.percent(80) else user.id_number,
            statement=SAID,
            identity_checked=True,
            scan_id=scan,
            year=YEAR,
        )


def _request(stage: Stage, *states: str) -> AccountRequest | None:
    rows = AccountRequest.objects.select_related("user")
    found: AccountRequest | None = stage.one_of(rows.filter(state__in=states)) or stage.one_of(rows)
    return found


@play("organizations.withdraw_account_request")
def take_a_request_back(stage: Stage) -> None:
    if (row := _request(stage, "pending", "approved")) is not None and stage.dice.percent(40):
        stage.act("organizations.withdraw_account_request", actor=stage.at_desk(row.requested_for_id), request_id=row.pk)


@play("organizations.decide_account_request", weight=3)
def decide_a_request(stage: Stage) -> None:
    if (row := _request(stage, "pending")) is not None:
        end = (row.new_number or row.user.id_number)[-6:]
        stage.act(
            "organizations.decide_account_request",
            actor=stage.at_desk(row.office_id),
            request_id=row.pk,
            approve=stage.dice.percent(80),
            reason=stage.reason(),
            last_characters=end if stage.dice.percent(85) else "000000",
        )


@play("organizations.confirm_new_mailbox", weight=2)
def open_the_new_mailbox(stage: Stage) -> None:
    """With the link as it was mailed: of a request that was approved, withdrawn, or used before."""
    if (row := _request(stage, "approved")) is not None:
        token = mailbox_link(row).rstrip("/").rsplit("/", 1)[1]
        end = row.user.id_number[-6:] if stage.dice.percent(85) else "000000"
        token = token if stage.dice.percent(95) else stage.dice.text()
        stage.act("organizations.confirm_new_mailbox", token=token, last_characters=end)


@play("organizations.release_left_number")
def release_a_number(stage: Stage) -> None:
    if (row := _request(stage, "done")) is not None:
        actor = stage.at_office(OrganizationKind.PREFECTURE)
        stage.act("organizations.release_left_number", actor=actor, request_id=row.pk, reason=stage.reason())
