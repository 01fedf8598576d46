"""Cases of accounts: registration, mailboxes, sessions, whose number it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import connection

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import SAID, ask_correction, ask_mailbox, decide, token_of
from tests.support import world as w
from tests.support.cases import case
from tests.support.factors import give_factor
from zhicheng.accounts import devices
from zhicheng.accounts.brakes import SignInTry
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.queries import person_index
from zhicheng.accounts.rules import AcceptedText, last_characters
from zhicheng.accounts.session_store import SessionStore
from zhicheng.foundation import clock
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.invitations import code_of
from zhicheng.organizations.models import MembershipRole

ACTIONS, DECISIONS = "accounts.actions", "organizations.actions.account_decisions"
REQUESTS, PEOPLE = "organizations.actions.account_requests", "organizations.actions.people"


def worker(world: w.World) -> User:
    return User.objects.get(pk=world.applicant.user_id)


def unconfirmed() -> User:
    """An account whose mailbox nobody has confirmed yet."""
    user = w.person(AccountKind.APPLICANT, "fresh", serial=40, held=False)
    EmailAddress.objects.filter(user=user).update(verified=False)
    return user


def session_of(user: User) -> UserSession:
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store.save()
    now = clock.machine_now()
    return UserSession.objects.create(
        user=user, session_key=store.session_key, ip="127.0.0.1", user_agent="x", created_at=now, last_seen_at=now
    )


@case(f"{ACTIONS}.accept_texts")
def accept(world: w.World) -> dict[str, Any]:
    return {"user_id": world.applicant.account_id, "texts": [AcceptedText("registration", "2023.1", "a" * 64)]}


@case(f"{ACTIONS}.send_confirmation")
def send_confirmation(world: w.World) -> dict[str, Any]:
    return {"user": unconfirmed()}


@case("organizations.actions.report_mails.choose_report_mails")
def choose_report_mails(world: w.World) -> dict[str, Any]:
    return {"actor": world.unit_admin, "how": "daily"}


@case("accounts.new_mailbox.note_new_mailbox")
def note_new_mailbox(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "email": "neu@mail.example"}


@case("accounts.unsealed.seal_newer")
def seal_newer(world: w.World) -> dict[str, Any]:
    """One that the version before opened while this one was installed."""
    user = ex.registered_applicant(world.unit, 7)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET password_seal = '', email_seal = '' WHERE id = %s", [user.pk])
        cursor.execute("UPDATE django_migrations SET applied = '2023-01-01 00:00:00+00:00' WHERE app = 'accounts'")
    return {}


@case(f"{ACTIONS}.confirm_mailbox")
def confirm_mailbox(world: w.World) -> dict[str, Any]:
    user = unconfirmed()
    return {"user_id": user.pk, "actor": f"user:{user.pk}"}


@case(f"{ACTIONS}.record_mailbox_confirmed")
def record_confirmed(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "actor": f"user:{worker(world).pk}", "first": True}


@case(f"{ACTIONS}.create_system_account")
def system_account(world: w.World) -> dict[str, Any]:
    who = {"name": "安全员", "email": "security@office.example", "username": "security", "password": ex.PASSWORD}
    return {"kind": AccountKind.SECURITY, "id_number": ex.id_number(400), **who}


@case(f"{ACTIONS}.change_contact")
def change_contact(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "mobile": "13809098888", "position": "教师"}


@case(f"{ACTIONS}.replace_mailbox")
def replace_mailbox(world: w.World) -> dict[str, Any]:
    session_of(worker(world))
    return {"user_id": worker(world).pk, "email": "fresh@mail.example", "actor": "system", "source": "letter:1"}


@case(f"{ACTIONS}.end_session")
def end_session(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "session_id": session_of(worker(world)).pk}


@case(f"{ACTIONS}.end_other_sessions")
def end_others(world: w.World) -> dict[str, Any]:
    session_of(worker(world))
    return {"user_id": worker(world).pk, "key": session_of(worker(world)).session_key}


@case("accounts.brakes_in_force.lift_brake")
def lift_brake(world: w.World) -> dict[str, Any]:
    tried = SignInTry(account=f"user:{worker(world).pk}", address="203.0.113.9")
    for _turn in range(8):
        tried.may_go_on()
    return {"key": tried.near, "actor": "system"}


@case("accounts.sessions.end_sessions_of")
def end_of_anybody(world: w.World) -> dict[str, Any]:
    session_of(worker(world))
    return {"user_id": worker(world).pk, "actor": "system"}


@case("accounts.sessions.end_everybodys_sessions")
def end_everybodys(world: w.World) -> dict[str, Any]:
    session_of(worker(world))
    return {"actor": "system"}


@case("accounts.devices.remember_device")
def remember_device(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "cookies": {}, "browser": "Firefox"}


@case("accounts.devices.forget_devices")
def forget_devices(world: w.World) -> dict[str, Any]:
    devices.remember_device(user_id=worker(world).pk, cookies={}, browser="Firefox")
    return {"user_id": worker(world).pk}


@case("accounts.mails.tell_of_new_device")
def tell_of_device(world: w.World) -> dict[str, Any]:
    return {"user": User.objects.get(username="county"), "address": "192.0.2.1", "browser": "Firefox"}


@case("accounts.mails.tell_shared_mailbox")
def tell_unit_of_shared_mailbox(world: w.World) -> dict[str, Any]:
    return {"user": worker(world), "mailbox": "office@unit.example", "unit": world.unit.name}


@case("accounts.warnings.warn_of_wrong_passwords")
def warn_of_passwords(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "networks": ["198.51.100.9"]}


@case("accounts.warnings.warn_of_wrong_code")
def warn_of_code(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "network": "198.51.100.9"}


# --- registration ---


@case(f"{PEOPLE}.register_applicant")
def register_applicant(world: w.World) -> dict[str, Any]:
    """Somebody else has claimed the number before: they are told."""
    ex.registered_applicant(world.unit, 7)
    return ex.applicant_data(8, employer_id=world.unit.pk, id_number=ex.applicant_data(7)["id_number"])


@case(f"{PEOPLE}.register_applicant:mailbox taken")
def register_taken(world: w.World) -> dict[str, Any]:
    return ex.applicant_data(8, employer_id=world.unit.pk, email="applicant@example.cn")


@case("organizations.actions.units.register_unit")
def register_unit(world: w.World) -> dict[str, Any]:
    return {
        "administrator": ex.administrator(),
        "password": ex.PASSWORD,
        "unit": ex.unit_particulars(receiving_office_id=world.county.pk),
        "licence": ex.licence(),
        "year": ex.YEAR,
        "acceptance": ex.NOTICE,
    }


@case("organizations.actions.units.register_unit:in the place of one never confirmed", at=w.IN_WINDOW + timedelta(days=10))
def register_again(world: w.World) -> dict[str, Any]:
    ex.registered_unit(confirmed=False)
    return {
        "administrator": ex.administrator(2),
        "password": ex.PASSWORD,
        "unit": ex.unit_particulars(receiving_office_id=world.county.pk),
        "licence": ex.licence(ex.licence_file(b"another")),
        "year": ex.YEAR,
        "acceptance": ex.NOTICE,
    }


@case(f"{PEOPLE}.create_officer")
def create_officer(world: w.World) -> dict[str, Any]:
    who = {"name": "叶尔肯", "email": "new@office.example", "username": "newofficer", "actor": "system"}
    return {"organization_id": world.county.pk, "id_number": ex.id_number(51), **who}


@case(f"{PEOPLE}.add_unit_staff")
def add_staff(world: w.World) -> dict[str, Any]:
    who = {"name": "古丽娜尔", "email": "colleague@unit.example", "username": "colleague", "mobile": "13809095555"}
    return {"actor": world.unit_admin, "id_number": ex.id_number(50), "position": "办公室", **who}


@case(f"{PEOPLE}.change_employer")
def change_employer(world: w.World) -> dict[str, Any]:
    return {"user_id": worker(world).pk, "employer_id": world.other_unit.pk}


@case(f"{PEOPLE}.join_invited_employer")
def join_invited_employer(world: w.World) -> dict[str, Any]:
    user = worker(world)
    unit = ex.approved_unit(2, invitation=code_of(user.pk))
    return {"actor": actor_for(user), "employer_id": unit.pk}


# --- whose number it is ---


@case("organizations.actions.identities.confirm_people")
def confirm_people(world: w.World) -> dict[str, Any]:
    """Two claim one number, and the one who loses it has an application."""
    loser = w.person(AccountKind.APPLICANT, "loser", serial=33, held=False)
    w.submitted(world, w.member(loser, world.other_unit, MembershipRole.EMPLOYEE))
    user = w.person(AccountKind.APPLICANT, "claimant", serial=33, held=False)
    w.submitted(world, w.member(user, world.unit, MembershipRole.EMPLOYEE))
    seen = {"card_seen_on": w.IN_WINDOW.date(), "checked": True, "year": ex.YEAR}
    return {"actor": world.unit_admin, "cards": {user.pk: last_characters(user.id_number)}, **seen}


@case("organizations.actions.identities.confirm_people:over a holder")
def settle_whose_number(world: w.World) -> dict[str, Any]:
    """The prefecture takes the number from an account whose application a unit has passed on and the bureau has counted."""
    holder = w.person(AccountKind.APPLICANT, "holder", serial=33, held=False)
    w.to_bureau(world, w.submitted(world, w.member(holder, world.unit, MembershipRole.EMPLOYEE)))
    user = w.person(AccountKind.APPLICANT, "claimant", serial=33, held=False)
    w.submitted(world, w.member(user, world.other_unit, MembershipRole.EMPLOYEE))
    seen = {"card_seen_on": w.IN_WINDOW.date(), "checked": True, "year": ex.YEAR}
    return {"actor": world.bureau, "cards": {user.pk: last_characters(user.id_number)}, "reason": SAID, **seen}


@case(f"{REQUESTS}.request_mailbox")
def request_mailbox(world: w.World) -> dict[str, Any]:
    told = {"email": "fresh@mail.example", "statement": SAID, "identity_checked": True, "year": ex.YEAR}
    return {"actor": world.unit_admin, "user_id": worker(world).pk, **told}


@case("accounts.replacing_factor.replace_app")
def replace_app(world: w.World) -> dict[str, Any]:
    give_factor(worker(world))
    return {"user_id": worker(world).pk, "secret": "NBSWY3DPEB3W64TMMQQHO2LMNQQGC3TE"}


@case(f"{REQUESTS}.request_factor_removal")
def request_factor_removal(world: w.World) -> dict[str, Any]:
    give_factor(worker(world))
    told = {"statement": SAID, "identity_checked": True, "year": ex.YEAR}
    return {"actor": world.unit_admin, "user_id": worker(world).pk, **told}


@case(f"{REQUESTS}.request_correction")
def request_correction(world: w.World) -> dict[str, Any]:
    scan = ex.licence_file(b"card", uploaded_by=world.unit_admin.user_id)
    told = {"statement": SAID, "identity_checked": True, "scan_id": scan.pk, "year": ex.YEAR}
    who = {"user_id": worker(world).pk, "name": worker(world).name, "id_number": ex.id_number(301)}
    return {"actor": world.unit_admin, **who, **told}


@case(f"{REQUESTS}.withdraw_account_request")
def withdraw_request(world: w.World) -> dict[str, Any]:
    return {"actor": world.unit_admin, "request_id": ask_mailbox(world.unit_admin, worker(world)).pk}


def _decision(world: w.World, row: Any, **how: Any) -> dict[str, Any]:
    return {"actor": world.county_officer, "request_id": row.pk, **how}


@case(f"{DECISIONS}.decide_account_request:mailbox")
def approve_mailbox(world: w.World) -> dict[str, Any]:
    row = ask_mailbox(world.unit_admin, worker(world))
    return _decision(world, row, approve=True, last_characters=row.old_number[-6:])


@case(f"{DECISIONS}.decide_account_request:correction")
def approve_correction(world: w.World) -> dict[str, Any]:
    """Of somebody with an application, a year and a second account: all of it follows."""
    w.submitted(world)
    other = w.person(AccountKind.UNIT, "workeradmin", serial=12)
    w.member(other, world.other_unit, MembershipRole.STAFF)
    row = ask_correction(world.unit_admin, worker(world), id_number=ex.id_number(301))
    return _decision(world, row, approve=True, last_characters=row.new_number[-6:])


@case(f"{DECISIONS}.decide_account_request:correction over a holder")
def correct_over_a_holder(world: w.World) -> dict[str, Any]:
    """The bureau has counted arrivals under both numbers, and one more account claims the right one."""
    there = replace(world, unit_admin=world.other_admin, county_officer=world.other_officer)
    for name, serial, desks in (("holder", 33, world), ("owner", 35, there)):
        user = w.person(AccountKind.APPLICANT, name, serial=serial, held=False)
        unit = world.unit if desks is world else world.other_unit
        w.to_bureau(desks, w.submitted(world, w.member(user, unit, MembershipRole.EMPLOYEE)))
    claims = w.person(AccountKind.APPLICANT, "claims", serial=33, held=False)
    w.start(world, w.member(claims, world.unit, MembershipRole.EMPLOYEE))
    row = ask_correction(world.other_admin, User.objects.get(username="owner"), id_number=claims.id_number)
    told = {"approve": True, "reason": SAID, "last_characters": last_characters(row.new_number)}
    return {"actor": world.bureau, "request_id": row.pk, **told}


@case(f"{DECISIONS}.decide_account_request:factor")
def approve_factor_removal(world: w.World) -> dict[str, Any]:
    """Of somebody who is signed in somewhere, on a device that is known."""
    session_of(worker(world))
    devices.remember_device(user_id=worker(world).pk, cookies={}, browser="Firefox")
    row = organizations.request_factor_removal(**request_factor_removal(world))
    return _decision(world, row, approve=True, last_characters=row.old_number[-6:])


@case(f"{DECISIONS}.decide_account_request:refused")
def refuse_request(world: w.World) -> dict[str, Any]:
    row = ask_mailbox(world.unit_admin, worker(world))
    return _decision(world, row, approve=False, reason="照片与本人不符。")


@case(f"{DECISIONS}.confirm_new_mailbox")
def confirm_new_mailbox(world: w.World) -> dict[str, Any]:
    row = decide(ask_mailbox(world.unit_admin, worker(world)), world.county_officer)
    return {"token": token_of(row), "last_characters": row.old_number[-6:]}


def _left(world: w.World) -> Any:
    return decide(ask_correction(world.unit_admin, worker(world), id_number=ex.id_number(301)), world.county_officer)


KNOWN = "经公安机关核实属于另一人。"


@case(f"{DECISIONS}.release_left_number")
def release_left(world: w.World) -> dict[str, Any]:
    return {"actor": world.bureau, "request_id": _left(world).pk, "reason": KNOWN}


@case("accounts.claims.release_number")
def release_number(world: w.World) -> dict[str, Any]:
    index = person_index(_left(world).old_number)
    by = {"released_by_id": world.bureau.account_id, "actor": world.bureau.ref}
    return {"index": index, "reason": KNOWN, **by, "source": "letter:1"}


def _overdue_since_days() -> None:
    """As an earlier round would have written it down."""
    seen = {"overdue_seen_at": clock.machine_now() - timedelta(days=2), "first_round": -10_000}
    User.objects.filter(emailaddress__verified=False).update(**seen)


@case("organizations.actions.unconfirmed.remove_registration:a unit's", at=w.IN_WINDOW + timedelta(days=31))
def remove_unit(world: w.World) -> dict[str, Any]:
    user = ex.registered_unit(confirmed=False, receiving_office_id=world.county.pk).submitted_by_id
    _overdue_since_days()
    return {"user_id": user}


@case("organizations.actions.unconfirmed.remove_registration:an applicant's", at=w.IN_WINDOW + timedelta(days=31))
def remove_applicant(world: w.World) -> dict[str, Any]:
    user = ex.registered_applicant(world.unit, confirmed=False).pk
    _overdue_since_days()
    return {"user_id": user}


@case("organizations.actions.unconfirmed.remove_unconfirmed", at=w.IN_WINDOW + timedelta(days=31))
def remove_all_unconfirmed(world: w.World) -> dict[str, Any]:
    remove_unit(world), remove_applicant(world)
    return {}
